"""The desk as a conversation of lines: a prompt, a word, an answer. Nothing is drawn and nothing is redrawn.

For screen readers and braille, slow lines and people who like it. Every word is a verb of the shell with the
ticket of the moment put in; this only keeps which ticket that is. Knows no screen.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from deskterm import chosen, counting, moved
from deskterm.begun import Begun, as_draft
from deskterm.cli import older, say, tell
from deskterm.desk import Desk
from store import drafts
from store.errors import NotFound, Refused, StoreError
from store.reads import tickets

PAGE = 15
"""Tickets read out at once."""

WORDS: dict[str, tuple[str, str]] = {
    "list": ("l", "what is open, or what answers a query: list assignee:me"),
    "more": ("", "the next tickets of the list"),
    "open": ("o", "read a ticket: open 12, or just 12; alone, the one you are at again"),
    "next": ("j", "read the next ticket of the list"),
    "previous": ("k", "read the one before"),
    "reply": ("r", "answer it; the text ends with a line that holds only a full stop"),
    "note": ("n", "write a note that only the team sees"),
    "solve": ("e", "solve it and read the next"),
    "wait": ("w", "wait for the customer and read the next"),
    "snooze": ("h", "let it sleep: snooze tomorrow, and read the next"),
    "assign": ("a", "give it to somebody: assign Ann; assign nobody"),
    "take": ("i", "make it yours"),
    "tag": ("t", "tags: tag refund -new"),
    "priority": ("p", "priority 1 to 4"),
    "macro": ("m", "run a macro: macro refund"),
    "undo": ("z", "take back the last act"),
    "redo": ("Z", "do again what was undone"),
    "help": ("?", "these words"),
    "quit": ("q", "leave"),
}
"""Each word, its letter (the key of the screen), and what it does."""

LETTERS = {letter: word for word, (letter, _) in WORDS.items() if letter}
ENDINGS = {"y": "solved", "w": "waiting", "o": "open"}
"""What is typed after a reply, and what becomes of the ticket."""


class Left(Exception):
    """There is nobody at the other end any more, or they have left."""


def begin(home: Path) -> int:
    """The desk, line by line; on a machine without one the questions of setup come first."""
    from deskterm import setting_up

    if setting_up.is_new(home):
        from deskterm.cli.setup import by_lines

        return by_lines(home)
    return talk(home)


def talk(home: Path) -> int:
    """Answer lines until `quit` or the end of the input; the exit code."""
    desk = older.opened(home)
    loop = None
    if desk.settings.mailbox:
        from deskterm.sync import Loop

        loop = Loop(desk)
        loop.start()
    try:
        say.told("deskterm, line by line. help says the words, quit leaves.")
        Talk(desk, home).run()
    finally:
        if loop is not None:
            loop.stop()
        desk.close()
    return 0


class Talk:
    """One sitting: the list that was asked for, and the ticket one is at."""

    def __init__(self, desk: Desk, home: Path) -> None:
        self.desk = desk
        self.home = home
        self.query = chosen.EVERYTHING_OPEN
        self.found: list[str] = []
        """Ids of the tickets of the list."""
        self.read = 0
        """How many of them were read out."""
        self.at = ""
        """Id of the ticket one is at."""

    def run(self) -> None:
        """Ask and answer until the person leaves."""
        self._answered("list")
        while True:
            try:
                self._answered(_line(f"{self._name()}>".strip()))
            except KeyboardInterrupt:
                say.told("Stopped; quit leaves.")
            except (Left, BrokenPipeError):
                return

    def _answered(self, line: str) -> None:
        """Do what a line says; what it refuses is one sentence."""
        try:
            word, rest = _parts(line)
            if LETTERS.get(word, word) == "list":  # a query keeps its quotes
                rest = line.split(maxsplit=1)[1:]
            if word:
                self._do(word, rest)
            say.flush()
        except StoreError as error:
            say.told(str(error))

    def _do(self, word: str, rest: list[str]) -> None:
        from deskterm.cli.main import VERBS

        word = LETTERS.get(word, word)
        does = getattr(self, f"on_{word}", None) if word in WORDS else None
        if word.removeprefix("#").isdecimal():
            self._show(tickets.named(self.desk.conn, word))
        elif does is not None:
            act: Callable[[list[str]], None] = does
            act(rest)
        elif word in VERBS:
            self._verb(word, *rest)
        else:
            raise NotFound(f'"{word[:40]}" is no word here; help says them.')

    # Looking

    def on_list(self, rest: list[str]) -> None:
        self.query = " ".join(rest) or chosen.EVERYTHING_OPEN
        self._find()
        self.read = 0
        if not self.found:
            raise NotFound(chosen.nothing(self.query))
        say.line(f"{counting.many(len(self.found), 'ticket')}:")
        self.on_more([])

    def on_more(self, rest: list[str]) -> None:
        some = self.found[self.read : self.read + PAGE]
        if not some:
            raise NotFound("That was all.")
        for eid in some:
            line = tickets.line(self.desk.conn, eid)
            if line is not None:
                say.line(", ".join(filter(None, tell.row(line, now=self.desk.now))))
        self.read += len(some)
        if left := len(self.found) - self.read:
            say.told(f"{left} more; say more.")

    def on_open(self, rest: list[str]) -> None:
        self._show(tickets.named(self.desk.conn, rest[0]) if rest else self._here())

    def on_next(self, rest: list[str]) -> None:
        self._step(1)

    def on_previous(self, rest: list[str]) -> None:
        self._step(-1)

    def on_help(self, rest: list[str]) -> None:
        for word, (letter, words) in WORDS.items():
            say.line(f"{word}{f' or {letter}' if letter else ''}: {words}")
        say.line("Every verb of the shell works too, such as search, history 12 or sync; deskterm --help.")

    def on_quit(self, rest: list[str]) -> None:
        raise Left

    def _find(self) -> None:
        where = chosen.where(self.desk, self.query)
        self.found = [line.id for line in tickets.page(self.desk.conn, where, limit=-1)]

    def _step(self, by: int) -> None:
        if not self.found:
            raise NotFound("The list is empty; say list.")
        at = self.found.index(self.at) + by if self.at in self.found else 0
        if not 0 <= at < len(self.found):
            raise NotFound("That was the last ticket." if by > 0 else "That was the first ticket.")
        self._show(self.found[at])

    def _show(self, eid: str) -> None:
        self.at = eid
        self._verb("show", self._name())

    def _here(self) -> str:
        if not self.at:
            raise Refused("You are at no ticket; open one by its number.")
        return self.at

    def _name(self) -> str:
        """`#12` for the ticket one is at."""
        if not self.at:
            return ""
        ticket = self.desk.ticket(self.at)
        return str(ticket.number) if ticket.number is not None else f"~{ticket.id[-4:]}"

    # Acting

    def on_solve(self, rest: list[str]) -> None:
        self._and_next("set", self._target(), "status=solved")

    def on_wait(self, rest: list[str]) -> None:
        self._and_next("set", self._target(), "status=waiting")

    def on_snooze(self, rest: list[str]) -> None:
        self._and_next("snooze", self._target(), *_needed(rest, "Say until when: snooze tomorrow."))

    def on_assign(self, rest: list[str]) -> None:
        name = " ".join(_needed(rest, "Say to whom: assign Ann, or assign nobody."))
        self._verb("set", self._target(), f"assignee={name}")

    def on_take(self, rest: list[str]) -> None:
        self._verb("set", self._target(), "assignee=me")

    def on_tag(self, rest: list[str]) -> None:
        words = _needed(rest, "Say which tags: tag refund -new.")
        marked = [word if word[0] in "+-" else f"+{word}" for word in words]
        self._verb("set", self._target(), f"tag={','.join(marked)}")

    def on_priority(self, rest: list[str]) -> None:
        self._verb("set", self._target(), f"priority={_needed(rest, 'Say which: priority 1 to 4.')[0]}")

    def on_macro(self, rest: list[str]) -> None:
        self._verb("macro", " ".join(_needed(rest, "Say which: macro refund.")), self._target())

    def on_undo(self, rest: list[str]) -> None:
        self._verb("undo", *rest)

    def on_redo(self, rest: list[str]) -> None:
        self._verb("undo", "--redo")

    def _target(self) -> str:
        self._here()
        return self._name()

    def _verb(self, *words: str) -> bool:
        """Run a verb of the shell; whether it ended well. What went wrong it has said."""
        from deskterm.cli.main import verbs

        say.flush()
        return verbs.called(["--home", str(self.home), *words]) == 0

    def _and_next(self, *words: str) -> None:
        """Act, and go on to the ticket that came after this one."""
        at = self.found.index(self.at) if self.at in self.found else -1
        after = self.found[at + 1 :] if at >= 0 else []
        if not self._verb(*words):
            return
        self._find()
        still = set(self.found)
        for eid in after:
            if eid in still:
                self._show(eid)
                return
        say.told("That was the last ticket of the list.")

    # Writing

    def on_reply(self, rest: list[str]) -> None:
        base = self.desk.store.last_lseq()
        text, begun = self._written(rest, note=False)
        if not self._verb("reply", self._name(), "--dry-run", "-m", text):
            self._kept(text, note=False)
            return
        if news := moved.since(self.desk, self.at, base):
            say.told(f"{news}.")
        question = (
            "y sends and solves, w sends and waits, o sends and keeps it open, k keeps a draft, x drops it:"
        )
        while True:
            try:
                said = _line(question).strip().lower()
            except (Left, KeyboardInterrupt):
                self._kept(text, note=False)
                raise
            if said in ENDINGS:
                self._sent("reply", self._name(), "--then", ENDINGS[said], "-m", text, begun=begun)
            elif said == "k":
                self._kept(text, note=False)
            elif said == "x":
                say.told("Dropped; nothing was sent.")
            else:
                continue
            return

    def on_note(self, rest: list[str]) -> None:
        text, begun = self._written(rest, note=True)
        self._sent("note", self._name(), "-m", text, begun=begun)

    def _sent(self, *words: str, begun: bool) -> None:
        if self._verb(*words) and begun:
            with self.desk.store.write() as tx:
                drafts.Gone(self.at, self.desk.agent).write(tx.conn)

    def _written(self, rest: Sequence[str], *, note: bool) -> tuple[str, bool]:
        """The text, typed behind the word or line by line; whether it goes on with a draft."""
        self._here()
        if rest:
            return " ".join(rest) + "\n", False
        draft = drafts.of(self.desk.conn, self.at, self.desk.agent)
        begun = draft is not None and (draft.kind == "note") is note and bool(draft.text.strip())
        lines: list[str] = []
        if begun and draft is not None:
            lines = draft.text.rstrip("\n").split("\n")
            say.line("Your draft so far:")
            say.line("\n".join(lines))
        say.told("Write; a line with only a full stop ends it.")
        try:
            while (line := _line("")) != ".":
                lines.append(line)
        except (Left, KeyboardInterrupt):
            self._kept("\n".join(lines), note=note)
            raise
        if not "".join(lines).strip():
            raise Refused("Nothing was written, so nothing was done.")
        return "\n".join(lines) + "\n", begun

    def _kept(self, text: str, *, note: bool) -> None:
        """Half a text is a draft, on this desk and in the screen alike."""
        if not text.strip():
            return
        base = self.desk.store.last_lseq()
        begun = Begun(self.at, note, text, base=base)
        with self.desk.store.write() as tx:
            as_draft(begun, agent=self.desk.agent, now=self.desk.now).write(tx.conn)
        say.told(f"Kept as a draft of #{self._name()}.")


def _needed(rest: list[str], words: str) -> list[str]:
    if not rest:
        raise Refused(words)
    return rest


def _parts(line: str) -> tuple[str, list[str]]:
    """A line as a word and what follows; quotes hold words together where they are in pairs."""
    try:
        parts = shlex.split(line)
    except ValueError:
        parts = line.split()
    return (parts[0], parts[1:]) if parts else ("", [])


def _line(question: str) -> str:
    """One line of the person. Raises Left at the end of the input."""
    if question:
        sys.stderr.write(f"{question} ")
        sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise Left
    return line.rstrip("\n")
