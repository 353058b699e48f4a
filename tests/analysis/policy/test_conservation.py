"""Students in equal students out, whatever the district, the policy and the luck of the draw."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from analysis.policy.assign import Assignment
from analysis.policy.draw import Draw, Expected, Lottery
from analysis.policy.ground import BESIDE, Ground, ground
from analysis.policy.outcome import Outcome, simulate
from analysis.policy.pools import pools
from analysis.policy.scenario import Scenario
from tests.analysis.policy.districts import EVERYONE, HOME, cases, last_year, scenario, school, table

Case = tuple[pd.DataFrame, Scenario]
REPLICATES = 4


def unfilled(done: Assignment) -> np.ndarray:
    """(hosts, replicates) seats that stay empty."""
    return (done.seats - done.kept - done.inside - done.outside).sum(axis=1)


# --- Every replicate. The checks are run together on each case, as making one is slow.


def check_nobody_is_lost_or_made_up(place: Ground, done: Assignment, _: Scenario) -> None:
    assert done.after.min() >= 0
    np.testing.assert_array_equal(done.after.sum(axis=2), np.repeat(place.students.sum(axis=1)[:, None], REPLICATES, 1))


def check_after_is_before_less_those_who_left_plus_those_who_came(place: Ground, done: Assignment, _: Scenario) -> None:
    after = np.repeat(place.students[:, None, :], REPLICATES, axis=1)
    for at, won, sent in zip(place.hosts, done.won, done.sent, strict=True):
        after = after - won + sent
        after[:, :, at] += won.sum(axis=2) - sent.sum(axis=2)
    after = after - done.left
    after[:, :, -1] += done.left.sum(axis=2)
    np.testing.assert_array_equal(done.after, after)


def check_only_those_who_may_be_sent_are_sent(place: Ground, done: Assignment, _: Scenario) -> None:
    assert done.won.min(initial=0) >= 0
    assert done.sent.min(initial=0) >= 0
    assert (done.won.sum(axis=0) <= place.students[:, None, :]).all()
    never = ~(place.serves[:, None, :] & place.may_send[None])
    never[:, :, place.hosts] = True
    assert not done.won.transpose(2, 0, 1, 3)[:, never].any()
    # The displaced stay in the district, at a school of their grades that is no host, or leave it for good.
    for serves, sent in zip(place.serves, done.sent, strict=True):
        assert not sent[..., ~(serves & place.inside) & place.public].any()
    assert not done.sent[..., place.hosts].any()


def check_no_seat_is_filled_twice(place: Ground, done: Assignment, policy: Scenario) -> None:
    filled = done.kept + done.inside + done.outside
    seats = held(place, policy)
    np.testing.assert_array_equal(done.seats.sum(axis=1), np.repeat(seats[:, None], REPLICATES, axis=1))
    np.testing.assert_array_equal((done.inside + done.outside).sum(axis=1), done.won.sum(axis=(1, 3)))
    np.testing.assert_array_equal(unfilled(done), seats[:, None] - filled.sum(axis=1))
    assert (unfilled(done) >= 0).all()
    if policy.unfilled not in ("release", "second") and policy.stay != "always":
        assert (filled <= done.seats).all()


def held_years(place: Ground, policy: Scenario) -> list[range]:
    """Of each host, the years whose students are there in the end, 1 for the first."""
    return [
        range(host.start if host.grade is None else max(host.start, policy.years - stay + 1), policy.years + 1)[
            : 1 if host.grade is None else None
        ]
        for host, stay in zip(policy.hosts, place.stays.tolist(), strict=True)
    ]


def held(place: Ground, policy: Scenario) -> np.ndarray:
    """(hosts,) seats of all those years."""
    years = zip(policy.hosts, held_years(place, policy), strict=True)
    return np.array([sum(host.seats_in(year) for year in some) for host, some in years], dtype=np.int64)


def by_school(place: Ground, values: np.ndarray) -> np.ndarray:
    """(n, …) sums over the entries of each school of (hosts, …) values."""
    found = np.zeros((len(place.schools), *values.shape[1:]), dtype=np.int64)
    np.add.at(found, place.hosts, values)
    return found


def check_a_host_holds_its_filled_seats_and_those_who_never_moved(
    place: Ground, done: Assignment, policy: Scenario
) -> None:
    magnet = np.array([host.magnet for host in policy.hosts], dtype=bool)
    seats = held(place, policy)
    there = np.unique(place.hosts)
    today = np.repeat(place.students.sum(axis=0)[:, None], REPLICATES, axis=1)
    asked = np.minimum(today, by_school(place, np.where(magnet, 0, seats))[:, None])
    if policy.stay == "always":  # of those at the school nobody is asked who does not keep a seat
        asked = by_school(place, done.kept.sum(axis=1) + done.sent.sum(axis=(1, 3)))
    filled = by_school(place, seats[:, None] - unfilled(done))
    stayed = (done.after + done.left).sum(axis=0).T
    np.testing.assert_array_equal(stayed[there], (today - asked + filled)[there])


def check_those_present_keep_their_seats_first(place: Ground, done: Assignment, policy: Scenario) -> None:
    present = place.students[:, place.hosts].T
    magnet = np.array([host.magnet for host in policy.hosts], dtype=bool)
    alone = (np.bincount(place.hosts, minlength=1)[place.hosts] == 1) & ~magnet
    all_free = (place.seats[0] >= present.sum(axis=1)) & alone
    if policy.reserve == "share" and policy.stay == "first" and policy.years == 1 and not mistakes(policy):
        least = np.where(all_free[:, None, None], np.minimum(present[..., None], done.seats), 0)
        assert (done.kept >= least).all()
    if policy.stay == "always":
        np.testing.assert_array_equal(done.sent[~place.begin], 0)
    assert (done.kept.sum(axis=1) <= present.sum(axis=1)[:, None]).all()


def mistakes(policy: Scenario) -> bool:
    return policy.ed.mistaken > 0 or policy.other.mistaken > 0 or policy.lottery_basis is not None


def check_the_outside_takes_no_more_than_its_share(place: Ground, done: Assignment, policy: Scenario) -> None:
    if policy.unfilled == "outside" or (policy.unfilled == "lower" and policy.years > 1):
        return
    divided = pools(place, policy)
    for host, years in enumerate(held_years(place, policy)):
        of_years = divided.seats[[year - 1 for year in years], host].T[..., None]  # (pools, years, 1)
        seats = done.seats[host][:, None] if policy.unfilled == "lower" else of_years
        most = np.floor(divided.outside[:, None, None] * seats + 0.5 + 1e-9).sum(axis=1)
        assert (done.outside[host] <= most).all()


def check_every_move_is_of_a_host_and_a_year(place: Ground, done: Assignment, policy: Scenario) -> None:
    for way in ("won", "sent"):
        total = np.zeros_like(getattr(done, way))
        for moves in done.moves:
            total[moves.host] += getattr(moves, way)
        np.testing.assert_array_equal(total, getattr(done, way))
    years = [(host, year) for host, some in enumerate(held_years(place, policy)) for year in some]
    assert sorted((moves.host, moves.year) for moves in done.moves) == years


def check_only_schools_that_changed_lose_those_left_where_they_were(
    place: Ground, done: Assignment, policy: Scenario
) -> None:
    size = done.after + done.left
    before = place.students[0] / np.maximum(place.students.sum(axis=0), 1)
    now = size[0] / np.maximum(size.sum(axis=0), 1)
    little = (np.abs(now - before) < policy.change_points - 1e-6) | ~place.inside
    assert not done.left[:, little & (size.sum(axis=0) > 0)].any()
    assert done.left.min() >= 0


def check_a_second_round_fills_what_the_first_left(_: Ground, done: Assignment, policy: Scenario) -> None:
    assert (done.second >= 0).all()
    assert (done.second <= done.kept + done.inside + done.outside).all()
    assert policy.unfilled == "second" or not done.second.any()


def check_no_more_seats_are_offered_than_there_are(_: Ground, done: Assignment, __: Scenario) -> None:
    assert (done.offered >= 0).all()
    assert (done.offered <= done.seats).all()


def check_no_more_are_admitted_than_apply(_: Ground, done: Assignment, policy: Scenario) -> None:
    assert (done.admitted >= 0).all()
    assert (done.admitted <= done.applied).all()
    if policy.years == 1:
        np.testing.assert_array_equal(done.admitted, done.inside + done.outside)


def check_everyone_who_left_a_school_is_counted_as_moved(_: Ground, done: Assignment, __: Scenario) -> None:
    np.testing.assert_array_equal(done.moved, (done.won + done.sent).sum(axis=(0, 1, 3)) + done.left.sum(axis=(0, 2)))


@pytest.mark.parametrize(
    "draw",
    [
        pytest.param(Expected, id="expected"),
        pytest.param(lambda: Lottery(7), id="lottery"),
    ],
)
@settings(max_examples=150, deadline=None)
@given(case=cases())
def test_every_replicate_keeps_the_rules(draw: Callable[[], Draw], case: Case) -> None:
    place = ground(*case)
    done = last_year(place, case[1], draw(), REPLICATES)
    for check in (
        check_nobody_is_lost_or_made_up,
        check_after_is_before_less_those_who_left_plus_those_who_came,
        check_only_those_who_may_be_sent_are_sent,
        check_no_seat_is_filled_twice,
        check_a_host_holds_its_filled_seats_and_those_who_never_moved,
        check_those_present_keep_their_seats_first,
        check_the_outside_takes_no_more_than_its_share,
        check_everyone_who_left_a_school_is_counted_as_moved,
        check_every_move_is_of_a_host_and_a_year,
        check_only_schools_that_changed_lose_those_left_where_they_were,
        check_a_second_round_fills_what_the_first_left,
        check_no_more_seats_are_offered_than_there_are,
        check_no_more_are_admitted_than_apply,
    ):
        check(place, done, case[1])


# --- The outcome as it is shown


def changes(outcome: Outcome, group: str) -> list[int]:
    """Arrivals less departures of each school, by the flows."""
    flows = outcome.flows[outcome.flows["group"] == group]
    arrivals = flows.groupby("to_school")["students"].sum()
    departures = flows.groupby("from_school")["students"].sum()
    return arrivals.sub(departures, fill_value=0).reindex(outcome.schools["ncessch"], fill_value=0).astype(int).tolist()


def check_the_flows_lead_from_before_to_after(outcome: Outcome) -> None:
    schools, flows = outcome.schools, outcome.flows
    ed, other = changes(outcome, "ed"), changes(outcome, "other")
    assert (schools["ed_before"] + ed).tolist() == schools["ed_after"].tolist()
    both = [one + two for one, two in zip(ed, other, strict=True)]
    assert (schools["students_before"] + both).tolist() == schools["students_after"].tolist()
    assert (flows["students"] > 0).all()
    assert (flows["from_school"] != flows["to_school"]).all()
    assert flows["students"].sum() == outcome.district["moved"].after


def check_the_pools_account_for_every_seat(outcome: Outcome) -> None:
    pools = outcome.pools
    parts = ["kept", "outside", "inside", "unfilled"]
    assert (pools[["seats", *parts]] >= 0).all(axis=None)
    assert (pools["second"] <= pools[["kept", "outside", "inside"]].sum(axis=1)).all()
    by_host = pools.groupby("host")[["seats", *parts]].sum()
    assert by_host["seats"].tolist() == by_host[parts].sum(axis=1).tolist()
    if outcome.scenario.unfilled == "hold" and outcome.scenario.stay != "always":
        assert pools["seats"].tolist() == pools[parts].sum(axis=1).tolist()


def check_the_district_s_schools_and_its_senders_are_listed(outcome: Outcome, schools: pd.DataFrame) -> None:
    new = [host.ncessch for host in outcome.scenario.hosts if host.new]
    assert set(new) <= set(outcome.schools["ncessch"])
    listed = outcome.schools[~outcome.schools["ncessch"].isin(new)]
    before = schools.set_index("ncessch").loc[listed["ncessch"]]
    for name, of_table in (("students_before", "students"), ("ed_before", "ed"), ("leaid", "leaid")):
        assert listed[name].tolist() == before[of_table].tolist()
    own = schools[schools["leaid"] == HOME]
    assert set(own.loc[own["ed"].notna(), "ncessch"]) == set(listed.loc[listed["leaid"] == HOME, "ncessch"])
    assert set(outcome.flows["from_school"]) <= {*listed["ncessch"], *new, *BESIDE}
    assert own.loc[own["ed"].isna(), "ncessch"].tolist() == outcome.unknown["ncessch"].tolist()
    hosts = outcome.schools.loc[outcome.schools["host"], "ncessch"]
    assert set(hosts) == {host.ncessch for host in outcome.scenario.hosts}


def check_ranges_are_in_order(outcome: Outcome) -> None:
    schools = outcome.schools
    assert (schools["ed_after_low"] <= schools["ed_after_high"]).all()
    assert (schools["ed_after_low"] >= 0).all()
    shares = schools[["share_after_low", "share_after_high"]].astype(float).dropna()
    assert shares.to_numpy().min(initial=0) >= 0
    assert shares.to_numpy().max(initial=0) <= 1
    assert (shares["share_after_low"] <= shares["share_after_high"]).all()
    for change in outcome.district.values():
        assert np.isnan(change.low) or change.low <= change.high


@settings(max_examples=150, deadline=None)
@given(case=cases())
def test_every_outcome_adds_up(case: Case) -> None:
    outcome = simulate(*case, replicates=3)
    check_the_flows_lead_from_before_to_after(outcome)
    check_the_pools_account_for_every_seat(outcome)
    check_the_district_s_schools_and_its_senders_are_listed(outcome, case[0])
    check_ranges_are_in_order(outcome)


# --- Nothing asked, nothing changed


def assert_unchanged(outcome: Outcome) -> None:
    schools = outcome.schools
    for column in ("ed_after", "ed_after_low", "ed_after_high"):
        assert schools[column].tolist() == schools["ed_before"].tolist()
    assert schools["students_after"].tolist() == schools["students_before"].tolist()
    assert outcome.flows.empty
    for figure in (*outcome.district.values(), *outcome.state.values()):
        np.testing.assert_array_equal(figure.after, figure.before)
    for figure in outcome.district.values():
        np.testing.assert_array_equal([figure.low, figure.high], [figure.before, figure.before])
    assert outcome.district["moved"].after == 0


@settings(max_examples=60, deadline=None)
@given(case=cases(), none=st.booleans())
def test_no_seats_or_no_hosts_leave_everything_as_it_is(case: Case, none: bool) -> None:
    table_, policy = case
    hosts = () if none else tuple(replace(host, seats=0, later=()) for host in policy.hosts)
    assert_unchanged(simulate(table_, replace(policy, hosts=hosts), replicates=3))


@pytest.mark.parametrize("draw", ["proportional", "nearest", "extremes"])
@pytest.mark.parametrize("unfilled", ["hold", "release"])
def test_hosts_already_half_and_half_with_a_seat_for_everyone_keep_everyone(draw: str, unfilled: str) -> None:
    district = table(school("even", 30, 30), school("also", 4, 4), school("poor", 50, 5), school("rich", 2, 40))
    assert_unchanged(simulate(district, scenario({"even": 60, "also": 8}, draw=draw, unfilled=unfilled)))


# --- The seed

DISTRICT = table(school("host", 60, 20), school("a", 50, 30), school("b", 10, 70), school("c", 30, 30))


def test_the_same_seed_gives_the_same_outcome() -> None:
    first, again = (simulate(DISTRICT, scenario({"host": 80}), replicates=20, seed=11) for _ in range(2))
    for name in ("schools", "flows", "pools"):
        assert_frame_equal(getattr(first, name), getattr(again, name))
    assert first.district == again.district


def test_seeds_differ_in_the_draws_but_not_in_what_is_expected() -> None:
    outcomes = [simulate(DISTRICT, scenario({"host": 80}), replicates=20, seed=seed) for seed in range(4)]
    place = ground(DISTRICT, scenario({"host": 80}))
    drawn = [last_year(place, scenario({"host": 80}), Lottery(seed), 20).after for seed in range(4)]
    for one, two in pairwise(range(4)):
        assert (drawn[one] != drawn[two]).any()
        assert_frame_equal(outcomes[one].flows, outcomes[two].flows)
    assert len({outcome.district["dissimilarity"] for outcome in outcomes}) > 1


def test_replicates_differ_from_one_another() -> None:
    place = ground(DISTRICT, scenario({"host": 80}))
    after = last_year(place, scenario({"host": 80}), Lottery(0), 50).after
    assert len(np.unique(after.transpose(1, 0, 2).reshape(50, -1), axis=0)) > 25


def test_the_table_is_left_as_it_was() -> None:
    before = DISTRICT.copy()
    simulate(DISTRICT, scenario({"host": 80}, ed=EVERYONE), replicates=3)
    assert_frame_equal(DISTRICT, before)
