"""Made-up applicants of a scenario: as many as the plan has, and the lottery of them falls as the simulator does."""

from collections import Counter
from collections.abc import Hashable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.errors import InputError
from analysis.lottery.compare import compared, tallied, verdict
from analysis.lottery.draw import hold
from analysis.lottery.market import Rules
from analysis.lottery.synthetic import entries, files
from analysis.policy.draw import Lottery
from analysis.policy.ground import ground
from analysis.policy.presets import PRESETS, scenario_from_preset
from analysis.policy.scenario import Host, Pool, SetAside, Weight
from data import store
from data.inclusion import Rules as Counting
from data.inclusion import included
from tests.analysis.lottery.markets import applications, seats
from tests.analysis.policy.districts import ELSEWHERE, last_year, scenario, school, table
from tests.analysis.policy.test_against_brute_force import SIGNIFICANCE, p_value

HALF = Pool(0.5)
OUTSIDE = Pool(1.0, outside=0.5)
HELD, DRAWN = 400, 10_000
SCHOOLS = table(
    school("h", 7, 1, latitude=30.0, longitude=-97.0),
    school("g", 0, 0, latitude=30.01, longitude=-97.0),
    school("a", 4, 2, latitude=30.02, longitude=-97.0),
    school("b", 2, 3, latitude=30.03, longitude=-97.0),
    school("m", 3, 4, level="middle", latitude=30.03, longitude=-97.0),
    school("c", 3, 3, level="combined", latitude=30.04, longitude=-97.0),
    school("o", 3, 2, leaid=ELSEWHERE, latitude=30.05, longitude=-97.0),
)
# The first leaves seats for others empty, and the second has seats for those who wait for the first.
SHARING = (Host("g", 14), Host("h", 6, magnet=True))

CASES = {
    "one host": scenario({"g": 6}, ed=HALF, other=HALF),
    "a full host, whose students keep seats": scenario({"h": 8}, ed=HALF, other=HALF),
    "some of a full host's seats": scenario({"h": 4}, ed=HALF, other=HALF),
    "two hosts": scenario({"g": 4, "h": 4}, ed=HALF),
    "hosts of two levels": scenario({"m": 8, "g": 6}, ed=HALF, other=HALF),
    "seats outside": scenario({"g": 4, "h": 8}, ed=OUTSIDE, other=OUTSIDE),
    "more seats outside than apply": scenario({"g": 10}, ed=OUTSIDE, other=OUTSIDE),
    "a band with open seats": scenario({"g": 8}, reserve="band", band=0.2),
    "tiers with open seats": scenario({"g": 6}, reserve="tiers", tiers=(0.4, 0.3)),
    "mistakes": scenario({"g": 6}, ed=Pool(1.0, mistaken=0.4)),
    "a yield": scenario({"g": 6}, ed=Pool(0.8, accept=0.5), other=HALF),
    "applicants per seat, two hosts": scenario({"g": 4, "h": 4}, ed=Pool(per_seat=1.2), other=Pool(per_seat=0.7)),
    "applicants per seat and open seats": scenario(
        {"g": 8}, ed=Pool(per_seat=1.0), other=Pool(per_seat=1.0), reserve="band", band=0.2
    ),
    "willingness by school": scenario(
        {"g": 6}, ed=HALF, other=HALF, draw="table", weights=(Weight("a", 2.0, 0.0), Weight("b", 0.5, 1.5))
    ),
    "falling with distance, two hosts": scenario({"g": 3, "h": 8}, ed=HALF, draw="distance", half_miles=2.0),
    "released seats": scenario({"g": 16}, ed=HALF, unfilled="release"),
    "released seats of a full host, whose students come first": scenario(
        {"h": 8}, ed=HALF, other=Pool(0.3), unfilled="release"
    ),
    "seats released outside": scenario({"g": 14}, ed=HALF, other=replace(OUTSIDE, willing=0.5), unfilled="outside"),
    "seats lowered before the draw": scenario({"g": 16}, ed=HALF, other=HALF, unfilled="lower"),
    "those present drawn like everyone": scenario({"h": 8}, ed=HALF, other=HALF, stay="drawn"),
    "seats for siblings": scenario({"g": 10}, set_asides=(SetAside("sibling", 0.6, schools=("a",), rate=0.8),)),
    "seats for the area, then for feeders of one pool, some outside": scenario(
        {"g": 12},
        ed=replace(OUTSIDE, outside=0.3),
        set_asides=(SetAside("proximity", 0.4, miles=1.0), SetAside("feeder", 0.3, schools=("b", "c"), pool="ed")),
    ),
    "a band with seats outside and for feeders": scenario(
        {"g": 10},
        ed=OUTSIDE,
        other=OUTSIDE,
        reserve="band",
        band=0.2,
        set_asides=(SetAside("feeder", 0.4, schools=("a",)),),
    ),
    "a second round": scenario({"g": 16}, ed=HALF, unfilled="second", second_accept=0.5),
    "second rounds of hosts that share applicants": scenario(
        {}, hosts=SHARING, ed=HALF, other=Pool(0.2), unfilled="second", second_accept=0.6
    ),
    "second rounds of hosts that some apply to": scenario(
        {}, hosts=SHARING, ed=replace(HALF, half_miles=2.0), other=Pool(0.2), unfilled="second", second_accept=0.8
    ),
    "Dallas": PRESETS["dallas"].apply(
        scenario({}, hosts=(Host("g", 10, "KG"), Host("g", 8, "01"), Host("h", 3, "02"))), 0.5
    ),
    "San Antonio": PRESETS["san-antonio"].apply(scenario({"g": 6, "h": 4}), 0.5),
    "Chicago": PRESETS["chicago"].apply(scenario({"g": 10}), 0.5),
    "New York D15": PRESETS["new-york-d15"].apply(scenario({"h": 8}), 0.5),
    "those present drawn like everyone at the first of two hosts": scenario(
        {"h": 8, "g": 4}, ed=HALF, other=HALF, stay="drawn"
    ),
    "a magnet nobody leaves": scenario({}, hosts=(Host("h", 6, magnet=True),), stay="always", ed=HALF),
}


