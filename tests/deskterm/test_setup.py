"""`setup` in the shell: servers that were only found are confirmed, and no password is left anywhere."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from keyring.backends.fail import Keyring as NoKeyring

from channels.discover import Candidate, Server
from deskterm import config, probe, setting_up
from deskterm.signing import Keys
from tests.deskterm.shell import call, ok
from tests.rigs.certificates import make
from tests.rigs.imapd import PASSWORD, USER, Imapd
from tests.rigs.rings import InMemory, using
from tests.rigs.smtpd import Smtpd
from tests.rigs.terminal import LEAVES, PYTHON, Terminal, environment

CANARY = "canary-7f3a9c"


def servers(imapd: Imapd, smtpd: Smtpd) -> list[str]:
    return ["--imap", f"127.0.0.1:{imapd.port}", "--smtp", f"127.0.0.1:{smtpd.port}", "--insecure-loopback"]


def test_servers_that_were_only_found_get_no_password_until_somebody_confirms(
    tmp_path: Path, imapd: Imapd, smtpd: Smtpd, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Candidate(
        Server("127.0.0.1", imapd.port, "plain"), Server("127.0.0.1", smtpd.port, "plain"), USER, "said by x"
    )
    monkeypatch.setattr(setting_up, "find", lambda address: (found,))
    monkeypatch.setenv("DESKTERM_PASSWORD", PASSWORD)
    result = call(tmp_path, "setup", "--address", USER, "--insecure-loopback")
    assert result.code == 4 and "Nobody has confirmed these servers" in result.err
    assert f"127.0.0.1:{imapd.port} plain" in result.err
    assert imapd.sessions == 0 and not (tmp_path / config.FILE).exists()
    with using(InMemory()):
        ok(tmp_path, "setup", "--address", USER, "--insecure-loopback", "--yes")
    assert imapd.logins == 1


def test_the_probe_goes_round_when_asked_for(
    tmp_path: Path, imapd: Imapd, smtpd: Smtpd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESKTERM_PASSWORD", PASSWORD)
    smtpd.onward = imapd.deliver
    with using(InMemory()):
        done = ok(tmp_path, "setup", "--address", USER, *servers(imapd, smtpd), "--probe")
    assert "The letter came back" in done.err and imapd.raws() == [] and len(smtpd.letters) == 1
    assert "archived" not in ok(tmp_path, "sync").out


def test_a_probe_that_never_arrives_says_where_to_look(
    tmp_path: Path, imapd: Imapd, smtpd: Smtpd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESKTERM_PASSWORD", PASSWORD)
    monkeypatch.setattr(probe.go_round, "__kwdefaults__", {"go": lambda: True, "seconds": 0.0})
    with using(InMemory()):
        result = call(tmp_path, "setup", "--address", USER, *servers(imapd, smtpd), "--probe")
    assert result.code == 1 and "did not arrive within 0 seconds" in result.err


def test_X01_the_password_is_in_no_file_no_output_and_no_childs_environment(
    tmp_path: Path, imapd: Imapd, smtpd: Smtpd, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, seen = tmp_path / "home", tmp_path / "environment"
    monkeypatch.setenv("DESKTERM_PASSWORD", CANARY)
    monkeypatch.setenv("DESKTERM_DEBUG", "1")
    with using(NoKeyring()):
        command = f"sh -c 'env > {seen}; echo {PASSWORD}'"
        done = ok(home, "setup", "--address", USER, *servers(imapd, smtpd), "--password-command", command)
        ok(home, "sync")
        wrong = call(home, "setup", "--yes", "--address", USER, *servers(imapd, smtpd))
    assert wrong.code == 1 and "refused the login" in wrong.err
    assert CANARY not in seen.read_text()
    held = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert CANARY.encode() not in held
    assert CANARY not in done.err + done.out + wrong.err + wrong.out
    assert all(CANARY not in word for word in Path("/proc/self/cmdline").read_text().split("\0"))


def test_X08_setup_shows_the_fingerprint_and_offers_no_way_round(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESKTERM_PASSWORD", CANARY)
    with Imapd(certificate=make(tmp_path), implicit_tls=True) as server:
        result = call(
            tmp_path / "home", "setup", "--address", USER, "--imap", f"localhost:{server.port}", "--yes"
        )
        assert server.logins == 0
    assert result.code == 1 and "SHA-256 fingerprint" in result.err and "ca_file" in result.err
    assert "continue" not in result.err.lower() and not (tmp_path / "home" / config.FILE).exists()


def test_the_first_run_on_a_terminal_is_the_setup_screen(tmp_path: Path) -> None:
    command = [PYTHON, "-m", "deskterm", "--home", str(tmp_path / "home")]
    with Terminal(command, env=environment()) as terminal:
        terminal.until("Do you use a screen reader")
        terminal.send("\r")
        terminal.until("Which address do customers write to?")
        terminal.send("\x11")
        assert terminal.wait() == 0
    assert not (tmp_path / "home").exists()


def test_a_signal_gives_the_terminal_back(tmp_path: Path) -> None:
    command = [PYTHON, "-m", "deskterm", "--home", str(tmp_path / "home")]
    with Terminal(command, env=environment()) as terminal:
        terminal.until("Do you use a screen reader")
        terminal.send("\r")
        terminal.until("Which address do customers write to?")
        terminal.kill(signal.SIGTERM)
        assert terminal.wait() == 128 + signal.SIGTERM
        assert LEAVES in terminal.data


def test_a_password_typed_where_no_keyring_is_lives_in_memory_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Keys, "session", {})
    box = config.Box(address=USER, imap="h")
    with using(NoKeyring()):
        words = setting_up.keep_secret(box, setting_up.typed(CANARY))
    assert "password_command" in words and CANARY not in words + repr(Keys.session) + str(os.environ)
    assert Keys(tmp_path, config.Settings())(box).reveal() == CANARY
