"""A dataset is there whole or not at all."""

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from analysis.errors import InputError
from data import store
from data.aside import SetAside
from data.check import checked
from data.grades import typed
from data.manifest import InputFile

pytestmark = pytest.mark.usefixtures("home")


def some_schools(students: int = 100, count: int = 3, year: int = 2018) -> pd.DataFrame:
    """Schools that all have the same number of students, so that a mix of two tables shows."""
    frame = pd.DataFrame({"ncessch": [f"48000010000{i}" for i in range(count)]}, dtype="str")
    table, _ = checked(frame.assign(year=year, leaid="4800001", students=students, ed=students // 2), "f.csv")
    return table


def some_districts() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"leaid": ["4800001"], "district": ["A"], "kind": ["unified"]}, geometry=[box(0, 0, 1, 1)], crs="EPSG:4326"
    )


def some_grades(students: int = 40, year: int = 2018) -> pd.DataFrame:
    rows = {"year": year, "ncessch": "480000100000", "grade": ["PK", "KG", "01"], "students": [students, None, 20]}
    return typed(pd.DataFrame(rows))


def save(
    name: str = "texas",
    schools: pd.DataFrame | None = None,
    districts: gpd.GeoDataFrame | None = None,
    grades: pd.DataFrame | None = None,
    **said: object,
) -> store.Manifest:
    values = {"label": "Texas", "state": "TX", "source": "TEA", "files": [], "aside": [], "notes": []}
    return store.save(name, some_schools() if schools is None else schools, districts, grades, **{**values, **said})  # type: ignore[arg-type]


def own_names() -> list[str]:
    return [manifest.name for manifest in store.datasets() if not manifest.embedded]


def contents(home: Path) -> dict[str, bytes]:
    return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def test_what_is_saved_comes_back(home: Path, tmp_path: Path) -> None:
    given_file = tmp_path / "campuses.csv"
    given_file.write_bytes(b"abc")
    saved = save(
        districts=some_districts(),
        files=[given_file],
        aside=[SetAside("left_out", "no students", 2, 2018, rows=({"school": "Oak", "students": 0},))],
        notes=["A note."],
    )
    found = store.find("texas")
    assert found == saved
    assert found in store.datasets()
    # The SHA-256 of "abc" is a published test vector (FIPS 180-2, appendix B.1).
    assert found.files == (
        InputFile("campuses.csv", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 3),
    )
    assert (found.schools, found.districts, found.students, found.years) == (3, 1, 300, (2018,))
    assert found.ed_bases == ("user",)
    assert not found.fictional
    assert found.loaded.endswith("+00:00")
    pd.testing.assert_frame_equal(store.schools(found), some_schools())
    districts = store.districts(found)
    assert districts is not None
    assert districts.geom_equals(some_districts()).all()
    assert (home / "datasets" / "texas" / "manifest.json").is_file()


def test_years_and_columns_are_read_alone() -> None:
    both = pd.concat([some_schools(year=2017), some_schools(students=50)], ignore_index=True)
    manifest = save(schools=both)
    assert (manifest.years, manifest.students) == ((2017, 2018), 150)
    part = store.schools(manifest, years=[2018], columns=["students", "ncessch"])
    assert list(part.columns) == ["students", "ncessch"]
    assert part["students"].tolist() == [50, 50, 50]


def test_every_basis_with_a_count_is_listed_that_of_ed_first() -> None:
    schools = some_schools().assign(ed_basis="state", ed_free=pd.array([1, None, None], "Int64"))
    assert save(schools=schools).ed_bases == ("state", "free")


def test_the_same_table_has_the_same_hash_and_another_has_another() -> None:
    first, again, other = save(), save(), save(schools=some_schools(students=7))
    assert first.input_hash == again.input_hash != other.input_hash


def test_boundaries_are_part_of_what_the_hash_stands_for() -> None:
    # Maps are kept by this hash: the same schools with boundaries added must not show the map of before.
    assert save().input_hash != save(districts=some_districts()).input_hash


