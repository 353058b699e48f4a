"""A small valid file in every format and layout that is read, for the fuzzer to break."""

from pathlib import Path

from data.schema import FIELDS, GROUP_COUNTS, RACES
from data.sources import layouts
from data.sources.mapping import Mapping, read_mapping
from tests.data import forms, map_forms
from tests.data.forms import COLUMNS, SCHOOLS, SHEET, csv, text, zipped
from tests.data.map_forms import EAST, WEST, districts
from tests.data.sources.conftest import DIRECTORY, LUNCH, MEMBERSHIP, Ccd

ONE, TWO = "480000100001", "480000100002"


def tables() -> dict[str, bytes]:
    """Files that bring schools in."""
    return {
        "table.csv": csv(),
        "points-too.csv": csv((_wider(COLUMNS, "latitude", "longitude", "grade_low", "charter", "teachers"),
                               *(_wider(row, 31.5, -99.5, "KG", "yes", 2.5) for row in SCHOOLS))),
        "table.tsv": text(delimiter="\t").encode("utf-16"),
        "table.xlsx": forms.xlsx(),
        "table.xls": forms.xls(),
        "table.ods": forms.ods(),
        "table.parquet": forms.parquet(),
        "table.rda": forms.r_data(),
        "table.zip": zipped({"a.csv": csv(), "readme.pdf": b"%PDF-1.7"}),
        **_ccd(),
        **_layouts(with_students=True),
    }  # fmt: skip


def sides() -> dict[str, tuple[bytes, bytes]]:
    """Files that describe schools, and the table of schools that each is given together with."""
    texas, no_state = csv(), csv(tuple(row[:4] + row[5:] for row in SHEET))
    return {
        **{name: (content, no_state) for name, content in _layouts(with_students=False).items()},
        **{name: (content, texas) for name, content in _sides().items()},
    }


def _sides() -> dict[str, bytes]:
    ccd = Ccd()
    point = "|4800001|A|48|1 St|X|TX|79322|48|48107|Crosby County|43|31.5|-99.5|N|N\n"
    return {
        "lunch.csv": _lines(LUNCH, *ccd.lunch(ONE, ("free", "60", "Reported"), ("total", "75", "Reported"))),
        "directory.csv": _lines(
            DIRECTORY,
            f"2018-2019,48,TEXAS,TX,ONE,A,01,,TX-1,4800001,TX-1-1,{ONE},00001,1,No,PK,05,Elementary,NOTVIRTUAL,No",
        ),
        "edge.txt": f"{ONE}{point}{TWO}{point}".encode(),
        "edge.csv": _lines("NCESSCH,LAT,LON", f"{ONE},31.5,-99.5", f"{TWO},30.5,-98.5"),
        "reference.csv": _lines(
            "CAMPUS,CAMPNAME,CFLCHART,CNTYNAME,DISTNAME,DISTRICT,GRDSPAN", "057905001,A,N,X,Y,057905,09 - 12"
        ),
        "districts.geojson": districts(WEST, EAST),
        "districts.topojson": map_forms.topojson(),
        "districts.gpkg": map_forms.geopackage(WEST, EAST),
        "districts.parquet": map_forms.geoparquet(),
        "districts.zip": map_forms.zipped_shapefile(),
    }


def _wider(row: forms.Row, *more: object) -> forms.Row:
    return (*row, *more)


def _lines(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


_UNIVERSE = {
    **{"SURVYEAR": "2012", "NCESSCH": ONE, "FIPST": "48", "LEAID": "4800001", "STID": "057905", "SEASCH": "057905001"},
    **{"LEANM": "A", "SCHNAM": "B", "CONAME": "C", "GSLO": "PK", "GSHI": "05", "LATCOD": "31.5", "LONCOD": "-99.5"},
    **{"CHARTR": "2", "TYPE": "1", "FRELCH": "60", "REDLCH": "15", "TOTFRL": "75", "MEMBER": "100"},
    **{"BLACK": "20", "HISP": "30", "WHITE": "50"},
}
_WIDE = {
    **{"SURVYEAR": "2015-2016", "NCESSCH": ONE, "FIPST": "48", "LEAID": "4800001", "SCH_NAME": "A", "MEMBER": "70"},
    **dict.fromkeys(("AM", "AS", "BL", "HI", "HP", "TR", "WH"), "10"),
}


def _ccd() -> dict[str, bytes]:
    ccd = Ccd()
    return {
        "membership.csv": _lines(MEMBERSHIP, *ccd.members(ONE, (10, 20), (30, 40)), *ccd.members(TWO, (5, 0), (0, 5))),
        "universe.txt": _lines("\t".join(_UNIVERSE), "\t".join(_UNIVERSE.values())),
        "wide.csv": _lines(",".join(_WIDE), ",".join(_WIDE.values())),
        "CSTUD_19.csv": _lines(
            "CAMPUS,CPETALLC,CPETECOC,CPETBLAC,CPETBLAP,CPETHISC,CPETWHIC", "057905001,100,60,20,20.0,30,50"
        ),
    }


# Layouts that are mappings ------------------------------------------------------------------------------------------

_VALUES = {"year": "2018-19", "students": "100", "latitude": "31.5", "longitude": "-99.5", "leaid": "7"}
_COUNTS = {"count": "40", "percent": "40.0", "share": "0.4"}


def _layouts(*, with_students: bool) -> dict[str, bytes]:
    """A table of each layout that does or does not bring schools with a group's count."""
    found = {path.stem: read_mapping(path) for path in sorted(Path(layouts.__file__).parent.glob("*.toml"))}
    fields = {name: {*mapping.fields, *_groups(mapping).values()} for name, mapping in found.items()}
    bring = {name for name in found if "students" in fields[name] and fields[name] & {*GROUP_COUNTS, "ed_frpl"}}
    return {f"{name}.csv": _of_layout(found[name]) for name in found if (name in bring) == with_students}


def _groups(mapping: Mapping) -> dict[str, str]:
    return dict(mapping.long.names) if mapping.long else {}


def _of_layout(mapping: Mapping) -> bytes:
    """Two schools in the columns of a layout; a row for each group where groups stand below each other."""
    of_field = {name: field for field, take in reversed(mapping.fields.items()) for name in take.columns}
    columns = list(dict.fromkeys((*mapping.required, *of_field, *mapping.only)))
    rows = []
    for school in ("1", "2"):
        row = {column: _value(of_field.get(column), mapping, school) for column in columns}
        row |= {column: values[0] for column, values in mapping.only.items()}
        for group in _groups(mapping) or [""]:
            if mapping.long:
                named = (f'"{name}"' if "," in name else name for name in group.split(" / "))
                row |= dict(zip(mapping.long.columns, named, strict=True)) | {mapping.long.count: "40"}
            rows.append(tuple(row.values()))
    header = [column.replace("{year}", "2018-19").replace("{any}", "2018-19") for column in columns]
    return csv((header, *rows))


def _value(field: str | None, mapping: Mapping, school: str) -> str:
    """What may stand in a column of a field, or of none."""
    if field in ("ncessch", "state_school"):
        return school
    if field == "state":
        return mapping.state or "TX"
    if field in RACES or str(field).startswith("ed"):
        return _COUNTS[mapping.fields[str(field)].unit]
    kind = FIELDS[field].kind if field in FIELDS else "text"
    return _VALUES.get(str(field)) or {"grade": "5", "flag": "Yes", "number": "2.5"}.get(kind, "x")
