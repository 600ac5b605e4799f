"""What a search found as lines: hits with the words marked, the letter beside them. Pure drawing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from deskterm.acts import label
from deskterm.safe import clean, fit, pad, wrap
from deskterm.screens import drawing
from deskterm.symbols import Symbols
from deskterm.widgets.paint import Role, Run, cut
from store.model import DONE, Message, Status
from store.rules.words import spots

if TYPE_CHECKING:
    from deskterm.finding import Findings, Phrases, Row

SUCH_AS = "words, tag:refund, from:acme, since:30d"
ROWS = 2
"""Lines of a hit."""
_WHO, _NUMBER = 16, 7
_EXAMPLES = (
    ("export fails", "letters with both words"),
    ('"not a refund" -tag:billing', "an exact phrase, without a tag"),
    ("from:acme is:open since:30d", "who, how it stands, how new"),
)


def heading(found: Findings, typed: bool) -> str:
    return f"Search, {count(found, typed).rstrip()}" if typed else "Search"


def count(found: Findings, typed: bool) -> str:
    many = len(found.rows)
    return f"{many}{' and more' if found.more else ''} found " if typed else ""


def nothing(answered: bool) -> list[list[Run]]:
    """What stands where no hit is: examples, or that there is none."""
    if answered:
        return [[], [("  Nothing matches. Fewer words find more.", Role.DIM)]]
    lines: list[list[Run]] = [[], [("  Words of letters, and what `deskterm ls` takes:", Role.DIM)], []]
    return [*lines, *([(f"  {pad(words, 30)} ", Role.KEY), (does, Role.DIM)] for words, does in _EXAMPLES)]


def shell(typed: str) -> Run:
    """The same in the shell."""
    said = clean(typed.strip()).replace("'", "'\\''")
    return (f"in the shell: deskterm search '{said}'" if said else "bin and spam only where named", Role.DIM)


def hits(found: Findings, *, room: int, look: Symbols, at: int) -> list[list[Run]]:
    """Two lines a hit: the ticket, and the line that was hit."""
    lines: list[list[Run]] = []
    for n, row in enumerate(found.rows):
        here, ticket = n == at, row.ticket
        glyph = look.merged if ticket.merged_into else look.done if ticket.status in DONE else look.calm
        if ticket.status is Status.WAITING:
            glyph = look.paused
        head: list[Run] = [
            (look.cursor if here else " ", Role.MARK),
            (f"{pad(label(ticket), _NUMBER)}", Role.DIM),
            (f"{glyph} ", Role.DONE if ticket.status in DONE else Role.DIM),
            (f"{pad(clean(row.who), _WHO, ellipsis=look.ellipsis)} ", Role.CUSTOMER),
            *_marked(
                clean(ticket.subject) or "(no subject)", found.phrases, ink=Role.CURSOR if here else Role.TEXT
            ),
        ]
        lines.append(cut(head, room, look.ellipsis))
        body: list[Run] = [(" " * (_NUMBER + 1), Role.DIM), *_marked(clean(row.snippet), found.phrases)]
        lines.append(cut(body, room, look.ellipsis))
    return lines


def title(row: Row, message: Message, *, now: int) -> str:
    sender = fit(clean(message.sender) or clean(message.author), 40)
    return f"{label(row.ticket)} {sender}, {drawing.when(message.date, now)}"


def letter(text: str, phrases: Phrases, *, room: int) -> tuple[list[list[Run]], int]:
    """A cleaned text as lines with its words marked, and the first line that has one."""
    lines: list[list[Run]] = []
    first = 0
    for line in wrap(text, room):
        runs = _marked(line, phrases, ink=Role.TEXT)
        if not first and any(role is Role.FOUND for _, role in runs):
            first = len(lines)
        lines.append([(" ", Role.TEXT), *runs])
    return lines, first


def _marked(text: str, phrases: Phrases, *, ink: Role = Role.DIM) -> list[Run]:
    """The text in runs, its words in the role of what was found."""
    runs: list[Run] = []
    done = 0
    for start, end in _apart(spots(text, phrases)):
        runs += [(text[done:start], ink), (text[start:end], Role.FOUND)]
        done = end
    return [run for run in (*runs, (text[done:], ink)) if run[0]]


def _apart(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans that do not begin inside the one before."""
    found: list[tuple[int, int]] = []
    for start, end in spans:
        if not found or start >= found[-1][1]:
            found.append((start, end))
    return found
