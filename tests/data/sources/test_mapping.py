"""Mappings as TOML, and tables read by them."""

import pandas as pd
import pytest

from analysis.errors import InputError
from data.formats.reading import tables
from data.sources.mapped import read
from data.sources.mapping import Long, Mapping, Take, from_toml, matching, to_toml
from data.sources.source import Asked

PLAIN = Mapping(
    "A state",
    {"ncessch": Take(("School",)), "leaid": Take(("District",)), "students": Take(("All",)), "ed_state": Take(("ED",))},
    year=2018,
)
FULL = Mapping(
    'A "state"',
    {
        "year": Take(("SY",)),
        "ncessch": Take(("County", "School"), digits=(2, 3)),
        "leaid": Take(("School",), first=2, after="-"),
        "ed_frpl": Take(("Free", "Reduced")),
        "ed_state": Take(("New", "Old"), either=True),
        "black": Take(("% Black",), unit="percent"),
    },
    state="OH",
    spring=True,
    recognise=("SY", "School"),
    header_row=4,
    missing=("hush",),
    hidden={"*": (1, 9)},
    clipped=(5.0, 95.0),
    only={"Level": ("School",)},
    without={"School": ("000", "Total")},
    long=Long(("Group",), "N", {"White": "white"}),
)


def table_of(folder, *lines, name="a.csv"):
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (table,) = tables(path)
    return table


def part(folder, mapping, *lines, name="a.csv", **asked):
    return read(table_of(folder, *lines, name=name), mapping, Asked(**asked))


@pytest.mark.parametrize("mapping", [PLAIN, FULL])
def test_a_mapping_survives_toml(mapping):
    assert from_toml(to_toml(mapping), "a.toml") == mapping


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("label = ", r"m\.toml is not TOML"),
        ("label = 'x'\ncolour = 1\n[fields]\nncessch = 'a'", 'there is no setting "colour"'),
        ("label = 'x'", "is not a mapping"),
        ("label = 'x'\n[fields]\nncessch = 'a'\npupils = 'b'", 'there is no field "pupils"'),
        ("label = 'x'\n[fields]\nstudents = 'b'", "does not say which column is the school's id"),
        ("label = 'x'\nstate = 'XX'\n[fields]\nncessch = 'a'", '"XX" is not a state'),
        ("label = 'x'\n[fields]\nncessch = { columns = ['a'], digits = [1, 2] }", "as many digits as columns"),
        ("label = 'x'\n[fields]\nncessch = 'a'\ned = { columns = ['b'], unit = 'pct' }", "count, percent or share"),
    ],
)
def test_what_is_no_mapping_is_told_in_one_sentence(text, words):
    with pytest.raises(InputError, match=words):
        from_toml(text, "m.toml")


def test_patterns_find_columns_whatever_the_case_and_their_year():
    header = ("School Name", "Free [Public] 2018-19", "Free [Public] 2019-20")
    assert matching("SCHOOL NAME", header) == {"School Name": ""}
    assert matching("Free [Public] {year}", header) == {header[1]: "2018-19", header[2]: "2019-20"}
    assert matching("Free {any} 2018-19", header) == {header[1]: ""}


def test_ids_are_padded_joined_and_cut(tmp_path):
    mapping = Mapping(
        "x",
        {
            "ncessch": Take(("C", "S"), digits=(2, 3)),
            "leaid": Take(("L",), digits=(5,), first=2, after="-"),
            "students": Take(("N",)),
        },
        year=2018,
    )
    one = part(tmp_path, mapping, "C,S,L,N", '1,="07",OH-12345,9').frame.iloc[0]
    assert (one["ncessch"], one["leaid"]) == ("01007", "12")


def test_counts_of_several_columns_are_added_and_unknown_where_one_is(tmp_path):
    mapping = Mapping("x", {**PLAIN.fields, "ed_frpl": Take(("Free", "Reduced"))}, year=2018)
    frame = part(tmp_path, mapping, "School,District,All,ED,Free,Reduced", "1,1,50,,10,5", "2,1,50,,10,*").frame
    assert frame["ed_frpl"].fillna(-1).tolist() == [15, -1]


def test_either_takes_the_first_column_that_knows(tmp_path):
    mapping = Mapping("x", {**PLAIN.fields, "ed_state": Take(("New", "ED"), either=True)}, year=2018)
    frame = part(tmp_path, mapping, "School,District,All,ED,New", "1,1,50,7,", "2,1,50,8,9").frame
    assert frame["ed_state"].tolist() == [7, 9]


