"""Where a reply or a note is written: title, from and subject, the text, what goes with it, commands.

Keeps the text and tells of every pause and command. Where drafts lie and how mail leaves is unknown
here; a note differs in frame, title and words so that nobody takes it for a reply.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

from msgspec import Struct
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import TextArea

from deskterm.action import WRITING
from deskterm.actions import ACTIONS
from deskterm.keymap import Keymap
from deskterm.safe import clean
from deskterm.symbols import UNICODE, Symbols
from deskterm.widgets.lines import OneLine, StatusLine
from deskterm.widgets.paint import Role, Run, cells
from deskterm.widgets.pane import title_line
from deskterm.widgets.writing import CommandRow, WritingText

PAUSE = 1.0
"""Seconds without a key after which the draft is kept."""
NOTE_TITLE = "Note, only your team sees this"
NOTE_WORDS = {"write.send_solve": "save note", "write.note": "make it a reply"}
"""What keys are called under a note; commands about a letter are left out."""
LETTER_ONLY = frozenset(
    f"write.{name}"
    for name in ("send", "send_wait", "later", "to", "everybody", "cc", "bcc", "inline", "quote", "html")
)
BRIEF = {
    "write.send": "send", "write.send_wait": "send+wait", "write.later": "later", "write.editor": "$EDITOR",
    "write.note": "note", "write.everybody": "all", "write.inline": "inline", "write.quote": "quote",
    "write.html": "html", "write.keep": "keep", "write.discard": "discard",
}  # fmt: skip
"""Words of commands where rows are few."""
LONGEST = 1.4
"""Seconds after which the draft is kept even while keys go on coming: at most this much is ever lost."""
LOW, LOWEST = 16, 7
"""Rows of the whole box below which commands are named only while one of them is chosen, or nowhere."""


class Form(Struct, frozen=True):
    """What is being written and what goes with it."""

    draft: str
    """Id of the draft, handed back with every message."""
    title: str
    """`Reply to Dana Reyes, cc none`; a note has its own."""
    note: bool = False
    sender: str = ""
    subject: str = ""
    quoted: str = ""
    """`quoted: last message, 2 lines`."""
    files: tuple[str, ...] = ()
    """`june-export.csv 2.1 MB`, in the order of their numbers."""
    then: str = "solve"
    """What `y` makes of the ticket: `solve` or `keep open`."""
    warning: str = ""
    """What should be looked at before it leaves."""
    people: str = ""
    """Who is named and not written to, or where answers are wanted instead."""


class FormTitle(OneLine):
    """The frame's upper line."""

    def __init__(self, *, symbols: Symbols = UNICODE, id: str | None = None) -> None:
        super().__init__(symbols=symbols, id=id)
        self.words = ""
        self.saved = ""
        self.note = False

    def runs(self, room: int) -> list[Run]:
        ink = Role.NOTE if self.note else Role.FOCUS
        right: list[Run] = [(self.saved, Role.DIM)] if self.saved else []
        line = title_line([(self.words, ink)], right, room, symbols=self.symbols, heavy=self.note)
        return [(text, Role.NOTE if self.note and role is Role.FOCUS else role) for text, role in line]


