"""A small desk for the shell's tests, made by real letters, and one call of a verb on it."""

from __future__ import annotations

import atexit
import json
import os
import pty
import select
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from click.testing import CliRunner

from channels.letter import Address, Outgoing
from channels.mime.compose import compose
from channels.mime.parse import parse
from deskterm import replies, writing
from deskterm.cli.main import verbs
from deskterm.clock import MovedClock
from deskterm.config import Box, Settings, save
from deskterm.desk import Desk
from deskterm.receive import Batcher, Read
from store import blobs
from store.log import rebuild
from store.log.entry import put
from store.model import Status
from tests.paths import ROOT

NOW = 1_790_247_600
"""Thursday 2026-09-24, 11:00 UTC: inside office hours."""

HELP = "help@acme.example"
EVIL = "Invoice \x1b]0;owned\x07\x1b[2J\u202egpj.exe \x9b31m"

MACRO = """+++
name = "Refund"
status = "solved"
tags = ["refund"]
note = "sent {{ ask: amount }}"
+++
Hello {{ customer.first_name | default: "there" }},

{{ ask: amount }} are on their way.
"""
QUIET = '+++\nname = "Sort"\npriority = 2\ntags = ["sorted", "-new"]\nassignee = "me"\n+++\n'
NEEDY = '+++\nname = "Needy"\n+++\nYour plan: {{ customer.phone }}\n'


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.out.splitlines()]


def call(home: Path, *args: str, given: str | None = None) -> Result:
    """One call of `deskterm --home HOME ARGS`, without a terminal."""
    done = CliRunner().invoke(verbs, ["--home", str(home), *args], input=given)
    return Result(done.exit_code, done.stdout, done.stderr)


def ok(home: Path, *args: str, given: str | None = None) -> Result:
    """A call that has to end well."""
    result = call(home, *args, given=given)
    assert result.code == 0, (args, result)
    return result


@dataclass(frozen=True)
class Seen:
    code: int
    shown: bytes


def on_a_terminal(home: Path, *args: str, typed: bytes = b"", **environ: str) -> Seen:
    """A real process on a terminal of its own: what it wrote there. `typed` waits to be read."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "deskterm", "--home", str(home), *args]
    env = {**os.environ, **environ}
    with subprocess.Popen(command, cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs, env=env) as process:
        os.close(theirs)
        os.write(ours, typed)
        written = b""
        while select.select([ours], [], [], 30)[0]:
            try:
                some = os.read(ours, 65_536)
            except OSError:
                break
            if not some:
                break
            written += some
        code = process.wait(30)
    os.close(ours)
    return Seen(code, written)


def desk_in(folder: Path) -> Path:
    """A fresh copy of the small desk: five tickets, of which #4 is solved and #5 is hostile."""
    home = folder / "desk"
    shutil.copytree(_made(), home)
    return home


def opened(home: Path) -> Desk:
    return Desk.open(home)


def digest(home: Path) -> str:
    """The state of all rows."""
    desk = Desk.open(home)
    try:
        return rebuild.digest(desk.conn)
    finally:
        desk.close()


def later(home: Path, seconds: int) -> None:
    """Move the desk's clock."""
    MovedClock(float((home / "clock").read_text()) + seconds).keep(home)


@cache
def _made() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="deskterm-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    home = folder / "desk"
    settings = Settings(agent="Ana", mailbox={"help": Box(address=HELP, name="Acme", out=str(home / "out"))})
    save(home, settings)
    clock = MovedClock(NOW - 7200)
    desk = Desk.open(home, settings=settings, clock=clock)
    _furnish(desk)
    for n, subject in enumerate(("Export fails", "Invoice twice", "Login loop", "Old question", EVIL), 1):
        _letter(desk, n, subject)
        clock.set(NOW - 7200 + n * 600)
    writing.reply(desk, desk.ticket("2"), replies.Reply("Looking.", ("Bo <p2@shop.example>",)), now=True)
    writing.note(desk, desk.ticket("1"), "ask engineering")
    for name, text in (("Refund", MACRO), ("Sort", QUIET), ("Needy", NEEDY)):
        desk.save_doc("macro", name, text)
    with desk.store.write() as tx:
        from deskterm import acts

        act = acts.status([desk.ticket("4")], Status.SOLVED)
        tx.commit(act.changes, actor="Ana", kind=act.kind)
    clock.set(NOW)
    desk.close()
    clock.keep(home)
    return home


def _furnish(desk: Desk) -> None:
    account = {"name": "Shop & Co", "domain": "shop.example", "tier": "enterprise", "arr": 50_000}
    desk.commit(lambda tx: ("furnish", [put(tx.new_id("o"), account)], ()), words="An account")


def _letter(desk: Desk, n: int, subject: str) -> None:
    body = f"Good day,\n\nthis is letter {n}.\n\x1b]52;c;aGk=\x07 \u202e end\n"
    writer = Address(f"Dana {n}", f"p{n}@shop.example")
    raw = compose(Outgoing(f"l{n}@shop.example", writer, (Address("", HELP),), "x", body, NOW))
    # A stranger's header holds what compose would clean.
    raw = raw.replace(b"Subject: x\r\n", f"Subject: {subject}\r\n".encode())
    letter = parse(raw)
    blob = blobs.letter(raw, letter.text, folder=desk.blob_folder)
    Batcher(desk).take([Read(raw, None, desk.now, "test", letter, blob)])
