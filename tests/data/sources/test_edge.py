"""EDGE school locations in their two layouts."""

import pytest

from analysis.errors import InputError

PIPE = "{id}|4800001|A|48|1 St|X|TX|79322|48|48107|Crosby County|43|{lat}|{lon}|N|N"


def test_the_headerless_pipe_file_and_the_table_with_a_header_give_the_same(part, tmp_path):
    (tmp_path / "a.txt").write_text(PIPE.format(id="480000100001", lat="33.65", lon="-101.24") + "\n")
    (tmp_path / "b.csv").write_text(
        "NCESSCH,NAME,NMCNTY,LOCALE,LAT,LON,CBSA,NMCBSA\n480000100001,A,Crosby County,43,33.65,-101.24,N,N\n"
    )
    piped, headed = part(tmp_path / "a.txt"), part(tmp_path / "b.csv")
    assert piped.frame.to_dict("list") == headed.frame.to_dict("list")
    assert piped.frame.to_dict("list") == {
        "ncessch": ["480000100001"],
        "latitude": [33.65],
        "longitude": [-101.24],
        "county": ["Crosby County"],
        "locale": ["43"],
        "metro": ["outside any metro area"],
    }
    assert piped.key == ("ncessch",)


def test_other_states_schools_are_left_out(part, tmp_path):
    rows = [PIPE.format(id=id_, lat="33.65", lon="-101.24") for id_ in ("480000100001", "210000100001")]
    (tmp_path / "a.txt").write_text("\n".join(rows) + "\n")
    assert part(tmp_path / "a.txt", state="KY").frame["ncessch"].tolist() == ["210000100001"]


def test_a_latitude_that_is_no_number_is_told(part, tmp_path):
    (tmp_path / "b.csv").write_text("NCESSCH,LAT,LON\n480000100001,north,-101.24\n")
    with pytest.raises(InputError, match=r'b\.csv, row 2, column LAT \(latitude\): "north"'):
        part(tmp_path / "b.csv")


@pytest.mark.parametrize(
    ("header", "row", "more"),
    [
        ("NCESSCH,SURVYEAR,LATCODE,LONGCODE", "480000100001,2014,33.65,-101.24", {}),
        ("NCESSCH,CONAME,LATCODE,LONGCODE", "480000100001,Crosby County,33.65,-101.24", {"county": "Crosby County"}),
        (
            "NCESSCH,NAME,LOCALE15,LAT1516,LON1516,CBSA15,NMCBSA15",
            '480000100001,A,11,33.65,-101.24,31180,"Lubbock, TX"',
            {"locale": "11", "metro": "Lubbock, TX"},
        ),
    ],
)
def test_the_column_names_of_2014_and_2015(part, tmp_path, header, row, more):
    (tmp_path / "a.csv").write_text(f"{header}\n{row}\n")
    (read,) = part(tmp_path / "a.csv").frame.to_dict("records")
    assert read == {"ncessch": "480000100001", "latitude": 33.65, "longitude": -101.24} | more


def test_the_text_of_2016_has_no_district_after_the_school(part, tmp_path):
    row = "480000100001|A SCHOOL|48|1 St|X|TX|79322|48|48107|Crosby County|43|33.65|-101.24|31180|Lubbock, TX"
    (tmp_path / "a.txt").write_text(row + "\n")
    (read,) = part(tmp_path / "a.txt").frame.to_dict("records")
    assert read == {
        "ncessch": "480000100001",
        "latitude": 33.65,
        "longitude": -101.24,
        "county": "Crosby County",
        "locale": "43",
        "metro": "Lubbock, TX",
    }


def test_a_text_cut_after_the_points_has_no_metro_area(part, tmp_path):
    row = PIPE.format(id="480000100001", lat="33.65", lon="-101.24").removesuffix("|N|N")
    (tmp_path / "a.txt").write_text(row + "\n")
    read = part(tmp_path / "a.txt").frame
    assert read["locale"].tolist() == ["43"]
    assert "metro" not in read
