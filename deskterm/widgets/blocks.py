"""The messages of a conversation laid out as lines for a width.

Pure: blocks in, runs out. Folded text is never lost, only drawn as one line that says how much it is.
Knows nothing of widgets, the store or where a message came from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain, repeat

from msgspec import Struct, field
from msgspec.structs import replace

from deskterm.safe import clean, clean_text, width, wrap
from deskterm.symbols import Symbols
from deskterm.widgets.paint import Role, Run, spread
from store.model import File, Kind

INDENT = "   "
FOLD_WORDS = {"q": "quoted text", "s": "signature"}
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")

Fold = tuple[str, int, int]
"""`q` (quote) or `s` (signature), its first and its last line, counted from 0."""


class Block(Struct, frozen=True):
    """One message as the conversation shows it. All text is outside text, cleaned when it is drawn."""

    id: str
    kind: Kind
    author: str
    when: str
    """`08:29 today`, in the reader's time."""
    label: str = ""
    """`customer`, `note, private`, `sent 09:43`."""
    text: str = ""
    folds: tuple[Fold, ...] = ()
    files: tuple[File, ...] = ()
    trouble: str = ""
    """Why it was not sent or cannot be read; drawn on top."""
    collapsed: bool = False
    """Older messages: neighbours are drawn together as one line."""


class Drawn(Struct, frozen=True):
    """One line of the conversation and what a click on it does."""

    runs: tuple[Run, ...]
    does: str = ""
    """`fold:<block>:<n>`, `earlier:<block>`, `file:<n>` or empty."""


class Look(Struct, frozen=True):
    """How blocks are laid out."""

    width: int
    symbols: Symbols
    compact: bool = False
    """No empty line between messages, for small screens."""
    opened: frozenset[str] = field(default=frozenset())
    """What has been unfolded, by its `does`."""


def folds_of(stored: str) -> tuple[Fold, ...]:
    """The folds as `Message.folds` keeps them: `q12-40 s44-46`."""
    found: list[Fold] = []
    for word in stored.split():
        first, _, last = word[1:].partition("-")
        found.append((word[0], int(first), int(last or first)))
    return tuple(found)


def with_older_collapsed(blocks: Sequence[Block], *, keep: int = 4) -> tuple[Block, ...]:
    """All but the last `keep` blocks collapsed; a single older one is not worth a line of its own."""
    if len(blocks) <= keep + 1:
        return tuple(blocks)
    older = len(blocks) - keep
    return tuple(replace(block, collapsed=True) if at < older else block for at, block in enumerate(blocks))


def file_size(size: int) -> str:
    """Bytes for people: `14 kB`, `2.1 MB`."""
    if size < 1000:
        return f"{size} B"
    if size < 1_000_000:
        return f"{round(size / 1000)} kB"
    return f"{size / 1_000_000:.1f} MB"


def lay_out(blocks: Sequence[Block], look: Look) -> tuple[list[Drawn], dict[str, int]]:
    """All lines, and the line each block's heading stands on. Files are numbered through the whole."""
    drawn: list[Drawn] = []
    starts: dict[str, int] = {}
    number, at = 1, 0
    while at < len(blocks):
        block = blocks[at]
        if block.collapsed and f"earlier:{block.id}" not in look.opened:
            run = _collapsed_run(blocks, at, look)
            starts.update((one.id, len(drawn)) for one in run)
            drawn.append(_earlier(run, look))
            number += sum(len(one.files) for one in run)
            at += len(run)
        else:
            starts[block.id] = len(drawn)
            drawn += block_lines(block, look, number=number)
            number += len(block.files)
            at += 1
        if not look.compact:
            drawn.append(Drawn(()))
    return drawn, starts


def _collapsed_run(blocks: Sequence[Block], at: int, look: Look) -> list[Block]:
    run: list[Block] = []
    while at < len(blocks) and blocks[at].collapsed and f"earlier:{blocks[at].id}" not in look.opened:
        run.append(blocks[at])
        at += 1
    return run


