"""Runs the benchmarks one after the other, each in an interpreter of its own, and prints their tables.

`make bench`, or `make bench WHAT="due search"` for some. A benchmark is a file `bench_NAME.py` beside this
one whose `main` prints figures and the ratio to a floor measured in the same run: a figure alone says
more about the machine than about the program.
"""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def names() -> tuple[str, ...]:
    """What can be measured, by the file names."""
    return tuple(sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py")))


def machine() -> str:
    """What the figures were taken on, in one line."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores{load}"
    )


def main(wanted: list[str]) -> int:
    """The exit code: 2 for an unknown name, 1 when a benchmark broke, else 0."""
    known = names()
    unknown = [name for name in wanted if name not in known]
    if unknown:
        print(f"There is no benchmark {unknown[0]}; there are: {', '.join(known)}.", file=sys.stderr)
        return 2
    print(machine())
    broken = [name for name in wanted or known if not run(name)]
    if broken:
        print(f"\nBroken, so without figures: {', '.join(broken)}.", file=sys.stderr)
    return 1 if broken else 0


def run(name: str) -> bool:
    """Run one with a heading; whether it came to its end."""
    print(f"\n-- {name}", flush=True)
    return (
        subprocess.run([sys.executable, "-m", f"tests.bench.bench_{name}"], cwd=HERE.parents[1]).returncode
        == 0
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
