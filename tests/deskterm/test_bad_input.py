"""What a person can get wrong, and what can be wrong around the program, seen from the shell: each time one
sentence on standard error, the right exit code, and a desk that is what it was before."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import msgspec
import pytest
from keyring.backends.fail import Keyring as NoKeyring

from deskterm import config
from deskterm.config import Box
from tests.deskterm.shell import call, desk_in, digest, ok, on_a_terminal
from tests.paths import ROOT
from tests.rigs.certificates import make
from tests.rigs.imapd import PASSWORD, Imapd
from tests.rigs.mail import box
from tests.rigs.smtpd import Smtpd

CANARY = "canary-5b21e0"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The small desk, with nothing waiting to leave."""
    made = desk_in(tmp_path)
    ok(made, "sync")
    return made


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    monkeypatch.delenv("DESKTERM_PASSWORD", raising=False)
    yield
    keyring.set_keyring(before)


def sentence(said: str) -> str:
    """The one line that was said, which is a whole sentence for people."""
    assert said.count("\n") == 1 and said.endswith((".\n", ")\n")), said
    for word in ("Traceback", "Error:", "Errno", "<class", CANARY):
        assert word not in said, said
    return said.strip()


def failed(home: Path, *args: str, code: int) -> str:
    """The sentence of a call that changes nothing and prints no data."""
    result = call(home, *args)
    assert (result.code, result.out) == (code, ""), result
    return sentence(result.err)


def mailboxes(home: Path, **boxes: Box) -> None:
    """Give the desk these mailboxes and no others."""
    config.save(home, msgspec.structs.replace(config.load(home), mailbox=boxes))


def free_port() -> int:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        return closed.getsockname()[1]


def states(home: Path) -> list[object]:
    return [one["state"] for one in ok(home, "live", "--jsonl").objects]


# Servers.


