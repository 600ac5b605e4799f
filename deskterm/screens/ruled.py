"""Rules, policies and figures as lines of a list. Pure drawing of what deskterm.rulebook reads."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from deskterm.moments import length
from deskterm.rulebook import PolicyLine, RuleLine
from deskterm.safe import clean, pad, wrap
from deskterm.symbols import Symbols
from deskterm.widgets.paint import Role, Run, spread
from store.model import Doc
from store.reads.baseline import Baseline, Reached
from store.reads.rule_stats import Stat

INDENT = 9
ROOMY = 72
"""Columns from which on all counts of a rule are shown."""
MOST_TEXT = 14
"""Lines of a rule's text that are shown under the cursor."""


class RuleItem(Struct, frozen=True):
    """A rule; its text under the cursor."""

    rule: RuleLine
    stat: Stat | None
    """None while its acts are still counted."""
    heading: str = ""

    @property
    def doc(self) -> Doc | None:
        return self.rule.doc

    def lines(self, room: int, look: Symbols, *, cursor: bool) -> list[list[Run]]:
        """State, name, what it did; what it looks at; under the cursor all of it."""
        rule = self.rule
        state: Run = ("on", Role.GOOD) if rule.doc.active else ("off", Role.OFF)
        if rule.problem:
            state = ("broken", Role.BAD)
        found = [
            *_headed(self.heading),
            _head(state, rule.doc.name, self._counts(room), room, look, cursor=cursor),
        ]
        if rule.problem:
            return found + _said(rule.problem, room, Role.BAD)
        found += _said(rule.looks, room, Role.DIM)
        return found + _text(rule.doc.body, room, look) if cursor else found

    def _counts(self, room: int) -> str:
        if self.stat is None:
            return ""
        one = self.stat
        if room < ROOMY:
            return f"acted {one.fired:,} "
        return f"acted {one.fired:,}  undone {one.undone:,}  overruled {one.overruled:,} "


class PolicyItem(Struct, frozen=True):
    """A policy: for which tickets, and what it promises them."""

    policy: PolicyLine
    heading: str = ""

    @property
    def doc(self) -> Doc | None:
        return self.policy.doc

    def lines(self, room: int, look: Symbols, *, cursor: bool) -> list[list[Run]]:
        """State, name and scope; what is promised; under the cursor the hours."""
        policy = self.policy
        on = policy.doc is None or policy.doc.active
        state: Run = ("on", Role.GOOD) if on else ("off", Role.OFF)
        if policy.problem:
            state = ("broken", Role.BAD)
        ships = "ships with the program " if policy.doc is None else ""
        found = [*_headed(self.heading), _head(state, policy.name, ships, room, look, cursor=cursor)]
        if policy.problem:
            return found + _said(policy.problem, room, Role.BAD)
        found += _said(policy.scope, room, Role.DIM)
        for target in policy.targets:
            found += _said(target, room, Role.TEXT)
        return found + (_said(policy.hours, room, Role.DIM) if cursor else [])


class FigureItem(Struct, frozen=True):
    """What was reached, a line for each priority; or that it is still counted."""

    figures: Sequence[Baseline] | None
    heading: str = ""

    @property
    def doc(self) -> Doc | None:
        return None

    def lines(self, room: int, look: Symbols, *, cursor: bool) -> list[list[Run]]:
        """The figures in open time."""
        found = _headed(self.heading)
        mark: Run = (look.cursor if cursor else " ", Role.MARK)
        if self.figures is None:
            return [*found, [mark, (" counting", Role.DIM)]]
        if not self.figures[0].tickets:
            words = " No ticket began; `deskterm import` takes in old mail, and it counts here."
            return [*found, *([mark, (row, Role.DIM)] for row in wrap(words, room - 2))]
        for n, one in enumerate(self.figures):
            name = "all" if one.priority is None else f"P{one.priority}"
            head = f" {name:<4}{one.tickets:>6,} tickets"
            found.append([mark if not n else (" ", Role.TEXT), (head, Role.TEXT)])
            found += _said(
                f"first reply {_reached(one.first)}; last reply {_reached(one.last)}", room, Role.DIM
            )
        return found


Ruled = RuleItem | PolicyItem | FigureItem


def _reached(one: Reached | None) -> str:
    if one is None:
        return "none"
    return f"median {length(one.median)}, 9 of 10 within {length(one.worst_tenth)}"


def _headed(heading: str) -> list[list[Run]]:
    return [[(f" {heading}", Role.BAND)]] if heading else []


def _head(state: Run, name: str, right: str, room: int, look: Symbols, *, cursor: bool) -> list[Run]:
    mark: Run = (look.cursor if cursor else " ", Role.MARK)
    words, ink = state
    left = [mark, (f" {pad(words, INDENT - 2)}", ink), (clean(name), Role.CURSOR if cursor else Role.TEXT)]
    return spread(left, [(right, Role.DIM)], room)


def _said(words: str, room: int, role: Role) -> list[list[Run]]:
    return [[(" " * INDENT, Role.DIM), (row, role)] for row in wrap(clean(words), max(room - INDENT - 1, 20))]


def _text(body: str, room: int, look: Symbols) -> list[list[Run]]:
    """The rule as it is written, its first lines."""
    rows = [clean(row) for row in body.strip().splitlines()]
    shown = rows[:MOST_TEXT]
    if len(rows) > MOST_TEXT:
        shown.append(f"{look.ellipsis} {len(rows) - MOST_TEXT} more lines")
    return [[(" " * INDENT, Role.DIM), (f"{look.edge} {row}", Role.QUOTE)] for row in shown]
