"""A 50/50 plan on paper: what it does in a paragraph, and its result as text for a terminal or an email."""

from dataclasses import dataclass

import pandas as pd

from analysis.indices import INDICES
from analysis.policy.figures import BALANCED, REPORTED
from analysis.policy.outcome import Outcome
from analysis.policy.scenario import ENTRY_GRADES, Scenario
from data.schema import grade_words, school_year

PARTS = {"variance_ratio": "V", "theil_h": "H", "exposure_shortfall": "Exposure shortfall", "dissimilarity": "D"}
FIGURES = {
    **{name: INDICES[name].called for name in REPORTED},
    "balanced": "Share of students in 40–60% ED schools",
    "high_poverty": "Share of students in schools of 75% ED and more",
    "moved": "Students who change schools",
}


@dataclass(frozen=True)
class PlanResult:
    """What a plan does, each table as it may be told.

    Attributes:
        answer: of ``answer``.
        outcome: every school, pool and figure.
        parts: of ``analysis.policy.effects.between_within``.
        senders: of ``analysis.policy.moves.at_schools``.
        names: of schools by their id.
        hidden: what is hidden and how to see it; empty where nothing is.
    """

    answer: str
    outcome: Outcome
    parts: pd.DataFrame
    senders: pd.DataFrame
    names: dict[str, str]
    hidden: str


def answer(outcome: Outcome, district: str, told: Outcome | None = None) -> str:
    """What a plan does, in a paragraph: hosts on target, schools that send, and those that get poorer.

    Args:
        outcome: what the plan does.
        district: what people call its district.
        told: the same as it may be told; no school stands out of which less is known. None where that is everything.
    """
    where = f"In {district} from {school_year(outcome.scenario.year)}"
    if not outcome.scenario.hosts:
        return (
            f"{where}, no host school is chosen, so every school stays as it is for economically disadvantaged and "
            "other students."
        )
    schools = outcome.schools
    known = (told or outcome).schools
    on_target = int((_share(schools, "after").between(*BALANCED) & schools["host"]).sum())
    poorer = known["poorer"].fillna(False).astype(bool)
    senders = set(outcome.flows["from_school"]) & set(schools.loc[~schools["host"], "ncessch"])
    untold = int((known["ncessch"].isin(senders) & known["ed_before"].isna()).sum())
    hosts = len(outcome.scenario.host_ids)
    text = (
        f"{where}, {on_target} of {hosts} host {'school' if hosts == 1 else 'schools'} "
        f"{'lies' if 1 in (on_target, hosts) else 'lie'} between 40 and 60% economically disadvantaged afterwards. "
        f"{seats(outcome)} {len(senders):,} {'school sends' if len(senders) == 1 else 'schools send'} students; "
        f"{int(poorer.sum()):,} of them {'becomes' if poorer.sum() == 1 else 'become'} poorer"
    )
    most = float((_share(known, "after") - _share(known, "before"))[poorer].max()) if poorer.any() else 0.0
    text += f", by at most {most * 100:.1f} points" if poorer.any() else ""
    text += f"; the counts of {untold:,} more are hidden." if untold else "."
    unfilled = int(outcome.pools["unfilled"].sum())
    return text + (f" {unfilled:,} seats stay empty." if unfilled else "")


def _share(schools: pd.DataFrame, when: str) -> "pd.Series[float]":
    """The ED share of each school, before or after."""
    return schools[f"ed_{when}"] / schools[f"students_{when}"]


def seats(outcome: Outcome) -> str:
    """How many seats are drawn, in which grades, and how many there are at the end where these are others.

    Args:
        outcome: of a scenario with hosts.
    """
    scenario, held = outcome.scenario, int(outcome.pools["seats"].sum())
    drawn = [sum(host.seats_in(year) for host in scenario.hosts) for year in range(1, scenario.years + 1)]
    first = f"{drawn[0]:,} {'seat is' if drawn[0] == 1 else 'seats are'} for disadvantaged and other students"
    first += seats_in(scenario)
    if held == drawn[0] == sum(drawn):
        return f"{first}."
    rate = "Every year" if len(set(drawn)) == 1 else "In the first year"
    return f"{rate} {first}; after {scenario.years} years there are {held:,}."


