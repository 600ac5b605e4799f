"""A disk that takes nothing: shell and screen read on and say why nothing is written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.deskterm.shell import call, desk_in, ok
from tests.rigs import oracles
from tests.rigs.disk import Disk
from tests.rigs.mail import opened, settings
from tests.rigs.stage import copied, on_stage


@pytest.mark.parametrize("kind", ["full", "read-only"])
def test_D04_D06_the_shell_reads_everything_and_says_why_it_writes_nothing(
    disk: Disk, tmp_path: Path, kind: str
) -> None:
    home = disk.path / "desk"
    shutil.copytree(desk_in(tmp_path), home)
    shown = [ok(home, *args).out for args in (("ls",), ("show", "1"), ("history", "1"), ("search", "letter"))]
    disk.fill() if kind == "full" else disk.read_only()
    words = "The disk is full" if kind == "full" else "cannot be written"
    for args, was in zip(
        (("ls",), ("show", "1"), ("history", "1"), ("search", "letter")), shown, strict=True
    ):
        done = call(home, *args)
        assert (done.code, done.out) == (0, was)
        assert words in done.err and "can be read and not changed" in done.err
    assert ok(home, "verify").err.count("whole") == 1
    for args in (("note", "1", "-m", "words"), ("set", "1-3", "priority=1", "--yes"), ("undo",)):
        done = call(home, *args)
        assert done.code == 1 and words in done.err and "Nothing was changed" in done.err
    disk.free() if kind == "full" else disk.read_only(False)
    ok(home, "note", "1", "-m", "words")
    with opened(home, settings()) as desk:
        assert oracles.log(desk) == []


@pytest.mark.parametrize("kind", ["full", "read-only"])
async def test_D04_D06_the_screen_draws_and_its_status_line_says_why(
    disk: Disk, tmp_path: Path, kind: str
) -> None:
    home = disk.path / "home"
    shutil.copytree(copied(tmp_path), home)
    disk.fill() if kind == "full" else disk.read_only()
    words = "The disk is full" if kind == "full" else "cannot be written"
    async with on_stage(tmp_path, home=home) as stage:
        assert words in stage.status and len(stage.lines) > 10
        before = stage.line.id
        await stage.press("j")
        assert stage.line.id != before, "reading goes on"
        before = stage.line.id
        await stage.press("e")
        assert "Nothing was changed" in stage.status and stage.line.id == before
        disk.free() if kind == "full" else disk.read_only(False)
        await stage.press("e")
        assert stage.line.id != before
        stage.main.telling.clear()
        await stage.until(lambda: words not in stage.status)
