"""Every glyph the desk draws, once, each with its ASCII twin.

Only neutral-width characters of old blocks and box lines, never an emoji. Knows nothing of colours or
of what a glyph is used for beyond its name.
"""

from __future__ import annotations

from msgspec import Struct


class Symbols(Struct, frozen=True):
    calm: str
    """A running clock."""
    soon: str
    """A clock past 75 %."""
    late: str
    """A broken promise."""
    paused: str
    done: str
    """Solved, sent, passed."""
    failed: str
    merged: str
    draft: str
    flag: str
    folded: str
    opened: str
    to: str
    """Between a ticket and who has it."""
    between: str
    """Between the parts of a title."""
    rule: str
    """A horizontal line."""
    heavy: str
    """A horizontal line of the pane that has the keys."""
    edge: str
    """A vertical line."""
    down: str
    """Where a vertical line starts at a rule."""
    up: str
    """Where a vertical line ends at a rule."""
    top_left: str
    top_right: str
    low_left: str
    low_right: str
    full: str
    """The filled part of a bar."""
    rest: str
    """The empty part of a bar."""
    caret: str
    """The end of typed text in a box we draw ourselves."""
    ellipsis: str
    cursor: str = ">"
    selected: str = "x"


UNICODE = Symbols(
    calm="◔",
    soon="◕",
    late="◉",
    paused="◌",
    done="✓",
    failed="✗",
    merged="⊘",
    draft="✎",
    flag="⚑",
    folded="▸",
    opened="▾",
    to="→",
    between=" · ",
    rule="─",
    heavy="━",
    edge="│",
    down="┬",
    up="┴",
    top_left="╭",
    top_right="╮",
    low_left="╰",
    low_right="╯",
    full="▓",
    rest="░",
    caret="█",
    ellipsis="…",
)

ASCII = Symbols(
    calm=".",
    soon="!",
    late="X",
    paused="=",
    done="v",
    failed="x",
    merged="/",
    draft="~",
    flag="*",
    folded=">",
    opened="v",
    to="->",
    between=", ",
    rule="-",
    heavy="=",
    edge="|",
    down="+",
    up="+",
    top_left="+",
    top_right="+",
    low_left="+",
    low_right="+",
    full="#",
    rest=".",
    caret="_",
    ellipsis="..",
)


def symbols(*, ascii_only: bool) -> Symbols:
    """The glyphs for a terminal; `ascii_only` for one whose font or locale has nothing else."""
    return ASCII if ascii_only else UNICODE
