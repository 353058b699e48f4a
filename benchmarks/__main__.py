"""``python -m benchmarks [PART …]``: print how long each part takes, as Markdown tables."""

import argparse
from importlib import import_module

from benchmarks.timing import HEADER

PARTS = (
    "indices",
    "decompose",
    "uncertainty",
    "borders",
    "policy",
    "optimum",
    "lottery",
    "statewide",
    "national",
    "presets",
    "process",
    "serve",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"any of {', '.join(PARTS)} (default all)")
    asked = parser.parse_args().parts or PARTS
    if unknown := set(asked) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; give any of {', '.join(PARTS)}")
    for part in asked:
        print(f"\n## {part}\n\n{HEADER}", flush=True)
        for figure in import_module(f"benchmarks.{part}").figures():
            print(figure.line(), flush=True)


if __name__ == "__main__":
    main()
