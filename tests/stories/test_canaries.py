"""A day with secrets and names that stand nowhere else: none of them is where it has no business (I6, I7)."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.paths import ROOT
from tests.rigs import oracles
from tests.rigs.imapd import PASSWORD, USER, Imapd
from tests.rigs.mail import letter
from tests.rigs.smtpd import Smtpd

WRONG = "wr0ng-canary-5Kd!pass"
PERSON = ("Quirina Zwischenbrugger", "quirina.zw@wombat-and-vole.example", "wombat-invoice-77431")
"""Name, address and a word of the letter."""


@dataclass
class Day:
    """Processes of `deskterm` in folders of their own; everything they said."""

    folder: Path
    said: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("home", "tmp", "cwd"):
            (self.folder / name).mkdir()

    @property
    def desk(self) -> Path:
        return self.folder / "desk"

    def run(self, *words: str, password: str = PASSWORD, text: str = "") -> subprocess.CompletedProcess[str]:
        """One verb, with the umask that hides nothing and every report switched on."""
        environ = {
            "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder / "tmp"), "DESKTERM_PASSWORD": password, "DESKTERM_DEBUG": "1",
            "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8",
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "deskterm", "--home", str(self.desk), *words], cwd=self.folder / "cwd",
            env=environ, input=text, capture_output=True, text=True, umask=0, timeout=60,
        )  # fmt: skip
        number = len(self.said) // 2 + 1
        self.said |= {f"{number} {words[0]} out": done.stdout, f"{number} {words[0]} err": done.stderr}
        return done


@pytest.fixture
def day(tmp_path: Path) -> Day:
    return Day(tmp_path)


def servers(imapd: Imapd, smtpd: Smtpd) -> list[str]:
    return [
        "setup", "--address", USER, "--imap", f"127.0.0.1:{imapd.port}", "--smtp", f"127.0.0.1:{smtpd.port}",
        "--insecure-loopback", "--agent", "Ana",
    ]  # fmt: skip


def test_X01_X04_secrets_and_names_are_nowhere_else(day: Day, imapd: Imapd, smtpd: Smtpd) -> None:
    name, address, word = PERSON
    assert day.run(*servers(imapd, smtpd), password=WRONG).returncode == 1
    assert day.run(*servers(imapd, smtpd)).returncode == 0
    assert day.run("sync").returncode == 0
    imapd.deliver(letter(1, subject=word, sender=f"{name} <{address}>", text=f"{word}\n"))
    assert day.run("sync").returncode == 0
    assert word in day.run("ls").stdout
    day.run("reply", "1", "-m", "Answer", "--now")
    day.run("live", "on")
    assert day.run("sync").returncode == 0 and len(smtpd.letters) == 1
    imapd.faults.login_words = f"LOGIN {USER} {PASSWORD} is wrong".encode()
    day.run("sync")
    imapd.faults.login_words = b""
    for words in (("doctor",), ("config",), ("verify",), ("set", "nonsense:1", "x=y"), ("show", "99")):
        day.run(*words)
    imapd.stop()
    day.run("sync")
    everywhere = [day.desk, day.folder / "home", day.folder / "tmp", day.folder / "cwd"]
    assert oracles.canaries([PASSWORD, WRONG], *everywhere, said=day.said) == []
    strangers = {what: text for what, text in day.said.items() if what.endswith("err")}
    assert oracles.canaries([word], *everywhere[1:], said=strangers) == []
    assert oracles.modes(day.desk) == []
    assert oracles.foreign(*everywhere[1:]) == []


def test_X01_what_a_server_repeats_of_a_password_is_not_kept_by_smtp(
    day: Day, imapd: Imapd, smtpd: Smtpd
) -> None:
    assert day.run(*servers(imapd, smtpd)).returncode == 0
    day.run("sync")
    imapd.deliver(letter(1))
    day.run("sync")
    day.run("live", "on")
    day.run("reply", "1", "-m", "Answer", "--now")
    smtpd.script["rcpt"] = [f"550 5.7.1 no, {USER} {PASSWORD}"]
    assert "refused 1" in day.run("sync").stdout
    day.run("ls", "--jsonl")
    day.run("show", "1")
    assert oracles.canaries([PASSWORD], day.desk, day.folder / "tmp", said=day.said) == []
