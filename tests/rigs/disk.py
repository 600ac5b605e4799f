"""A small disk of its own: it can be filled, freed and made read-only. Skips where nothing can be mounted."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest


class Disk:
    """A file system in memory, mounted at `path`."""

    def __init__(self, path: Path, *, kilobytes: int = 12_000) -> None:
        self.path = path
        path.mkdir(mode=0o700)
        options = f"size={kilobytes}k,mode=0700"
        if not _done("mount", "-t", "tmpfs", "-o", options, "none", str(path)):
            pytest.skip("no disk can be mounted here")

    def fill(self, *, leave: int = 0) -> None:
        """Leave so many bytes free and no more."""
        with (self.path / "ballast").open("ab", buffering=0) as ballast, suppress(OSError):
            while ballast.write(bytes(4096)):
                pass
        with (self.path / "ballast").open("r+b") as ballast:
            ballast.truncate(max(ballast.seek(0, 2) - leave, 0))

    def free(self) -> None:
        """Somebody made room."""
        (self.path / "ballast").unlink()

    def read_only(self, on: bool = True) -> None:
        """Nothing can be written, by nobody."""
        assert _done("mount", "-o", f"remount,{'ro' if on else 'rw'}", str(self.path))

    def end(self) -> None:
        # At once from here, and for good when the last file on it is closed.
        _done("umount", "-l", str(self.path))


def _done(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except OSError:
        return False


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    made = Disk(tmp_path / "disk")
    yield made
    made.end()
