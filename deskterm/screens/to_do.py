"""What is to be done on a ticket, drawn: what is due above the conversation, all of it in the customer pane.

Pure: values in, runs out.
"""

from __future__ import annotations

from collections.abc import Sequence

from deskterm.moments import local
from deskterm.safe import clean
from deskterm.symbols import Symbols
from deskterm.todo_words import words
from deskterm.widgets.paint import Role, Run
from store.rules.todos import Todo

SHOWN = 3
"""Items above a conversation; the pane beside it has the others."""
LISTED = 12


def head(items: Sequence[Todo], *, now: int, look: Symbols) -> list[tuple[Run, ...]]:
    """Lines of what is due or will be; what was due stands out."""
    dated = [one for one in items if one.done is None and one.due is not None]
    found: list[tuple[Run, ...]] = []
    for one in dated[:SHOWN]:
        late = one.due is not None and one.due <= now
        mark = look.failed if late else "-"
        found.append(((f" {mark} {words(one, zone=local(), now=now)}", Role.WARN if late else Role.DIM),))
    return found


def pane(items: Sequence[Todo], links: Sequence[str], *, now: int) -> list[list[Run]]:
    """All items with their boxes, then the links."""
    found: list[list[Run]] = []
    if items:
        left = sum(one.done is None for one in items)
        found += [[], [(" To do", Role.TEXT), (f"  {left} of {len(items)}", Role.DIM)]]
    for one in items[:LISTED]:
        late = one.done is None and one.due is not None and one.due <= now
        box = "x" if one.done is not None else " "
        found.append([(f" [{box}] {clean(one.text)}", Role.WARN if late else Role.DIM)])
    if len(items) > LISTED:
        found.append([(f" and {len(items) - LISTED} more", Role.DIM)])
    if links:
        found += [[], [(" Links", Role.TEXT)], *([(f" {clean(link)}", Role.DIM)] for link in links)]
    return found
