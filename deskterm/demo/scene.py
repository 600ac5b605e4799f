"""Scenes: what happened on the practice desk, one scene a ticket, one step a moment.

Plain values. A loader plays the steps through the real intake and the real commit; nothing here
knows either.
"""

from __future__ import annotations

from msgspec import Struct

Value = int | str | None


class Received(Struct, frozen=True):
    """A letter came in, as raw bytes (RFC 5322)."""

    at: int
    raw: bytes


class Replied(Struct, frozen=True):
    """An agent answered the customer."""

    at: int
    agent: str
    text: str
    message_id: str
    """Without brackets; later letters of the scene cite it."""


class Noted(Struct, frozen=True):
    at: int
    agent: str
    text: str


class Set(Struct, frozen=True):
    """An agent set a ticket field, named as the registry names it (`tag.vip`, `grp`)."""

    at: int
    field: str
    value: Value
    agent: str


class Solved(Struct, frozen=True):
    at: int
    agent: str


Step = Received | Replied | Noted | Set | Solved


class Scene(Struct, frozen=True):
    key: str
    """Short name, unique on the practice desk."""
    steps: tuple[Step, ...]
    """In order of time; the first is a letter."""
