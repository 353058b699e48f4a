"""Jobs that set districts beside each other: borders and peers."""

import argparse
import json

from analysis.borders import RANKINGS, border_gaps, ranked
from analysis.errors import InputError
from analysis.indices import INDICES
from analysis.measured import indices_by
from analysis.peers import NUMBER, PARTS, peers, place_among
from data.groups import comparison
from data.privacy import TRAITS, marked_borders, marked_districts, marked_places
from data.schema import RACES
from jobs.asked import boundaries, last_year, tell_left_out, tell_untold
from jobs.options import Menu, add_measuring
from jobs.printing import records, say, write, write_text

LEAST_STUDENTS, LEAST_MILES = 1_000, 1.0


def add_jobs(menu: Menu) -> None:
    """Add this module's jobs to the command line."""
    job = add_measuring(menu, "borders", print_borders, "neighbouring districts and the gap across the line they share")
    job.add_argument("--top", type=int, metavar="N", help="only the first N")
    meanings = "; ".join(f"{name}: {words}" for name, words in RANKINGS.items())
    job.add_argument("--rank", choices=tuple(RANKINGS), default="gap", help=f"{meanings} (default gap)")
    job.add_argument(
        "--students",
        type=int,
        default=LEAST_STUDENTS,
        metavar="N",
        help=f"fewest on either side (default {LEAST_STUDENTS:,})",
    )
    job.add_argument(
        "--miles", type=float, default=LEAST_MILES, metavar="N", help=f"shortest line (default {LEAST_MILES:g})"
    )

    job = add_measuring(menu, "peers", print_peers, "the districts most like one, and its place among them")
    job.add_argument("--district", required=True, metavar="ID", help="the district's id")
    job.add_argument("--number", type=int, default=NUMBER, metavar="N", help=f"how many (default {NUMBER})")


def print_borders(given: argparse.Namespace) -> None:
    """The gap across every district line, largest first."""
    from data.neighbours import neighbours  # maps are slow to import

    if given.top is not None and given.top < 1:
        raise InputError(f"--top is {given.top}; give 1 or more.")
    outlines = boundaries(given.data, "so nothing says which districts are neighbours")
    lines = neighbours(outlines)
    last, notes, groups = last_year(given)
    if groups.many:
        raise InputError("A border is told by the gap of one group's share; give --group ed, a race or two races.")
    if not last["leaid"].isin(outlines["leaid"]).any():
        raise InputError(
            f"{given.data} has outlines of districts such as {outlines['leaid'].iloc[0]} and schools of districts such "
            f"as {last['leaid'].iloc[0]}, none of both; load it with boundaries that have its districts' ids."
        )
    tell_left_out(notes, last, groups, given.minimum_cell)
    gaps = border_gaps(last, lines.drop(columns="geometry"), groups.group, groups.other, TRAITS)
    told = marked_borders(gaps, last, groups, given.minimum_cell)
    shown = ranked(told, given.rank, given.students, given.miles)
    untold = {name: int((gaps[name].notna() & told[name].isna()).sum()) for name in gaps if name.startswith("gap")}
    if counts := ", ".join(f"{name} of {number:,}" for name, number in untold.items() if number):
        tell_untold(f"Of {len(gaps):,} borders between districts with schools, {counts}", given)
    without = last.loc[~last["leaid"].isin({*lines["leaid"], *lines["neighbour"]}), "leaid"].nunique()
    say(
        f"Ranked: {len(shown):,} of {len(lines):,} borders, those with {given.students:,} students or more on either "
        f"side whose counts are known and told, and a line of {given.miles:g} miles or more. Districts without a "
        f"border, such as charter districts, which have no ground: {without:,}."
    )
    write(shown.head(given.top), given)


def print_peers(given: argparse.Namespace) -> None:
    """The districts most like one, and where it stands among them."""
    last, notes, groups = last_year(given)
    found = peers(last, given.district, list(RACES), given.number)
    found = marked_districts(found, last, ["share_ed"], comparison("ed"), given.minimum_cell)
    tell_left_out(notes, last, groups, given.minimum_cell)
    indices = indices_by(last, "district", groups.group, groups.other)
    told = marked_places(indices, last, "district", groups, given.minimum_cell)
    among = given.district, found["leaid"].tolist(), list(INDICES)
    place = place_among(told.set_index("place"), *among)
    untold = (place_among(indices.set_index("place"), *among)["others"] > 0) & (place["others"] == 0)
    if untold.any():
        tell_untold(f"Where {given.district} stands among them by {', '.join(untold.index[untold])}", given)
    if given.format == "json":
        content = {"district": given.district, "peers": records(found), "place": records(place.reset_index())}
        write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", given)
        return
    if absent := [name for name in PARTS if name not in found]:
        say(f"Not compared, for the data does not tell districts apart by it: {', '.join(absent)}.")
    for name, row in place[place["others"] > 0].iterrows():
        above = f"higher than {row['below']:.0f} of {row['others']:.0f}, percentile {100 * row['percentile']:.0f}"
        say(f"{INDICES[str(name)].label}: {above}.")
    write(found, given)
