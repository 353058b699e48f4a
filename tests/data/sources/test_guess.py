"""A first mapping from names and values."""

from pathlib import Path

import pytest

from data.formats.reading import tables
from data.sources.guess import guess
from data.sources.mapped import read
from data.sources.mapping import Take
from data.sources.source import Asked


def guessed(folder: Path, *lines: str):
    path = folder / "odd.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (table,) = tables(path)
    return table, guess(table)


def test_a_table_of_percentages_with_titles_totals_and_codes_of_two_parts(tmp_path):
    table, mapping = guessed(
        tmp_path,
        "State of Somewhere",
        "Fall enrollment",
        "",
        "SchoolYear,Dist Code,District Name,Sch Code,School Name,Total Enrollment,% Econ Disadv,% White,Hispanic",
        '2018-19,1,Alpha,1,Alpha Elementary,"1,200",45.2,50.0,240',
        "2018-19,1,Alpha,2,Alpha High,300,<5,80.0,*",
        "2018-19,2,Beta,1,Beta School,150,>95,10.0,15",
        "2018-19,2,Beta,,District Total,450,50.0,50.0,99",
    )
    assert mapping.fields["ncessch"] == Take(("Dist Code", "Sch Code"), digits=(1, 1))
    assert mapping.fields["leaid"].columns == ("Dist Code",)
    assert mapping.fields["ed_state"] == Take(("% Econ Disadv",), unit="percent")
    assert mapping.fields["white"].unit == "percent"
    assert mapping.fields["hispanic"].unit == "count"
    assert mapping.without == {"School Name": ("District Total",)}
    frame = read(table, mapping, Asked()).frame
    assert frame["students"].tolist() == [1200, 300, 150]
    assert frame["year"].unique().tolist() == [2018]


def test_an_id_is_as_wide_as_the_codes_not_as_a_footnote_below_them(tmp_path):
    rows = [f"{district:04d},{district:04d}{school:02d},Oak,100,30" for district in range(9) for school in (1, 2)]
    _, mapping = guessed(tmp_path, "Dist Code,Sch Code,School,Enrollment,FRL", *rows, "* fewer than ten students,,,,")
    assert mapping.fields["leaid"] == Take(("Dist Code",), digits=(4,))
    assert mapping.fields["ncessch"] == Take(("Sch Code",), digits=(6,))


def test_shares_are_told_from_percentages_and_counts_come_first(tmp_path):
    header = "NCESSCH,LEAID,School,Enrollment,FRL Rate,Black Pct,Black,Free Lunch,Reduced Lunch"
    _, mapping = guessed(tmp_path, header, "390000100001,3900001,Oak,100,0.45,20.5,20,30,15")
    assert mapping.fields["ed_frpl"] == Take(("FRL Rate",), unit="share")
    assert mapping.fields["black"] == Take(("Black",))
    assert mapping.fields["ncessch"] == Take(("NCESSCH",), digits=(12,))


def test_free_and_reduced_lunch_are_added(tmp_path):
    _, mapping = guessed(tmp_path, "school id,district id,students,free lunch,reduced lunch", "1,1,100,30,15")
    assert mapping.fields["ed_frpl"].columns == ("free lunch", "reduced lunch")
    assert mapping.fields["ed_free"].columns == ("free lunch",)


def test_points_are_seen_by_name_and_value_and_only_together(tmp_path):
    header = "NCESSCH,LEAID,Enrollment,{},{}"
    row = "390000100001,3900001,100,40.1,-83.25"
    for names in (("Lat", "Lon"), ("Site Latitude", "Site Longitude"), ("LAT", "LONG"), ("lat", "lng")):
        _, mapping = guessed(tmp_path, header.format(*names), row)
        assert (mapping.fields["latitude"], mapping.fields["longitude"]) == (Take((names[0],)), Take((names[1],)))
        assert mapping.fields["students"] == Take(("Enrollment",))
    for names in (("Flat", "Lon"), ("Lat", "Belong")):
        assert "latitude" not in guessed(tmp_path, header.format(*names), row)[1].fields
    assert "latitude" not in guessed(tmp_path, header.format("Lat", "Lon"), "390000100001,3900001,100,yes,no")[1].fields


