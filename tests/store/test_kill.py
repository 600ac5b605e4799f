"""A desk whose process is killed at any act: nothing lost, nothing doubled, and the next start goes on (D02).

The points are spread evenly over all acts; DESKTERM_EVERY_STEP makes it every one of them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tests.paths import ROOT

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the killer forks")

EVERY = bool(os.environ.get("DESKTERM_EVERY_STEP"))
MEMORY = Path("/dev/shm")


@pytest.fixture
def fast(tmp_path: Path) -> Generator[Path]:
    """A folder in memory where there is one: a kill leaves the page cache, so a disk would show no more."""
    if not os.access(MEMORY, os.W_OK):
        yield tmp_path
        return
    folder = Path(tempfile.mkdtemp(prefix="desk-kill-", dir=MEMORY))
    yield folder
    shutil.rmtree(folder)


def found(name: str, folder: Path, most: int) -> dict[str, Any]:
    path = os.pathsep.join([*filter(None, [os.environ.get("PYTHONPATH")]), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-m", "tests.rigs.steps", name, str(folder), str(most)],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("name", "at_least", "states"),
    [("acts", 200, {"0", "1", "2", "3"}), ("letters", 150, {"0", "2"}), ("first", 250, {"0", "1", "2", "3"})],
)
def test_D02_killed_at_any_act(fast: Path, name: str, at_least: int, states: set[str]) -> None:
    """Commits, a round of receiving in two batches, and the very first start."""
    result = found(name, fast, 10**6 if EVERY else 60)
    assert result["faults"] == []
    assert result["acts"] >= at_least
    assert result["points"] >= (2 * result["acts"] if EVERY else 50)
    assert result["killed"] == result["points"]
    assert states <= set(result["kept"])


def test_D02_killed_while_founding_beside_another_that_founds(fast: Path) -> None:
    result = found("race", fast, 120 if EVERY else 15)
    assert result["faults"] == []
    assert result["killed"] > 0


def test_D02_killed_at_any_moment_of_many_commits(fast: Path) -> None:
    """The step killer stands beside SQLite's calls; this one hits inside them."""
    result = found("flat", fast, 200 if EVERY else 15)
    assert result["faults"] == []
    assert result["points"] >= 15
