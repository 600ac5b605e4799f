"""Where a reply or a note is written: title, from and subject, the text, what goes with it, commands.

Keeps the text and tells of every pause and command. Where drafts lie and how mail leaves is unknown
here; a note differs in frame, title and words so that nobody takes it for a reply.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import TextArea

from deskterm.actions import ACTIONS, WRITING
from deskterm.keymap import Keymap
from deskterm.safe import clean
from deskterm.symbols import UNICODE, Symbols
from deskterm.widgets.lines import OneLine, StatusLine
from deskterm.widgets.paint import Role, Run
from deskterm.widgets.pane import title_line
from deskterm.widgets.writing import CommandRow, WritingText

PAUSE = 1.0
"""Seconds without a key after which the draft is kept."""
NOTE_TITLE = "Note, only your team sees this"
NOTE_WORDS = {"write.send_solve": "save note", "write.note": "make it a reply"}
"""What keys are called under a note; commands about a letter are left out."""
LETTER_ONLY = frozenset({"write.send", "write.send_wait", "write.cc", "write.quote"})


@dataclass(frozen=True, slots=True)
class Form:
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
    warning: str = ""
    """What should be looked at before it leaves."""


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
        self._title = FormTitle(symbols=symbols)
        self._about = StatusLine(symbols=symbols)
        self._text = WritingText(self._keymap, id="text")
        self._quoted = StatusLine(symbols=symbols)
        self._files = StatusLine(symbols=symbols)
        self._warning = StatusLine(symbols=symbols)
        self._commands = CommandRow(self._keymap, symbols=symbols, id="commands")

    def compose(self) -> ComposeResult:
        yield from (self._title, self._about, self._text, self._quoted, self._files, self._warning)
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
        about: list[Run] = [] if form.note else [("From   ", Role.DIM), (clean(form.sender), Role.TEXT)]
        subject: list[Run] = [("Subject  ", Role.DIM), (clean(form.subject) + " ", Role.TEXT)]
        self._about.show(about, subject if form.subject and not form.note else ())
        self._line(self._quoted, f"-- {clean(form.quoted)} (Q to change)" if form.quoted else "", Role.DIM)
        files = "   ".join(f"[{n}] {clean(name)}" for n, name in enumerate(form.files, 1))
        self._line(self._files, f"attached: {files}" if files else "", Role.FILE)
        warning = f"{self.symbols.flag} {clean(form.warning)}" if form.warning else ""
        self._line(self._warning, warning, Role.WARN)
        self._commands.show(self._entries(), ink=Role.NOTE if form.note else Role.KEY)
        self._fit_commands()

    def _line(self, line: StatusLine, words: str, ink: Role) -> None:
        line.set_class(not words, "spare")
        line.show([(words, ink)])

    def _entries(self) -> list[tuple[str, str, str]]:
        entries: list[tuple[str, str, str]] = []
        for action in ACTIONS:
            if WRITING not in action.where or (self.form.note and action.id in LETTER_ONLY):
                continue
            words = NOTE_WORDS.get(action.id, action.words) if self.form.note else action.words
            entries.append((self._keymap.keys(action.id)[0], words, action.id))
        return entries

    def _fit_commands(self) -> None:
        self._commands.styles.height = 1 + len(self._commands.lines) if self._commands.size.width else 3

    def on_resize(self) -> None:
        self.call_after_refresh(self._fit_commands)

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

    def focus_text(self) -> None:
        """Back into the text."""
        self._text.focus()

    def saved(self, when: str) -> None:
        """Show when the draft was kept (`09:43`), or that it is not yet."""
        self._title.saved = f"draft saved {when}" if when else ""
        self._title.refresh()

    def flush(self) -> None:
        """Tell of the text now if it was not told of, instead of after a pause."""
        if self._waiting is not None:
            self._waiting.stop()
            self._waiting = None
        if self.text != self._told:
            self._told = self.text
            self.post_message(self.Drafted(self.form.draft, self.text))

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        if self._waiting is not None:
            self._waiting.stop()
        self._waiting = self.set_timer(self._pause, self.flush)

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
