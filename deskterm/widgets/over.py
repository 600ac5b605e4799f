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
        """What is behind, drawn once until it or this changes; it has been through the second net already."""
        if self._dirty_regions or not self._behind:
            stack = cast("list[Screen[object]]", self.app.screen_stack)  # pyright: ignore[reportUnknownMemberType]
            below = stack[stack.index(cast("Screen[object]", self)) - 1]
            self._behind = below._compositor.render_strips(self.size)
            self._dirty_regions.clear()
        rows = self._behind[crop.y : crop.bottom]
        return rows if crop.width >= self.size.width else [row.crop(crop.x, crop.right) for row in rows]