def seats_in(scenario: Scenario) -> str:
    """Where a scenario's seats are: " in kindergarten and grade 6"; empty where they are in every grade."""
    grades = {host.grade for host in scenario.hosts}
    if not grades or None in grades:
        return ""
    *others, last = (grade_words(grade) for grade in ENTRY_GRADES if grade in grades)
    return " in " + " and ".join(filter(None, [", ".join(others), last]))


def text(result: PlanResult, top: int) -> str:
    """The result as plain text: the answer, figures, hosts, seats, then the schools that change most.

    Args:
        result: as it may be told.
        top: how many schools beside the hosts are listed; how many more there are is said.
    """
    outcome = result.outcome
    parts = [result.answer, *outcome.notes]
    if outcome.scenario.hosts:
        parts += [
            _titled(f"The district's schools, of {outcome.replicates} lottery draws 5–95%", _figures(outcome)),
            _titled("The state's separation between and within districts", _between_within(result.parts)),
            _titled("Host schools", _hosts(result)),
            _titled(_seats_title(outcome), _seats(result)),
            *_why(result),
            _others(result, top),
        ]
    return "\n\n".join(filter(None, [*parts, result.hidden])) + "\n"


def _titled(title: str, table: pd.DataFrame) -> str:
    shown = {str(name): table[name].map("{:,}".format) for name in table.select_dtypes("integer")}
    return f"{title}\n{table.assign(**shown).to_string(index=False, na_rep='')}"


def _figures(outcome: Outcome) -> pd.DataFrame:
    rows = []
    for name, label in FIGURES.items():
        change = outcome.district[name]
        show = "{:,.0f}".format if name == "moved" else "{:.4f}".format
        rows.append((label, *map(show, (change.before, change.after, change.low, change.high))))
    return pd.DataFrame(rows, columns=["", "before", "after", "low", "high"]).replace("nan", "")


def _between_within(parts: pd.DataFrame) -> pd.DataFrame:
    state = parts[parts["place"] == "state"]
    labels = [
        "D added by sorting within" if (measure, part) == ("dissimilarity", "within") else f"{PARTS[measure]} {part}"
        for measure, part in state[["measure", "part"]].itertuples(index=False)
    ]
    return pd.DataFrame({"": labels} | {when: state[when].map(_number).tolist() for when in ("before", "after")})


def _schools(result: PlanResult) -> pd.DataFrame:
    """The outcome's schools with their names and ED shares."""
    rows = result.outcome.schools
    share = {
        when: (rows[f"ed_{when}"] / rows[f"students_{when}"].where(rows[f"students_{when}"] > 0)).astype("Float64")
        for when in ("before", "after")
    }
    return rows.assign(
        school=rows["ncessch"].map(result.names).fillna(rows["ncessch"]),
        hidden=rows.get("suppressed", ""),
        change=share["after"] - share["before"],
        **share,
    )


def _shown(rows: pd.DataFrame) -> dict[str, pd.Series]:
    """The columns on students and shares that hosts and other schools have alike."""
    return {
        "students": rows["students_before"],
        "after": rows["students_after"],
        "ED share": rows["before"].map(_percent),
        "share after": rows["after"].map(_percent),
    }


def _hosts(result: PlanResult) -> pd.DataFrame:
    rows = _schools(result)
    rows = rows[rows["host"]]
    return _without_empty(pd.DataFrame({"host": rows["school"]} | _shown(rows) | {"hidden count": rows["hidden"]}))


def _seats_title(outcome: Outcome) -> str:
    scenario = outcome.scenario
    when = f"; second round: {scenario.second_date}" if scenario.unfilled == "second" and scenario.second_date else ""
    if scenario.years == 1:
        return f"Seats by lottery{when}"
    drawn = _drawn(outcome)
    of = "the last year each was drawn" if len(set(drawn)) > 1 else f"{drawn.iloc[0]}, the last year drawn"
    return f"Seats by lottery, held at the end; offered, applied, admitted and waiting are of {of}{when}"


