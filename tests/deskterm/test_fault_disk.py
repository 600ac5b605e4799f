"""A disk that takes nothing: shell and screen read on and say why nothing is written."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deskterm.shell import call, desk_in, ok
from tests.paths import ROOT
from tests.rigs import oracles
from tests.rigs.disk import Disk
from tests.rigs.mail import letter, opened, settings
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


SMALL = (
    "import os, resource, runpy, sys; os.nice(19);"
    "resource.setrlimit(resource.RLIMIT_DATA, (256 << 20, 256 << 20));"
    "sys.argv = ['deskterm', *sys.argv[1:]]; runpy.run_module('deskterm', run_name='__main__')"
)


def test_D18_in_256_megabytes_and_at_the_end_of_the_queue_it_is_slow_and_right(tmp_path: Path) -> None:
    home, letters = desk_in(tmp_path), tmp_path / "letters"
    letters.mkdir()
    raws = [letter(n, when=1_790_000_000, text="word " * 200 * n) for n in range(60)]
    for n, raw in enumerate(raws):
        (letters / f"{n}.eml").write_bytes(raw)
    for words in (("import", str(letters)), ("ls",), ("search", "question"), ("verify",)):
        command = [sys.executable, "-c", SMALL, "--home", str(home), *words]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110)
        assert done.returncode == 0, (words, done.stderr)
    with opened(home, settings()) as desk:
        assert oracles.letters(desk, raws, others=True) == [] and oracles.log(desk) == []
