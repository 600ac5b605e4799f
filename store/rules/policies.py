"""Policies as text: the `policy` docs people edit, to Policy values and back, and the one a new
desk starts with.

Pure. Knows how promises are written; computes nothing with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import cast

from store.model import PAUSED, PRIORITIES, Status
from store.rules.doctext import Doc, Section, quoted
from store.rules.promises import NO_TARGETS, Facts, Policy, Scope, Targets

LONGEST_PROMISE = 366 * 24 * 60
"""Minutes. A longer promise is a slip of the keyboard."""

SECTIONS = tuple(f"p{priority}" for priority in PRIORITIES)
KEYS = ("hours", "pause", *Scope.__struct_fields__, *SECTIONS)

STANDARD = """\
# What is promised, by priority, in open time of the calendar named by hours.
# Write 15m, 1h, 1h30m or 2d; a day is 24 open hours. A promise left out is not made.
# first: until the first reply, next: until each later one, resolution: until it is solved.
hours = "office"

# The clocks stand still while a ticket has one of these statuses.
pause = ["waiting", "hold"]

[p1]
first = "1h"
next = "1h"
resolution = "4h"

[p2]
first = "2h"
next = "2h"
resolution = "8h"

[p3]
first = "4h"
next = "4h"
resolution = "24h"

[p4]
first = "8h"
next = "8h"
resolution = "48h"
"""

_DURATION = re.compile(r"(?:(\d{1,4})d)?\s*(?:(\d{1,5})h)?\s*(?:(\d{1,6})m)?", re.ASCII)


def read_policy(text: str, *, name: str = "standard") -> Policy:
    """The policy a doc describes. Raises DocError, pointing at the mistake."""
    doc = Doc(text)
    doc.known(doc.table, KEYS)
    return Policy(
        name=name,
        targets={priority: _targets(doc, f"p{priority}") for priority in PRIORITIES},
        pauses=_pauses(doc),
        hours=doc.text_at(doc.table.get("hours", "office"), "hours"),
        scope=_scope(Section(doc)),
    )


def write_policy(policy: Policy) -> str:
    """The doc of a policy; reading it gives an equal one."""
    stops = ", ".join(quoted(status.value) for status in Status if status in policy.pauses)
    lines = [f"hours = {quoted(policy.hours)}", f"pause = [{stops}]", *_scope_lines(policy.scope)]
    for priority in PRIORITIES:
        targets = targets_for(policy, priority)
        rows = [(key, minutes) for key, minutes in targets._asdict().items() if minutes is not None]
        if rows:
            lines += ["", f"[p{priority}]"]
            lines += [f"{key} = {quoted(write_duration(minutes))}" for key, minutes in rows]
    return "\n".join(lines) + "\n"


def in_order(policies: Iterable[Policy]) -> list[Policy]:
    """Policies as they are asked: those for some tickets first, in the order given, then those for all."""
    return sorted(policies, key=lambda policy: not policy.scope)


def choose(policies: Sequence[Policy], facts: Facts) -> Policy:
    """The first policy that is for a ticket with these facts; the last one where none says so."""
    return next((policy for policy in policies if policy.scope.holds(facts)), policies[-1])


def targets_for(policy: Policy, priority: int) -> Targets:
    """What a ticket of this priority is promised; nothing where the policy does not name it."""
    return policy.targets.get(priority, NO_TARGETS)


def read_duration(text: str) -> int | None:
    """`15m`, `1h30m`, `2d` as minutes; None when it is not a time from a minute to a year."""
    found = _DURATION.fullmatch(text.strip().lower())
    if not found:
        return None
    days, hours, minutes = (int(group or 0) for group in found.groups())
    total = days * 24 * 60 + hours * 60 + minutes
    return total if 0 < total <= LONGEST_PROMISE else None


def write_duration(minutes: int) -> str:
    """Minutes as `1h30m`."""
    hours, rest = divmod(minutes, 60)
    return (f"{hours}h" if hours else "") + (f"{rest}m" if rest or not hours else "")


def _scope(top: Section) -> Scope:
    words = {key: top.words(key) for key in ("brand", "tier", "channel", "group")}
    value = top.table.get("priority", [])
    numbers = cast(list[object], value) if isinstance(value, list) else [value]
    if not all(isinstance(one, int) and one in PRIORITIES for one in numbers):
        raise top.wrong(
            "priority has to be a list of numbers from 1 to 4, as in priority = [1, 2].", "priority"
        )
    return Scope(**words, priority=tuple(cast(list[int], numbers)))


def _scope_lines(scope: Scope) -> list[str]:
    lines: list[str] = []
    for key in Scope.__struct_fields__:
        values = cast(tuple[str | int, ...], getattr(scope, key))
        listed = ", ".join(quoted(one) if isinstance(one, str) else str(one) for one in values)
        lines += [f"{key} = [{listed}]"] if values else []
    return lines


def _targets(doc: Doc, section: str) -> Targets:
    table = doc.section(section)
    doc.known(table, Targets._fields, section)
    return Targets(**{key: _minutes(doc, value, section, key) for key, value in table.items()})


def _minutes(doc: Doc, value: object, section: str, key: str) -> int:
    minutes = read_duration(value) if isinstance(value, str) else None
    if minutes is None:
        message = f'{key} has to be a time of up to a year such as "15m", "1h30m" or "2d", in quotes.'
        raise doc.wrong(message, section, key)
    return minutes


def _pauses(doc: Doc) -> frozenset[Status]:
    given = doc.table.get("pause")
    if given is None:
        return PAUSED
    names = [str(name) for name in given] if isinstance(given, list) else None  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    allowed = [status.value for status in Status if status in PAUSED]
    if names is None or any(name not in allowed for name in names):
        message = f"pause is a list of statuses that stop the clocks; there are: {', '.join(allowed)}."
        raise doc.wrong(message, "pause")
    return frozenset(Status(name) for name in names)