def test_hidden_ed_keeps_its_bounds_and_a_hidden_race_is_unknown(tmp_path):
    mapping = Mapping("x", {**PLAIN.fields, "black": Take(("Black",))}, year=2018)
    frame = part(tmp_path, mapping, "School,District,All,ED,Black", "1,1,50,<5,<5").frame
    assert frame[["ed_state_low", "ed_state_high"]].iloc[0].tolist() == [0, 4]
    assert frame[["ed_state", "black"]].isna().all(axis=None)


def test_percentages_become_counts_with_their_rounding(tmp_path):
    mapping = Mapping("x", {**PLAIN.fields, "ed_state": Take(("ED",), unit="percent")}, year=2018)
    found = part(tmp_path, mapping, "School,District,All,ED", '1,1,"1,200",45.2')
    assert found.frame[["ed_state", "ed_state_low", "ed_state_high"]].iloc[0].tolist() == [542, 542, 543]
    assert found.notes == ("a.csv: counts come from percentages, to the nearest student.",)
    lone = Mapping("x", {name: take for name, take in mapping.fields.items() if name != "students"}, year=2018)
    grade = Mapping("x", {**lone.fields, "students_01": Take(("ED",), unit="percent")}, year=2018)
    with pytest.raises(InputError, match="percentages need the number of students"):
        part(tmp_path, grade, "School,District,All,ED", "1,1,9,45.2")


def test_percentages_of_students_who_stand_elsewhere_keep_their_rounding(tmp_path):
    fields = {**PLAIN.fields, "ed_state": Take(("ED",), unit="percent"), "black": Take(("B",), unit="share")}
    del fields["students"]
    found = part(tmp_path, Mapping("x", fields, clipped=(5, 95)), "School,District,ED,B", "1,1,45.2,.25", "2,1,95.0,.5")
    assert found.key == ("year", "ncessch")
    names = ["ed_state_percent", "ed_state_percent_low", "ed_state_percent_high"]
    assert found.frame[names].fillna(-1).round(6).to_numpy().tolist() == [[45.2, 45.15, 45.25], [-1, 94.95, 100]]
    assert found.frame["black_percent"].tolist() == [25, 50]
    assert "year" not in found.frame  # nothing says which: it is that of the students


def test_a_districts_revenue_may_be_given_as_a_total(tmp_path):
    fields = {"leaid": Take(("District",)), "revenue": Take(("Dollars",), unit="total")}
    found = part(tmp_path, Mapping("x", fields, year=2018), "District,Dollars", "1,5000")
    assert found.frame[["year", "leaid", "revenue_total"]].to_numpy().tolist() == [[2018, "1", 5000]]
    with pytest.raises(InputError, match="only revenue can be given as a total"):
        from_toml('label = "x"\n[fields]\nncessch = "S"\nteachers = { columns = ["T"], unit = "total" }', "m.toml")


def test_totals_footers_and_other_rows_are_left_out_and_told(tmp_path):
    mapping = Mapping("x", PLAIN.fields, year=2018, only={"Level": ("School",)}, without={"Name": ("Total",)})
    found = part(
        tmp_path,
        mapping,
        "School,District,All,ED,Level,Name",
        "1,1,5,2,School,One",
        "1,1,5,2,District,One",
        "0,1,5,2,School,Total",
        ",,,,School,End of worksheet",
        ",,,,,",
    )
    assert found.frame["ncessch"].tolist() == ["1"]
    assert found.notes == ("a.csv: left out as no school: 3 of 4 rows.",)
    with pytest.raises(InputError, match="has no row that is a school"):
        part(tmp_path, mapping, "School,District,All,ED,Level,Name", "1,1,5,2,District,One")


@pytest.mark.parametrize(
    ("written", "spring", "fall"),
    [("2018-19", True, 2018), ("2018–2019", False, 2018), ("2019", True, 2018), ("2019", False, 2019)],
)
def test_school_years_as_written(tmp_path, written, spring, fall):
    mapping = Mapping("x", {**PLAIN.fields, "year": Take(("SY",))}, spring=spring)
    assert part(tmp_path, mapping, "School,District,All,ED,SY", f"1,1,5,2,{written}").frame["year"].tolist() == [fall]


def test_a_year_that_no_column_says(tmp_path):
    mapping = Mapping("x", PLAIN.fields)
    lines = ("School,District,All,ED", "1,1,5,2")
    assert part(tmp_path, mapping, *lines, year=2020).frame["year"].tolist() == [2020]
    assert part(tmp_path, mapping, *lines, name="enrollment_2021-22.csv").frame["year"].tolist() == [2021]
    with pytest.raises(InputError, match=r"a\.csv does not say which school year .* --year 2018"):
        part(tmp_path, mapping, *lines)


