"""What is never loaded, seen in interpreters of their own: a graph cannot prove that a late import is late.

The shell that only reads loads no screen and no mail; the screen's first paint loads no mail library.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths import ROOT

MAIL = {"aiosmtplib", "email", "imapclient", "imaplib", "keyring", "mailbox", "selectolax", "smtplib"}
SCREEN = {"rich", "textual", "themes"}

TELL = """
import json, os, sys
def tell():
    with open(os.environ["LOADED"], "w") as file:
        json.dump(sorted(sys.modules), file)
"""


def loaded(code: str, tmp_path: Path) -> set[str]:
    """The names of all modules an interpreter has when `code` has run and called `tell()`."""
    told = tmp_path / "loaded.json"
    env = {**os.environ, "LOADED": str(told), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    env.pop("DESKTERM_HOME", None)
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", TELL + code],
        cwd=tmp_path, env=env, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert told.exists(), done.stderr
    return set(json.loads(told.read_text()))


def shell(home: Path, *words: str) -> str:
    """Code that runs one verb and tells what it loaded; it has to succeed."""
    return f"""
from deskterm.cli.main import verbs
code = verbs.called({["--home", str(home), *words]!r})
assert code == 0, code
tell()
"""


def tops(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The home of a desk with a ticket in it. Made in this process, so that the one looked at only reads."""
    from deskterm.config import Settings
    from deskterm.desk import Desk
    from store.log.entry import put

    folder = tmp_path / "home"
    desk = Desk.open(folder, settings=Settings())
    row = {"subject": "Export fails", "status": "open", "priority": 2, "created": desk.now}
    desk.commit(lambda tx: ("new", [put(tx.new_id("t"), row)], []), words="made")
    desk.close()
    return folder


@pytest.mark.parametrize(
    "words", [("ls",), ("ls", "status:open"), ("ls", "--jsonl"), ("show", "1"), ("history", "1")]
)
def test_a_verb_that_reads_loads_no_screen_no_mail_and_no_migrations(
    words: tuple[str, ...], home: Path, tmp_path: Path
) -> None:
    found = tops(loaded(shell(home, *words), tmp_path))
    assert "sqlite3" in found, "the verb did not open the desk, so this proves nothing"
    assert not found & {*SCREEN, *MAIL, "sqlite_utils", "asyncio", "ssl"}


def test_help_and_a_mistyped_verb_load_nothing_heavy(tmp_path: Path) -> None:
    code = "from deskterm.cli.main import verbs\nverbs.called(['--help'])\nverbs.called(['lss'])\ntell()"
    assert not tops(loaded(code, tmp_path)) & {*SCREEN, *MAIL, "sqlite_utils"}


def test_the_main_screen_is_imported_without_a_mail_library(tmp_path: Path) -> None:
    found = tops(loaded("import deskterm.app, deskterm.screens.main\ntell()", tmp_path))
    assert "textual" in found
    assert not found & {*MAIL, "sqlite_utils"}


def test_the_first_paint_loads_no_mail_library(tmp_path: Path) -> None:
    """On a desk with all kinds of tickets, and with a mailbox in its settings to be tempted by."""
    from deskterm.demo.load import prepare

    practice = tmp_path / "practice"
    prepare(practice, now=1_780_000_000).close()
    code = f"""
import asyncio
from pathlib import Path
from deskterm.app import DesktermApp
from deskterm.config import Box, Settings
from deskterm.desk import Desk

async def look():
    box = Box(address="help@acme.test", imap="127.0.0.1:1", imap_security="tls")
    desk = Desk.open(Path({str(practice)!r}), settings=Settings(agent="Marek", mailbox={{"help": box}}))
    app = DesktermApp(desk, sync=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "Dana" in app.export_screenshot(), "nothing was painted, so this proves nothing"
        tell()
    desk.close()

asyncio.run(look())
"""
    assert not tops(loaded(code, tmp_path)) & {*MAIL, "sqlite_utils"}


def test_a_letter_is_a_light_thing(tmp_path: Path) -> None:
    found = loaded("import channels.letter\ntell()", tmp_path)
    assert not tops(found) & {
        *MAIL,
        *SCREEN,
        "asyncio",
        "socket",
        "sqlite3",
        "ssl",
        "store",
        "deskterm",
    }
    assert {name for name in found if name.startswith("channels.")} == {"channels.letter"}


def test_rules_load_nothing_that_opens_or_connects(tmp_path: Path) -> None:
    rules = sorted(path.stem for path in (ROOT / "store" / "rules").glob("*.py") if path.stem != "__init__")
    code = "\n".join(f"import store.rules.{name}" for name in rules)
    found = tops(loaded(f"{code}\ntell()", tmp_path))
    assert not found & {*MAIL, *SCREEN, "asyncio", "socket", "sqlite3", "ssl", "subprocess", "zstandard"}
