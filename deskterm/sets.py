"""`field=value` as people type it, read into the fields of the log.

Pure. Knows the words and what they mean; which tickets they are for is not its business.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from difflib import get_close_matches

from msgspec import Struct

from deskterm import sleeps
from store.errors import QueryError
from store.log.entry import Value
from store.model import PRIORITIES, TYPES, Status
from store.rules.fields import TAG

FIELDS = ("status", "priority", "assignee", "tag", "type", "group", "subject", "snooze", "unread", "bin")

_KINDS = {"status": "status", "priority": "priority", "assignee": "assign", "tag": "tag", "snooze": "snooze"}
_STATUS_KINDS = {"solved": "solve", "waiting": "wait", "spam": "spam"}
_NOBODY = frozenset({"", "none", "nobody"})


class Sets(Struct, frozen=True):
    """What is to be set, ready for a plan."""

    fields: tuple[tuple[str, Value], ...]
    kind: str
    """Word for the log: solve, assign, tag ...; set where it is several things."""
    said: str


def read(texts: Sequence[str], *, agent: str, now: int, zone: tzinfo) -> Sets:
    """`status=solved tag=+refund,-new assignee=me`. Raises QueryError naming what exists."""
    if not texts:
        raise QueryError(f"Say what to set, as in status=solved. There is: {', '.join(FIELDS)}.")
    found: list[tuple[str, Value]] = []
    kinds: set[str] = set()
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise QueryError(f'"{text[:60]}" sets nothing; write field=value, such as status=solved.')
        name, value = name.strip().lower(), value.strip()
        found += _field(name, value, agent=agent, now=now, zone=zone)
        kinds.add(_STATUS_KINDS.get(value.lower(), "status") if name == "status" else _KINDS.get(name, "set"))
    return Sets(tuple(found), kinds.pop() if len(kinds) == 1 else "set", " ".join(texts))


def _field(name: str, value: str, *, agent: str, now: int, zone: tzinfo) -> list[tuple[str, Value]]:
    match name:
        case "status":
            return [("status", _choice(name, value, tuple(map(str, Status))))]
        case "priority":
            digit = value.lower().removeprefix("p")
            return [("priority", int(_choice(name, digit, tuple(map(str, PRIORITIES)))))]
        case "assignee":
            return [("assignee", None if value.lower() in _NOBODY else agent if value == "me" else value)]
        case "tag":
            return [_tag(word) for word in value.split(",")]
        case "type":
            return [("type", None if value.lower() in _NOBODY else _choice(name, value, TYPES))]
        case "group":
            return [("grp", None if value.lower() in _NOBODY else value)]
        case "subject":
            if not value:
                raise QueryError("A ticket needs a subject; nothing was changed.")
            return [("subject", " ".join(value.split()))]
        case "snooze":
            return snooze(value, now=now, zone=zone)
        case "unread":
            return [("unread", 1 if _yes(name, value) else None)]
        case "bin":
            return [("_deleted", 1 if _yes(name, value) else None)]
        case _:
            raise _unknown(name)


def snooze(value: str, *, now: int, zone: tzinfo, until: str = "") -> list[tuple[str, Value]]:
    """The fields of a sleep until a moment or a reply, or of its end. Raises QueryError."""
    if value.lower() in _NOBODY and not until:
        return [("snooze_until", None)]
    moment, mode = sleeps.read(value, until=until, now=now, zone=zone)
    return [("snooze_until", moment), ("x.sleep", mode or None), ("unread", None)]


def _choice(name: str, value: str, choices: Sequence[str]) -> str:
    if value.lower() not in choices:
        raise QueryError(f'{name} cannot be "{value[:40]}"; there is: {", ".join(choices)}.')
    return value.lower()


def _yes(name: str, value: str) -> bool:
    return _choice(name, value, ("yes", "no")) == "yes"


def _tag(word: str) -> tuple[str, Value]:
    off = word.strip().startswith("-")
    tag = word.strip().removeprefix("-" if off else "+")
    if not TAG.fullmatch(tag):
        raise QueryError(
            f'"{word[:40]}" is no tag; tags are words joined by commas, + puts one on, - takes it off.'
        )
    return f"tag.{tag}", None if off else 1


def _unknown(name: str) -> QueryError:
    near = get_close_matches(name, FIELDS, 1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return QueryError(f'There is no field "{name[:40]}" to set.{hint} There is: {", ".join(FIELDS)}.')