def test_the_files_before_last_go_and_strangers_with_them(home: Path) -> None:
    manifests = [save(schools=some_schools(students=n)) for n in (1, 2)]
    (home / "datasets" / "texas" / "schools-x.parquet.99.tmp").write_bytes(b"left by a process that died")
    manifests.append(save(schools=some_schools(students=3)))
    kept = {path.name for path in (home / "datasets" / "texas").iterdir()}
    assert kept == {"manifest.json", manifests[1].schools_file, manifests[2].schools_file}


def test_grades_come_back_of_the_years_asked_for() -> None:
    both = pd.concat([some_grades(), some_grades(7, year=2019)], ignore_index=True)
    manifest = save(grades=both)
    assert manifest == store.find("texas")
    pd.testing.assert_frame_equal(store.grades(manifest), both)
    assert store.grades(manifest, [2019])["students"].tolist() == [7, pd.NA, 20]


def test_grades_are_part_of_what_the_hash_stands_for_and_go_when_replaced(home: Path) -> None:
    manifests = [save(grades=some_grades(n)) for n in (1, 2)]
    manifests += [save(), save(schools=some_schools(students=3))]
    assert len({manifest.input_hash for manifest in manifests}) == 4
    assert store.grades(manifests[-1]).empty
    assert list((home / "datasets" / "texas").glob("grades-*")) == []


def test_a_dataset_without_grades_has_none_typed_alike() -> None:
    none = store.grades(save(grades=some_grades().head(0)))
    assert len(none) == 0
    pd.testing.assert_series_equal(none.dtypes, some_grades().dtypes)


def test_a_dataset_of_before_there_were_grades_opens(home: Path) -> None:
    saved = save()
    path = home / "datasets" / "texas" / "manifest.json"
    told = json.loads(path.read_text())
    del told["grades_file"]
    path.write_text(json.dumps(told))
    assert store.find("texas") == saved
    assert store.grades(store.find("texas")).empty


def test_damaged_grades_are_said(home: Path) -> None:
    manifest = save(grades=some_grades())
    (home / "datasets" / "texas" / str(manifest.grades_file)).write_bytes(b"PAR1")
    with pytest.raises(InputError, match="damaged"):
        store.grades(manifest)


def test_a_dataset_replaced_without_districts_has_none() -> None:
    save(districts=some_districts())
    assert store.districts(save()) is None


def test_removing() -> None:
    save()
    store.remove("texas")
    assert own_names() == []
    with pytest.raises(InputError, match="no dataset"):
        store.remove("texas")


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    save()
    with pytest.raises(InputError, match=r'no dataset "texs": give one of .*texas.* Did you mean "texas"'):
        store.find("texs")


@pytest.mark.parametrize("name", store.EMBEDDED)
def test_embedded_datasets_can_be_neither_replaced_nor_removed(name: str) -> None:
    with pytest.raises(InputError, match="comes with Evenground"):
        save(name)
    with pytest.raises(InputError, match="comes with Evenground"):
        store.remove(name)


