"""Macros that run others after them, as one macro: what the whole chain asks, sets and says.

Pure. Gets macros by name from whoever calls; a chain that comes back to itself is refused, and one that
is too deep or too long too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from store.errors import Refused
from store.rules.macro_text import Macro

DEEPEST = 5
MOST = 20
"""Macros in one chain."""

Find = Callable[[str], Macro | None]


def chained(macro: Macro, find: Find) -> Macro:
    """The macro with all that it runs, as one without `then`. Raises Refused naming the way round."""
    if not macro.then:
        return macro
    whole, count = replace(macro, then=()), 1
    for one in _after(macro, find, (macro.name,)):
        count += 1
        if count > MOST:
            raise Refused(f"The macro {macro.name} runs more than {MOST} others; split it.")
        whole = _and(whole, one)
    return whole


def _after(macro: Macro, find: Find, way: tuple[str, ...]) -> Iterator[Macro]:
    for name in macro.then:
        one = find(name)
        if one is None:
            raise Refused(f"The macro {macro.name} runs {name}, and there is no macro of that name.")
        if one.name.casefold() in (before.casefold() for before in way):
            round_ = ", which runs ".join((*way, one.name))
            raise Refused(f"The macros run in a circle and would never end: {round_}.")
        if len(way) >= DEEPEST:
            raise Refused(f"The macros run {DEEPEST} deep from {way[0]}, and {one.name} would be one more.")
        yield one
        yield from _after(one, find, (*way, one.name))


def _and(first: Macro, after: Macro) -> Macro:
    """Both as one; where they set the same field, the later one counts."""
    tags = dict.fromkeys(first.add, True) | dict.fromkeys(first.remove, False)
    tags |= dict.fromkeys(after.add, True) | dict.fromkeys(after.remove, False)
    return replace(
        first,
        reply=_texts("\n\n", first.reply, after.reply),
        note=_texts("\n\n", first.note, after.note),
        link=_texts("\n", first.link, after.link),
        checklist=tuple(dict.fromkeys((*first.checklist, *after.checklist))),
        only=f"({first.only}) ({after.only})" if first.only and after.only else first.only or after.only,
        status=after.status or first.status,
        priority=after.priority if after.priority is not None else first.priority,
        type=after.type or first.type,
        assignee=after.assignee if after.assignee is not None else first.assignee,
        group=after.group if after.group is not None else first.group,
        add=tuple(tag for tag in tags if tags[tag]),
        remove=tuple(tag for tag in tags if not tags[tag]),
        snooze=after.snooze or first.snooze,
    )


def _texts(between: str, *parts: str) -> str:
    return between.join(part for part in parts if part)
