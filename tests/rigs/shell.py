"""The shell as people run it: another process on the same desk. Knows only the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.paths import ROOT


@dataclass(frozen=True, slots=True)
class Said:
    """What a command ended with."""

    code: int
    out: str
    err: str


def deskterm(home: Path, *words: str, text: str = "") -> Said:
    """Run `deskterm --home HOME WORDS` in a process of its own, `text` on its standard input."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "deskterm", "--home", str(home), *words],
        input=text, capture_output=True, text=True, timeout=60, env=environ, check=False,
    )  # fmt: skip
    return Said(done.returncode, done.stdout, done.stderr)
