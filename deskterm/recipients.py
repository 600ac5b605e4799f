"""Who a reply goes to: computed from the letter it answers, shown before it leaves.

Pure. To stays To, Cc stays Cc, our own addresses go, nobody is named twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from deskterm.replies import address_of
from store.model import Kind, Message


@dataclass(frozen=True, slots=True)
class People:
    to: tuple[str, ...]
    cc: tuple[str, ...] = ()


def answer(message: Message | None, *, fallback: str, own: frozenset[str], everybody: bool = False) -> People:
    """The people a reply to `message` goes to; `fallback` is the customer's address.

    Answers go where the writer asked for them (Reply-To), and a reply to our own letter goes where
    that letter went. With `everybody`, those in To and Cc too.
    """
    if message is None:
        return People((fallback,) if fallback else ())
    if message.kind is Kind.OUT:
        return People(_fresh(message.to, own), _fresh(message.cc, own))
    to = _fresh(message.reply_to or (message.sender or fallback,), own) or ((fallback,) if fallback else ())
    if not everybody:
        return People(to)
    seen = own | {address_of(person) for person in to}
    others = _fresh(message.to, seen)
    return People(to + others, _fresh(message.cc, seen | {address_of(person) for person in others}))


def _fresh(people: Iterable[str], known: frozenset[str]) -> tuple[str, ...]:
    """Those of `people` not in `known`, each address once, in order."""
    left: dict[str, str] = {}
    for person in people:
        address = address_of(person)
        if "@" in address and address not in known:
            left.setdefault(address, person)
    return tuple(left.values())
