"""Colleagues at the same ticket, as words: who writes, who looks and for how long. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from deskterm.events import Beside
from deskterm.safe import clean
from deskterm.widgets.paint import Role, Run


def lines(found: Sequence[Beside]) -> list[tuple[Run, ...]]:
    """A line for those who write, which is what collides, and one for those who look."""
    looking = ", ".join(f"{clean(one.agent)} ({_long(one.seconds)})" for one in found if not one.writing)
    said: list[tuple[Run, ...]] = []
    if words := writing(found):
        said.append(((f" {words}", Role.WARN),))
    if looking:
        said.append(((f" Viewing: {looking}", Role.DIM),))
    return said


def writing(found: Sequence[Beside]) -> str:
    """`Ann is writing`, `Ann and Ben are writing`, or nothing."""
    names = [clean(one.agent) for one in found if one.writing]
    return f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} writing" if names else ""


def _long(seconds: int) -> str:
    return f"{seconds // 60}m" if seconds >= 60 else "now"