def test_a_server_that_is_away_keeps_neither_others_nor_replies(
    home: Path, imapd: Imapd, smtpd: Smtpd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESKTERM_PASSWORD", PASSWORD)
    gone = free_port()
    away = msgspec.structs.replace(box(imap=imapd), imap=f"127.0.0.1:{gone}", address="away@example.org")
    ok(home, "reply", "1", "-m", "Answer", "--now")
    dead = msgspec.structs.replace(box(smtp=smtpd), smtp=f"127.0.0.1:{gone}")
    imapd.deliver(b"From: a@b.example\r\nSubject: Here\r\n\r\nhello\r\n")
    mailboxes(home, help=dead, away=away, near=box(imap=imapd))
    ok(home, "live", "on")
    result = call(home, "sync")
    assert (result.code, result.out) == (1, "archived 1, later 1\n"), result
    said = [line for line in result.err.splitlines() if str(gone) in line]
    assert said[0].startswith(f"away: 127.0.0.1 port {gone} cannot be reached")
    assert all(line.endswith(".") for line in said) and "Traceback" not in result.err
    assert states(home) == ["later"]


def test_a_wrong_password_is_tried_once_by_sync(
    home: Path, imapd: Imapd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESKTERM_PASSWORD", CANARY)
    mailboxes(home, support=box(imap=imapd))
    before = digest(home)
    said = failed(home, "sync", code=1)
    assert "refused the login" in said and "tried once and not again" in said
    assert sum(b"AUTHENTICATE" in line or b"LOGIN" in line for line in imapd.commands) == 1
    assert digest(home) == before


@pytest.mark.parametrize(
    ("expired", "name", "trusted", "words"),
    [
        (True, "localhost", True, "expired"),
        (False, "elsewhere.example", True, "Hostname mismatch"),
        (False, "localhost", False, "fingerprint"),
    ],
)
def test_X08_a_certificate_that_does_not_hold_gets_no_password(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    expired: bool, name: str, trusted: bool, words: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("DESKTERM_PASSWORD", CANARY)
    certificate = make(tmp_path, expired=expired, name=name)
    with Imapd(certificate=certificate, implicit_tls=True) as server:
        where = Box(
            address="help@example.org", imap=f"localhost:{server.port}",
            ca_file=str(certificate.cert) if trusted else "",
        )  # fmt: skip
        mailboxes(home, help=where)
        said = failed(home, "sync", code=1)
        assert "was not trusted" in said and words in said and "no password was sent" in said
        assert server.logins == 0 and not any(b"LOGIN" in line.upper() for line in server.commands)


def test_X02_without_a_keyring_and_a_password_no_server_is_asked(home: Path, imapd: Imapd) -> None:
    mailboxes(home, help=box(imap=imapd))
    said = failed(home, "sync", code=1)
    for place in ("keyring", "password_command", "DESKTERM_PASSWORD"):
        assert place in said
    assert imapd.sessions == 0
    assert "wrong  keyring" in call(home, "doctor", "--offline").out


# The file of the desk.


def flip(path: Path) -> None:
    """Noise over the pages of the file, but for its first, which says what it is."""
    with path.open("r+b") as file:
        for page in range(1, path.stat().st_size // 4096):
            file.seek(page * 4096)
            file.write(b"\xa5" * 4096)


def foreign(path: Path) -> None:
    path.unlink()
    conn = sqlite3.connect(path)
    conn.execute("CREATE TABLE songs(title)")
    conn.commit()
    conn.close()


FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "damaged": (flip, "is damaged"),
    "cut off": (lambda path: os.truncate(path, 20_000), "is damaged"),
    "empty": (lambda path: os.truncate(path, 0), "is empty"),
    "a text": (lambda path: path.write_text("dear diary"), "is not a desk file"),
    "of another program": (foreign, "a database of another program"),
}


@pytest.mark.parametrize("args", [("ls",), ("set", "1", "priority=1"), ("sync",)], ids=lambda args: args[0])
@pytest.mark.parametrize("kind", FILES)
def test_D09_a_file_that_is_no_whole_desk_is_left_as_it_is(
    home: Path, kind: str, args: tuple[str, ...]
) -> None:
    path = home / "desk.db"
    spoil, words = FILES[kind]
    spoil(path)
    before = path.read_bytes()
    said = failed(home, *args, code=1)
    assert said.startswith(str(path)) and words in said
    assert re.search(r"left as it was|left as it is|was changed", said)
    assert path.read_bytes() == before
    assert f"wrong  desk  {path}" in call(home, "doctor", "--offline").out


def test_D04_a_full_disk_says_so_and_loses_nothing(home: Path, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(small)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no small disk can be mounted here; the next test limits the size of files instead")
    try:
        desk = small / "desk"
        shutil.copytree(home, desk)
        before = digest(desk)
        with (small / "ballast").open("wb", buffering=0) as ballast:
            try:
                while ballast.write(bytes(4096)):
                    pass
            except OSError:
                pass
        for args in (
            ("note", "1", "-m", "words"),
            ("set", "1-3", "priority=1", "--yes"),
            ("undo",),
        ):
            assert "The disk is full" in failed(desk, *args, code=1)
        (small / "ballast").unlink()
        assert digest(desk) == before
        ok(desk, "set", "1", "priority=1")
        assert ok(desk, "verify").out == ""
    finally:
        # At once from here, and for good when the last file on it is closed.
        subprocess.run(["umount", "-l", str(small)], check=True)


def test_D04_a_file_that_may_not_grow_says_so_and_loses_nothing(home: Path, tmp_path: Path) -> None:
    """The limit on the size of files, which needs no rights, stands for the full disk."""
    before = digest(home)
    big = tmp_path / "big.txt"
    big.write_bytes(os.urandom(3_000_000))
    limit = (
        "import resource, runpy, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000));"
        "sys.argv = ['deskterm', *sys.argv[1:]]; runpy.run_module('deskterm', run_name='__main__')"
    )
    args = ["--home", str(home), "reply", "1", "-m", "see the file", "--attach", str(big)]
    done = subprocess.run([sys.executable, "-c", limit, *args], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1, done
    assert "Nothing was" in sentence(done.stderr)
    assert digest(home) == before
    assert ok(home, "verify").out == ""


def test_D07_a_desk_held_by_another_process_is_a_sentence_and_waits_for_nobody_for_ever(home: Path) -> None:
    hold = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "c.execute('BEGIN IMMEDIATE'); print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", hold, str(home / "desk.db")]
    before = digest(home)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout and other.stdout.readline() == b"held\n"
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("store.db.BUSY_MS", 50)
            assert "Another deskterm is writing" in failed(home, "set", "1", "priority=1", code=1)
        assert len(ok(home, "ls").out.splitlines()) == 4
        other.send_signal(signal.SIGKILL)
    assert digest(home) == before
    ok(home, "set", "1", "priority=1")


# Settings, queries, macros.


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('agent = "Ana"\nthema = "dark"\n', 2, 'there is no setting called "thema"'),
        ('agent = "Ana"\n\n[mailbox.help]\naddress = "a@b"\nimapp = "x"\n', 5, '"imapp"'),
        ("agent = 3\n", 1, "agent has to be text"),
        ('[mailbox.help]\nimap = "x"\n', 1, "address is missing"),
        ('theme = "drak"\n', 1, "it can be dark"),
        ('agent = "Ana\n', 1, "mend the line"),
    ],
)
@pytest.mark.parametrize("args", [("ls",), ("note", "1", "-m", "x"), ("config",)], ids=lambda args: args[0])
def test_a_wrong_setting_is_named_with_path_and_line(
    home: Path, args: tuple[str, ...], text: str, line: int, words: str
) -> None:
    path = home / "config.toml"
    good, before = path.read_text(), digest(home)
    path.write_text(text)
    said = failed(home, *args, code=1)
    assert said.startswith(str(path)) and f"line {line}" in said and words in said
    assert path.read_text() == text
    path.write_text(good)
    assert digest(home) == before


@pytest.mark.parametrize(
    "args",
    [
        ("ls", "colour:red"),
        ("search", "colour:red"),
        ("set", "colour:red", "status=solved", "--yes"),
        ("snooze", "colour:red", "tomorrow", "--yes"),
        ("macro", "Sort", "colour:red", "--yes"),
    ],
    ids=lambda args: args[0],
)
def test_an_unknown_field_names_those_there_are(home: Path, args: tuple[str, ...]) -> None:
    before = digest(home)
    said = failed(home, *args, code=2)
    assert 'There is no field "colour"' in said and "status, is, has, priority" in said
    assert digest(home) == before


@pytest.mark.parametrize("way", [(), ("--dry-run",), ("--yes",), ("--plan", "p.json")], ids=" ".join)
def test_a_macro_with_an_unfilled_blank_does_nothing(
    home: Path, tmp_path: Path, way: tuple[str, ...]
) -> None:
    before = digest(home)
    plan = tmp_path / "p.json"
    said = failed(home, "macro", "Refund", "1-3", *(str(plan) if x == "p.json" else x for x in way), code=4)
    assert "#1: the macro Refund asks for amount" in said and "Nothing was changed" in said
    assert digest(home) == before and not plan.exists()


# Terminals.


@pytest.mark.parametrize("kind", ["dumb"])
def test_a_terminal_that_cannot_show_the_screen_names_the_verbs(home: Path, kind: str) -> None:
    seen = on_a_terminal(home, TERM=kind)
    assert seen.code in (1, 4)
    said = sentence(seen.shown.decode().replace("\r\n", "\n"))
    assert "deskterm ls" in said and "\x1b" not in said
    assert b"#1" in on_a_terminal(home, "ls", TERM=kind).shown


def test_without_a_terminal_the_screen_is_refused(home: Path) -> None:
    assert "needs a terminal" in failed(home, code=4)