def _drawn(outcome: Outcome) -> pd.Series:
    """The school year in which each pool's seats were last drawn."""
    return (outcome.scenario.year + outcome.pools["year"]).map(school_year)


def _seats(result: PlanResult) -> pd.DataFrame:
    pools = result.outcome.pools.assign(drawn=_drawn(result.outcome))
    columns = ["seats", "kept", "outside", "inside", "second", "unfilled"]
    columns += ["drawn", "offered", "applied", "admitted", "waiting"]
    if result.outcome.scenario.unfilled != "second":
        columns.remove("second")
    if result.outcome.scenario.years == 1:
        columns.remove("admitted")  # those drawn from outside and inside
    if len(set(pools["drawn"])) == 1:
        columns.remove("drawn")  # the title says it
    shown = pd.DataFrame({"host": _seat_hosts(result), "lottery": pools["group"]})
    outside = pools["odds_outside"].notna().any()
    chances = {"odds": "odds_inside", "odds outside": "odds_outside"} if outside else {"odds": "odds"}
    return shown.join(pools[columns]).assign(**{name: pools[of].map(_percent) for name, of in chances.items()})


def _seat_hosts(result: PlanResult) -> pd.Series:
    hosts = result.outcome.pools["host"]
    return with_grades(result.outcome, hosts.map(result.names).fillna(hosts))


def with_grades(outcome: Outcome, names: pd.Series) -> pd.Series:
    """Names of the hosts of an outcome's pools, with the grade that seats are drawn in where a host has several.

    After some years students drawn in it sit in higher ones.
    """
    if len(outcome.scenario.host_ids) == len(outcome.scenario.hosts):
        return names
    drawn = ", drawn in" if outcome.scenario.years > 1 else ","
    grades = [f"{drawn} {grade_words(grade)}" if isinstance(grade, str) else "" for grade in outcome.pools["grade"]]
    return names + pd.Series(grades, index=names.index, dtype="str")


def _why(result: PlanResult) -> list[str]:
    """Why seats stay empty, each reason with its hosts."""
    pools = result.outcome.pools.assign(host=_seat_hosts(result))
    short = pools[pools["why"] != ""]
    return [f"{host}, {group}: {why}" for host, group, why in short[["host", "group", "why"]].itertuples(index=False)]


def _others(result: PlanResult, top: int) -> str:
    """The schools that students leave or join, the largest change of the ED share first."""
    schools = _schools(result).set_index("ncessch")
    rows = result.senders.join(schools.drop(columns=["leaid", "poorer"]), on="ncessch")
    if rows.empty:
        return "No other school changes."
    order = rows.assign(size=rows["change"].abs()).sort_values(
        ["size", "leave", "arrive"], ascending=False, na_position="last", kind="stable"
    )
    some = order.head(top)
    moves = {"leave": some["leave"], "arrive": some["arrive"]}
    change = {"change": some["change"].map(_points), "hidden count": some["hidden"]}
    shown = _without_empty(pd.DataFrame({"school": some["school"]} | moves | _shown(some) | change))
    left = len(order) - len(some)
    if some.empty:
        return f"Schools that students leave or join: {left:,}; --top N lists N of them, --format csv every school."
    more = f"\n{left:,} more; --top N shows more of them, --format csv every school." if left else ""
    return _titled("Schools that students leave or join, by the change of their ED share", shown) + more


def _without_empty(table: pd.DataFrame) -> pd.DataFrame:
    """A table without its last column where that says nothing."""
    return table if (table["hidden count"] != "").any() else table.drop(columns="hidden count")


def _number(value: float) -> str:
    return "" if pd.isna(value) else f"{value:.4f}"


def _percent(share: float) -> str:
    return "" if pd.isna(share) else f"{share:.1%}"


def _points(change: float) -> str:
    return "" if pd.isna(change) else f"{change * 100:+.1f}"
