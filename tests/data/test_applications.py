"""The files of a lottery: what is read, and what is refused with its file, row and column."""

import pytest

from analysis.errors import InputError
from data.applications import read_applications, read_salt, read_seats

SEATS = "school,pool,seats\nSolar,ed,2\nSolar,other,1\nMoon,ed,1\nMoon,other,0\n"
ROWS = "student,pool,rank,school,sibling,proximity\n007,ed,1,Solar,yes,\n007,ed,2,Moon,no,Y\n8,other,1,Solar,,\n"


@pytest.fixture
def file(tmp_path):
    def file(name, text):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return file


def test_applications_and_seats_are_read_as_written(file):
    seats = read_seats(file("seats.csv", SEATS))
    assert seats.to_numpy().tolist() == [
        ["Solar", "ed", 2],
        ["Solar", "other", 1],
        ["Moon", "ed", 1],
        ["Moon", "other", 0],
    ]
    table = read_applications(file("applications.csv", ROWS), seats)
    assert table.to_dict("list") == {
        "student": ["007", "007", "8"],
        "pool": ["ed", "ed", "other"],
        "rank": [1, 2, 1],
        "school": ["Solar", "Moon", "Solar"],
        "sibling": [True, False, False],
        "proximity": [False, True, False],
    }
    assert table.index.tolist() == [2, 3, 4]


def test_columns_may_stand_in_any_order_and_flags_may_lack(file):
    seats = read_seats(file("seats.csv", SEATS))
    table = read_applications(file("a.csv", "school,extra,rank,student,pool\nMoon,x,1,1,ed\n"), seats)
    assert table[["sibling", "proximity"]].to_numpy().tolist() == [[False, False]]


def test_columns_that_count_for_nothing_are_told_but_for_the_generators(file):
    told: list[str] = []
    seats = read_seats(file("seats.csv", SEATS.replace("\n", ",Kim\n")), told.append)
    rows = "school,rank,student,pool,home,group,school_id,priority\nMoon,1,1,ed,a,ed,7,x\nSolar,1,2,other,a,ed,8,x\n"
    read_applications(file("a.csv", rows), seats, told.append)
    assert told == [
        "seats.csv: the column Kim counts for nothing.",
        "a.csv: the columns school_id, priority count for nothing.",
    ]


def test_a_pool_nobody_belongs_to_is_told(file):
    told: list[str] = []
    read_applications(file("a.csv", ROWS), read_seats(file("seats.csv", SEATS + "Moon,othr,3\n")), told.append)
    assert told == ['No applicant is of the pool "othr", which has 3 seats.']


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Sibling", "sibling"),
        ("siblings", "sibling"),
        ("sibling_flag", "sibling"),
        ("First Only", "first_only"),
        ("proximty", "proximity"),
        ("Rank", "rank"),
    ],
)
def test_a_column_named_nearly_as_one_that_counts_is_refused(file, name, meant):
    rows = f"student,pool,rank,school,{name}\n1,ed,1,Solar,yes\n"
    with pytest.raises(InputError, match=rf'a\.csv: no column named "{name}" is read; is {meant} meant\?'):
        read_applications(file("a.csv", rows), read_seats(file("seats.csv", SEATS)))


@pytest.mark.parametrize(("name", "meant"), [("siblings", "sibling"), ("OUTSIDE", "outside"), ("feeders", "feeder")])
def test_a_set_aside_named_nearly_so_is_refused(file, name, meant):
    with pytest.raises(InputError, match=rf'"{name}" is read; is {meant} meant\?'):
        read_seats(file("seats.csv", f"school,pool,seats,{name}\nSolar,ed,2,1\n"))


