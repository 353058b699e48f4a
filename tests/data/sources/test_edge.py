"""EDGE school locations in their two layouts."""

import pytest

from analysis.errors import InputError

PIPE = "{id}|4800001|A|48|1 St|X|TX|79322|48|48107|Crosby County|43|{lat}|{lon}|N|N"


def test_the_headerless_pipe_file_and_the_table_with_a_header_give_the_same(part, tmp_path):
    (tmp_path / "a.txt").write_text(PIPE.format(id="480000100001", lat="33.65", lon="-101.24") + "\n")
    (tmp_path / "b.csv").write_text("NCESSCH,NAME,LAT,LON\n480000100001,A,33.65,-101.24\n")
    piped, headed = part(tmp_path / "a.txt"), part(tmp_path / "b.csv")
    assert piped.frame.to_dict("list") == headed.frame.to_dict("list")
    assert piped.frame.to_dict("list") == {
        "ncessch": ["480000100001"],
        "latitude": [33.65],
        "longitude": [-101.24],
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
