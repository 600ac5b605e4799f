"""Settings as lines: a heading for each table, a field with value and default, its sentence below. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from deskterm.safe import clean, fit, pad, wrap
from deskterm.symbols import Symbols
from deskterm.widgets.paint import Role, Run, cut

if TYPE_CHECKING:
    from deskterm.setting import Row

_NAME, _VALUE = 22, 26


def lines(rows: Sequence[Row], *, room: int, look: Symbols, at: int) -> tuple[list[list[Run]], list[int]]:
    """All rows drawn, and the line each of them begins on."""
    drawn: list[list[Run]] = []
    begins: list[int] = []
    group = ""
    for n, row in enumerate(rows):
        if row.group != group:
            drawn += (
                [[], [(f" {clean(row.group)}", Role.BAND)]] if drawn else [[(f" {row.group}", Role.BAND)]]
            )
            group = row.group
        begins.append(len(drawn))
        drawn.append(_head(row, room=room, look=look, cursor=n == at))
        indent = " " * 4
        drawn += [
            [(f"{indent}{line}", Role.DIM)] for line in wrap(clean(row.sentence), max(room - 6, 20))[:3]
        ]
    return drawn, begins


def _head(row: Row, *, room: int, look: Symbols, cursor: bool) -> list[Run]:
    own = row.value != row.default
    runs: list[Run] = [
        (look.cursor if cursor else " ", Role.MARK),
        (f"{'*' if own else ' '} ", Role.FRESH),
        (pad(clean(row.words), _NAME, ellipsis=look.ellipsis) + " ", Role.CURSOR if cursor else Role.TEXT),
        (pad(clean(row.value) or "(empty)", _VALUE, ellipsis=look.ellipsis), Role.KEY if own else Role.TEXT),
    ]
    if own:
        runs.append((f"  default {fit(clean(row.default), 30) or '(empty)'}", Role.DIM))
    return cut(runs, room, look.ellipsis)


def matching(rows: Sequence[Row], words: str) -> list[Row]:
    """The rows that hold every typed word."""
    wanted = words.casefold().split()
    return [row for row in rows if all(word in _searched(row) for word in wanted)]


def _searched(row: Row) -> str:
    return f"{row.group} {row.field} {row.words} {row.value} {row.sentence}".casefold()
