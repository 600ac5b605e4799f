"""Status line and hints line of the main screen: what is going on, what was done, what a key would do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deskterm import actions, attachments, live, unsent
from deskterm.action import CONVERSATION, TEXT, Action
from deskterm.actions import BY_ID
from deskterm.desk import Done
from deskterm.safe import clean, fit
from deskterm.screens import drawing, offered
from deskterm.screens.offered import Entry, key_shown
from deskterm.widgets.lines import HintsLine, StatusLine
from deskterm.widgets.paint import Role, Run

if TYPE_CHECKING:
    from deskterm.screens.main import MainScreen

FIRST_ALONE = ("ticket.solve", "ticket.open", "nav.back")
"""What is hinted first where one pane stands alone."""
GO = "go"
"""The hint of the key after which another one says where to go."""


class Telling:
    def __init__(self, screen: MainScreen) -> None:
        self.screen = screen
        self.desk = screen.desk
        self._right: list[Run] = []
        """The last act and its undo, or the last words; stays until the next."""
        self.lesson: tuple[Run, ...] = ()
        """A key worth learning, until the next action."""

    # Status

    def tell(self, words: str, *, bad: bool = False) -> None:
        """Say something that is no act."""
        self._right = [(clean(words), Role.BAD if bad else Role.TEXT), (" ", Role.TEXT)]
        self.status()

    def done(self, done: Done, *, back: str = "z", does: str = "undo") -> None:
        """Say what was done and how it is taken back; it stays until the next act."""
        self._right = [(clean(done.words), Role.TEXT), (" ", Role.TEXT)]
        if done.happened:
            between = self.screen.look.between
            self._right[1:] = [(between, Role.DIM), (back, Role.KEY), (f" to {does} ", Role.DIM)]
            if self.screen.handlers:
                self.screen.touring.committed()
        self.status()

    def taught(self) -> None:
        """Another action: the lesson is over."""
        if self.lesson:
            self.lesson = ()
            self.status()

    def teach(self, key: str, words: str) -> None:
        """Say that a key does what was fetched from the palette again and again."""
        self.lesson = ((key, Role.KEY), (words, Role.DIM))
        self.status()

    def clear(self) -> None:
        """What was said is over."""
        self._right = []
        self.status()

    def status(self) -> None:
        """Both ends of the status line again; the choices of a key half typed stay on it."""
        if self.screen.waiting:
            self.hints()
        else:
            self._status()

    def _status(self) -> None:
        self.screen.query_one("#status", StatusLine).show(
            self._left(), self._looking() or self._right or self._default()
        )

    def _looking(self) -> list[Run]:
        """What is looked for, and the way back."""
        looking = self.screen.showing.looking
        if not looking.words or looking.query is None:
            return []
        return [(looking.words, Role.TEXT), ("  ", Role.TEXT), ("esc", Role.KEY), (" gives up ", Role.DIM)]

    def _left(self) -> list[Run]:
        if self.screen.writing:
            return [("WRITING", Role.MARK)]
        if self.lesson:
            return list(self.lesson)
        count = self.screen.list.picked.count(self.screen.list.total)
        if count:
            return [(f"{count:,} selected", Role.MARK)]
        return self._live() + self._sync()

    def _live(self) -> list[Run]:
        """Shadow mode, or for whom the desk is live; nothing where all replies leave."""
        words = live.words(self.desk)
        return [(clean(words), Role.WARN), ("  ", Role.TEXT)] if words else []

    def _default(self) -> list[Run]:
        letter = self.screen.letter
        if letter is None or not self.screen.writing:
            return []
        if letter.note:
            return [("only your team sees this ", Role.DIM)]
        seconds = self.desk.settings.undo_seconds
        return [(f"mail goes out {seconds} s after y, z calls it back ", Role.DIM)]

    # Mailboxes

    def _sync(self) -> list[Run]:
        if self.desk.read_only:
            return [(f"{self.screen.look.failed} {clean(self.desk.read_only)}", Role.BAD)]
        loop = self.screen.desk_app.loop_
        if loop is None:
            return []
        if loop.refused:
            return [(clean(loop.refused), Role.DIM)]
        for name, health in loop.health.items():
            if health.error:
                return self._offline(name, health.error)
            so_far, of = health.reading
            if so_far < of:
                pace = f", {health.pace}" if health.pace else ""
                words = f"first read: {so_far:,} of {of:,} letters, newest first{pace}; work on"
                words += f"  {so_far * 100 // of}%"
                return [(words, Role.DIM)]
        return []

    def _offline(self, name: str, error: str) -> list[Run]:
        """What it means first, then why; the whole reason is in the list of errors."""
        waiting = unsent.many(self.desk)
        wait = f"; {waiting} {'reply waits' if waiting == 1 else 'replies wait'} to go out" if waiting else ""
        words = f"{self.screen.look.failed} {self.trouble() or clean(name)}. Every key still works{wait}  "
        return [(words, Role.BAD), ("g e", Role.KEY), (f" why: {clean(error)}", Role.DIM)]

    def failing(self) -> list[str]:
        """Why mail does not come or go, a sentence for each mailbox."""
        loop = self.screen.desk_app.loop_
        found = loop.health.items() if loop is not None else ()
        return [f"{clean(name)}: {clean(health.error)}" for name, health in found if health.error]

    def health(self) -> tuple[object, ...]:
        """How the mailboxes fare, to see whether it has changed."""
        loop = self.screen.desk_app.loop_
        if loop is None:
            return (self.desk.read_only,)
        each = loop.health.items()
        return (
            self.desk.read_only,
            loop.refused,
            *((name, h.error, h.since, h.synced, h.reading) for name, h in list(each)),
        )

    def trouble(self) -> str:
        """`offline since 09:12` for the title of the list, or nothing."""
        loop = self.screen.desk_app.loop_
        since = min((h.since for h in loop.health.values() if h.error and h.since), default=0) if loop else 0
        if since:
            return f"offline since {drawing.clock(since, self.desk.now)}"
        return "reading mail" if self.reading else ""

    @property
    def reading(self) -> bool:
        """A mailbox is read for the first time."""
        loop = self.screen.desk_app.loop_
        return loop is not None and any(h.reading[0] < h.reading[1] for h in list(loop.health.values()))

    def synced(self) -> str:
        """When mail was looked for last."""
        loop = self.screen.desk_app.loop_
        names = self.desk.settings.mailbox.keys()
        read = [health.synced for name, health in loop.health.items() if name in names] if loop else []
        if not read:
            return clean(self.desk.agent)
        newest = max(read)
        return f"synced {drawing.clock(newest, self.desk.now)}" if newest else "connecting"

    # Hints

    def hints(self) -> None:
        """What a key would do now."""
        line = self.screen.query_one("#hints", HintsLine)
        keys = BY_ID["help.keys"]
        last = self._entry(keys)
        if self.screen.waiting:
            self._choices(line)
        elif self.screen.writing:
            line.show_entries(self._writing(), last)
        elif self.screen.filter.has_focus:
            line.show_entries(
                [
                    ("enter", "to the list", ""),
                    ("esc", "clear", "nav.back"),
                    ("", "words as in deskterm ls", ""),
                ]
            )
        else:
            line.show_entries(self._here(), last)

    def _writing(self) -> list[Entry]:
        if self.screen.composer.commanding:
            entries = [("enter", "write on", ""), ("esc", "keep draft and close", "write.keep")]
            return [*self.screen.composer.unnamed, *entries]
        return [self._entry(action) for action in actions.hints(TEXT)]

    def _here(self) -> list[Entry]:
        screen = self.screen
        found = [a for a in actions.hints(*screen.places()) if a.id != "help.keys" and self._fits(a.id)]
        entries = [self._entry(action) for action in found]
        if screen.reading:
            entries.insert(4, ("esc", "back", "nav.back"))
        if screen.has_class("-narrow"):
            entries.sort(key=lambda entry: entry[2] not in FIRST_ALONE)
        begins, *then = screen.keymap.shown("go.mine").split()
        if then:
            at = next((n for n, one in enumerate(entries) if one[2] == "change.undo"), len(entries))
            entries.insert(at, (begins, GO, GO))
        return entries

    def _entry(self, action: Action) -> Entry:
        return self.screen.keymap.shown(action.id), action.words, action.id

    def _fits(self, action: str) -> bool:
        """Whether a hint is worth its room now."""
        pane = self.screen.showing.pane
        if action == "file.open":
            return pane is not None and bool(attachments.numbered(pane.said))
        return action != "ticket.open" or not self.screen.reading

    def _choices(self, line: HintsLine) -> None:
        """What may follow a key such as `g`; what does not fit on the line stands on the one above."""
        screen = self.screen
        entries = (
            self._files()
            if screen.waiting in ("o", "O") and CONVERSATION in screen.places()
            else [
                (key_shown(key), action.words, action.id)
                for key, action in screen.keymap.choices(screen.waiting, places=screen.places())
                if action.id in screen.handlers
            ]
        )
        status = screen.query_one("#status", StatusLine)
        if not offered.lay(entries, room=screen.room[0] - 2, hints=line, status=status):
            self._status()

    def _files(self) -> list[Entry]:
        pane = self.screen.showing.pane
        found = attachments.numbered(pane.said)[:9] if pane is not None else []
        does = "file.save" if self.screen.waiting == "O" else "file.open"
        return [(str(n), fit(clean(file.name), 24), does) for n, (_, file) in enumerate(found, 1)]
