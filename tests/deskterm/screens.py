"""A minimal app around one widget under test, and what it has on its screen."""

from __future__ import annotations

from typing import TypeVar

from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.message import Message
from textual.widget import Widget

import themes
from deskterm.widgets.guard import LineGuard

Kind = TypeVar("Kind", bound=Message)


class Stand(App[None]):
    """Shows one or more widgets and keeps the messages they post."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, *widgets: Widget, theme: str = "dark", guarded: bool = True) -> None:
        super().__init__()
        self._shown = widgets
        self._guard = [LineGuard()] if guarded else []
        for one in themes.THEMES:
            self.register_theme(one)
        self.theme = theme

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return themes.DEFAULTS

    def get_line_filters(self):
        return [*super().get_line_filters(), *self._guard]

    def compose(self) -> ComposeResult:
        yield from self._shown


def posted(seen: list[Message], kind: type[Kind]) -> list[Kind]:
    """The messages of one kind in a hook's list, each once although every parent saw it too."""
    return list({id(message): message for message in seen if isinstance(message, kind)}.values())


def text_of(widget: Widget) -> list[str]:
    """What a line-drawn widget would paint, line by line."""
    size = widget.size
    return [strip.text for strip in widget.render_lines(Region(0, 0, size.width, size.height))]


def painted(app: App[None]) -> list[str]:
    """What the compositor would write to the terminal, line by line."""
    return [strip.text for strip in app.screen._compositor.render_strips()[: app.size.height]]