def test_columns_that_say_their_year_give_a_row_for_each(tmp_path):
    fields = {"ncessch": Take(("School",)), "leaid": Take(("District",)), "students": Take(("All {year}",))}
    frame = part(tmp_path, Mapping("x", fields), "School,District,All 2018-19,All 2019-20", "1,1,5,6", "2,1,7,8").frame
    assert frame[["year", "ncessch", "students"]].to_numpy().tolist() == [
        [2018, "1", 5],
        [2018, "2", 7],
        [2019, "1", 6],
        [2019, "2", 8],
    ]


def test_a_row_for_each_group_becomes_one_for_each_school(tmp_path):
    mapping = Mapping(
        "x",
        {"ncessch": Take(("School",)), "leaid": Take(("District",))},
        year=2018,
        long=Long(("By", "Group"), "N", {"All / All": "students", "Race / White": "white", "Race / Black": "black"}),
    )
    lines = (
        "1,1,All,All,PK,3",
        "1,1,All,All,KG,4",
        "1,1,Race,White,PK,2",
        "1,1,Race,White,KG,*",
        "1,1,Race,Black,PK,1",
    )
    frame = part(tmp_path, mapping, "School,District,By,Group,Grade,N", *lines, "2,1,All,All,PK,9").frame
    assert frame[["students", "white", "black"]].fillna(-1).to_numpy().tolist() == [[7, -1, 1], [9, -1, -1]]
    with pytest.raises(InputError, match="none of the groups named in the mapping is there; it has Sex / F"):
        part(tmp_path, mapping, "School,District,By,Group,Grade,N", "1,1,Sex,F,PK,3")


def test_grades_flags_names_points_and_teachers(tmp_path):
    names = ("grade_low", "grade_high", "charter", "school", "latitude", "longitude", "teachers", "state")
    fields = {**PLAIN.fields, **{name: Take((name,)) for name in names}}
    lines = (
        "School,District,All,ED," + ",".join(names),
        "1,1,5,2,Kindergarten,6th Grade,1-Yes,OAK HIGH,0,-80.5,6.5,Ohio",
    )
    one = part(tmp_path, Mapping("x", fields, year=2018), *lines).frame.iloc[0]
    assert one[["grade_low", "grade_high", "charter", "school"]].tolist() == ["KG", "06", True, "Oak High"]
    assert pd.isna(one["latitude"])
    assert one[["longitude", "teachers", "state"]].tolist() == [-80.5, 6.5, "OH"]


def test_the_persons_own_ed_above_the_enrolment_is_unknown(tmp_path):
    mapping = Mapping("x", {**PLAIN.fields, "ed": Take(("ED",))}, year=2018)
    found = part(tmp_path, mapping, "School,District,All,ED", "1,1,5,6", "2,1,5,4")
    assert found.frame["ed"].fillna(-1).tolist() == [-1, 4]
    assert set(found.frame["ed_basis"]) == {"user"}
    (aside,) = found.aside
    assert (aside.kind, aside.year, aside.number, aside.rows[0]["reported"]) == ("ed_above_students", 2018, 1, 6)


def test_a_lacking_column_is_named_with_the_nearest(tmp_path):
    with pytest.raises(InputError, match=r"a\.csv lacks the column All \(it has Alls\); correct the mapping"):
        part(tmp_path, PLAIN, "School,District,Alls,ED", "1,1,5,2")


def test_of_several_states_one_must_be_named(tmp_path):
    mapping = Mapping("x", {**PLAIN.fields, "state": Take(("ST",))}, year=2018)
    lines = ("School,District,All,ED,ST", "1,1,5,2,OH", "2,1,5,2,KY")
    assert part(tmp_path, mapping, *lines, state="KY").frame["ncessch"].tolist() == ["2"]
    with pytest.raises(InputError, match="holds 2 states; name one"):
        part(tmp_path, mapping, *lines)


def test_a_changed_nces_id_is_the_last_one_in_every_year(tmp_path):
    mapping = Mapping("x", {"year": Take(("Y",)), "state_school": Take(("S",)), "ncessch": Take(("N",))})
    frame = part(tmp_path, mapping, "Y,S,N", "2017,1,110000000001", "2018,1,110000000009", "2018,2,").frame
    assert frame["ncessch"].tolist() == ["110000000009", "110000000009", "2"]
