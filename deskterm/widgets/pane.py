"""A pane: a title drawn into its top rule, an edge on its left, and lines below, without a scroll bar.

Draws nothing of its own besides the frame; what the lines say is up to the pane's kind.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager

from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from deskterm.symbols import UNICODE, Symbols
from deskterm.widgets.paint import Painted, Role, Run, cells, cut


def title_line(
    left: Sequence[Run], right: Sequence[Run], room: int, *, symbols: Symbols, heavy: bool = False
) -> list[Run]:
    """A rule of `room` cells with `left` near its start and `right` near its end."""
    rule = symbols.heavy if heavy else symbols.rule
    ink = Role.FOCUS if heavy else Role.LINE
    left = [run for run in left if run[0]]
    if not left and not right:
        return [(rule * room, ink)]
    tail = [(" ", Role.LINE), *right, (" ", Role.LINE), (rule * 2, ink)] if right else []
    if cells(tail) > room // 2:
        tail = []
    head = [(rule + " ", ink), *cut(left, max(room - cells(tail) - 3, 0), symbols.ellipsis), (" ", ink)]
    gap = room - cells(head) - cells(tail)
    return [*head, (rule * max(gap, 0), ink), *tail]


class Pane(Painted, ScrollView, can_focus=True, inherit_bindings=False):
    """Title row, edge and body lines. Subclasses answer `body_height` lines through `body_line`."""

    DEFAULT_CSS = """
    Pane { background: $background; width: 1fr; height: 1fr; padding: 0; border: none; }
    Pane { overflow: hidden hidden; }
    """

    def __init__(self, *, edge: bool = False, symbols: Symbols = UNICODE, id: str | None = None) -> None:
        super().__init__(id=id)
        self.edge = edge
        """Whether a vertical line is drawn on the left."""
        self.symbols = symbols
        self._titles: tuple[tuple[Run, ...], tuple[Run, ...]] = ((), ())
        self._faces: dict[int, object] = {}
        """What each body row showed when it was drawn last."""
        self._whole: dict[int, tuple[Strip, Strip]] = {}
        """Body line and whole line of each row: what did not change is not joined again."""
        self._blank: Strip | None = None
        self._measured: Size | None = None
        """The size while rows are drawn; asking for it climbs to the screen each time."""

    @property
    def body_width(self) -> int:
        """Cells of a body line."""
        return max((self._measured or self.size).width - int(self.edge), 0)

    @property
    def body_height(self) -> int:
        """Lines under the title."""
        return max((self._measured or self.size).height - 1, 0)

    def entitle(self, left: Sequence[Run], right: Sequence[Run] = ()) -> None:
        """Set the words of the title row."""
        titles = (tuple(left), tuple(right))
        if titles != self._titles:
            self._titles = titles
            self.refresh_row(-1)

    def refresh_row(self, row: int, *, first: int = 0, count: int | None = None) -> None:
        """Draw again one body row (-1 is the title), or `count` cells of it from the cell `first`."""
        start = first + int(self.edge) if count is not None else 0
        self.refresh(Region(start, row + 1, count or self.size.width, 1))

    def refresh_rows(self, rows: Iterable[int]) -> None:
        """Draw body rows again."""
        room = self.size.width
        regions = [Region(0, row + 1, room, 1) for row in rows]
        if regions:
            self.refresh(*regions)

    def face(self, row: int) -> object:
        """What a body row shows, to be compared with what it showed; None: nobody knows."""
        return None

    def refresh_changed(self) -> None:
        """Draw again the rows that do not show any more what they did."""
        with self._measuring():
            changed = [row for row in range(self.body_height) if self._faces.get(row, self) != self.face(row)]
        self.refresh_rows(changed)

    @contextmanager
    def _measuring(self) -> Generator[None]:
        """While this lasts the size is asked for once."""
        before, self._measured = self._measured, self.size
        try:
            yield
        finally:
            self._measured = before

    @property
    def blank(self) -> Strip:
        """An empty body line."""
        _ = self.inks
        if self._blank is None or self._blank.cell_length != self.body_width:
            self._blank = self.strip((), self.body_width)
        return self._blank

    def body_line(self, row: int) -> Strip:
        """The line of body row `row`, `body_width` cells wide; each kind of pane has its own."""
        return self.blank

    def render_lines(self, crop: Region) -> list[Strip]:
        """Strips of the cropped rows; overridden whole, which skips the cache of styles and borders."""
        with self._measuring():
            lines = [self._whole_line(y) for y in range(crop.y, crop.bottom)]
        if crop.x == 0 and crop.width >= self.size.width:
            return lines
        return [line.crop(crop.x, crop.right) for line in lines]

    def render_line(self, y: int) -> Strip:
        """One row, which the mouse asks for to know what text it is over."""
        return self._whole_line(y)

    def _whole_line(self, y: int) -> Strip:
        if y == 0:
            return self._title()
        face = self.face(y - 1)
        self._faces[y - 1] = self if face is None else face
        line = self.body_line(y - 1)
        if not self.edge:
            return line
        body, whole = self._whole.get(y, (None, None))
        if whole is None or body is not line:
            whole = Strip.join([self.strip([(self.symbols.edge, Role.LINE)], 1), line])
            self._whole[y] = line, whole
        return whole

    def repaint(self) -> None:
        """Forget drawn strips."""
        self._whole.clear()
        self._blank = None

    def _title(self) -> Strip:
        left, right = self._titles
        if self.has_focus:
            left = tuple((text, Role.FOCUS if role is Role.TITLE else role) for text, role in left)
        runs = title_line(left, right, self.body_width, symbols=self.symbols, heavy=self.has_focus)
        if self.edge:
            runs = [(self.symbols.down, Role.LINE), *runs]
        return self.strip(runs, self.size.width)

    def on_focus(self) -> None:
        self.repaint()
        self.refresh()

    def on_blur(self) -> None:
        self.repaint()
        self.refresh()
