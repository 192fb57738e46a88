"""Run the benchmarks and print one table; exit 1 if a budget is exceeded.

``python -m benchmarks`` runs all, ``python -m benchmarks commands index`` only those modules.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from benchmarks.budget import Measured


def main() -> int:
    """Measure what the arguments name, everything if they name nothing."""
    known = sorted(
        path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*")
    )
    chosen = sys.argv[1:] or known
    unknown = [name for name in chosen if name not in known]
    if unknown:
        sys.stderr.write(f"no benchmark {', '.join(unknown)}; there are {', '.join(known)}\n")
        return 2
    found: list[Measured] = []
    for name in chosen:
        sys.stderr.write(f"measuring {name} ...\n")
        found += import_module(f"benchmarks.bench_{name}").measure()
    width = max(len(one.what) for one in found)
    print(f"{'what'.ljust(width)}  {'ms':>8}  {'ratio':>6}  {'budget':<12}  floor")
    for one in found:
        print(
            f"{one.what.ljust(width)}  {one.seconds * 1000:8.1f}  {one.ratio:6.2f}  "
            f"{one.budget:<12}  {one.floor} ({one.floor_seconds * 1000:.1f} ms)"
            f"{'' if one.kept else '   OVER BUDGET'}"
        )
    return int(any(not one.kept for one in found))


if __name__ == "__main__":
    sys.exit(main())