@pytest.mark.parametrize("cut", ["S-1005", "S-1005,ed,1,Solar"])
def test_a_last_row_cut_short_is_no_footnote(file, cut):
    seats = read_seats(file("seats.csv", SEATS))
    with pytest.raises(InputError, match=r"a\.csv, row 5: \d fields where the header has 6"):
        read_applications(file("a.csv", ROWS + cut + "\n"), seats)
    with pytest.raises(InputError, match=r"seats\.csv, row 6: 1 fields where the header has 3"):
        read_seats(file("seats.csv", SEATS + "Mars Academy"))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("007,ed,2,Moon", "007,ed,3,Moon", ["row 3", "column rank", "3", "007", "the row lost", "1, 2, 3"]),
        ("8,other,1", "8,other,1000000", ["row 4", "column rank", "1000000", "student 8"]),
        ("007,ed,2,Moon", "007,ed,2,Solar", ["row 3", "column school", "Solar", "007", "each school once"]),
        ("007,ed,2,Moon", "007,ed,1,Moon", ["row 3", "column rank", "007", "one school at each rank"]),
        ("007,ed,2,Moon", "007,other,2,Moon", ["row 3", "column pool", "second pool", "007"]),
        ("007,ed,2,Moon", "007,ed,2,Mon", ["row 3", "column school", "Mon", "seats file", "is Moon meant?"]),
        ("8,other", "8,Other", ["row 4", "column pool", "Other", "seats file", "is other meant?"]),
        ("8,other", "8,open", ["row 4", "column pool", "open", "name the pool"]),
        ("8,other", "8,OPEN", ["row 4", "column pool", "OPEN", "name the pool"]),
        ("8,other", "8,Black", ["row 4", "column pool", "Black", "never a lottery input"]),
        ("8,other,1", "8,other,0", ["row 4", "column rank", "0", "write 1"]),
        ("8,other,1", "8,other,-1", ["row 4", "column rank", "-1", "is negative; write 1"]),
        ("8,other,1", "8,other,first", ["row 4", "column rank", "first", "not a number; write 1"]),
        ("8,other,1", "8,other,1.5", ["row 4", "column rank", "1.5", "not a whole number; write 1"]),
        ("8,other,1", ",other,1", ["row 4", "column student", "empty", "fill it in"]),
        ("8,other,1", "8,other,", ["row 4", "column rank", "empty", "fill it in"]),
        ("8,other", "4.8E+11,other", ["row 4", "column student", "4.8E+11", "spreadsheet"]),
        ("Solar,yes", "Solar,perhaps", ["row 2", "column sibling", "perhaps", "yes nor no"]),
        ("student,pool", "pupil,pool", ["applications.csv", "lacks the column student", "student, pool, rank, school"]),
        (ROWS[ROWS.index("\n") + 1 :], "", ["applications.csv", "no rows of data"]),
        (ROWS, "", ["applications.csv", "empty"]),
    ],
)
def test_applications_that_cannot_be_right_are_refused(file, old, new, words):
    assert old in ROWS
    seats = read_seats(file("seats.csv", SEATS))
    with pytest.raises(InputError) as caught:
        read_applications(file("applications.csv", ROWS.replace(old, new)), seats)
    told = str(caught.value)
    assert "\n" not in told
    assert told.startswith("applications.csv")
    for word in words:
        assert word in told


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Moon,ed,1", "Moon,ed,", ["row 4", "column seats", "empty", "write 0"]),
        ("Moon,ed,1", "Moon,ed,-1", ["row 4", "column seats", "negative; write how many there are"]),
        ("Moon,ed,1", "Moon,ed,some", ["row 4", "column seats", "not a number; write how many"]),
        ("Moon,ed,1", "Moon,Open,1", ["row 4", "column pool", "Open", "write open"]),
        ("Moon,ed,1", "=Moon,ed,1", ["row 4", "column school", "=Moon", "begins as a formula", "begin it with"]),
        ("Moon,ed,1", "Moon,-ed,1", ["row 4", "column pool", "-ed", "begins as a formula"]),
        ("Moon,ed,1", "Solar,ed,1", ["row 4", "column pool", "Solar", "one row for each school and pool"]),
        ("Moon,ed,1", "Mo|on,ed,1", ["row 4", "column school", "has a |"]),
        ("Moon,ed,1", "Moon,hispanic,1", ["row 4", "column pool", "never a lottery input"]),
        ("Moon,ed,1", ",ed,1", ["row 4", "column school", "empty"]),
        ("pool,seats", "pool,places", ["lacks the column seats"]),
        (SEATS[18:], "Solar,ed,0\n", ["column seats", "no school has any seats"]),
    ],
)
def test_seats_that_cannot_be_right_are_refused(file, old, new, words):
    assert old in SEATS
    with pytest.raises(InputError) as caught:
        read_seats(file("seats.csv", SEATS.replace(old, new)))
    told = str(caught.value)
    assert told.startswith("seats.csv")
    for word in words:
        assert word in told


ASIDE = "school,pool,seats,sibling,outside\nSolar,ed,2,1,1\nSolar,other,1,0,0\nMoon,ed,1,0,1\n"


