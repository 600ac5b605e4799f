"""What a shell offers at the tab key: the scripts are run by bash, fish and zsh themselves."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deskterm.shell import call, desk_in, digest, ok, opened
from tests.paths import ROOT, tool
from tests.test_imports import MAIL, SCREEN, loaded, tops

NAMES = ("Close warned", "Cost's $HOME `x` *", "Zoë; rm -rf ~", "close, later")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = desk_in(tmp_path)
    desk = opened(made)
    for name in NAMES:
        desk.save_doc("rule", name, 'when = "received"\n[do]\ntags = ["a"]\n')
    desk.save_doc("queue", "Big accounts", 'query = "is:open"\n')
    desk.close()
    return made


def program(home: Path) -> Path:
    """A folder with `deskterm` in it."""
    folder = home.parent / "bin"
    folder.mkdir(exist_ok=True)
    made = folder / "deskterm"
    made.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m deskterm "$@"\n')
    made.chmod(0o755)
    return folder


def at_the_tab_key(home: Path, *words: str) -> list[str]:
    """What bash has to offer for the last of the words, as it would put it on the line."""
    folder = program(home)
    typed = " ".join(f'"{word}"' for word in words)
    script = f"""
eval "$(deskterm completion bash)"
COMP_WORDS=(deskterm {typed}); COMP_CWORD={len(words)}
_deskterm_completion deskterm 2>/dev/null
for one in "${{COMPREPLY[@]}}"; do printf '%s\\n' "$one"; done
"""
    env = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "DESKTERM_HOME": str(home)}
    env["PYTHONPATH"] = str(ROOT)
    done = subprocess.run(
        [tool("bash"), "--norc", "-c", script], env=env, cwd=folder, capture_output=True, text=True
    )
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("sn",), {"snooze"}),
        (("rules", "ba"), {"backtest"}),
        (("macro", ""), {"Needy", "Refund", "Sort"}),
        (("macro", "re"), {"Refund"}),
        (("rules", "run", "Close"), {"Close\\ warned", "close,\\ later"}),
        (("edit", "que"), {"queue"}),
        (("edit", "queue", "B"), {"Big\\ accounts"}),
        (("edit", "macro", "S"), {"Sort"}),
        (("set", "--dry"), {"--dry-run"}),
        (("macro", "nothing"), set[str]()),
    ],
)
def test_bash_offers_verbs_options_and_names(home: Path, words: tuple[str, ...], offered: set[str]) -> None:
    assert set(at_the_tab_key(home, *words)) == offered


def test_a_name_full_of_signs_comes_back_as_the_same_word(home: Path) -> None:
    offered = at_the_tab_key(home, "rules", "run", "")
    assert len(offered) == len(NAMES)
    for word in offered:
        back = subprocess.run(
            [tool("bash"), "-c", f"printf %s {word}"], capture_output=True, text=True, check=True
        )
        assert back.stdout in NAMES


def asked(home: Path, shell: str, line: str, last: str) -> str:
    """What the script of zsh or fish is answered."""
    count = len(line.split()) - (1 if last else 0)
    env = {
        "_DESKTERM_COMPLETE": f"{shell}_complete", "COMP_WORDS": line, "DESKTERM_HOME": str(home),
        "COMP_CWORD": str(count) if shell == "zsh" else last, "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "deskterm"], env={**os.environ, **env}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


OFFERED = [
    ("sn", {"snooze"}),
    ("rules run cl", {"Close warned", "close, later"}),
    ("set --dry", {"--dry-run"}),
    ("macro nothing", set[str]()),
]


def sourced(home: Path, shell: str, *args: str) -> list[str]:
    """What a shell prints that runs our script for real."""
    folder = program(home)
    env = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "DESKTERM_HOME": str(home)}
    env |= {"PYTHONPATH": str(ROOT), "HOME": str(folder), "ZDOTDIR": str(folder)}
    done = subprocess.run([shell, *args], env=env, cwd=folder, capture_output=True, text=True)
    return done.stdout.splitlines()


END = "that-is-all"


def parts(lines: list[str]) -> list[list[str]]:
    """The lines before each end."""
    found: list[list[str]] = [[]]
    for line in lines:
        if line == END:
            found.append([])
        else:
            found[-1].append(line)
    return found[:-1]


def test_fish_offers_verbs_options_and_names(home: Path) -> None:
    script = "deskterm completion fish | source;" + "".join(
        f"complete -C 'deskterm {typed}'; echo {END};" for typed, _ in OFFERED
    )
    lines = sourced(home, tool("fish"), "--no-config", "-c", script)
    assert any(line.startswith("snooze\tLet tickets sleep") for line in lines)
    for part, (typed, offered) in zip(parts(lines), OFFERED, strict=True):
        assert {line.partition("\t")[0] for line in part} == offered, typed


def test_zsh_offers_verbs_options_and_names(home: Path) -> None:
    """The function runs in zsh itself; what it hands to the line editor is printed in its place."""
    stand_ins = "compdef() { : }; _describe() { print -rl -- ${(P)3}; }; compadd() { print -rl -- ${(P)5}; }"
    script = f'{stand_ins}; eval "$(deskterm completion zsh)";' + "".join(
        f"words=(deskterm {typed}); CURRENT=$#words; _deskterm_completion; print -- {END};"
        for typed, _ in OFFERED
    )
    lines = sourced(home, tool("zsh"), "-f", "-c", script)
    assert any(line.startswith("snooze:Let tickets sleep") for line in lines)
    for part, (typed, offered) in zip(parts(lines), OFFERED, strict=True):
        assert {line.partition(":")[0] for line in part} == offered, typed


def test_zsh_and_fish_get_verbs_with_their_words_and_names(home: Path) -> None:
    assert "snooze\nLet tickets sleep" in asked(home, "zsh", "deskterm sn", "sn")
    assert "Refund" in asked(home, "zsh", "deskterm macro Re", "Re")
    assert "plain,close, later" in asked(home, "fish", "deskterm rules run close", "close")
    for shell, said in (("zsh", "#compdef deskterm"), ("fish", "complete --no-files --command deskterm")):
        assert said in ok(home, "completion", shell).out


def test_no_desk_and_a_broken_one_offer_nothing_and_make_nothing(tmp_path: Path) -> None:
    assert at_the_tab_key(tmp_path / "none", "macro", "") == []
    assert not (tmp_path / "none").exists()
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "desk.db").write_bytes(b"no database at all" * 100)
    assert at_the_tab_key(broken, "macro", "") == []


@pytest.mark.parametrize("words", [("macro", "Re"), ("rules", "run", "C"), ("set", "--dry")])
def test_the_tab_key_changes_nothing_and_loads_nothing_heavy(
    home: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    before = digest(home)
    code = f"""
import os, sys
os.environ.update(
    _DESKTERM_COMPLETE="bash_complete", COMP_WORDS={chr(10).join(("deskterm", *words))!r},
    COMP_CWORD="{len(words)}",
    DESKTERM_HOME={str(home)!r},
)
from deskterm.cli.main import verbs
try:
    verbs.called([])
except SystemExit:
    tell()
"""
    found = loaded(code, tmp_path)
    assert "deskterm.cli.main" in found
    assert not tops(found) & {*MAIL, *SCREEN, "sqlite_utils", "asyncio", "ssl"}
    assert not found & {"deskterm.desk", "deskterm.automation", "store.reads.sql"}, "a key press waits for it"
    assert digest(home) == before


def test_a_shell_nobody_completes_for_is_named(home: Path) -> None:
    result = call(home, "completion", "tcsh")
    assert result.code == 2 and "'bash', 'zsh', 'fish'" in result.err
