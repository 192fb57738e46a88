"""Run the benchmarks and print one table, a line as soon as it is known; exit 1 over a budget.

``python -m benchmarks`` runs all but the long ones, ``python -m benchmarks commands index`` only
those modules.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from benchmarks.budget import Measured

LONG = {"long_run": "eight hours of the app in fast motion"}
"""What runs only by its name, for it takes longer than all others together."""
_WIDTH = 44


def main() -> int:
    """Measure what the arguments name, everything but the long ones if they name nothing."""
    known = sorted(
        path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*")
    )
    chosen = sys.argv[1:] or [name for name in known if name not in LONG]
    unknown = [name for name in chosen if name not in known]
    if unknown:
        sys.stderr.write(f"no benchmark {', '.join(unknown)}; there are {', '.join(known)}\n")
        return 2
    kept = True
    print(f"{'what'.ljust(_WIDTH)}  {'ms, MB':>8}  {'ratio':>6}  {'budget':<12}  floor", flush=True)
    for name in chosen:
        for one in import_module(f"benchmarks.bench_{name}").measure():
            print(_line(one), flush=True)
            kept = kept and one.kept
    for name in sorted(set(LONG) - set(chosen)):
        sys.stderr.write(f"not run: {name} ({LONG[name]}); name it to run it\n")
    return 0 if kept else 1


def _line(one: Measured) -> str:
    return (
        f"{one.what.ljust(_WIDTH)}  {one.seconds * 1000:8.1f}  {one.ratio:6.2f}  "
        f"{one.budget:<12}  {one.floor} ({one.floor_seconds * 1000:.1f} {one.unit})"
        f"{'' if one.kept else '   OVER BUDGET'}"
    )


if __name__ == "__main__":
    sys.exit(main())
