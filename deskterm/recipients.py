"""Who a reply goes to: computed from the letter it answers, shown before it leaves.

Pure. To stays To, Cc stays Cc, our own addresses go, nobody is named twice. Whom a stranger's letter
merely names is not mailed until a person says so, and answers do not follow a Reply-To to another domain.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct

from deskterm.replies import address_of
from store.model import Kind, Message
from store.rules.promises import FORWARD, stray


class People(Struct, frozen=True):
    to: tuple[str, ...]
    cc: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    """Named by the letter and strangers to the conversation: not mailed unless a person adds them."""
    asked: tuple[str, ...] = ()
    """Where the writer wants answers, when that is another domain than theirs: a person decides."""


def answer(
    message: Message | None, *, fallback: str, own: frozenset[str], known: Collection[str] = frozenset(),
    everybody: bool = False,
) -> People:  # fmt: skip
    """The people a reply to `message` goes to; `fallback` is the customer's address.

    Besides the writer those in To and Cc who are `known` (`acquainted`), or with `everybody` all of
    them. A reply to our own letter goes where that letter went.
    """
    if message is None:
        return People((fallback,) if fallback else ())
    if message.kind is Kind.OUT:
        return People(_fresh(message.to, own), _fresh(message.cc, own))
    writer = _fresh((message.sender or fallback,), own) or ((fallback,) if fallback else ())
    wanted, asked = _fresh(message.reply_to, own), tuple[str, ...]()
    if wanted and not all(_near(person, [*writer, fallback], known) for person in wanted):
        wanted, asked = (), wanted
    to = wanted or writer
    seen = own | {address_of(person) for person in to}
    others = _fresh(message.to, seen)
    copies = _fresh(message.cc, seen | {address_of(person) for person in others})
    if everybody:
        return People(to + others, copies, asked=asked)
    strange = tuple(one for one in (*others, *copies) if address_of(one) not in known)
    return People(
        to + tuple(one for one in others if one not in strange),
        tuple(one for one in copies if one not in strange),
        strange,
        asked,
    )


def acquainted(messages: Sequence[Message], *, outside: Collection[str] = frozenset()) -> frozenset[str]:
    """Lower-case addresses that wrote here or were openly written to from here.

    `outside` are those a letter was only forwarded to: they take no part in the talk with the customer.
    """
    found: set[str] = set()
    for message in messages:
        if message.kind is Kind.IN and not stray(message):
            found.add(address_of(message.sender))
        elif message.kind is Kind.OUT and FORWARD not in message.signals:
            found.update(address_of(person) for person in (*message.to, *message.cc))
    return frozenset(found.difference(outside))


def is_ours(address: str, own: frozenset[str]) -> bool:
    """Whether an address is one of ours, with or without a `+tag`."""
    local, at, domain = address.rpartition("@")
    return address in own or f"{local.partition('+')[0]}{at}{domain}" in own


def _near(person: str, writers: Iterable[str], known: Collection[str]) -> bool:
    """Whether an address is of a writer's domain, above or below it, or known anyway."""
    address = address_of(person)
    domain = address.rpartition("@")[2]
    theirs = {address_of(writer).rpartition("@")[2] for writer in writers} - {""}
    return address in known or any(
        domain == one or domain.endswith(f".{one}") or one.endswith(f".{domain}") for one in theirs
    )


def _fresh(people: Iterable[str], known: frozenset[str]) -> tuple[str, ...]:
    """Those of `people` not in `known`, each address once, in order."""
    left: dict[str, str] = {}
    for person in people:
        address = address_of(person)
        if "@" in address and not is_ours(address, known):
            left.setdefault(address, person)
    return tuple(left.values())
