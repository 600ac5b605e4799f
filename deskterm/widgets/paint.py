"""How line-drawn widgets get from words to strips: runs of text in roles, roles to inks of the theme.

Knows Textual's strips and theme variables, no colour and nothing of tickets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Self, cast

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from deskterm.safe import fit, width
from deskterm.symbols import UNICODE, Symbols
from deskterm.widgets.few_lines import LeanScreen
from deskterm.widgets.guard import guarded
from deskterm.widgets.surviving import Surviving

CUT = "~"
"""Where text was cut, on a terminal without the glyph for it: of the same width."""


class Role(StrEnum):
    """What a piece of text is; a theme gives each of them an ink under the same name."""

    TEXT = "text"
    DIM = "dim"
    LINE = "line"
    TITLE = "title"
    FOCUS = "focus"
    BAND = "band"
    CURSOR = "cursor"
    RESTING = "resting"
    MARK = "mark"
    UNREAD = "unread"
    CALM = "calm"
    SOON = "soon"
    LATE = "late"
    PAUSED = "paused"
    DONE = "done"
    URGENT = "urgent"
    CUSTOMER = "customer"
    AGENT = "agent"
    NOTE = "note"
    QUOTE = "quote"
    FILE = "file"
    KEY = "key"
    TAB = "tab"
    FRESH = "fresh"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    FOUND = "found"
    OFF = "off"


Run = tuple[str, Role]
"""A piece of cleaned text and its role."""


def cells(runs: Iterable[Run]) -> int:
    """How many cells the runs take."""
    return sum(width(text) for text, _ in runs)


def words(runs: Iterable[Run]) -> str:
    """The runs as bare text: what is left of a line without any colour."""
    return "".join(text for text, _ in runs)


def cut(runs: Iterable[Run], room: int, ellipsis: str = "…") -> list[Run]:
    """The runs in at most `room` cells, the last one cut with an ellipsis if need be."""
    kept: list[Run] = []
    for text, role in runs:
        size = width(text)
        if size > room:
            kept.append((fit(text, room, ellipsis), role))
            break
        kept.append((text, role))
        room -= size
    return kept


def spread(
    left: Iterable[Run], right: Sequence[Run], room: int, *, fill: Run = (" ", Role.TEXT)
) -> list[Run]:
    """`left` and `right` at the two ends of `room` cells; where there is no room for both, right wins."""
    tail = cut(right, room)
    head = cut(left, max(room - cells(tail), 0))
    gap = room - cells(head) - cells(tail)
    return [*head, (fill[0] * gap, fill[1]), *tail]


class Inks:
    """The styles of one theme by role, and each of them on the ground of a cursor row."""

    __slots__ = ("_grounded", "_own", "_plain")

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._own = {role: _own_style(role, variables) for role in Role}
        base = self._own[Role.TEXT]
        self._plain = {role: base + style for role, style in self._own.items()}
        self._grounded: dict[tuple[Role, Role], Style] = {}

    def __getitem__(self, role: Role) -> Style:
        return self._plain[role]

    def on(self, role: Role, ground: Role) -> Style:
        """The style of `role` on the background of `ground`, unless the role brings its own."""
        if ground is Role.TEXT:
            return self._plain[role]
        found = self._grounded.get((role, ground))
        if found is None:
            own = self._own[role] if role is not Role.TEXT else Style.null()
            if self._plain[ground].reverse and own.bgcolor is None:
                own = own.without_color  # reversed, a colour would be a patch of background
            found = self._grounded[role, ground] = self._plain[ground] + own
        return found


def _own_style(role: Role, variables: Mapping[str, str]) -> Style:
    name = f"role-{role.value}"
    attributes = variables[f"{name}-style"].split()
    return Style(
        color=_rich(Color.parse(variables[name])),
        bgcolor=_rich(Color.parse(variables[f"{name}-on"])),
        bold="bold" in attributes or None,
        underline="underline" in attributes or None,
        reverse="reverse" in attributes or None,
    )


def _rich(color: Color) -> RichColor | None:
    """The colour to send; none for the terminal's own and for a ground that is already there."""
    if color.ansi is not None:
        return color.rich_color if color.ansi >= 0 else None
    return color.rich_color if color.a else None


@lru_cache(maxsize=8)
def _inks(variables: tuple[tuple[str, str], ...]) -> Inks:
    return Inks(dict(variables))


class Painted(Surviving, Widget):
    """A widget that draws its own lines in roles; `repaint` is called when the theme has changed."""

    symbols: Symbols = UNICODE
    _inks: Inks | None = None
    _inks_of: str = ""

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        """As the toolkit does; of widgets that only draw lines anew, one has the screen painted for all.

        The toolkit has each of them find out that it is idle, and then send the screen a message.
        """
        if layout or recompose or not repaint or not self.is_mounted or not self.is_attached:
            return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
        screen = self.screen
        if not isinstance(screen, LeanScreen):
            return super().refresh(*regions)
        self._set_dirty(*regions)
        if self.display and not screen.shows_next(self):
            self._repaint_required = True
            self.check_idle()
        return self

    @property
    def desk_app(self) -> App[object]:
        """The app; Textual leaves its result type open."""
        return cast("App[object]", self.app)  # pyright: ignore[reportUnknownMemberType]

    @property
    def inks(self) -> Inks:
        """The inks of the theme that is on now."""
        app = self.desk_app
        if self._inks is None or self._inks_of != app.theme:
            named = app.theme_variables
            self._inks = _inks(tuple((key, named[key]) for key in sorted(named) if key.startswith("role-")))
            self._inks_of = app.theme
            self.repaint()
        return self._inks

    def repaint(self) -> None:
        """Forget drawn strips, because colours or sizes changed."""

    def strip(self, runs: Iterable[Run], room: int, ground: Role = Role.TEXT) -> Strip:
        """The runs as one line of exactly `room` cells, the rest of it in the ground's background.

        Textual applies line filters only where it draws a widget's border and padding, which these widgets
        leave out for speed; so the second net is here.
        """
        inks = self.inks
        segments: list[Segment] = []
        used = 0
        drawn = not self.symbols.ellipsis.isascii()
        for text, role in cut(runs, room):
            shown = guarded(text if drawn else text.replace("…", CUT))
            segments.append(Segment(shown, inks.on(role, ground)))
            used += width(shown)
        if used < room:
            segments.append(Segment(" " * (room - used), inks.on(Role.TEXT, ground)))
        return Strip(segments, room)