@pytest.mark.parametrize("name", ["", "Texas", "te xas", "../texas", "a/b", "-a", "ä", "a" * 61])
def test_names_that_are_not_allowed(home: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot be used"):
        save(name)
    assert not home.exists()


def cut(manifest: Path) -> None:
    manifest.write_bytes(manifest.read_bytes()[:40])


def forget_a_field(manifest: Path) -> None:
    told = json.loads(manifest.read_text())
    del told["years"]
    manifest.write_text(json.dumps(told))


def lose_the_table(manifest: Path) -> None:
    next(manifest.parent.glob("schools-*")).unlink()


@pytest.mark.parametrize("damage", [cut, forget_a_field, lose_the_table, lambda path: path.write_text("[]")])
def test_a_damaged_dataset_is_passed_over_but_said_when_asked_for(home: Path, damage: Callable[[Path], None]) -> None:
    save("ohio")
    save()
    damage(home / "datasets" / "texas" / "manifest.json")
    assert own_names() == ["ohio"]
    with pytest.raises(InputError, match='"texas" is damaged: remove it or load it again'):
        store.find("texas")
    save()
    assert own_names() == ["ohio", "texas"]


def test_a_damaged_table_is_said(home: Path) -> None:
    manifest = save()
    (home / "datasets" / "texas" / manifest.schools_file).write_bytes(b"PAR1")
    with pytest.raises(InputError, match="damaged"):
        store.schools(manifest)


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("EVENGROUND_HOME", str(tmp_path / "file"))
    with pytest.raises(InputError, match="cannot be written"):
        save()


@settings(max_examples=15, deadline=None)
@given(steps=st.lists(st.tuples(st.sampled_from(["texas", "ohio"]), st.integers(0, 4)), max_size=8), data=st.data())
def test_whatever_step_fails_the_store_is_as_before_or_after_it(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]], data: st.DataObject
) -> None:
    """A save is cut off at its n-th write or rename, as by a full disk; 0 removes instead."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVENGROUND_HOME", str(tmp_path_factory.mktemp("home")))
        expected: dict[str, int] = {}
        for name, students in steps:
            if students == 0:
                if name in expected:
                    store.remove(name)
                    del expected[name]
                continue
            with patch.context() as failing:
                fail_at(failing, data.draw(st.integers(0, 5)))
                try:
                    save(name, some_schools(students))
                    expected[name] = students
                except InputError:
                    pass
            seen = {one.name: store.schools(one)["students"].unique().tolist() for one in store.datasets()
                    if not one.embedded}  # fmt: skip
            assert seen == {name: [students] for name, students in expected.items()}


def fail_at(patch: pytest.MonkeyPatch, step: int) -> None:
    """Let the first ``step`` syncs and renames through and fail the next; beyond the last none fails."""
    done = iter(range(step))
    sync, rename = os.fsync, Path.replace

    def broken(real: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object) -> object:
            if next(done, None) is None:
                raise OSError("no space")
            return real(*arguments)

        return call

    patch.setattr(os, "fsync", broken(sync))
    patch.setattr(Path, "replace", broken(rename))


def test_readers_never_see_half_a_dataset_while_it_is_replaced() -> None:
    save(schools=some_schools(students=1))
    stop, seen, faults = threading.Event(), set(), []

    def read() -> None:
        while not stop.is_set():
            try:
                manifest = store.find("texas")
                table = store.schools(manifest)
            except InputError:  # two saves passed between reading the manifest and its table: told, not half a table
                continue
            if table["students"].sum() != manifest.students or len(table) != 3:
                faults.append(table)
            seen.add(manifest.students)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for students in range(1, 40):
        save(schools=some_schools(students))
    stop.set()
    for reader in readers:
        reader.join()
    assert not faults
    assert len(seen) > 1
    assert store.find("texas").students == 3 * 39


def test_writers_at_the_same_time_leave_one_of_theirs() -> None:
    writers = [threading.Thread(target=save, args=("texas", some_schools(students))) for students in range(1, 7)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    manifest = store.find("texas")
    assert store.schools(manifest)["students"].sum() == manifest.students


def test_what_a_killed_process_left_of_a_dataset_goes_with_the_next_save(home: Path) -> None:
    save("half-removed", districts=some_districts())
    (home / "datasets" / "half-removed" / "manifest.json").unlink()
    (home / "datasets" / "half-saved").mkdir()
    (home / "datasets" / "half-saved" / "schools-x.parquet.99.tmp").write_bytes(b"PAR1")
    save()
    assert {path.name for path in (home / "datasets").iterdir()} == {"texas", "lock"}


def test_the_embedded_datasets_come_first_and_say_what_they_are(home: Path) -> None:
    save("a-first-by-name")
    before = contents(home)
    found = store.datasets()
    assert [manifest.name for manifest in found] == [*store.EMBEDDED, "a-first-by-name"]
    franklin, california = found[:2]
    assert franklin.fictional
    assert not california.fictional
    assert store.districts(california) is None
    for manifest in (franklin, california):
        table = store.schools(manifest, years=manifest.years[-1:])
        assert table["students"].sum() == manifest.students
        assert manifest.source
    assert contents(home) == before
