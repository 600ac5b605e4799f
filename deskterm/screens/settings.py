"""The settings screen: every field with value, default and sentence, changed in place, and every key.

What a field can be is deskterm.setting's affair; a mistake is said while one types and nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input

from deskterm import config, setting
from deskterm.action import SETTINGS
from deskterm.config import ConfigError, Settings
from deskterm.desk import Desk
from deskterm.screens import setting_lines
from deskterm.screens.editing import edit_text
from deskterm.screens.keyed import Act, KeyedScreen, steps
from deskterm.setting import DESK, KEYS, Row
from deskterm.symbols import Symbols
from deskterm.widgets.lines import HintsLine, LinePane, StatusLine
from deskterm.widgets.paint import Role
from deskterm.widgets.picker import Choice, PickerBox, Question

TYPING = [("enter", "keep", "setting.keep"), ("esc", "leave it", "setting.leave")]


class SettingsScreen(KeyedScreen[None]):
    """Rows of settings and a line to type in."""

    PLACE = SETTINGS
    DEFAULT_CSS = """
    SettingsScreen { background: $background; }
    SettingsScreen #asking { display: none; height: 1; }
    SettingsScreen.-typing #asking { display: block; }
    SettingsScreen #asked { width: auto; min-width: 10; max-width: 40; }
    SettingsScreen #typed { width: 1fr; background: $background; color: $foreground; }
    """

    def __init__(
        self, desk: Desk, *, symbols: Symbols, changed: Callable[[], None], key_of: str = ""
    ) -> None:
        """`changed` is called after a setting was kept; the desk has it by then.

        `key_of` is an action whose key is to be changed at once.
        """
        super().__init__(symbols=symbols)
        self.desk = desk
        self.rows: list[Row] = []
        self.at = 0
        self.words = ""
        """What the rows are narrowed by."""
        self.editing: Row | None = None
        self._changed = changed
        self._written = ""
        """The file as it came back from the editor, while it has a mistake."""
        self._key_of = key_of
        self._before: list[Row] = []
        """Rows as they were before each change, the last at the end: what `z` goes back to."""

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
        self.draw_hints()
        if self._key_of:
            self.change_key(self._key_of)

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

    def say_again(self) -> None:
        default = f"* differs from its default; kept in {config.FILE} "
        if self.told:
            super().say_again()
        else:
            self.query_one("#status", StatusLine).show([], [(default, Role.DIM)])

    # Keys

    @property
    def typing(self) -> bool:
        return self.has_class("-typing")

    def acts(self) -> dict[str, Act]:
        return {
            **super().acts(), **steps(self._move, half=4, page=8),
            "setting.change": self._change, "setting.default": self._default, "setting.undo": self._undo,
            "setting.edit": self._edit,
            "list.filter": lambda: self._type(None, self.words), "setting.leave": self._leave,
            "setting.keep": lambda: self._keep(self.typed.value),
        }  # fmt: skip

    def why_off(self, action: str) -> str:
        row = self.rows[self.at] if self.rows else None
        if action in ("setting.change", "setting.default") and row is None:
            return "No setting has these words."
        if action == "setting.default" and row is not None and row.value == row.default:
            return "It has its default."
        return "Nothing was changed here yet." if action == "setting.undo" and not self._before else ""

    async def typed_key(self, event: events.Key) -> None:
        if event.key == "escape":
            event.stop()
            self._leave()

    def _move(self, by: int) -> None:
        self.at = max(0, min(self.at + by, len(self.rows) - 1))
        self._draw()

    async def on_click(self, event: events.Click) -> None:
        if event.widget is self.pane and event.y > 0 and self.rows and not self.typing:
            _, begins = setting_lines.lines(self.rows, room=self.pane.body_width, look=self.look, at=self.at)
            line = self.pane.top_line + event.y - 1
            self.at = max((n for n, first in enumerate(begins) if first <= line), default=0)
            self._draw()
            if event.chain == 2:
                await self.do("setting.change")

    def leave(self) -> None:
        """One step: the words the rows are narrowed by, then the screen."""
        if not self.words:
            self.dismiss(None)
            return
        self.words = ""
        self._read()

    def _change(self) -> None:
        """Ask for another value: from a list where there are few, else typed."""
        row = self.rows[self.at]
        if row.choices:
            self._ask(row)
        else:
            self._type(row, row.value)

    def change_key(self, action: str) -> None:
        self.words = ""
        self._read()
        self.at = next(n for n, row in enumerate(self.rows) if row.table == KEYS and row.field == action)
        self._change()

    def _default(self) -> None:
        row = self.rows[self.at]
        self._try(lambda: setting.default(self._fresh(), row, home=self.desk.home), row)

    def _ask(self, row: Row) -> None:
        themes = row.table == DESK and row.field == "theme"

        async def then(picked: PickerBox.Picked | None) -> None:
            if themes:
                self._wear(row.value)
            if picked is not None and picked.ids[0] != row.value:
                wanted = picked.ids[0]
                self._try(lambda: setting.changed(self._fresh(), row, wanted, home=self.desk.home), row)

        choices = tuple(
            Choice(
                one, one or "(empty)", detail="default" if one == row.default else "", ticked=one == row.value
            )
            for one in row.choices
        )
        foot = "the screen wears it   enter keeps it   esc close" if themes else "enter choose   esc close"
        question = Question(row.words, choices, foot, instant=False)
        self.ask(question, then, looked=self._wear if themes else None)

    def _wear(self, theme: str) -> None:
        """Look at the desk in a theme; one that cannot be worn is said."""
        try:
            self.desk_app.wear(theme)
        except ConfigError as error:
            self.tell(str(error), bad=True)

    def _edit(self) -> None:
        """The file itself in $EDITOR; a text with a mistake is kept for the next time and changes nothing."""
        try:
            path = self.desk.home / config.FILE
            now = self._written or (path.read_text("utf-8") if path.exists() else config.write(Settings()))
            text = edit_text(self.desk_app, now, name="config-", ending=".toml") or self._written
            if not text:
                self.tell("Nothing was changed.")
                return
            self._written = text
            wanted = setting.keep_text(self.desk.home, text)
        except ConfigError as error:
            self.tell(f"{error} E opens your text again.", bad=True)
            return
        self._written = ""
        self._in_force(wanted)
        self.tell(f"{config.FILE} kept; mailboxes are as it says at the next start.")

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
        self.query_one("#hints", HintsLine).show_entries(TYPING)
        self.tell("")

    def _leave(self, *, told: bool = False) -> None:
        self.set_class(False, "-typing")
        self.editing = None
        self.pane.focus()
        self._draw()
        self.draw_hints()
        if not told:
            self.tell("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """A mistake, such as a key that is taken, is said before it is kept."""
        row = self.editing
        if not self.typing:
            return
        if row is None:
            self.words, self.at = event.value.strip(), 0
            self._read()
        elif event.value.strip() != row.value:
            try:
                setting.changed(self.desk.settings, row, event.value, home=self.desk.home)
                self.tell("enter keeps it")
            except ConfigError as error:
                self.tell(str(error), bad=True)

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
            wanted = make()
            whole = setting.keep(self.desk.home, wanted)
        except ConfigError as error:
            self.tell(str(error), bad=True)
            return False
        self._before.append(row)
        self._in_force(wanted)
        when = "in force now" if row.at_once else "in force at the next start"
        lost = "" if whole else "; the comments of the file could not be kept"
        self.tell(f"{row.words} kept, {when}{lost}. z takes it back.")
        return True

    def _undo(self) -> None:
        """The field alone: what else the file says since then stays."""
        row = self._before[-1]
        try:
            wanted = setting.changed(self._fresh(), row, row.value, home=self.desk.home)
            setting.keep(self.desk.home, wanted)
        except ConfigError as error:
            self.tell(str(error), bad=True)
            return
        self._before.pop()
        self._in_force(wanted)
        self.tell("Taken back.")

    def _in_force(self, settings: Settings) -> None:
        self.desk.settings = settings
        self._changed()
        self._read()
