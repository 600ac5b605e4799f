"""The two things a person types into while writing: the text and the row of commands under it.

Both only say which action was asked for. Sending, drafts and files are unknown here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea

from deskterm.action import TEXT, WRITING, keys_shown
from deskterm.keymap import Keymap
from deskterm.symbols import UNICODE, Symbols
from deskterm.widgets.paint import Painted, Role, Run, cells
from deskterm.widgets.pane import title_line

TAKEN = frozenset({"text.editor", "text.macro", "text.leave", "text.send", "text.undo"})
"""Actions of the keymap that the text hands on instead of typing; the other keys are the text's own."""


class WritingText(TextArea):
    """A plain text box: no line numbers, no blinking, letters are letters."""

    DEFAULT_CSS = """
    WritingText, WritingText:focus {
        border: none; padding: 0 1; background: $background; color: $foreground;
        scrollbar-size-vertical: 0; scrollbar-size-horizontal: 0;
    }
    """

    @dataclass
    class Asked(Message):
        """A key of the keymap was pressed that is not for the text."""

        action: str

    def __init__(self, keymap: Keymap, *, id: str | None = None) -> None:
        super().__init__(
            "", soft_wrap=True, show_line_numbers=False, highlight_cursor_line=False, compact=True,
            tab_behavior="indent", id=id,
        )  # fmt: skip
        self.cursor_blink = False
        self._keymap = keymap

    async def _on_key(self, event: events.Key) -> None:
        hit = self._keymap.press(event.key, places=(TEXT,))
        if hit is not None and hit.action in TAKEN:
            event.stop()
            event.prevent_default()
            if hit.action == "text.undo":
                self.undo()
            else:
                self.post_message(self.Asked(hit.action))
            return
        if event.key in ("pageup", "pagedown") and self.wrapped_document.height <= self.size.height:
            event.prevent_default()  # nothing to page here: the conversation above has more use for it
            return
        await super()._on_key(event)


class CommandRow(Painted, can_focus=True):
    """What one key does once the text is left, as many entries on a line as fit."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "CommandRow { height: 3; background: $background; }"

    @dataclass
    class Asked(Message):
        """A command was chosen; an empty action goes back to the text, `nav.back` is a second esc."""

        action: str

    def __init__(self, keymap: Keymap, *, symbols: Symbols = UNICODE, id: str | None = None) -> None:
        super().__init__(id=id)
        self.symbols = symbols
        self._keymap = keymap
        self._entries: tuple[tuple[str, str, str], ...] = ()
        self._ink = Role.KEY
        self.tight = False
        """Entries stand closer."""

    def show(self, entries: Sequence[tuple[str, str, str]], *, ink: Role = Role.KEY) -> None:
        """Set the entries as (key, words, action id)."""
        self._entries, self._ink = tuple(entries), ink
        self.refresh()

    @property
    def lines(self) -> list[list[Run]]:
        """The entries wrapped to the width, never one of them in two."""
        lines: list[list[Run]] = [[(" ", Role.TEXT)]]
        for key, words, _ in self._entries:
            entry: list[Run] = [(keys_shown(key), self._ink), (f" {words}", Role.TEXT)]
            gap = "  " if self.tight else "   "
            if len(lines[-1]) > 1 and cells(lines[-1]) + len(gap) + cells(entry) > self.size.width:
                lines.append([(" ", Role.TEXT)])
            lines[-1] += [(gap, Role.TEXT), *entry] if len(lines[-1]) > 1 else entry
        return lines

    def render_lines(self, crop: Region) -> list[Strip]:
        """A title, then the entries."""
        room = self.size.width
        words = "one key, or enter to write on" if self.has_focus else "Esc leaves the text; then one key"
        ink = Role.FOCUS if self.has_focus else Role.TITLE
        title = title_line([(words, ink)], (), room, symbols=self.symbols, heavy=self.has_focus)
        drawn = [title, *self.lines]
        return [
            self.strip(drawn[y] if y < len(drawn) else (), room).crop(crop.x, crop.right)
            for y in range(crop.y, crop.bottom)
        ]

    def on_key(self, event: events.Key) -> None:
        if event.key in ("enter", "tab", "up"):
            action = ""
        else:
            hit = self._keymap.press(event.key, places=(WRITING,))
            if hit is None or not (
                hit.action.startswith("write.") or hit.action in ("nav.back", "help.keys")
            ):
                return
            action = hit.action
        event.stop()
        event.prevent_default()
        self.post_message(self.Asked(action))

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()