def by_lottery(place, asked) -> Counter[Hashable]:
    """Who came to which host from where, of each group, in many lotteries held in one: each has its own schools."""
    made = [files(place, asked, seed) for seed in range(HELD)]
    applying, offered = (
        pd.concat([getattr(each, name).assign(lottery=at) for at, each in enumerate(made)], ignore_index=True)
        for name in ("applications", "seats")
    )
    applying["student"] = applying["lottery"].astype("str") + " " + applying["student"]
    for each in (applying, offered):
        each["entry"] = each["school"]
        each["school"] = each["lottery"].astype("str") + " " + each["school"]
    rounds = hold(applying, offered, made[0].rules, "seed").rounds
    given = pd.concat([each.market.applications.iloc[each.market.rows[each.is_held]] for each in rounds])
    if "present" in given:
        given = given[~given["present"]]
    moves: list[Counter[Hashable]] = [Counter() for _ in made]
    for at, *move in given[["lottery", "entry", "group", "home"]].itertuples(index=False):
        moves[at][tuple(move)] += 1
    return Counter(tuple(sorted(each.items())) for each in moves)


def by_simulator(place, asked) -> Counter[Hashable]:
    won = last_year(place, asked, Lottery(1), DRAWN).won
    names, hosts = place.schools["ncessch"].tolist(), entries(asked)
    results: Counter[Hashable] = Counter()
    for each in np.moveaxis(won, 2, 0):
        moves = zip(*np.nonzero(each), each[each > 0].tolist(), strict=True)
        results[tuple(sorted(((hosts[h], ("ed", "other")[g], names[s]), n) for h, g, s, n in moves))] += 1
    return results


def numbers_of(results: Counter[Hashable], key: Hashable) -> Counter[Hashable]:
    """How many students of one host, group and home there were."""
    found: Counter[Hashable] = Counter()
    for result, times in results.items():
        found[dict(result).get(key, 0)] += times
    return found


@pytest.mark.parametrize("name", CASES)
def test_the_lottery_of_the_files_falls_as_the_simulator_does(name):
    asked = CASES[name]
    place = ground(SCHOOLS, asked)
    one, two = by_lottery(place, asked), by_simulator(place, asked)
    assert len(one) > 1, "the case leaves nothing to chance"
    for key in {key for result in one | two for key, _ in result}:
        assert p_value(numbers_of(one, key), numbers_of(two, key)) > SIGNIFICANCE, key
    most = max(seats_filled(result) for result in one | two)
    assert p_value(*(full_or_not(each, most) for each in (one, two))) > SIGNIFICANCE


@pytest.mark.parametrize("kind", ["sibling", "proximity"])
def test_a_lottery_that_sets_nothing_aside_would_be_seen(monkeypatch, kind):
    (asked, *_) = [case for case in CASES.values() if kind in {each.kind for each in case.set_asides}]

    def nothing_aside(*given, made_by=files):
        made = made_by(*given)
        return replace(made, seats=made.seats.assign(**{kind: 0}))

    place = ground(SCHOOLS, asked)
    two = by_simulator(place, asked)
    monkeypatch.setattr(f"{__name__}.files", nothing_aside)
    one = by_lottery(place, asked)
    keys = {key for result in one | two for key, _ in result}
    assert min(p_value(numbers_of(one, key), numbers_of(two, key)) for key in keys) < SIGNIFICANCE


