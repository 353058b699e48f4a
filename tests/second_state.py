"""A second state, made of the embedded one, for what several states do together."""

from pathlib import Path

from data import store


def other_state(folder: Path, prefix: str = "91") -> Path:
    """A file of a second state: a third of Franklin's last year, its districts' and schools' ids moved."""
    manifest = store.find("franklin")
    table = store.schools(manifest, [max(manifest.years)])
    table = table[table["leaid"].isin(sorted(table["leaid"].dropna().unique())[::3])]
    moved = {name: prefix + table[name].str[2:] for name in ("leaid", "ncessch")}
    path = folder / "other.csv"
    table.assign(**moved).to_csv(path, index=False)
    return path
