"""`doctor`: looks at everything a desk stands on and says what is wrong, each in a sentence."""

from __future__ import annotations

import importlib.util
import os
import sqlite3
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from msgspec import Struct

from deskterm import config, jsonl, mailboxes
from deskterm.cli import errors, home, older, say
from deskterm.cli.asking import json_option
from deskterm.cli.reconcile import reconcile_verb
from deskterm.config import Box, Settings
from deskterm.counting import many
from deskterm.desk import FILE
from deskterm.signing import Keys
from store.errors import StoreError

OURS = ("deskterm", "store", "channels", "themes")


class Finding(Struct, frozen=True):
    """What one look found."""

    about: str
    words: str
    ok: bool = True


@click.group("doctor", invoke_without_command=True)
@click.option("--offline", is_flag=True, help="Leave the servers alone.")
@json_option
@click.pass_context
def doctor_verb(ctx: click.Context, offline: bool, as_json: bool) -> int | None:
    """Check settings, rights, keyring, servers, terminal, packages and the letters' ledger.

    `doctor reconcile` adds up every folder of every mailbox.
    """
    if ctx.invoked_subcommand is not None:
        return None
    wrong = False
    for found in _all(home.path(), offline=offline):
        wrong = wrong or not found.ok
        if as_json:
            say.json_line(
                {"schema": jsonl.FINDING, "about": found.about, "ok": found.ok, "words": found.words}
            )
        else:
            say.rows([("ok" if found.ok else "wrong", found.about, found.words)])
        say.flush()
    return errors.FAILED if wrong else errors.DONE


doctor_verb.add_command(reconcile_verb)


def _all(folder: Path, *, offline: bool) -> Iterator[Finding]:
    yield _packages()
    yield from _rights(folder)
    try:
        settings = config.load(folder)
    except config.ConfigError as error:
        yield Finding("settings", str(error), ok=False)
        settings = Settings()
    else:
        yield Finding(
            "settings", f"{folder / config.FILE}: {many(len(settings.mailbox), 'mailbox', 'mailboxes')}"
        )
    yield _keyring(settings)
    keys = Keys(folder, settings)
    for name, box in settings.mailbox.items():
        yield from _mailbox(name, box, folder, keys=keys, offline=offline)
    if (folder / FILE).exists():
        yield from _desk(folder, settings)
    yield from _terminal()


def _packages() -> Finding:
    """The four import names are common words; another program's package must not stand in for ours."""
    root = Path(__file__).resolve().parents[2]
    strange = [name for name in OURS if _found(name) != root / name]
    if strange:
        words = (
            f"{', '.join(strange)} come from another program. Install deskterm in an environment of its own."
        )
        return Finding("packages", words, ok=False)
    return Finding("packages", f"all four are ours, in {root}")


def _found(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).resolve().parent if spec and spec.origin else None


def _rights(folder: Path) -> Iterator[Finding]:
    if not (folder / FILE).exists():
        yield Finding("home", f"There is no desk in {folder} yet; `deskterm setup` makes one.", ok=False)
        return
    if sys.platform == "win32":
        yield Finding("home", str(folder))
        return
    for path in (folder, folder / FILE, folder / config.FILE):
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            mend = f"chmod {'700' if path.is_dir() else '600'} {path}"
            yield Finding("rights", f"{path} can be read by others; mend it with: {mend}", ok=False)
            return
    yield Finding("home", f"{folder}, for you alone")


def _keyring(settings: Settings) -> Finding:
    from channels.passwords import VARIABLE, usable_keyring

    keyring, why = usable_keyring()
    if keyring is not None:
        return Finding("keyring", type(keyring).__name__)
    needed = any((box.imap or box.smtp) and not box.password_command for box in settings.mailbox.values())
    other = f"passwords come from password_command, {VARIABLE} or are asked each time"
    return Finding("keyring", f"{why}; {other}", ok=not needed or bool(os.environ.get(VARIABLE)))


def _mailbox(name: str, box: Box, folder: Path, *, keys: Keys, offline: bool) -> Iterator[Finding]:
    from channels.errors import ChannelError

    about = f"mailbox {name}"
    if box.maildir:
        yield _maildir(about, Path(box.maildir))
    if not box.smtp:
        yield Finding(about, mailboxes.no_way_out(box, folder))
    if offline or not (box.imap or box.smtp):
        return
    from channels import discover

    try:
        secret = keys(box)
    except ChannelError as error:
        yield Finding(about, str(error), ok=False)
        return
    if box.imap:
        check = discover.try_imap(mailboxes.imap_account(box), secret)
        yield Finding(about, check.words, check.ok)
        if check.login_refused:
            # A second wrong login at the other server may lock the account.
            return
    if box.smtp:
        check = discover.try_smtp(mailboxes.smtp_account(box), secret)
        yield Finding(about, check.words, check.ok)


def _maildir(about: str, path: Path) -> Finding:
    from channels import maildir
    from channels.errors import ChannelError

    try:
        return Finding(about, f"{path} is a Maildir with {many(len(maildir.folders(path)), 'folder')}")
    except ChannelError as error:
        return Finding(about, str(error), ok=False)


def _desk(folder: Path, settings: Settings) -> Iterator[Finding]:
    """The ledger: every letter ever seen is a message, on the shelf, or ignored for a reason."""
    from store import shelf

    try:
        desk = older.opened(folder, settings=settings)
    except StoreError as error:
        yield Finding("desk", str(error), ok=False)
        return
    try:
        yield from _ledger(desk.conn)
        lying = shelf.lying(desk.conn)
        yield from (Finding("shelf", f"{one.source}: {one.reason}") for one in lying)
        hint = "; `deskterm import --shelf` tries again" if lying else ""
        yield Finding("shelf", f"{many(len(lying), 'letter')} could not be read{hint}" if lying else "empty")
    finally:
        desk.close()


def _ledger(conn: sqlite3.Connection) -> Iterator[Finding]:
    boxes = conn.execute("SELECT id, mailbox, folder FROM box ORDER BY id").fetchall()
    for box, mailbox, folder in boxes:
        sums = dict(conn.execute("SELECT what, count(*) FROM ledger WHERE box = ? GROUP BY what", (box,)))
        lost = conn.execute(
            "SELECT count(*) FROM ledger l WHERE l.box = ? AND l.what = 'message'"
            " AND NOT EXISTS (SELECT 1 FROM message m WHERE m.id = l.ref)",
            (box,),
        ).fetchone()[0]
        said = ", ".join(f"{count:,} {what}" for what, count in sums.items()) or "nothing read yet"
        words = f"{folder}: {said}{f'; {lost:,} of them are not on the desk' if lost else ''}"
        yield Finding(f"ledger {mailbox}", words, ok=not lost)
    if not boxes:
        yield Finding("ledger", "no mailbox has been read yet")


def _terminal() -> Iterator[Finding]:
    """Hints, never faults: the shell works on anything."""
    kind = os.environ.get("TERM", "")
    if kind in ("dumb", "unknown"):
        yield Finding("terminal", f"no full screen here (TERM is {kind}); the verbs work")
        return
    colours = "true colour" if os.environ.get("COLORTERM") in ("truecolor", "24bit") else "few colours"
    yield Finding("terminal", f"{kind or 'of no name'}, {colours}, {sys.stdout.encoding or 'no encoding'}")
    if os.environ.get("TMUX"):
        yield Finding("tmux", "add to tmux.conf: set -s escape-time 10; set -s extended-keys on;"
                      " set -s set-clipboard on; set -as terminal-features ',*:RGB'")  # fmt: skip
