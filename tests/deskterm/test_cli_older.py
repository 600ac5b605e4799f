"""A large desk of an older deskterm: what happens is said before it is opened, and never where data goes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deskterm.cli import older, say
from deskterm.desk import FILE
from store import migrations, upgrading
from store.db import Store
from tests.deskterm.shell import call


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A desk as the version before wrote it."""
    *earlier, _ = migrations.STEPS.items()
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "STEPS", dict(earlier))
        patch.setattr(migrations, "LATEST", len(earlier))
        Store(tmp_path / FILE).close()
    return tmp_path


def test_the_shell_says_on_standard_error_what_happens_and_prints_only_data(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upgrading, "WORTH", 0)
    first = call(home, "ls", "--jsonl")
    assert first.err.count("was written by an older deskterm and is brought up to date first") == 1
    assert "A copy of it as it is stays beside it" in first.err and "\x1b" not in first.err
    assert [json.loads(line) for line in first.out.splitlines()] == []
    assert call(home, "ls").err == call(home, "ls").err != first.err


def test_a_desk_that_takes_no_time_is_brought_up_without_a_word(home: Path) -> None:
    assert "older" not in call(home, "ls").err
    assert (home / f"desk.version-{migrations.LATEST - 1}.db").exists()


def test_on_a_terminal_one_line_says_how_far_it_is_and_is_gone_at_the_end(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(say, "over", told.append)
    telling = older.Telling(home)
    monkeypatch.setattr(older, "EVERY", 0)
    telling("a copy of it as it is", 0, 6_300_000_000)
    telling("a copy of it as it is", 1_250_000_000, 6_300_000_000)
    telling("change 1 of 2", 640_000_000, 0)
    telling("the last of it", 0, 0)
    assert told == [
        "a copy of it as it is: 0 MB of 6.3 GB ...", "a copy of it as it is: 1.2 GB of 6.3 GB ...",
        "change 1 of 2: 640 MB written ...", "the last of it ...",
    ]  # fmt: skip
    older.opened(home).close()
    assert told[-1] == ""
