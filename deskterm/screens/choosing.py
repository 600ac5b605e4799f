"""What pickers ask: statuses, times, people, tags, items to do. Questions only, no act and no store."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from deskterm import moments, todo_words
from deskterm.acts import name
from deskterm.safe import clean
from deskterm.widgets.picker import Choice, Question
from store.errors import QueryError
from store.model import Status, Ticket
from store.rules.fields import TAG
from store.rules.todos import Todo

NOBODY = "(nobody)"

_STATUS_KEYS = {
    "new": "n",
    "open": "o",
    "waiting": "w",
    "hold": "h",
    "solved": "s",
    "closed": "c",
    "spam": "!",
}
_STATUS_MEANS = {
    "new": "nobody looked yet, clocks run",
    "open": "being worked on, clocks run",
    "waiting": "for the customer, clocks stand still",
    "hold": "for somebody else, clocks stand still",
    "solved": "done; an answer opens it again",
    "closed": "over; an answer begins a follow-up",
    "spam": "out of sight",
}
_PRIORITY_MEANS = {1: "system down", 2: "major", 3: "minor", 4: "question"}
SNOOZES = (("1h", "h"), ("3h", "3"), ("tonight", "t"), ("tomorrow", "m"), ("monday", "o"), ("1w", "w"))


def status(some: Sequence[Ticket]) -> Question:
    now = {ticket.status for ticket in some}
    choices = tuple(
        Choice(s.value, s.value, _STATUS_KEYS[s.value], _STATUS_MEANS[s.value], ticked=now == {s})
        for s in Status
    )
    return Question(f"Status of {clean(name(some))}", choices)


def priority(some: Sequence[Ticket]) -> Question:
    now = {ticket.priority for ticket in some}
    choices = tuple(
        Choice(str(n), f"P{n}", str(n), means, ticked=now == {n}) for n, means in _PRIORITY_MEANS.items()
    )
    return Question(f"Priority of {clean(name(some))}", choices)


def snooze(some: Sequence[Ticket], now: int) -> Question:
    """Times in words, each with the moment it means; any other can be typed."""
    zone = moments.local()
    choices = tuple(
        Choice(words, words, key, moments.shown(moments.ahead(words, now=now, zone=zone), zone=zone))
        for words, key in SNOOZES
    )
    choices += (
        Choice("reply", "until a reply", "r", "only a letter wakes it"),
        Choice("1w and reply", "1w and a reply", "b", "both have to come"),
    )
    foot = "enter choose   / type 2d, fri 9:00 and reply, 1w only   esc close"
    return Question(f"Snooze {clean(name(some))} until", choices, free="this time", foot=foot)


def later(now: int) -> Question:
    """When a letter is to leave."""
    zone = moments.local()
    choices = tuple(
        Choice(words, words, key, moments.shown(moments.ahead(words, now=now, zone=zone), zone=zone))
        for words, key in SNOOZES
    )
    foot = "enter choose   / type 2d, fri 9:00   esc close"
    return Question("Send it at (asks if the customer writes first)", choices, free="this time", foot=foot)


def assignee(some: Sequence[Ticket], names: Sequence[str], *, me: str) -> Question:
    """People; oneself first, nobody last."""
    others = [one for one in names if one != me]
    choices = [Choice(me, f"{me} (me)", "i")]
    choices += [Choice(one, one) for one in others]
    choices.append(Choice(NOBODY, NOBODY, "0", "back to unassigned"))
    return Question(f"Assign {clean(name(some))} to", tuple(choices), free="this name")


def tags(known: Sequence[str], *, on: Collection[str], some: Sequence[Ticket]) -> Question:
    """Tags to tick; those that all the tickets have are ticked."""
    names = list(dict.fromkeys([*sorted(on), *known]))
    choices = tuple(Choice(one, one, ticked=one in on) for one in names)
    foot = "space ticks   enter sets   type a new one   esc close"
    return Question(
        f"Tags of {clean(name(some))}", choices, foot, instant=False, several=True, free="new tag"
    )


def todo(items: Sequence[Todo], *, ticket: Ticket, now: int) -> Question:
    """Items of a ticket to tick; what is typed is a new one."""
    zone = moments.local()
    choices = tuple(
        Choice(one.key, todo_words.words(one, zone=zone, now=now), ticked=one.done is not None)
        for one in items
    )
    foot = "space ticks   enter sets   type a new one   esc close"
    return Question(
        f"To do on {clean(name([ticket]))}", choices, foot if choices else "enter adds it   esc close",
        instant=False, several=True, free="new item", spaced=True,
        hint="Call back, or 2d: Call back for one that is due",
    )  # fmt: skip


def typed_tags(typed: str) -> set[str]:
    """Tags as typed: words with commas or spaces between, lower case. Raises QueryError."""
    words = {word.lower() for word in typed.replace(",", " ").split()}
    wrong = next((word for word in sorted(words) if not TAG.fullmatch(word)), None)
    if wrong is not None:
        raise QueryError(
            f'"{wrong[:40]}" is no tag: a word of at most 50 letters, without : and no + # - first.'
        )
    return words