def seats_filled(result: Hashable) -> int:
    return sum(n for _, n in result)


def full_or_not(results: Counter[Hashable], most: int) -> Counter[Hashable]:
    """How often as many seats were filled as ever are."""
    full = sum(times for result, times in results.items() if seats_filled(result) == most)
    return Counter({True: full, False: results.total() - full})


@pytest.mark.parametrize(
    "name",
    [
        "two hosts",
        "hosts of two levels",
        "seats outside",
        "tiers with open seats",
        "applicants per seat, two hosts",
        "released seats",
        "a second round",
        "second rounds of hosts that share applicants",
        "second rounds of hosts that some apply to",
        "Dallas",
    ],
)
def test_both_engines_agree_on_seats_and_waitlists(name):
    asked = CASES[name]
    result = compared(ground(SCHOOLS, asked), asked, draws=80, seed=3)
    assert result["apart"].max() < 4.5
    assert verdict(result, 80).startswith("Means of 80 draws by either engine agree within chance: over ")


def test_a_lottery_with_a_seat_too_many_would_be_seen(monkeypatch):
    asked = CASES["one host"]

    def one_more(*given):
        made = files(*given)
        return replace(made, seats=made.seats.assign(seats=made.seats["seats"] + 1))

    monkeypatch.setattr("analysis.lottery.compare.files", one_more)
    result = compared(ground(SCHOOLS, asked), asked, draws=80, seed=3)
    assert result["apart"].max() > 4.5
    assert "do not agree: chance explains 3." in verdict(result, 80)
    assert "further apart lie g " in verdict(result, 80)


def test_a_verdict_by_hand():
    """Of two pools and two counts one in a hundred times something lies beyond t(19) at .99875, which is 3.48."""
    result = pd.DataFrame({"host": ["g", "g"], "pool": ["ed", "other"], "apart": [3.5, 3.4]})
    assert verdict(result, 20) == (
        "Means of 20 draws by either engine do not agree: chance explains 3.5 standard errors, but further apart lie "
        "g ed (3.5)."
    )
    assert "agree within chance" in verdict(result.assign(apart=3.4), 20)
    assert verdict(result, 19) == "Means of 19 draws by either engine, too few for a verdict; give 20 or more."


def test_everyone_who_may_apply_does_so_by_hand():
    """Six elementary seats of a new programme: every willing student of the levels that share its grades, once."""
    asked = scenario({"g": 6})
    made = files(ground(SCHOOLS, asked), asked, 0)
    homes = made.applications.groupby(["home", "pool"]).size().to_dict()
    assert homes == {
        ("h", "ed"): 7,
        ("h", "other"): 1,
        ("a", "ed"): 4,
        ("a", "other"): 2,
        ("b", "ed"): 2,
        ("b", "other"): 3,
        ("c", "ed"): 3,
        ("c", "other"): 3,
    }
    assert made.applications["student"].is_unique
    assert made.seats.to_dict("list") == {"school": ["g", "g"], "pool": ["ed", "other"], "seats": [3, 3]}
    assert made.rules == Rules("multiple")
    assert made.declining == 0


def test_those_present_keep_their_seats_first_by_hand():
    """Of eight seats four are for each; four of the seven ED students stay, and the other one; three are left."""
    asked = scenario({"h": 8})
    left = files(ground(SCHOOLS, asked), asked, 0).seats.set_index("pool")["seats"]
    assert left.to_dict() == {"ed": 0, "other": 3}


def test_seats_offered_outside_are_set_aside_by_hand():
    """Ten seats, five a pool, 2.5 of them outside, so 3."""
    asked = scenario({"g": 10}, ed=OUTSIDE, other=OUTSIDE)
    made = files(ground(SCHOOLS, asked), asked, 0)
    assert made.seats.to_dict("list") == {
        "school": ["g", "g"],
        "pool": ["ed", "other"],
        "seats": [5, 5],
        "outside": [3, 3],
    }
    outside = made.applications["home"] == "o"
    assert made.applications["outside"].tolist() == outside.tolist()


def test_who_would_decline_is_in_no_file_but_counted():
    asked = scenario({"g": 6}, ed=Pool(1.0, accept=0.0), other=Pool(1.0))
    made = files(ground(SCHOOLS, asked), asked, 0)
    assert made.applications["pool"].unique().tolist() == ["other"]
    assert made.declining == 7 + 4 + 2 + 3  # ED students of h, a, b and c; those of the middle school cannot apply


def test_a_seed_gives_the_same_files():
    asked = CASES["seats outside"]
    place = ground(SCHOOLS, asked)
    one, two, other = (files(place, asked, seed) for seed in (3, 3, 4))
    pd.testing.assert_frame_equal(one.applications, two.applications)
    pd.testing.assert_frame_equal(one.seats, two.seats)
    half = scenario({"g": 6}, ed=HALF, other=HALF)
    first, second = (files(ground(SCHOOLS, half), half, seed).applications for seed in (3, 4))
    assert not first.equals(second)
    assert other.rules == one.rules


