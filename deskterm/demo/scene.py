"""Scenes: what happened on the practice desk, one scene a ticket, one step a moment.

Plain values. A loader plays the steps through the real intake and the real commit; nothing here
knows either.
"""

from __future__ import annotations

from dataclasses import dataclass

Value = int | str | None


@dataclass(frozen=True, slots=True)
class Received:
    """A letter came in, as raw bytes (RFC 5322)."""

    at: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class Replied:
    """An agent answered the customer."""

    at: int
    agent: str
    text: str
    message_id: str
    """Without brackets; later letters of the scene cite it."""


@dataclass(frozen=True, slots=True)
class Noted:
    at: int
    agent: str
    text: str


@dataclass(frozen=True, slots=True)
class Set:
    """An agent set a ticket field, named as the registry names it (`tag.vip`, `grp`)."""

    at: int
    field: str
    value: Value
    agent: str


@dataclass(frozen=True, slots=True)
class Solved:
    at: int
    agent: str


Step = Received | Replied | Noted | Set | Solved


@dataclass(frozen=True, slots=True)
class Scene:
    key: str
    """Short name, unique on the practice desk."""
    steps: tuple[Step, ...]
    """In order of time; the first is a letter."""
