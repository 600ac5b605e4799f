"""The values of a plan, as they stand in a plan file (schema `deskterm.plan.1`).

Pure. Knows how a plan is written and counted, not how one is made or done.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from deskterm.counting import many
from store.log.entry import Value
from store.model import Ticket
from store.rules import todos

SCHEMA = "deskterm.plan.1"


class Field(msgspec.Struct, frozen=True, rename={"name": "field", "before": "from", "after": "to"}):
    """One field of one ticket."""

    name: str
    """As the log names it: `status`, `tag.vip`, `snooze_until`."""
    before: Value
    after: Value


class Letter(msgspec.Struct, frozen=True, rename={"sender": "from"}):
    """A letter that would leave."""

    to: tuple[str, ...]
    subject: str
    text: str
    cc: tuple[str, ...] = ()
    sender: str = ""
    mailbox: str = ""
    domain: str = ""
    answers: str = ""
    """Id of the message it answers."""


class Auto(msgspec.Struct, frozen=True):
    """A letter a rule would send by itself: to the customer, or to tell one of us."""

    to: str
    """The bare address."""
    subject: str
    text: str
    colleague: bool = False


class Step(msgspec.Struct, frozen=True):
    """What would happen to one ticket."""

    id: str
    number: int | None
    subject: str
    version: int
    """Of the ticket when the plan was made: the base that must not have moved."""
    changes: tuple[Field, ...] = ()
    letter: Letter | None = None
    note: str | None = None
    problem: str = ""
    """What keeps it from being done, in words; empty when nothing does."""
    auto: tuple[Auto, ...] = ()
    """Letters of a rule that leave."""
    notes: tuple[str, ...] = ()
    """Notes of a rule."""
    holds: tuple[str, ...] = ()
    """Outbox rows that would be held."""

    @property
    def name(self) -> str:
        return f"#{self.number}" if self.number is not None else f"#~{self.id[-4:]}"

    @property
    def happens(self) -> bool:
        notes = self.notes or self.note is not None
        return bool(self.changes or self.letter or self.auto or self.holds or notes)


class Plan(msgspec.Struct, frozen=True):
    """What a change of tickets would do, all of it and nothing else."""

    kind: str
    """Word for the log."""
    words: str
    """What the receipt says once it is done."""
    desk: str
    """Id of the desk it was made on."""
    made: int
    """Unix seconds."""
    steps: tuple[Step, ...]
    rule: str = ""
    """Name of the rule that is run; empty for anything else."""
    doc: str = ""
    """Id of that rule."""
    schema: str = SCHEMA

    @property
    def changed(self) -> int:
        """Tickets to which something would happen."""
        return sum(step.happens for step in self.steps)

    @property
    def letters(self) -> int:
        return sum((step.letter is not None) + len(step.auto) for step in self.steps)

    @property
    def people(self) -> int:
        """To how many addresses letters would leave."""
        from deskterm.replies import address_of  # a verb that only reads has no use for what comes with it

        letters = [step.letter for step in self.steps if step.letter]
        whom = {address_of(who) for letter in letters for who in (*letter.to, *letter.cc)}
        return len(whom | {address_of(letter.to) for step in self.steps for letter in step.auto})

    @property
    def notes(self) -> int:
        return sum((step.note is not None) + len(step.notes) for step in self.steps)

    @property
    def holds(self) -> int:
        return sum(len(step.holds) for step in self.steps)

    @property
    def fields(self) -> int:
        return sum(len(step.changes) for step in self.steps)

    def counted(self) -> str:
        """`12 tickets would change, 3 letters would leave to 2 people, 1 note`."""
        parts = [many(self.changed, "ticket") + " would change"]
        if self.letters:
            whom = f" to {many(self.people, 'person', 'people')}" if self.letters > 1 else ""
            parts.append(f"{many(self.letters, 'letter')} would leave{whom}")
        if self.notes:
            parts.append(many(self.notes, "note"))
        if self.holds:
            parts.append(many(self.holds, "letter") + " would be held")
        return ", ".join(parts)


def held(
    ticket: Ticket, field: str, joined: frozenset[str] = frozenset(), *,
    kept: Mapping[str, Value] | None = None,
) -> Value:  # fmt: skip
    """What the ticket has in a log field now; `kept` are its items and links by field."""
    space, dot, key = field.partition(".")
    if space in (todos.SPACE, todos.LINKS):
        return (kept or {}).get(field)
    if field == "x.sleep":
        return ticket.sleep or None
    if dot:
        return 1 if key in (ticket.tags if space == "tag" else joined) else None
    match field:
        case "unread":
            return 1 if ticket.unread else None
        case "_deleted":
            return 1 if ticket.bucket.value == "bin" else None
        case "grp":
            return ticket.group or None
        case "status":
            return ticket.status.value
        case _:
            held: Value = getattr(ticket, field)
            return None if held == "" else held
