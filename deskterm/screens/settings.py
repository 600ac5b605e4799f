"""The settings screen: every field with value, default and sentence, changed in place, and every key.

What a field can be is deskterm.setting's affair; a mistake is said while one types and nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.screen import Screen
from textual.widgets import Input

from deskterm import config, setting
from deskterm.config import ConfigError, Settings
from deskterm.desk import Desk
from deskterm.screens import setting_lines
from deskterm.setting import Row
from deskterm.symbols import Symbols
from deskterm.widgets.lines import HintsLine, LinePane, StatusLine
from deskterm.widgets.paint import Role

_STEPS = {"j": 1, "down": 1, "k": -1, "up": -1, "space": 8, "pagedown": 8, "ctrl+d": 4, "b": -8, "pageup": -8,
          "ctrl+u": -4, "g": -1_000_000, "home": -1_000_000, "G": 1_000_000, "end": 1_000_000}  # fmt: skip
MOVING = [
    ("j k", "move", ""), ("enter", "change", "change"), ("d", "default", "default"), ("z", "undo", "undo"),
    ("/", "find", "find"), ("esc", "back", "nav.back"),
]  # fmt: skip
TYPING = [("enter", "keep", "keep"), ("esc", "leave it", "leave")]


class SettingsScreen(Screen[None]):
    """Rows of settings and a line to type in."""

    DEFAULT_CSS = """
    SettingsScreen { background: $background; }
    SettingsScreen #asking { display: none; height: 1; }
    SettingsScreen.-typing #asking { display: block; }
    SettingsScreen #asked { width: auto; min-width: 10; max-width: 40; }
    SettingsScreen #typed { width: 1fr; background: $background; color: $foreground; }
    """

    def __init__(self, desk: Desk, *, symbols: Symbols, changed: Callable[[], None]) -> None:
        """`changed` is called after a setting was kept; the desk has it by then."""
        super().__init__()
        self.desk = desk
        self.look = symbols
        self.rows: list[Row] = []
        self.at = 0
        self.words = ""
        """What the rows are narrowed by."""
        self.editing: Row | None = None
        self._changed = changed
        self._before: list[Settings] = []
        """What `z` goes back to, the last at the end."""

    # Layout

    def compose(self) -> ComposeResult:
        yield LinePane(symbols=self.look, id="text")
        with Horizontal(id="asking"):
            yield StatusLine(symbols=self.look, id="asked")
            yield Input(compact=True, id="typed")
        yield StatusLine(symbols=self.look, grows=True, id="status")
        yield HintsLine(symbols=self.look, id="hints")

    def on_mount(self) -> None:
        self.typed = self.query_one("#typed", Input)
        self.typed.cursor_blink = False
        self.pane = self.query_one("#text", LinePane)
        self._read()
        self.pane.focus()
        self._tell("")

    def on_resize(self) -> None:
        self._draw()

    def _read(self) -> None:
        self.all = setting.rows(self.desk.settings, self.desk.home)
        self.rows = setting_lines.matching(self.all, self.words)
        self.at = max(0, min(self.at, len(self.rows) - 1))
        self._draw()

    def _draw(self) -> None:
        room = self.pane.body_width
        drawn, begins = setting_lines.lines(self.rows, room=room, look=self.look, at=self.at)
        own = sum(row.value != row.default for row in self.all)
        title = f"Settings, {own} changed from default" + (f", {self.words}" if self.words else "")
        self.pane.show(title, drawn or [[(" No setting has these words.", Role.DIM)]], keep=True)
        if begins:
            last = begins[self.at + 1] - 1 if self.at + 1 < len(begins) else len(drawn) - 1
            self.pane.scroll_into_view(0 if self.at == 0 else begins[self.at], last)
        self.query_one("#hints", HintsLine).show_entries(TYPING if self.has_class("-typing") else MOVING)

    def _tell(self, words: str, *, ink: Role = Role.TEXT) -> None:
        default = f"* differs from its default; kept in {config.FILE}"
        self.query_one("#status", StatusLine).show([], [(f"{words or default} ", ink if words else Role.DIM)])

    # Keys

    async def on_key(self, event: events.Key) -> None:
        if self.has_class("-typing"):
            if event.key == "escape":
                event.stop()
                self.do("leave")
            return
        event.stop()
        event.prevent_default()
        if event.key in _STEPS:
            self.at = max(0, min(self.at + _STEPS[event.key], len(self.rows) - 1))
            self._draw()
            return
        does = {"enter": "change", "d": "default", "z": "undo", "u": "undo", "slash": "find",
                "escape": "nav.back", "q": "nav.back"}  # fmt: skip
        self.do(does.get(event.key, ""))

    def on_hints_line_chosen(self, event: HintsLine.Chosen) -> None:
        self.do(event.action)

    def on_click(self, event: events.Click) -> None:
        if event.widget is self.pane and event.y > 0 and self.rows and not self.has_class("-typing"):
            _, begins = setting_lines.lines(self.rows, room=self.pane.body_width, look=self.look, at=self.at)
            line = self.pane.top_line + event.y - 1
            self.at = max((n for n, first in enumerate(begins) if first <= line), default=0)
            self._draw()
            if event.chain == 2:
                self.do("change")

    def do(self, name: str) -> None:
        """A step by its name: what keys and hints have in common."""
        row = self.rows[self.at] if self.rows else None
        if name == "nav.back" and self.words:
            self.words = ""
            self._read()
        elif name == "nav.back":
            self.dismiss(None)
        elif name == "find":
            self._type(None, self.words)
        elif name == "leave":
            self._leave()
        elif name == "keep":
            self._keep(self.typed.value)
        elif name == "undo":
            self._undo()
        elif row is not None and name == "change":
            self._type(row, row.value)
        elif row is not None and name == "default":
            self._try(lambda: setting.default(self._fresh(), row, home=self.desk.home), row)

    # Typing

    def _type(self, row: Row | None, value: str) -> None:
        """The line to type in, for a field or (None) for words to find."""
        self.editing = row
        words = f"{row.words}:" if row is not None else "/"
        self.query_one("#asked", StatusLine).styles.width = len(words) + 3
        self.query_one("#asked", StatusLine).show([(words, Role.KEY)])
        self.set_class(True, "-typing")
        self.typed.value = value
        self.typed.cursor_position = len(value)
        self.typed.focus()
        self._draw()
        choices = [one for one in row.choices if one] if row is not None else []
        self._tell(f"It can be {', '.join(choices)}." if choices else "")

    def _leave(self, *, told: bool = False) -> None:
        self.set_class(False, "-typing")
        self.editing = None
        self.pane.focus()
        self._draw()
        if not told:
            self._tell("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """A mistake, such as a key that is taken, is said before it is kept."""
        row = self.editing
        if not self.has_class("-typing"):
            return
        if row is None:
            self.words, self.at = event.value.strip(), 0
            self._read()
        elif event.value.strip() != row.value:
            try:
                setting.changed(self.desk.settings, row, event.value, home=self.desk.home)
                self._tell("enter keeps it", ink=Role.DIM)
            except ConfigError as error:
                self._tell(str(error), ink=Role.BAD)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self._keep(event.value)

    def _keep(self, value: str) -> None:
        row = self.editing
        if row is None or value.strip() == row.value:
            self._leave()
        elif self._try(lambda: setting.changed(self._fresh(), row, value, home=self.desk.home), row):
            self._leave(told=True)

    # Keeping

    def _fresh(self) -> Settings:
        """The settings as the file has them now: another program may have written it since."""
        return config.load(self.desk.home)

    def _try(self, make: Callable[[], Settings], row: Row) -> bool:
        """Keep what `make` gives; whether it could be."""
        try:
            before, wanted = self._fresh(), make()
            whole = setting.keep(self.desk.home, wanted)
        except ConfigError as error:
            self._tell(str(error), ink=Role.BAD)
            return False
        self._before.append(before)
        self._in_force(wanted)
        when = "in force now" if row.at_once else "in force at the next start"
        lost = "" if whole else "; the comments of the file could not be kept"
        self._tell(f"{row.words} kept, {when}{lost}. z takes it back.")
        return True

    def _undo(self) -> None:
        if not self._before:
            self._tell("Nothing was changed here yet.")
            return
        before = self._before[-1]
        try:
            setting.keep(self.desk.home, before)
        except ConfigError as error:
            self._tell(str(error), ink=Role.BAD)
            return
        self._before.pop()
        self._in_force(before)
        self._tell("Taken back.")

    def _in_force(self, settings: Settings) -> None:
        self.desk.settings = settings
        self._changed()
        self._read()
