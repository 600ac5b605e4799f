"""A plan as lines: what would change, what would leave, what is in the way. Pure drawing."""

from __future__ import annotations

from collections.abc import Sequence

from deskterm import todo_words
from deskterm.moments import local, shown
from deskterm.plans import Plan
from deskterm.safe import clean, clean_text, wrap
from deskterm.symbols import Symbols
from deskterm.widgets.paint import Role, Run

_FIELDS = {"grp": "group", "snooze_until": "snoozed", "_deleted": "bin"}
_FLAGS = {"unread": ("read", "unread"), "_deleted": ("kept", "bin")}
"""Fields that are on or off, in words."""
SHOWN_LETTERS = 3
WORST = 3
"""Problems that are named; the others are only counted."""


def lines(
    plan: Plan, *, room: int, look: Symbols, text_only: bool = False, blanks: Sequence[str] = ()
) -> list[list[Run]]:
    """The plan in `room` cells; `text_only` for its words without its fields; `blanks` are to be filled."""
    found: list[list[Run]] = []
    if not text_only:
        found += [[(line, Role.TITLE)] for line in wrap(plan.counted(), room)]
        found += [[], *_changes(plan, look)]
    found += _problems(plan, room)
    if blanks:
        many = "1 blank" if len(blanks) == 1 else f"{len(blanks)} blanks"
        words = f"! {many} to fill: {clean(', '.join(blanks))}"
        found += [[(line, Role.WARN)] for line in wrap(words, room)]
    return found + _letters(plan, room) + _notes(plan, room)


def _problems(plan: Plan, room: int) -> list[list[Run]]:
    said = list(dict.fromkeys(step.problem for step in plan.steps if step.problem))
    found: list[list[Run]] = []
    for problem in said[:WORST]:
        found += [[(line, Role.WARN)] for line in wrap(f"! {clean(problem)}", room)]
    return found + ([[(f"! and {len(said) - WORST} more", Role.WARN)]] if len(said) > WORST else [])


def _letters(plan: Plan, room: int) -> list[list[Run]]:
    letters = [step.letter for step in plan.steps if step.letter is not None]
    found: list[list[Run]] = []
    for letter in letters[:SHOWN_LETTERS]:
        to = clean(", ".join(letter.to)) or "nobody"
        found += [[], *([(line, Role.CUSTOMER)] for line in wrap(f"to {to}", room))]
        found += [[(line, Role.TEXT)] for line in wrap(clean_text(letter.text), room)]
    if len(letters) > SHOWN_LETTERS:
        found += [[], [(f"and {len(letters) - SHOWN_LETTERS:,} more letters", Role.DIM)]]
    return found


def _notes(plan: Plan, room: int) -> list[list[Run]]:
    note = next((step.note for step in plan.steps if step.note is not None), None)
    if note is None:
        return []
    words = [[(line, Role.TEXT)] for line in wrap(clean_text(note), room)]
    return [[], [("note, only your team sees it", Role.NOTE)], *words]


def _changes(plan: Plan, look: Symbols) -> list[list[Run]]:
    """Field changes, the same ones on many tickets counted together."""
    counts: dict[tuple[str, str, str], int] = {}
    for step in plan.steps:
        for field in step.changes:
            if todo_words.is_one(field.name):
                continue
            key = (field.name, _value(field.name, field.before), _value(field.name, field.after))
            counts[key] = counts.get(key, 0) + 1
    found: list[list[Run]] = []
    for (name, before, after), count in sorted(counts.items()):
        space, _, key = name.partition(".")
        if space == "who":
            continue
        said = f"{'+' if after != '-' else '-'} {clean(key)}" if key else f"{before} {look.to} {after}"
        times = f"  {count:,} times" if len(plan.steps) > 1 else ""
        label = "tags" if space == "tag" else _FIELDS.get(name, space)
        found.append([(f"  {label:<10} ", Role.DIM), (said, Role.TEXT), (times, Role.DIM)])
    return found + _items(plan)


def _items(plan: Plan) -> list[list[Run]]:
    """Items and links, each once, however many tickets get it."""
    found: dict[tuple[str, str], int] = {}
    for step in plan.steps:
        for field in step.changes:
            if todo_words.is_one(field.name):
                words = todo_words.changed(field.name, field.before, field.after, zone=local())
                label = todo_words.LABELS[field.name.partition(".")[0]]
                found[label, words] = found.get((label, words), 0) + 1
    many = len(plan.steps) > 1
    return [
        [(f"  {label:<10} ", Role.DIM), (words, Role.TEXT), (f"  {n:,} times" if many else "", Role.DIM)]
        for (label, words), n in found.items()
    ]


def _value(name: str, value: object) -> str:
    if name in _FLAGS:
        return _FLAGS[name][1 if value else 0]
    if name == "snooze_until" and isinstance(value, int):
        return shown(value, zone=local())
    return "-" if value is None else clean(str(value))
