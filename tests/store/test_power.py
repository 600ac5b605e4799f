"""The power fails at any moment of many commits: what was acknowledged is there, and everything verifies."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.db import Store
from tests.rigs import power

MOST = 120
"""Disks that are opened here; `make campaign` opens thousands."""


@pytest.fixture
def fast() -> Iterator[Path]:
    """A folder in memory where there is one: what would be left of a disk is worked out, not waited for."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="desk-power-", dir=memory if memory.is_dir() else None))
    yield folder
    shutil.rmtree(folder)


def test_D01_no_acknowledged_commit_is_lost_when_the_power_fails(fast: Path) -> None:
    power.needs_strace()
    home = fast / "home"
    Store(home / "desk.db").close()
    disk, lines = power.traced(home, count=12)
    count, chosen = power.sampled(disk, lines, seed=1, most=MOST)
    assert disk.acknowledged == 12 and count > 5 * MOST
    assert {one.acknowledged for one in chosen} >= set(range(1, 12))
    assert [fault for one in chosen for fault in power.faults(one, str(home), fast / "after")] == []


@pytest.mark.parametrize("harm", ["unsynced", "early"])
def test_the_replayer_sees_a_commit_that_was_not_synced(fast: Path, harm: str) -> None:
    """Without the calls that sync, or with the promise before them, commits are lost, and it is told."""
    power.needs_strace()
    home = fast / "home"
    Store(home / "desk.db").close()
    disk, lines = power.traced(home, count=3)
    if harm == "unsynced":
        lines = [line for line in lines if not line.startswith(("fsync", "fdatasync"))]
    else:
        first = next(n for n, line in enumerate(lines) if power.ACK.hex(" ", 1).replace(" ", "\\x") in line)
        lines.insert(next(n for n, line in enumerate(lines) if line.startswith("pwrite64")), lines[first])
    left = power.disks(disk, lines, seed=1)
    assert any(power.faults(one, str(home), fast / "after") for one in left)