def test_who_waits_is_counted_by_hand():
    """Siblings first: Ann and Dan have A; Bea waits for it and for B, without an ED seat; Cy has B and waits for A."""
    market = applications(
        [
            ("ann", "ed", 1, "A", True, False),
            ("bea", "ed", 1, "A", False, False),
            ("bea", "ed", 2, "B", False, False),
            ("cy", "other", 1, "A", False, False),
            ("cy", "other", 2, "B", False, False),
            ("dan", "other", 1, "A", True, False),
        ]
    )
    places = seats([("A", "ed", 1), ("A", "other", 1), ("B", "ed", 0), ("B", "other", 1)])
    filled, waiting = tallied(hold(market, places, Rules(), "seed"), ["A", "B"], ("ed", "other"))
    assert filled.tolist() == [[1, 1], [0, 1]]
    assert waiting.tolist() == [[1, 1], [1, 0]]


def test_who_waits_after_a_second_round_is_counted_by_hand():
    """Ed seats are left for one: Pat, who loses a place, has it. Ona waits, Quin found a place elsewhere."""
    market = applications([(name, "other", 1, "A", False, False) for name in ("ona", "pat", "quin")])
    market = market.assign(present=market["student"].eq("pat"), first_only=market["student"].eq("quin"))
    places = seats([("A", "ed", 1), ("A", "other", 0)])
    held = hold(market, places, Rules(unfilled="second-round"), "seed")
    assert tallied(held, ["A"], ("ed", "other")).tolist() == [[[0, 0]], [[0, 1]]]
    held = hold(market, places.assign(seats=[0, 0]), Rules(unfilled="second-round"), "seed")
    assert tallied(held, ["A"], ("ed", "other")).tolist() == [[[0, 0]], [[0, 2]]]


def test_franklin_agrees():
    manifest = store.find("franklin")
    franklin, _ = included(store.schools(manifest, [max(manifest.years)]), Counting().excluded)
    largest = franklin.groupby("leaid").size().idxmax()
    asking = {"dataset": "franklin", "district": largest, "year": int(franklin["year"].iloc[0])}
    for preset in ("dallas", "cambridge", "louisville"):
        asked = scenario_from_preset(franklin, preset, **asking, grades=store.grades(manifest))
        result = compared(ground(franklin, asked), asked, draws=20, seed=1)
        assert result["apart"].max() < 4.5
        assert result["filled_lottery"].sum() > 100


TWICE = (SetAside("feeder", 0.2, schools=("a",)), SetAside("feeder", 0.2, schools=("b",), pool="ed"))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (scenario({}), "hosts"),
        (scenario({"g": 6}, draw="nearest"), "draw"),
        (scenario({"g": 6}, draw="extremes"), "draw"),
        (scenario({"h": 6}, stay="always", reserve="band"), "stay"),
        (scenario({"g": 6}, set_asides=TWICE), r"set_asides\[1\] is of the kind feeder"),
        (scenario({"g": 6}, ed=Pool(0.0), other=Pool(0.0)), "Nobody applies"),
        (scenario({"g": 6, "h": 4}, unfilled="lower"), "unfilled .* at host h would depend .* give hold"),
        (scenario({"g": 6, "h": 4}, stay="drawn"), "stay .* at host h would depend .* give first"),
    ],
)
def test_what_no_lottery_can_follow_is_refused(asked, words):
    with pytest.raises(InputError, match=words):
        files(ground(SCHOOLS, asked), asked, 0)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (scenario({"g": 6}), []),
        (scenario({"g": 6}, years=3, attrition=0.1), ["only the first"]),
        (scenario({"h": 6}, ed=replace(HALF, leave=0.1)), ["Who leaves"]),
        (scenario({"g": 6}, unfilled="second"), []),
        (scenario({"g": 6, "h": 4}, unfilled="second"), []),
        (scenario({"h": 4, "g": 6}, stay="drawn"), []),  # nobody is present at the second
        (scenario({"h": 6}, stay="drawn", unfilled="lower"), []),
    ],
)
def test_what_is_no_part_of_a_lottery_is_told(asked, words):
    told = files(ground(SCHOOLS, asked), asked, 0).left_out
    assert len(told) == len(words)
    assert all(word in line for word, line in zip(words, told, strict=True))


def test_a_host_that_begins_later_has_no_seats_yet():
    asked = scenario({}, hosts=(Host("g", 6), Host("h", 4, start=2)), years=2)
    made = files(ground(SCHOOLS, asked), asked, 0)
    assert set(made.seats["school"]) == set(made.applications["school"]) == {"g"}
