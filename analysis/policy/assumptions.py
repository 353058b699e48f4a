"""What a scenario takes for granted, one plain sentence each: to stand beside its result."""

from analysis.policy.scenario import Pool, Scenario, SetAside, Supply

GROUPS = {"ed": "disadvantaged", "other": "other"}


def assumptions(scenario: Scenario) -> list[str]:
    """The assumptions that a scenario's result rests on, those it was given and those built in."""
    if not scenario.hosts:
        return []
    return [
        *_of_applying(scenario),
        *_of_hosts(scenario),
        *_of_grades(scenario),
        *_of_entry(scenario),
        *_of_staying(scenario),
    ]


def _of_applying(scenario: Scenario) -> list[str]:
    said = [_applying(GROUPS[name], pool, scenario) for name, pool in (("ed", scenario.ed), ("other", scenario.other))]
    if scenario.draw == "distance":
        said.append(f"Willingness falls by half with every {_half_miles(scenario)} from school to host.")
    if scenario.draw == "table":
        said.append("Willingness differs between schools as the table given says.")
    for name, pool in (("ed", scenario.ed), ("other", scenario.other)):
        if pool.accept < 1:
            said.append(f"{pool.accept:.0%} of {GROUPS[name]} students offered a seat take it.")
        if pool.accept_half_miles is not None:
            said.append(
                f"The share of {GROUPS[name]} students who take a seat falls by half with every "
                f"{pool.accept_half_miles:g} miles from school to host."
            )
        if pool.mistaken:
            taken = f"The lottery takes {pool.mistaken:.0%} of {GROUPS[name]} students for"
            said.append(f"{taken} {'those of another tier' if scenario.reserve == 'tiers' else 'the other group'}.")
    if scenario.lottery_basis is not None:
        said.append(
            "The lottery counts disadvantaged students by another definition than the figures; as many as can be are "
            "taken to be disadvantaged by both, as no file counts them together."
        )
    if scenario.reserve == "tiers":
        said.append("Tiers are of sending schools, as no file places students in blocks.")
    return said


def _applying(who: str, pool: Pool, scenario: Scenario) -> str:
    if pool.per_seat is not None:
        return f"{pool.per_seat:g} {who} students apply per seat."
    least = " at most" if scenario.draw in ("distance", "table") else ""
    return f"{pool.willing:.0%}{least} of each sending school's {who} students apply."


def _of_hosts(scenario: Scenario) -> list[str]:
    """How applicants choose among hosts, and what becomes of the students there."""
    said = []
    if len(scenario.host_ids) > 1:
        said.append("Applicants prefer the hosts in the order listed: in another order other hosts fill.")
    if any(host.seats and not host.magnet and host.new is None for host in scenario.hosts):
        said.append(
            "Present students of a host who get no seat take the places that the drawn students leave, elsewhere in "
            "the district."
        )
    return said


def _of_grades(scenario: Scenario) -> list[str]:
    if all(host.grade is None for host in scenario.hosts):
        return []
    said = ["Students in a grade are of their whole school's mix: no file counts disadvantaged students by grade."]
    if scenario.applicants != "school":
        said.append("A school's students are spread evenly over its grades.")
    return said


def _of_entry(scenario: Scenario) -> list[str]:
    said = []
    for supply, what in ((scenario.private, "private"), (scenario.home, "home-schooled")):
        if supply is not None:
            said.append(_supply(supply, what))
    said += [_siblings(each) for each in scenario.set_asides if each.kind == "sibling"]
    return [*said, "Students travel from the school they attend: no public file says where they live."]


def _siblings(each: SetAside) -> str:
    """Who is a sibling of a host's student, as no file says it."""
    whose = "of the schools named" if each.schools else "of every school, later of those that already send,"
    return f"{each.rate:.0%} of the applicants {whose} are siblings of a host's students."


def _half_miles(scenario: Scenario) -> str:
    """Miles over which willingness falls by half, of each group where they differ."""
    miles = {name: getattr(scenario, name).half_miles or scenario.half_miles for name in GROUPS}
    if len(set(miles.values())) == 1:
        return f"{miles['ed']:g} miles"
    return f"{miles['ed']:g} miles ({GROUPS['ed']} students) or {miles['other']:g} ({GROUPS['other']})"


def _supply(supply: Supply, what: str) -> str:
    return f"{supply.students:,} {what} students are within reach, {supply.ed_share:.0%} of them disadvantaged."


def _of_staying(scenario: Scenario) -> list[str]:
    said = []
    for name, pool in (("ed", scenario.ed), ("other", scenario.other)):
        if pool.leave:
            said.append(f"{pool.leave:.0%} of displaced {GROUPS[name]} students leave the district's schools.")
        if pool.leave_changed:
            said.append(
                f"{pool.leave_changed:.0%} of {GROUPS[name]} students whose school's share of disadvantaged students "
                f"changes by more than {100 * scenario.change_points:g} points leave the district's schools."
            )
    if scenario.unfilled == "second":
        said.append(f"{scenario.second_accept:.0%} of those still waiting would take a seat of the second round.")
    if scenario.years > 1:
        said.append("Schools would otherwise keep their size and mix over the years.")
    if scenario.attrition:
        said.append(f"{scenario.attrition:.0%} of the drawn students go back each year.")
    return said
