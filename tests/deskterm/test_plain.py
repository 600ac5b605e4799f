"""The desk line by line: the same acts as on the screen, nothing drawn, no word lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskterm import config
from deskterm.cli import plain
from deskterm.config import Settings, save
from deskterm.desk import Desk
from store import drafts
from store.model import Kind, Status
from store.reads import conversation
from tests.deskterm.shell import Result, call
from tests.rigs.stage import copied
from tests.rigs.terminal import PYTHON, Terminal, environment


def said(home: Path, *lines: str) -> Result:
    """What the desk answers to these lines."""
    return call(home, "--plain", given="".join(f"{line}\n" for line in lines))


def first(home: Path) -> int:
    """The number of the ticket that is first in the list."""
    line = next(line for line in said(home, "q").out.splitlines() if line.startswith("#"))
    return int(line.split(",")[0].removeprefix("#"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return copied(tmp_path)


def opened(home: Path) -> Desk:
    return Desk.open(home)


def test_every_word_does_something_and_no_two_share_a_letter() -> None:
    assert all(hasattr(plain.Talk, f"on_{word}") for word in plain.WORDS)
    letters = [letter for letter, _ in plain.WORDS.values() if letter]
    assert len(letters) == len(set(letters)) == len(plain.LETTERS)


def test_a_morning_by_words(home: Path) -> None:
    one = first(home)
    result = said(home, str(one), "p 1", "t refund -none", "e", "z", "quit")
    assert result.code == 0
    assert f"#{one} " in result.out and "Letter from" in result.out
    desk = opened(home)
    ticket = desk.ticket(str(one))
    assert ticket.status is not Status.SOLVED, "z took back the last act"
    assert ticket.priority == 1 and "refund" in ticket.tags
    desk.close()
    again = said(home, str(one), "solve", "q")
    desk = opened(home)
    assert desk.ticket(str(one)).status is Status.SOLVED
    desk.close()
    assert again.out.count("Status: ") == 2, "the next ticket is read after a solved one"


def test_nothing_is_drawn(home: Path) -> None:
    result = said(home, "list", "more", str(first(home)), "next", "help", "config", "q")
    both = result.out + result.err
    assert "\x1b" not in both and "\r" not in both
    assert not set(both) & set("─│┌┐└┘├┤┬┴┼▾▸◔◕◉◌✓✗…")


def test_a_reply_shows_to_whom_it_goes_before_it_leaves(home: Path) -> None:
    one = first(home)
    result = said(home, str(one), "reply", "Hello there,", "", "it is fixed.", ".", "perhaps", "w", "q")
    assert "To: " in result.out and result.err.count("y sends and solves") == 2
    desk = opened(home)
    ticket = desk.ticket(str(one))
    replies = [one for one in conversation.messages(desk.conn, ticket.id) if one.kind is Kind.OUT]
    assert "Hello there,\n\nit is fixed." in desk.text(replies[-1])
    assert ticket.status is Status.WAITING
    desk.close()


@pytest.mark.parametrize("lines", [("reply", "Half a"), ("reply", "Half a", "."), ("r", "Half a", ".", "k")])
def test_half_a_reply_is_a_draft_and_goes_on(lines: tuple[str, ...], home: Path) -> None:
    one = first(home)
    result = said(home, str(one), *lines)
    assert result.code == 0 and "Kept as a draft" in result.err
    desk = opened(home)
    assert drafts.of(desk.conn, desk.ticket(str(one)).id, desk.agent).text.strip() == "Half a"  # type: ignore[union-attr]
    desk.close()
    again = said(home, str(one), "reply", "sentence.", ".", "o", "q")
    assert "Your draft so far:\nHalf a" in again.out and "Half a\nsentence." in again.out
    desk = opened(home)
    assert drafts.of(desk.conn, desk.ticket(str(one)).id, desk.agent) is None
    desk.close()


def test_a_note_stays_here_and_an_empty_text_does_nothing(home: Path) -> None:
    one = first(home)
    before = len(call(home, "outbox").out.splitlines())
    result = said(home, str(one), "note", "only us", ".", "reply", ".", "q")
    assert "Nothing was written" in result.err
    assert "only us" in call(home, "show", str(one)).out
    assert len(call(home, "outbox").out.splitlines()) == before


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("dance", "is no word here; help says them"),
        ("99999", "99999"),
        ("e", "You are at no ticket"),
        ("reply", "You are at no ticket"),
        ("list tag:nowhere", "No ticket answers tag:nowhere"),
        ("snooze 'tomorrow", "You are at no ticket"),
        ("ls --frobnicate", "No such option"),
    ],
)
def test_a_mistake_is_one_sentence_and_the_talk_goes_on(line: str, words: str, home: Path) -> None:
    result = said(home, line, "help", "q")
    assert result.code == 0 and words in result.err and "or e: solve it" in result.out
    assert "Traceback" not in result.err


def test_the_setting_makes_it_the_way_the_desk_begins(home: Path) -> None:
    save(home, Settings(agent="Marek", plain=True))
    assert call(home, given="q\n").code == 0
    assert "ticket" in call(home, given="q\n").out


def test_setup_asks_first_whether_a_screen_reader_is_used(tmp_path: Path) -> None:
    command = [PYTHON, "-m", "deskterm", "--home", str(tmp_path / "home")]
    with Terminal(command, env=environment()) as terminal:
        terminal.until("Do you use a screen reader")
        terminal.send("y\r")
        terminal.until("only enter for the practice desk:")
        terminal.send("\r")
        terminal.until("line by line. help says the words")
        terminal.send("q\r")
        assert terminal.wait() == 0
        assert b"\x1b" not in terminal.data
    assert config.own_themes(tmp_path) == ()