class Composer(Vertical):
    """The reply or note box. `open` it with a form and a text; it has the keys until it is closed."""

    DEFAULT_CSS = """
    Composer { background: $background; height: 1fr; }
    Composer #text { height: 1fr; margin: 1 0 0 0; }
    Composer.tight #text { margin: 0; }
    Composer .spare { display: none; }
    """

    @dataclass
    class Drafted(Message):
        """The text as it is after a pause, on leaving it, or on closing; for the store."""

        draft: str
        text: str

    @dataclass
    class Command(Message):
        """A command: `write.send_solve`, `write.editor`, `text.macro`, `nav.back` ... with the text now."""

        action: str
        draft: str
        text: str

    def __init__(
        self,
        *,
        keymap: Keymap | None = None,
        symbols: Symbols = UNICODE,
        pause: float = PAUSE,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.symbols = symbols
        self.form = Form("", "")
        self._pause = pause
        self._keymap = keymap or Keymap()
        self._waiting: Timer | None = None
        self._told = ""
        self._first = 0.0
        """When the first key came that was not told of; 0 when all were."""
        self._title = FormTitle(symbols=symbols)
        self._about = StatusLine(symbols=symbols)
        self._people = StatusLine(symbols=symbols, grows=True)
        self._text = WritingText(self._keymap, id="text")
        self._quoted = StatusLine(symbols=symbols)
        self._files = StatusLine(symbols=symbols)
        self._warning = StatusLine(symbols=symbols, grows=True)
        self._commands = CommandRow(self._keymap, symbols=symbols, id="commands")

    def compose(self) -> ComposeResult:
        yield from (self._title, self._about, self._people, self._text, self._quoted, self._files)
        yield self._warning
        yield self._commands

    def open(self, form: Form, text: str = "", *, at_end: bool = False) -> None:
        """Begin to write, the cursor before the text (a signature, say) or after it."""
        self._told = text
        self._text.load_text(text)
        if at_end:
            self._text.move_cursor(self._text.document.end)
        self.saved("")
        self.set_form(form)
        self._text.focus()

    def set_form(self, form: Form) -> None:
        """Other words around the same text, such as after cc or an attachment."""
        self.form = form
        self._title.words = NOTE_TITLE if form.note else clean(form.title)
        self._title.note = form.note
        self._title.refresh()
        self._about.set_class(form.note, "spare")
        self._show_about()
        self._line(self._people, clean(form.people) if not form.note else "", Role.WARN)
        self._line(self._quoted, f"-- {clean(form.quoted)} (Q to change)" if form.quoted else "", Role.DIM)
        files = "   ".join(f"[{n}] {clean(name)}" for n, name in enumerate(form.files, 1))
        self._line(self._files, f"attached: {files}" if files else "", Role.FILE)
        warning = f"{self.symbols.flag} {clean(form.warning)}" if form.warning else ""
        self._line(self._warning, warning, Role.WARN)
        self._commands.show(self._entries(), ink=Role.NOTE if form.note else Role.KEY)
        self._fit_commands()

    def _show_about(self) -> None:
        """From and subject, with fewer words where there is little room."""
        form, room = self.form, self.size.width
        address = form.sender.rpartition("<")[2].rstrip(">") or form.sender
        if form.note:
            self._about.show()
        elif room >= 90:
            about: list[Run] = [("From   ", Role.DIM), (clean(form.sender), Role.TEXT)]
            self._about.show(about, [("Subject  ", Role.DIM), (clean(form.subject) + " ", Role.TEXT)])
        else:
            self._about.show([(clean(form.subject), Role.TEXT)], [(f"  from {clean(address)} ", Role.DIM)])

    def _line(self, line: StatusLine, words: str, ink: Role) -> None:
        line.set_class(not words, "spare")
        # Only the right end of a line gets more lines where it is too long.
        too_long = line.grows and cells([(words, ink)]) > self.size.width - 2
        line.show(*([(), [(words, ink)]] if too_long else [[(words, ink)]]))

    def _entries(self) -> list[tuple[str, str, str]]:
        entries: list[tuple[str, str, str]] = []
        for action in ACTIONS:
            if WRITING not in action.where or (self.form.note and action.id in LETTER_ONLY):
                continue
            words = BRIEF.get(action.id, action.words) if self.tight else action.words
            if self.form.note:
                words = NOTE_WORDS.get(action.id, words)
            elif action.id == "write.send_solve":
                words = f"send{'+' if self.tight else ' + '}{self.form.then}"
            entries.append((self._keymap.keys(action.id)[0], words, action.id))
        return entries

    @property
    def unnamed(self) -> list[tuple[str, str, str]]:
        """The commands one needs most, where the row that names them has no room: key, words, action id."""
        return [] if self.size.height >= LOWEST else self._entries()[:3]

    def _fit_commands(self) -> None:
        """On a few rows the commands are named only while one of them is chosen."""
        rows = len(self._commands.lines) if self._commands.size.width else 2
        low = 0 < self.size.height < LOW
        self._commands.styles.height = 1 if low and not self.commanding else 1 + rows

    @property
    def tight(self) -> bool:
        """Rows are few, and the text gets them."""
        return self.has_class("tight")

    @tight.setter
    def tight(self, on: bool) -> None:
        self.set_class(on, "tight")
        self._commands.tight = on
        self._commands.show(self._entries(), ink=Role.NOTE if self.form.note else Role.KEY)
        self._fit_commands()

    def on_resize(self) -> None:
        self._show_about()
        self.call_after_refresh(self._fit_commands)

    def on_descendant_focus(self) -> None:
        self._fit_commands()

    def on_descendant_blur(self) -> None:
        self._fit_commands()

    # The text

    @property
    def text(self) -> str:
        """What is written."""
        return self._text.text

    def insert(self, text: str) -> None:
        """Put text at the cursor, such as a macro's; one undo takes it away."""
        self._text.insert(text)

    def replace_text(self, text: str) -> None:
        """Another text, such as what came back from $EDITOR; undo brings the old one back."""
        self._text.replace(text, self._text.document.start, self._text.document.end)

    @property
    def has_keys(self) -> bool:
        """The text or the commands have the focus."""
        return self._text.has_focus or self._commands.has_focus

    @property
    def commanding(self) -> bool:
        """The text is left and one key acts."""
        return self._commands.has_focus

    def take_key(self, event: events.Key) -> None:
        """A key that was pressed before the text had the focus is the text's all the same."""
        self._text.focus()
        self._text.post_message(events.Key(event.key, event.character))

    def leave_text(self) -> None:
        """To the commands under the text."""
        self.flush()
        self._commands.focus()

    def undo_typing(self) -> None:
        """The text box's own undo."""
        self._text.undo()

    def focus_text(self) -> None:
        """Back into the text."""
        self._text.focus()

    def saved(self, when: str) -> None:
        """Show when the draft was kept (`09:43`), or that it is not yet."""
        self._title.saved = f"draft saved {when}" if when else ""
        self._title.refresh()

    def told(self) -> None:
        """The text has been kept as it is now, so no pause has to tell of it."""
        if self._waiting is not None:
            self._waiting.stop()
            self._waiting = None
        self._told = self.text
        self._first = 0.0

    def close(self) -> None:
        """Nothing is written any more; no pause speaks of the old text."""
        self._text.load_text("")
        self.told()

    def flush(self) -> None:
        """Tell of the text now if it was not told of, instead of after a pause."""
        if self._waiting is not None:
            self._waiting.stop()
            self._waiting = None
        self._first = 0.0
        if self.text != self._told:
            self._told = self.text
            self.post_message(self.Drafted(self.form.draft, self.text))

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        if self._waiting is not None:
            self._waiting.stop()
        if self.text == self._told:
            self._waiting, self._first = None, 0.0
            return
        now = monotonic()
        self._first = self._first or now
        left = self._first + LONGEST - now
        if left <= 0:  # a timer would stand in line behind keys that come faster than they are drawn
            self.flush()
        else:
            self._waiting = self.set_timer(min(self._pause, left), self.flush)

    # Commands

    def on_writing_text_asked(self, event: WritingText.Asked) -> None:
        event.stop()
        self.flush()
        if event.action == "text.leave":
            self._commands.focus()
        else:
            self.post_message(self.Command(event.action, self.form.draft, self.text))

    def on_command_row_asked(self, event: CommandRow.Asked) -> None:
        event.stop()
        if not event.action:
            self.focus_text()
            return
        self.flush()
        self.post_message(self.Command(event.action, self.form.draft, self.text))
