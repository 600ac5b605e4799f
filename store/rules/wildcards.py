"""Patterns people write for subjects and addresses: words, `*` for anything, `{name}` to keep a part.

Pure. Matching is one walk from left to right, so no pattern and no text can make it slow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

MOST_GAPS = 20

_PIECE = re.compile(r"\*+|\{([a-z_]+)\}")


class Pattern(Struct, frozen=True):
    text: str
    """As written."""
    fixed: tuple[str, ...]
    """What stands between the gaps, case folded; one more than there are gaps."""
    gaps: tuple[str, ...]
    """The name of each gap; empty for a `*`."""

    @property
    def names(self) -> frozenset[str]:
        return frozenset(name for name in self.gaps if name)

    def match(self, text: str) -> Mapping[str, str] | None:
        """The named parts of a text that matches as a whole, else None. Case does not count.

        Each fixed piece is taken where it stands first after the one before.
        """
        folded = text.casefold()
        if len(folded) != len(text):
            text = folded  # folding may lengthen; parts are then cut from the folded text
        if not self.gaps:
            return {} if folded == self.fixed[0] else None
        first, *middle, last = self.fixed
        end = len(folded) - len(last)
        if not folded.startswith(first) or end < len(first) or not folded.endswith(last):
            return None
        found: dict[str, str] = {}
        at = len(first)
        for name, piece in zip(self.gaps[:-1], middle, strict=True):
            stands = folded.find(piece, at, end)
            if stands < 0:
                return None
            _keep(found, name, text[at:stands])
            at = stands + len(piece)
        _keep(found, self.gaps[-1], text[at:end])
        return found


def read_pattern(text: str) -> Pattern:
    """The pattern of a text. Raises ValueError with a sentence about what is wrong."""
    fixed: list[str] = []
    gaps: list[str] = []
    at = 0
    for piece in _PIECE.finditer(text):
        between = text[at : piece.start()].casefold()
        if gaps and not between:
            raise ValueError("two gaps stand side by side, so nobody can say where one ends")
        fixed.append(between)
        gaps.append(piece[1] or "")
        at = piece.end()
    fixed.append(text[at:].casefold())
    if len(gaps) > MOST_GAPS:
        raise ValueError(f"more than {MOST_GAPS} gaps in one pattern")
    named = [name for name in gaps if name]
    if len(named) != len(set(named)):
        raise ValueError("a name stands for two gaps")
    return Pattern(text, tuple(fixed), tuple(gaps))


def _keep(found: dict[str, str], name: str, value: str) -> None:
    if name:
        found[name] = value.strip()