def _earlier(run: Sequence[Block], look: Look) -> Drawn:
    many = "1 earlier message" if len(run) == 1 else f"{len(run)} earlier messages"
    when = clean(run[0].when)
    text = f" {look.symbols.folded} {many}"
    return Drawn(((text, Role.DIM), (f" (from {when})" if when else "", Role.DIM)), f"earlier:{run[0].id}")


def block_lines(block: Block, look: Look, *, number: int) -> list[Drawn]:
    """One message: heading, text with its folds, files numbered from `number`."""
    lines = [Drawn(tuple(_heading(block, look)))]
    if block.trouble:
        marks = chain((look.symbols.failed,), repeat(" "))
        words = wrap(clean_text(block.trouble), look.width - 6)
        lines += [
            Drawn(((f"{INDENT}{mark} {line}", Role.BAD),)) for mark, line in zip(marks, words, strict=False)
        ]
    lines += _text(block, look)
    lines += _files(block.files, look, number=number)
    return lines


def _heading(block: Block, look: Look) -> list[Run]:
    ink = {Kind.IN: Role.CUSTOMER, Kind.NOTE: Role.NOTE}.get(block.kind, Role.AGENT)
    label = clean(block.label)
    if _RIGHT_TO_LEFT.search(block.text, 0, 2000):
        label = f"{label}, right to left" if label else "right to left"
    right: list[Run] = [(label, Role.NOTE if block.kind is Kind.NOTE else Role.DIM), ("  ", Role.DIM)]
    left: list[Run] = [(f" {look.symbols.opened} ", Role.DIM), (clean(block.author), ink)]
    return spread([*left, (f"  {clean(block.when)}", Role.DIM)], right if label else [], look.width)


def _text(block: Block, look: Look) -> list[Drawn]:
    source = block.text.split("\n")
    lines: list[Drawn] = []
    at = 0
    for n, (kind, first, last) in enumerate(sorted(block.folds, key=lambda fold: fold[1])):
        if first < at or last < first or first >= len(source):
            continue
        last = min(last, len(source) - 1)
        lines += _paragraphs(source[at:first], look, Role.TEXT)
        while look.compact and lines and not lines[-1].runs:
            lines.pop()
        lines += _fold(block, source[first : last + 1], look, does=f"fold:{block.id}:{n}", kind=kind)
        at = last + 1
    lines += _paragraphs(source[at:], look, Role.TEXT)
    while len(lines) > 1 and not lines[-1].runs:
        lines.pop()
    return [line for index, line in enumerate(lines) if line.runs or (index and lines[index - 1].runs)]


def _fold(block: Block, source: list[str], look: Look, *, does: str, kind: str) -> list[Drawn]:
    what = FOLD_WORDS.get(kind, "text")
    if does in look.opened:
        return [replace(line, does=does) for line in _paragraphs(source, look, Role.QUOTE)]
    many = "1 line" if len(source) == 1 else f"{len(source)} lines"
    return [Drawn(((f"{INDENT}> show {what} ({many})", Role.QUOTE),), does)]


def _paragraphs(source: Iterable[str], look: Look, ink: Role) -> list[Drawn]:
    room = max(look.width - len(INDENT) - 1, 2)
    drawn: list[Drawn] = []
    for line in source:
        shown = clean_text(line)
        parts = [shown] if width(shown) <= room and "\n" not in shown else wrap(shown, room)
        drawn += [Drawn(((INDENT + part, ink),) if part.strip() else ()) for part in parts]
    return drawn


def _files(files: Sequence[File], look: Look, *, number: int) -> list[Drawn]:
    """`[1] export.log 14 kB   [2] screen.png`, as many on a line as fit; pictures of the text are dim."""
    lines: list[Drawn] = []
    runs: list[Run] = []
    for n, file in enumerate(files, number):
        words = f"[{n}] {clean(file.name) or 'without a name'} {file_size(file.size)}"
        words += ", in the text" if file.inline else ""
        used = sum(width(text) for text, _ in runs)
        if runs and used + 3 + width(words) > look.width - 1:
            lines.append(Drawn(tuple(runs), f"file:{n - 1}"))
            runs = []
        runs.append((INDENT + words, Role.DIM if file.inline else Role.FILE))
    if runs:
        lines.append(Drawn(tuple(runs), f"file:{number + len(files) - 1}"))
    return lines
