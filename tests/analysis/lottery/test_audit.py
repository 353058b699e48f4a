"""The audit: from its own lines alone every decision can be recomputed."""

from hypothesis import given

from analysis.lottery.audit import DECISIONS, LEFT_BY, audit, summary
from analysis.lottery.draw import hold, offers
from analysis.lottery.market import Rules
from tests.analysis.lottery.markets import RULES, SEED, lists, markets, seats


def key(line):
    return line.priority, line.number


@given(markets(), RULES)
def test_every_decision_follows_from_its_line(market, rules):
    lines = audit(hold(*market, rules, SEED))
    placed = set()
    for line in lines.itertuples():
        full = line.last_number is not None and line.last_number == line.last_number
        ahead = not full or key(line) <= (line.last_priority, line.last_number)
        if line.student in placed:
            assert line.decision == "not reached"
        elif line.decision == "offered":
            assert ahead
            placed.add(line.student)
        else:
            assert line.decision == ("refused" if full else "no seats")
            assert not full or key(line) > (line.last_priority, line.last_number)
        behind = LEFT_BY.get(line.priority // 10) if line.decision == "offered" else None
        assert line.reason == (behind or DECISIONS[line.decision])


@given(markets(), RULES)
def test_the_audit_has_every_application_and_agrees_with_offers_and_summary(market, rules):
    draw = hold(*market, rules, SEED)
    lines, table, places = audit(draw), summary(draw), offers(draw)
    given_ = market[0].sort_values(["student", "rank"])[["student", "school"]]
    told = lines[["student", "school"]].astype("str").drop_duplicates()
    assert told.to_numpy().tolist() == given_.to_numpy().tolist()
    offered = lines[lines["decision"] == "offered"]
    assert offered["student"].tolist() == places.loc[places["school"].notna(), "student"].tolist()
    assert (table["offered"] + table["unfilled"] == table["seats"]).all()
    assert table["offered"].sum() == len(offered)
    assert table["claims"].sum() == len(lines)
    assert (table["last_number"].notna() == ((table["unfilled"] == 0) & (table["seats"] > 0))).all()
    assert table["waitlist"].sum() == lines["waitlist"].notna().sum()


@given(markets(), RULES)
def test_waitlists_are_in_order_and_of_those_refused_by_a_school_they_would_rather_have(market, rules):
    draw = hold(*market, rules, SEED)
    lines = audit(draw)
    rank = offers(draw).set_index("student")["rank"]
    waiting = lines[lines["waitlist"].notna()]
    for _, own in waiting.groupby(["school", "seats_of"], observed=True):
        own = own.sort_values("waitlist")
        assert own["waitlist"].tolist() == list(range(1, len(own) + 1))
        assert list(map(key, own.itertuples())) == sorted(map(key, own.itertuples()))
    held = lines["student"].astype("str").map(rank)
    should = (lines["decision"] == "refused") & (held.isna() | (lines["rank"] < held)).fillna(True).astype(bool)
    assert should.equals(lines["waitlist"].notna())


def test_after_a_second_round_only_schools_ranked_above_the_place_keep_a_student_waiting():
    students = {"e1": ("ed", "A"), "o1": ("other", "AB"), "o2": ("other", "AB"), "o3": ("other", "AB")}
    places = seats([("A", "ed", 2), ("A", "other", 1), ("B", "ed", 0), ("B", "other", 1)])
    draw = hold(lists(students), places, Rules(unfilled="second-round"), SEED)
    lines = audit(draw)
    # Of three, one has A and one B in the first round; the third gets the seat that ed leaves at A, and waits no more.
    second = lines[lines["round"] == 2]
    assert second[["school", "seats_of", "decision"]].to_numpy().tolist() == [["A", "open", "offered"]]
    (late,) = second["student"]
    waiting = lines[lines["waitlist"].notna()]
    in_b = lines[(lines["decision"] == "offered") & (lines["school"] == "B")]["student"].tolist()
    assert waiting[["student", "school", "waitlist"]].to_numpy().tolist() == [[*in_b, "A", 1]]
    assert late not in in_b