def test_a_row_for_each_race_is_seen_in_the_values(tmp_path):
    table, mapping = guessed(
        tmp_path,
        "end_year,sch_id,dist_id,who,n_students",
        *(f"2019,{s},1,{who},{n}" for s in (1, 2) for who, n in
          (("All Students", 9), ("Black", 2), ("White", 4), ("Two or More", 3), ("Low Income", 5))),
    )  # fmt: skip
    assert mapping.long is not None
    assert mapping.long.columns == ("who",)
    assert mapping.spring
    frame = read(table, mapping, Asked()).frame
    assert frame[["students", "black", "white", "two_or_more", "ed_state"]].to_numpy().tolist() == [[9, 2, 4, 3, 5]] * 2
    assert frame["year"].tolist() == [2018, 2018]


def test_only_schools_are_kept_where_a_column_tells_them_from_districts(tmp_path):
    _, mapping = guessed(
        tmp_path, "org type,org code,district code,total", "District,1,1,9", "School,11,1,5", "School,12,1,4"
    )
    assert mapping.only == {"org type": ("School",)}


@pytest.mark.parametrize("mark", ["hush", "PS"])
def test_an_unusual_mark_is_listed(tmp_path, mark):
    rows = [f"{i},1,{i}0,5" for i in range(1, 20)]
    _, mapping = guessed(tmp_path, "school id,district id,students,black", *rows, f"20,1,200,{mark}")
    assert mapping.missing == (mark,)


def test_counts_of_part_of_the_students_are_no_total(tmp_path):
    _, mapping = guessed(tmp_path, "school id,district id,male students,grade 4 total,enrollment", "1,1,5,6,11")
    assert mapping.fields["students"].columns == ("enrollment",)


def piled(*percents, header="% Econ Disadv", other="50.0"):
    rows = [f"{i},1,100,{percent},{other}" for i, percent in enumerate(percents, 1)]
    return f"school id,district id,students,{header},% White", *rows


@pytest.mark.parametrize(
    ("percents", "found"),
    [
        pytest.param(["5"] * 4 + ["40", "41", "42.5"] + ["95"] * 3, (5, 95), id="piled at both ends"),
        pytest.param(["5%"] * 4 + ["40%", "41%"] + ["95%"] * 3, (5, 95), id="with signs"),
        pytest.param(["5"] * 4 + ["40", "95", "41"], None, id="one alone at the top"),
        pytest.param(["5"] * 4 + ["3"] + ["95"] * 4, None, id="a value beyond"),
        pytest.param(["5"] * 4 + ["40"] * 4 + ["41"] * 4 + ["95"] * 4, None, id="no more than elsewhere"),
        pytest.param(["4"] * 4 + ["40", "41"] + ["95"] * 4, None, id="not as far from both ends"),
        pytest.param(["0"] * 4 + ["40", "41"] + ["100"] * 4, None, id="none and all"),
    ],
)
def test_percentages_clipped_at_both_ends_are_seen(tmp_path, percents, found):
    _, mapping = guessed(tmp_path, *piled(*percents))
    assert mapping.clipped == found


def test_clipped_percentages_become_intervals(tmp_path):
    table, mapping = guessed(tmp_path, "year,school id,district id,students,% Econ Disadv",
                             *(f"2018-19,{i},1,100,{p}" for i, p in enumerate([5, 5, 5, 40, 95, 95, 95])))  # fmt: skip
    frame = read(table, mapping, Asked()).frame
    ends = frame[["ed_state", "ed_state_low", "ed_state_high"]].fillna(-1).to_numpy().tolist()
    assert [ends[i] for i in (0, 3, 4)] == [[-1, 0, 5], [40, -1, -1], [-1, 95, 100]]


@pytest.mark.parametrize(
    ("name", "fall"),
    [
        ("School Enrollment as of Oct 2019", 2019),
        ("Enrollment, October 1, 2019", 2019),
        ("2019-20 Enrollment", 2019),
        ("Fall 2019 Enrollment", 2019),
        ("Enrollment 2019", None),  # of a fall, or of a spring
        ("Enrollment", None),
    ],
)
def test_a_school_year_in_a_columns_name_is_seen(tmp_path, name, fall):
    _, mapping = guessed(tmp_path, f'school id,district id,"{name}",black', "1,1,100,5")
    assert mapping.year == fall
    assert mapping.fields["students"].columns == (name,)
