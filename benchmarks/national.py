"""The national membership file, read for one state, beside a bare scan of the same file.

``python -m benchmarks.national --schools 5000`` does it with fewer schools.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import national_file
from benchmarks.timing import HEADER, Figure, of

ROOT = Path(__file__).resolve().parents[1]
SCHOOLS = 106_000  # 11.2 million rows, 2.3 GB
REPEATS = 5


def figures(schools: int = SCHOOLS) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("ccd_sch_052.csv", "ccd_sch_052.zip"):
            path = Path(folder) / name
            national_file.write(path, schools)
            yield _beside_bare(path)
            path.unlink()


def _beside_bare(path: Path) -> Figure:
    """Both readings in turn, each time in a process of its own, so that neither warms or fills the other's memory."""
    runs: dict[str, list[dict[str, float]]] = {"ours": [], "bare": []}
    for _ in range(REPEATS):
        for reading, of_reading in runs.items():
            of_reading.append(_in_a_process_of_its_own(reading, path))
    rows, megabytes = runs["bare"][0]["rows"], path.stat().st_size / 1e6
    peaks = {reading: max(run["peak"] for run in of_reading) for reading, of_reading in runs.items()}
    ours, bare = (of([run["seconds"] for run in of_reading]) for of_reading in runs.values())
    what = f"{path.suffix[1:]} of {megabytes:,.0f} MB, {rows / 1e6:.1f} million rows; {peaks['ours']:,.0f} MB of memory"
    return Figure(what, ours, ((f"a bare scan; {peaks['bare']:,.0f} MB", bare),))


def _in_a_process_of_its_own(reading: str, path: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.national", "--read", reading, str(path)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _read(reading: str, path: Path) -> dict[str, float]:
    """One reading: its seconds, the rows it gives, and the most memory the process ever held, in megabytes."""
    scan = {"ours": _ours, "bare": _bare}[reading]()
    start = time.perf_counter()
    rows = scan(path)
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "rows": rows, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3}


def _ours() -> Callable[[Path], int]:
    """A state's schools with their students by race and by grade: what loading the file does before it joins others."""
    from data.formats.reading import TextTable, tables
    from data.sources.registry import source_of
    from data.sources.source import Asked

    asked = Asked(national_file.ASKED)

    def read(path: Path) -> int:
        opened = [table for table in tables(path) if isinstance(table, TextTable)]
        parts = [source.read(table, asked) for table in opened if (source := source_of(table.header))]
        return sum(len(part.frame) for part in parts)

    return read


def _bare() -> Callable[[Path], int]:
    """Every column as text by pyarrow alone, in as many threads and blocks as ours; nothing is kept."""
    import pyarrow as pa
    import pyarrow.csv

    from data.formats.files import BLOCK

    names = national_file.HEADER.strip().split(",")
    reading = pyarrow.csv.ReadOptions(block_size=BLOCK, use_threads=False)
    as_text = pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()))

    def scan(path: Path) -> int:
        with zipfile.ZipFile(path).open("ccd_sch_052.csv") if path.suffix == ".zip" else path.open("rb") as stream:
            return sum(batch.num_rows for batch in pyarrow.csv.open_csv(stream, reading, convert_options=as_text))

    return scan


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.national", description=__doc__)
    parser.add_argument("--schools", type=int, default=SCHOOLS, help="how many (default %(default)s)")
    parser.add_argument("--read", nargs=2, metavar=("ours|bare", "FILE"), help="one reading of a file, as JSON")
    given = parser.parse_args()
    if given.read:
        print(json.dumps(_read(given.read[0], Path(given.read[1]))))
    else:
        print(HEADER)
        for figure in figures(given.schools):
            print(figure.line(), flush=True)
