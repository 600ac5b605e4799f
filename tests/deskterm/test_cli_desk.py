"""The verbs about the desk as a whole: setup to sent, import, verify, doctor, docs, demo, keys, config."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backends.fail import Keyring as NoKeyring

from channels import files
from channels.letter import Address, Outgoing
from channels.mime.compose import compose
from deskterm import config
from deskterm.actions import ACTIONS
from store.db import Store
from tests.deskterm.shell import NOW, call, desk_in, digest, ok, on_a_terminal
from tests.rigs.imapd import PASSWORD, USER, Imapd
from tests.rigs.smtpd import Smtpd


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return desk_in(tmp_path)


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    monkeypatch.delenv("DESKTERM_PASSWORD", raising=False)
    yield
    keyring.set_keyring(before)


def letter(n: int, *, subject: str = "Hello", to: str = USER) -> bytes:
    writer = Address("Kim", f"kim{n}@else.example")
    return compose(Outgoing(f"n{n}@else.example", writer, (Address("", to),), subject, f"words {n}\n", NOW))


def forbidding(name: str) -> Callable[..., int]:
    """An `os.open` that has no right to one file: root, who may run the tests, has all of them."""
    real = os.open

    def opening(path: Path, *how: int) -> int:
        if str(path).endswith(name):
            raise PermissionError(13, "Permission denied")
        return real(path, *how)

    return opening


def mailbox(imapd: Imapd, smtpd: Smtpd) -> list[str]:
    servers = ["--imap", f"127.0.0.1:{imapd.port}", "--smtp", f"127.0.0.1:{smtpd.port}"]
    return ["--address", USER, *servers, "--insecure-loopback"]


def test_from_setup_to_a_letter_that_left(
    tmp_path: Path, imapd: Imapd, smtpd: Smtpd, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "new"
    monkeypatch.setenv("DESKTERM_PASSWORD", PASSWORD)
    imapd.deliver(letter(1, subject="From before"))
    done = ok(home, "setup", *mailbox(imapd, smtpd), "--agent", "Ana")
    assert "INBOX holds 1 letter." in done.err
    assert "keyring" in done.err
    assert PASSWORD not in (home / "config.toml").read_text() + done.err + done.out
    assert (home / "config.toml").stat().st_mode & 0o777 == 0o600
    assert "archived 1" in ok(home, "sync").out
    imapd.deliver(letter(2, subject="News"))
    (counts,) = ok(home, "sync", "--jsonl").objects
    assert (counts["schema"], counts["new"], counts["errors"]) == ("deskterm.counts.1", 1, [])
    (ticket,) = ok(home, "ls", "subject:news", "--jsonl").objects
    assert "held" in ok(home, "reply", str(ticket["number"]), "-m", "Answer", "--now").err
    ok(home, "sync")
    assert smtpd.letters == []
    assert f"queued  #{ticket['number']}" in ok(home, "live", "on").out
    assert "sent 1" in ok(home, "sync").out
    assert len(smtpd.letters) == 1
    assert ok(home, "sync").out == "nothing new\n"
    assert ok(home, "doctor").code == 0
    assert "ok  ledger help" in ok(home, "doctor", "--offline").out
    assert ok(home, "verify").out == ""


def test_a_wrong_password_is_tried_once_and_nothing_is_kept(
    tmp_path: Path, imapd: Imapd, smtpd: Smtpd, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "new"
    monkeypatch.setenv("DESKTERM_PASSWORD", "wrong-secret")
    result = call(home, "setup", *mailbox(imapd, smtpd))
    assert result.code == 1
    assert "refused the login" in result.err
    assert "wrong-secret" not in result.err
    assert not home.exists()
    assert sum(b"AUTHENTICATE" in line or b"LOGIN" in line for line in imapd.commands) == 1
    assert not any(line.startswith("AUTH") for line in smtpd.lines)


def test_no_password_anywhere_names_what_was_tried(tmp_path: Path, imapd: Imapd, smtpd: Smtpd) -> None:
    result = call(tmp_path / "new", "setup", *mailbox(imapd, smtpd))
    assert result.code == 1
    assert "DESKTERM_PASSWORD is not set" in result.err
    assert imapd.commands == []


def test_a_server_that_is_not_there_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKTERM_PASSWORD", "x")
    args = ["--address", USER, "--imap", "127.0.0.1:1", "--insecure-loopback"]
    result = call(tmp_path / "new", "setup", *args)
    assert result.code == 1
    assert "cannot be reached" in result.err
    assert "Nothing was kept" in result.err


def test_plain_text_to_elsewhere_is_refused_before_anything_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESKTERM_PASSWORD", "x")
    args = ["--address", USER, "--imap", "mail.example.com", "--insecure-loopback"]
    result = call(tmp_path / "new", "setup", *args)
    assert result.code == 1
    assert not (tmp_path / "new").exists()


def test_setup_without_a_terminal_needs_an_address(tmp_path: Path) -> None:
    assert call(tmp_path, "setup").code == 2
    assert "--address" in call(tmp_path, "setup").err
    assert call(tmp_path, "setup", "--address", "no address").code == 2


def test_setup_of_a_maildir_and_what_leaves(tmp_path: Path) -> None:
    home, mail = tmp_path / "home", tmp_path / "Mail"
    for part in ("cur", "new", "tmp"):
        (mail / part).mkdir(parents=True)
    (mail / "new" / "1.a").write_bytes(letter(1))
    args = ["--address", USER, "--maildir", str(mail), "--out", str(tmp_path / "Out")]
    ok(home, "setup", *args)
    assert "archived 1" in ok(home, "sync").out
    assert (
        f"No SMTP server is set: letters that leave are put into {tmp_path / 'Out'}" in ok(home, "doctor").out
    )
    assert call(home, "setup", *args).code == 4
    ok(home, "setup", *args, "--yes", "--name", "Help")
    assert list(config.load(home).mailbox) == ["help"]
    ok(home, "live", "on")
    ok(home, "reply", "1", "-m", "Answer", "--now")
    assert "sent 1" in ok(home, "sync").out
    (left,) = (tmp_path / "Out" / "new").iterdir()
    assert b"Answer" in left.read_bytes()


def test_setup_asks_on_a_terminal_what_was_not_said(tmp_path: Path) -> None:
    for part in ("cur", "new"):
        (tmp_path / "Mail" / part).mkdir(parents=True)
    typed = f"{USER}\nAna\nn\n".encode()
    seen = on_a_terminal(tmp_path / "home", "setup", "--maildir", str(tmp_path / "Mail"), typed=typed)
    assert seen.code == 0, seen
    settings = config.load(tmp_path / "home")
    assert (settings.agent, settings.send_key) == ("Ana", "open")
    assert settings.mailbox["help"].address == USER


def test_a_password_command_needs_no_keyring(tmp_path: Path, imapd: Imapd, smtpd: Smtpd) -> None:
    ok(tmp_path / "h", "setup", *mailbox(imapd, smtpd), "--password-command", f"echo {PASSWORD}")
    assert ok(tmp_path / "h", "doctor").code == 0


def test_sync_without_a_mailbox_says_so(tmp_path: Path) -> None:
    ok(tmp_path, "new", "x")
    assert call(tmp_path, "sync").code == 3


def test_a_desk_without_a_mailbox_still_puts_its_replies_out(home: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh"
    (tmp_path / "1.eml").write_bytes(letter(1))
    ok(fresh, "import", str(tmp_path / "1.eml"))
    assert call(fresh, "sync").code == 3
    ok(fresh, "reply", "1", "-m", "Answer", "--now")
    assert ok(fresh, "sync").out == "sent 1\n"
    (left,) = (fresh / "out" / "new").iterdir()
    assert b"Answer" in left.read_bytes()


def test_what_an_import_could_not_read_is_said_and_the_rest_is_taken(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for part in ("cur", "new", "tmp"):
        (tmp_path / "Mail" / part).mkdir(parents=True)
    (tmp_path / "Mail" / "cur" / "1.a").write_bytes(letter(31))
    (tmp_path / "Mail" / "cur" / "2.a").write_bytes(letter(32))
    with monkeypatch.context() as without_rights:
        without_rights.setattr(files.os, "open", forbidding("2.a"))
        result = call(home, "import", str(tmp_path / "Mail"))
    assert (result.code, result.out) == (1, "1 taken in\n")
    assert "Mail" in result.err and result.err.count("\n") == 1
    assert ok(home, "import", str(tmp_path / "Mail")).out == "1 taken in, 1 known already\n"


def test_import_of_letters_as_files(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "letters"
    folder.mkdir()
    for n in (11, 12):
        (folder / f"{n}.eml").write_bytes(letter(n, subject=f"Old {n}"))
    assert ok(home, "import", str(folder)).out == "2 taken in\n"
    assert ok(home, "import", str(folder)).out == "2 known already\n"
    mbox = tmp_path / "old.mbox"
    mbox.write_bytes(b"From kim@else.example Thu Sep 24 10:00:00 2026\n" + letter(13).replace(b"\r\n", b"\n"))
    assert ok(home, "import", str(mbox), "--jsonl").objects[0]["archived"] == 1
    ok(home, "import", str(folder / "11.eml"))
    (tmp_path / "empty").mkdir()
    assert call(home, "import", str(tmp_path / "empty")).code == 3
    assert call(home, "import", str(tmp_path / "nowhere")).code == 1


def test_verify_finds_an_altered_row_and_rebuild_mends_it(home: Path) -> None:
    before = digest(home)
    conn = sqlite3.connect(home / "desk.db")
    conn.execute("UPDATE ticket SET subject = 'forged' WHERE number = 1")
    conn.commit()
    conn.close()
    result = call(home, "verify")
    assert result.code == 1
    assert "differs from the log in subject" in result.out
    ok(home, "verify", "--rebuild")
    assert digest(home) == before


def test_doctor_names_what_is_wrong(home: Path, tmp_path: Path) -> None:
    assert "ok  settings" in ok(home, "doctor", "--offline").out
    home.chmod(0o755)
    (home / "config.toml").write_text("agent = 3\n")
    result = call(home, "doctor", "--offline")
    assert result.code == 1
    assert f"chmod 700 {home}" in result.out
    assert "wrong  settings" in result.out
    assert {one["about"] for one in call(home, "doctor", "--jsonl").objects} >= {
        "packages",
        "keyring",
        "rights",
    }
    assert call(tmp_path / "nothing", "doctor").code == 1
    assert not (tmp_path / "nothing").exists()


def test_a_desk_another_process_holds_is_a_sentence(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.db.BUSY_MS", 50)
    other = Store(home / "desk.db")
    with other.write():
        result = call(home, "set", "1", "priority=1")
    other.close()
    assert result.code == 1
    assert "Another deskterm is writing" in result.err
    ok(home, "set", "1", "priority=1")


def test_words_for_a_desk_that_cannot_be_written_are_not_lost(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.db.BUSY_MS", 50)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    other = Store(home / "desk.db")
    with other.write():
        result = call(home, "note", "1", "-m", "long thoughts")
    other.close()
    assert result.code == 1
    assert "Another deskterm is writing" in result.err
    kept = Path(result.err.split("The text is in ")[1].strip().removesuffix("."))
    assert kept.read_text() == "long thoughts\n"


def test_docs_out_and_in_again(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    assert str(folder / "macro" / "Refund.md") in ok(home, "docs", "export", str(folder)).out
    before = digest(home)
    assert "Nothing to change" in ok(home, "docs", "import", str(folder)).err
    text = (folder / "macro" / "Refund.md").read_text()
    (folder / "macro" / "Refund.md").write_text(text.replace("on their way", "coming"))
    (folder / "queue").mkdir()
    (folder / "queue" / "Late %2F soon.toml").write_text('query = "is:late"\n')
    out = ok(home, "docs", "import", str(folder), "--dry-run").out
    assert out.splitlines() == ["changed macro Refund", "new queue Late / soon"]
    assert digest(home) == before
    ok(home, "docs", "import", str(folder))
    shutil.rmtree(folder)
    ok(home, "docs", "export", str(folder))
    assert "coming" in (folder / "macro" / "Refund.md").read_text()
    assert (folder / "queue" / "Late %2F soon.toml").exists()
    assert ok(home, "undo").err == "Undid edit of 2 docs\n"
    shutil.rmtree(folder)
    ok(home, "docs", "export", str(folder))
    assert "on their way" in (folder / "macro" / "Refund.md").read_text()
    assert not (folder / "queue").exists()


def test_a_doc_with_a_mistake_takes_none_in_and_says_where(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    ok(home, "docs", "export", str(folder))
    (folder / "queue").mkdir()
    (folder / "queue" / "Good.toml").write_text('query = "is:late"\n')
    (folder / "macro" / "Refund.md").write_text('+++\nname = "Refund"\nstatus = "gone"\n+++\n')
    before = digest(home)
    result = call(home, "docs", "import", str(folder))
    assert result.code == 2
    assert result.err.startswith("Line 3, column")
    assert "Refund.md; nothing was taken in" in result.err
    assert digest(home) == before
    assert call(home, "docs", "import", str(tmp_path)).code == 3


def editor(folder: Path, script: str) -> str:
    """An editor that does what `script` says to the file $1."""
    path = folder / "ed.sh"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_edit_opens_checks_and_keeps(home: Path, tmp_path: Path) -> None:
    command = editor(tmp_path, 'sed -i s/EUR/pounds/ "$1"; echo "It is a pleasure." >> "$1"')
    seen = on_a_terminal(home, "edit", "macro", "Refund", EDITOR=command, VISUAL="")
    assert seen.code == 0, seen
    folder = tmp_path / "docs"
    ok(home, "docs", "export", str(folder))
    assert (folder / "macro" / "Refund.md").read_text().endswith("It is a pleasure.\n")


def test_a_mistake_is_shown_in_its_place_and_the_text_is_not_lost(home: Path, tmp_path: Path) -> None:
    before = digest(home)
    command = editor(tmp_path, 'printf \'+++\\nname = "Refund"\\nstatus = "gone"\\n+++\\n\' > "$1"')
    seen = on_a_terminal(home, "edit", "macro", "Refund", typed=b"n\n", EDITOR=command, VISUAL="")
    assert seen.code == 4
    text = seen.shown.decode()
    assert "Line 3, column" in text
    assert 'status = "gone"' in text
    assert "^" in text
    kept = Path(text.split("the text is in ")[1].split(".md")[0] + ".md")
    assert 'status = "gone"' in kept.read_text()
    shutil.rmtree(kept.parent)
    assert digest(home) == before


def test_a_mistake_can_be_mended_in_a_second_visit(home: Path, tmp_path: Path) -> None:
    good, bad = 'query = "is:open"', 'query = "is:late x:y"'
    script = f'if grep -q is:late "$1"; then echo \'{good}\' > "$1"; else echo \'{bad}\' > "$1"; fi'
    command = editor(tmp_path, script)
    seen = on_a_terminal(home, "edit", "queue", "Mine", typed=b"\n", EDITOR=command, VISUAL="")
    assert seen.code == 0, seen
    ok(home, "docs", "export", str(tmp_path / "docs"))
    assert (tmp_path / "docs" / "queue" / "Mine.toml").read_text() == 'query = "is:open"\n'


def test_edit_without_a_terminal_or_an_editor(home: Path) -> None:
    assert call(home, "edit", "macro", "Refund").code == 4
    seen = on_a_terminal(home, "edit", "macro", "Refund", EDITOR="/nonexistent/ed", VISUAL="")
    assert seen.code == 4
    assert b"cannot be started" in seen.shown
    assert call(home, "edit", "song", "x").code == 2


def test_a_reply_written_in_the_editor(home: Path, tmp_path: Path) -> None:
    command = editor(tmp_path, 'cp "$1" "$1.old"; (echo "Dear Dana,"; cat "$1.old") > "$1"; rm "$1.old"')
    seen = on_a_terminal(home, "reply", "1", EDITOR=command, VISUAL="")
    assert seen.code == 0, seen
    text = str(ok(home, "show", "1", "--jsonl").objects[-1]["text"])
    assert text.startswith("Dear Dana,")
    assert "> this is letter 1." in text


def test_an_editor_that_was_left_as_it_is_sends_nothing(home: Path, tmp_path: Path) -> None:
    seen = on_a_terminal(home, "reply", "1", EDITOR=editor(tmp_path, "true"), VISUAL="")
    assert seen.code == 4
    assert b"Nothing was written" in seen.shown


def test_a_question_before_many_is_asked_on_a_terminal(home: Path) -> None:
    before = digest(home)
    refused = on_a_terminal(home, "set", "1-3", "priority=1", typed=b"n\n")
    assert (refused.code, digest(home)) == (4, before)
    assert b"3 tickets would change. Do it? [y/N]" in refused.shown
    assert on_a_terminal(home, "set", "1-3", "priority=1", typed=b"y\n").code == 0
    assert digest(home) != before


def test_the_practice_desk_prints_its_queue_and_never_touches_a_real_one(home: Path) -> None:
    before = digest(home)
    lines = ok(home, "demo").out.splitlines()
    assert len(lines) > 20
    assert all(line.startswith("#") for line in lines)
    where = Path(ok(home, "demo", "--headless").out.strip())
    assert where == home / "practice"
    assert len(ok(where, "ls").out.splitlines()) == len(lines)
    assert digest(home) == before


def test_keys_in_three_shapes(home: Path) -> None:
    assert "deskterm set N status=solved" in ok(home, "keys").out
    assert "| `e` | solve |" in ok(home, "keys", "--md").out
    assert [one["id"] for one in ok(home, "keys", "--jsonl").objects] == [action.id for action in ACTIONS]


def test_keys_are_those_in_force_and_say_so(home: Path) -> None:
    assert "Keys in force: those deskterm comes with" in ok(home, "keys").err
    file = home / "config.toml"
    was = file.read_text(encoding="utf-8")
    file.write_text('keymap = "vim"\n' + was + '\n[keys]\n"ticket.solve" = ["f5"]\n"desk.refresh" = ["f6"]\n')
    plain = ok(home, "keys")
    assert "the preset vim; 2 actions with keys of your own" in plain.err
    assert re.search(r"^ +f5 +solve", plain.out, re.M) and re.search(r"^ +u +undo", plain.out, re.M)
    table = ok(home, "keys", "--md").out
    assert "| `f5` | solve |" in table and "| `e` | solve |" not in table
    (solve,) = [one for one in ok(home, "keys", "--jsonl").objects if one["id"] == "ticket.solve"]
    assert (solve["keys"], solve["default"]) == (["f5"], ["e"])
    file.write_text(was + '\n[keys]\n"ticket.solve" = ["w"]\n')
    clash = call(home, "keys")
    assert clash.code == 1 and "The key w means both" in clash.err and not clash.out


def test_config_shows_what_is_set_and_what_could_be(home: Path) -> None:
    out = ok(home, "config").out
    assert 'agent = "Ana"' in out
    assert "# [mailbox.NAME]\n# address: " in out
    for name in {*config.Settings.__struct_fields__, *config.Box.__struct_fields__} - {"mailbox"}:
        assert f"# {name} = " in out or f"# {name}: " in out or f"# [{name}" in out, name
