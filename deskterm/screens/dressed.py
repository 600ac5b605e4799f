"""What every application of ours wears: themes, a second net, sparing paints, an ending that shows no value,
no colour where none is wanted.

Knows no screen and no desk.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar, cast

from rich.console import RenderableType
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.filter import LineFilter
from textual.geometry import Offset
from textual.screen import Screen
from textual.signal import Signal
from textual.theme import Theme

import themes
from deskterm.widgets.few_lines import Lines
from deskterm.widgets.guard import Colourless, LineGuard
from deskterm.widgets.sparing import Shown, Sparing

Result = TypeVar("Result")


class Dressed(App[Result], Generic[Result]):
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, theme: str, *, colourless: bool, more: Iterable[Theme] = ()) -> None:
        """`theme` is a name of ours or of `more`. `colourless` sends no colour code at all."""
        self._no_colour = colourless
        super().__init__(ansi_color=True if colourless else None)
        self.failure = ""
        """The sentence to leave on the terminal after a crash."""
        self._shown = Shown()
        for one in (*themes.THEMES, *more):
            self.register_theme(one)
        self.theme = theme

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return themes.DEFAULTS

    def get_line_filters(self) -> list[LineFilter]:
        colourless = [Colourless()] if self._no_colour else []
        return [*super().get_line_filters(), LineGuard(), *colourless]

    # What the terminal shows

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """The hidden cursor of the terminal goes to the line one is at: braille displays follow it."""
        row: int | None = getattr(screen.focused, "row_at", None)
        if row is not None and screen.focused is not None:
            self.cursor_position = screen.focused.region.offset + Offset(0, row)
        if isinstance(renderable, (LayoutUpdate, ChopsUpdate, Lines)):
            renderable = Sparing(renderable, self._shown, at_once=self._sync_available)
        super()._display(screen, renderable)  # pyright: ignore[reportUnknownMemberType]

    def _begin_update(self) -> None:
        """Said with the paint itself: each write wakes a thread."""

    def _end_update(self) -> None:
        """Said with the paint itself."""

    def paint_anew(self) -> None:
        """Paint everything, whatever the terminal is believed to show."""
        self._shown.forget()
        self.refresh()

    def on_mount(self) -> None:
        resumed = cast("Signal[object]", self.app_resume_signal)  # pyright: ignore[reportUnknownMemberType]
        resumed.subscribe(self, lambda _: self.paint_anew(), immediate=True)

    def on_resize(self) -> None:
        self.paint_anew()  # a terminal rearranges its lines

    def end_with(self, error: Exception, sentence: str) -> None:
        """End with one sentence. Textual's report would print local variables, and passwords are such."""
        self.failure = sentence
        self._return_code = 1
        # So that a test sees the mistake itself: Textual's pilot raises what it finds here.
        self._exception = error
        self._exception_event.set()  # pyright: ignore[reportUnknownMemberType]
        self._close_messages_no_wait()
