"""Brakes: how many letters the desk may send by itself, and what stops the next one.

Pure. Every letter without a person behind it has to pass here. Looks at what was sent and never at
headers: a responder that marks nothing and changes its address is stopped like any other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from msgspec import Struct

from store.rules.doctext import Doc

HOUR, DAY = 3_600, 86_400

TOLD = "tell "
"""What the kind of a letter to one of us begins with."""

MOST = 10_000
"""A ration above this is a slip of the keyboard."""

STANDARD = """\
# How many letters this desk may send by itself: acknowledgements and whatever rules send.
# All of them count together over every mailbox, also across restarts. 0 stops that kind of letter.
same_day = 1        # of one kind (an acknowledgement, one rule) to one address in 24 hours
address_hour = 3    # of any kind to one address in an hour
team_hour = 12      # in place of that, to one of us whom a rule tells of a ticket
ticket_hour = 3     # on one ticket in an hour
subject_hour = 3    # to one domain on letters of the same subject in an hour
domain_hour = 20    # to one domain in an hour
desk_hour = 200     # in an hour, to everybody together
"""

_DIGITS = re.compile(r"[\W\d_]+")


class Rations(Struct, frozen=True):
    """How many automatic letters may leave, each within its window."""

    same_day: int = 1
    address_hour: int = 3
    team_hour: int = 12
    ticket_hour: int = 3
    subject_hour: int = 3
    domain_hour: int = 20
    desk_hour: int = 200


class Letter(Struct, frozen=True):
    """An automatic letter that was made, or is about to be."""

    at: int
    kind: str
    """`ack`, or the rule that sends it."""
    address: str
    ticket: str
    subject: str = ""
    """Of the ticket it is about."""

    @property
    def told(self) -> bool:
        """It tells one of us of a ticket; it answers nobody."""
        return self.kind.startswith(TOLD)


class Brake(Struct, frozen=True):
    """A ration that is used up."""

    name: str
    had: int
    allowed: int
    until: int
    """When the next such letter could leave, Unix seconds; 0 when never."""

    def __str__(self) -> str:
        words, span = _WORDS[self.name]
        if not self.allowed:
            return f"the ration {self.name} is 0, so none leaves"
        return f"{self.had:,} went {words} within {span}, and {self.allowed:,} may ({self.name})"


_WORDS = {
    "same_day": ("to this address", "a day"),
    "address_hour": ("to this address", "an hour"),
    "team_hour": ("to this address", "an hour"),
    "ticket_hour": ("out on this ticket", "an hour"),
    "subject_hour": ("to this domain on letters of this subject", "an hour"),
    "domain_hour": ("to this domain", "an hour"),
    "desk_hour": ("out from this desk", "an hour"),
}


def brake(wanted: Letter, sent: Sequence[Letter], rations: Rations) -> Brake | None:
    """What stops `wanted`, given what was made in the day before it; None lets it leave.

    Letters dated after it (a clock that was set back) count as well.
    """
    address, domain, subject = person(wanted.address), domain_of(wanted.address), words_of(wanted.subject)
    alike: dict[str, Callable[[Letter], bool]] = {
        "same_day": lambda one: one.kind == wanted.kind and person(one.address) == address,
        "address_hour": lambda one: person(one.address) == address,
        "team_hour": lambda one: person(one.address) == address,
        "ticket_hour": lambda one: one.ticket == wanted.ticket,
        "subject_hour": lambda one: domain_of(one.address) == domain and words_of(one.subject) == subject,
        "domain_hour": lambda one: domain_of(one.address) == domain,
        "desk_hour": lambda one: True,
    }
    for name in _TEAM if wanted.told else _STRANGERS:
        counts = alike[name]
        span = DAY if name == "same_day" else HOUR
        had = [one.at for one in sent if one.at > wanted.at - span and counts(one)]
        allowed: int = getattr(rations, name)
        if len(had) >= allowed:
            until = sorted(had)[len(had) - allowed] + span if allowed else 0
            return Brake(name, len(had), allowed, until)
    return None


_STRANGERS = ("same_day", "address_hour", "ticket_hour", "subject_hour", "domain_hour", "desk_hour")
_TEAM = ("same_day", "team_hour", "ticket_hour", "desk_hour")
"""Of a bad morning a colleague hears, ticket by ticket; of the same ticket once for each rule."""


def person(address: str) -> str:
    """Whose address it is: lower case, without what follows a plus, which is free to change."""
    local, _, domain = address.strip().lower().rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"


def domain_of(address: str) -> str:
    """The domain somebody registered: `mx7.shop.example.co.uk` is `example.co.uk`.

    By shape alone: two labels, three where a country's second level is as short as `co` or `com`.
    """
    labels = address.strip().lower().rpartition("@")[2].strip(".").split(".")
    short = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
    return ".".join(labels[-3 if short else -2 :])


def words_of(subject: str) -> str:
    """A subject without what changes from letter to letter: numbers, brackets, case."""
    return _DIGITS.sub(" ", subject.casefold()).strip()


def read_rations(text: str) -> Rations:
    """The rations a doc describes; what it leaves out stays standard. Raises DocError."""
    doc = Doc(text)
    names = list(Rations.__struct_fields__)
    doc.known(doc.table, names)
    for name, value in doc.table.items():
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST:
            raise doc.wrong(f"{name} has to be a whole number from 0 to {MOST:,}.", name)
    return Rations(**{name: value for name, value in doc.table.items() if isinstance(value, int)})
