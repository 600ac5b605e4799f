"""A screen over another one, which stays to be seen around it as it is.

Knows Textual's screens and nothing of what stands on either. The toolkit would tint what is behind, letter by
letter, which costs more than all the rest of the painting even where the tint is none.
"""

from __future__ import annotations

from typing import Generic, TypeVar, cast

from textual.geometry import Region
from textual.screen import ModalScreen, Screen
from textual.strip import Strip

Result = TypeVar("Result")


class Over(ModalScreen[Result], Generic[Result]):
    DEFAULT_CSS = "Over { background: $background 0%; }"

    def __init__(self) -> None:
        super().__init__()
        self._behind: list[Strip] = []

    def render_lines(self, crop: Region) -> list[Strip]:
        """What is behind, drawn once until it or this changes; it has been through the second net already.

        While a terminal changes its size the screen behind may still have the old one.
        """
        width, height = self.size
        stale = not self._behind or (self._behind[0].cell_length, len(self._behind)) != (width, height)
        if self._dirty_regions or stale:
            stack = cast("list[Screen[object]]", self.app.screen_stack)  # pyright: ignore[reportUnknownMemberType]
            below = stack[stack.index(cast("Screen[object]", self)) - 1]
            drawn = below._compositor.render_strips(self.size)
            drawn += [Strip.blank(width)] * (height - len(drawn))
            self._behind = [row.adjust_cell_length(width) for row in drawn]
            self._dirty_regions.clear()
        rows = self._behind[crop.y : crop.bottom]
        return rows if crop.width >= width else [row.crop(crop.x, crop.right) for row in rows]