def test_seats_set_aside_and_further_flags_are_read_in_the_files_order(file):
    seats = read_seats(file("seats.csv", ASIDE))
    assert seats.columns.tolist() == ["school", "pool", "seats", "sibling", "outside"]
    assert seats[["sibling", "outside"]].to_numpy().tolist() == [[1, 1], [0, 0], [0, 1]]
    rows = "student,pool,rank,school,present,outside\n7,ed,1,Solar,,yes\n7,ed,2,Moon,,yes\n8,ed,1,Moon,1,\n"
    table = read_applications(file("a.csv", rows), seats)
    assert table[["present", "outside", "sibling"]].to_numpy().tolist() == [
        [False, True, False],
        [False, True, False],
        [True, False, False],
    ]


@pytest.mark.parametrize(
    ("seats", "rows", "words"),
    [
        (
            ASIDE.replace("Solar,ed,2,1,1", "Solar,ed,2,2,1"),
            "",
            ["seats.csv, row 2", "column seats", '"2"', "set aside fewer"],
        ),
        (ASIDE.replace("Solar,ed,2,1,1", "Solar,ed,2,,1"), "", ["row 2", "column sibling", "empty", "write 0"]),
        (ASIDE.replace("Solar,ed,2,1,1", "Solar,ed,2,1,-1"), "", ["row 2", "column outside", "negative"]),
        (ASIDE, "feeder\n7,ed,1,Solar,yes\n", ["a.csv, row 2", "column feeder", '"yes"', "in the seats file", "or 0"]),
        (ASIDE, "outside\n7,ed,1,Solar,yes\n7,ed,2,Moon,no\n", ["row 3", "column outside", '"no"', "student 7"]),
        (ASIDE, "present\n7,ed,1,Solar,maybe\n", ["row 2", "column present", "maybe", "yes nor no"]),
        (ASIDE, "present\n7,ed,1,Solar,1\n7,ed,2,Moon,1\n", ["row 3", "column present", "second school", "keep one"]),
        (
            ASIDE,
            "present,outside\n7,ed,1,Solar,,1\n7,ed,2,Moon,1,1\n",
            ["row 3", "column present", "student 7", "outside the district", "correct one"],
        ),
        (ASIDE + "Solar,ed sibling,1,0,0\n", "", ["seats.csv, row 5", "column pool", "ed sibling", "otherwise"]),
    ],
)
def test_seats_set_aside_that_cannot_be_right_are_refused(file, seats, rows, words):
    with pytest.raises(InputError) as caught:
        read_applications(file("a.csv", f"student,pool,rank,school,{rows}"), read_seats(file("seats.csv", seats)))
    for word in words:
        assert word in str(caught.value)


def test_a_pool_needs_a_row_unless_all_seats_are_open(file):
    rows = ROWS.replace("other", "rest")
    with pytest.raises(InputError, match='"rest" has no row in the seats file'):
        read_applications(file("a.csv", rows), read_seats(file("seats.csv", SEATS + "Moon,open,3\n")))
    open_ = "school,pool,seats\nSolar,open,2\nMoon,open,2\n"
    assert len(read_applications(file("a.csv", rows), read_seats(file("open.csv", open_)))) == 3


def test_a_pool_of_open_seats_alone_is_not_named_as_those_set_aside(file):
    seats = read_seats(file("seats.csv", "school,pool,seats,sibling\nSolar,open,2,1\n"))
    with pytest.raises(InputError, match=r'a\.csv, row 2, column pool: "open sibling" is also what seats set aside'):
        read_applications(file("a.csv", "student,pool,rank,school\n1,open sibling,1,Solar\n"), seats)


RACES = ["African American", "Latino", "black students", "Non-White", "Asians", "students of color", "Islanders"]
NO_RACES = ["White Oak area", "native speakers", "mixed income", "Black Mountain", "blue", "language minority", "ed"]


@pytest.mark.parametrize("pool", [*RACES, *NO_RACES])
def test_a_pool_may_not_be_a_race_by_its_usual_words(file, pool):
    path = file("seats.csv", f"school,pool,seats\nWhite Oak,{pool},2\n")
    if pool in NO_RACES:
        assert read_seats(path)["pool"].tolist() == [pool]
        return
    with pytest.raises(InputError, match=r"seats\.csv, row 2, column pool: .* is a race, which is never"):
        read_seats(path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("short", "5 characters"),
        ("   \n", "0 characters"),
        ("a" * 16, "only 1 different"),
        ("abcdefg" * 9, "only 7 different characters, so it could be guessed"),
    ],
)
def test_a_salt_that_could_be_guessed_is_refused(file, text, words):
    with pytest.raises(InputError, match=words):
        read_salt(file("salt.txt", text))


def test_a_salt_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"salt\.txt cannot be read"):
        read_salt(tmp_path / "salt.txt")
