"""The fields a query may name, what their values look like, and what to say when one does not exist.

Pure. Knows words and kinds; how a field is looked up is the business of the two back ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from enum import Enum, auto

from msgspec import Struct

from store.errors import QueryError
from store.model import PRIORITIES, Bucket, Status
from store.rules import spans
from store.rules.spans import Amount, Day, Length, Sense

Value = str | Amount | Length | Day

TAG = re.compile(r"[^\s,:+#\-][^\s,:]{0,49}")
"""What a tag can be: a word without the signs that put tags on, take them off or stand between them."""


class Kind(Enum):
    """How a value is compared."""

    CHOICE = auto()
    """One of a fixed list."""
    NAME = auto()
    """Equal but for case; `me` and `none` have a meaning."""
    EXACT = auto()
    """Equal but for case; `none` is empty."""
    TAG = auto()
    PART = auto()
    """Somewhere in it."""
    ID = auto()
    AMOUNT = auto()
    TIME = auto()


class Field(Struct, frozen=True):
    name: str
    kind: Kind
    means: str
    """One line for the help page and for completion."""
    example: str
    choices: tuple[str, ...] = ()
    sense: Sense = Sense.AGE


IS = (
    "open", "active", "waiting", "snoozed", "solved", "closed", "done", "spam", "bin", "late", "soon",
    "unread", "unassigned", "mine",
)  # fmt: skip
HAS = ("file", "note", "reply", "draft")

FIELDS = (
    Field("status", Kind.CHOICE, "where it stands", "status:open,waiting", tuple(map(str, Status))),
    Field("is", Kind.CHOICE, "a state in a word", "is:late", IS),
    Field("has", Kind.CHOICE, "what is in it", "has:file", HAS),
    Field("priority", Kind.AMOUNT, "1 is the most pressing", "priority:<=2", tuple(map(str, PRIORITIES))),
    Field("assignee", Kind.NAME, "who works on it: me, none or a name", "assignee:me"),
    Field("group", Kind.NAME, "the group it lies with, or none", "group:billing"),
    Field("tag", Kind.TAG, "a tag it has", "tag:refund"),
    Field("type", Kind.EXACT, "what kind of question it is", "type:bug"),
    Field("channel", Kind.EXACT, "how it came in", "channel:mail"),
    Field("brand", Kind.EXACT, "the brand it came in for", "brand:acme"),
    Field("from", Kind.PART, "part of a sender's name, address or account", "from:acme"),
    Field("to", Kind.PART, "part of an address it was sent or copied to", "to:billing@"),
    Field("cc", Kind.PART, "part of an address it was copied to", "cc:legal@"),
    Field("customer", Kind.PART, "part of the customer's name or address, or none", "customer:dana"),
    Field("account", Kind.PART, "part of the account's name or domain, or none", "account:acme"),
    Field("account.tier", Kind.EXACT, "the account's tier, or none", "account.tier:enterprise"),
    Field("account.arr", Kind.AMOUNT, "the account's yearly revenue", "account.arr:>50k"),
    Field("account.csm", Kind.NAME, "who looks after the account", "account.csm:me"),
    Field("account.renewal", Kind.TIME, "when it renews", "account.renewal:<30d", sense=Sense.AHEAD),
    Field("subject", Kind.PART, "part of the subject", 'subject:"export fails"'),
    Field("body", Kind.PART, "words in what somebody wrote", 'body:"money back"'),
    Field("sla", Kind.TIME, "time left until a promise breaks", "sla:<1h", sense=Sense.LEFT),
    Field("due", Kind.TIME, "when a promise breaks", "due:today", sense=Sense.LEFT),
    Field("created", Kind.TIME, "how long ago, or the day, it came in", "created:>7d"),
    Field("updated", Kind.TIME, "how long ago, or the day, something last happened", "updated:<2h"),
    Field("since", Kind.TIME, "something happened within it", "since:30d", sense=Sense.SINCE),
    Field("number", Kind.AMOUNT, "its number", "number:4127"),
    Field("id", Kind.ID, "its id, or the Message-ID of a letter in it", "id:t0abc"),
    Field("bucket", Kind.CHOICE, "the part of the desk it lies in", "bucket:active", tuple(map(str, Bucket))),
)  # fmt: skip

BY_NAME = {field.name: field for field in FIELDS}

ALIASES = {
    "pri": "priority", "p": "priority", "state": "status", "tags": "tag", "company": "account",
    "tier": "account.tier", "arr": "account.arr", "csm": "account.csm", "renewal": "account.renewal",
    "company.tier": "account.tier", "company.arr": "account.arr", "company.csm": "account.csm",
    "company.renewal": "account.renewal", "n": "number", "in": "bucket",
}  # fmt: skip


def find(name: str) -> Field | None:
    """The field of that name or short name, without regard to case."""
    name = name.lower()
    return BY_NAME.get(ALIASES.get(name, name))


def unknown(name: str, *, column: int) -> QueryError:
    """The sentence for a field that does not exist."""
    from difflib import get_close_matches

    near = get_close_matches(name.lower(), [*BY_NAME, *ALIASES], n=1, cutoff=0.6)
    return QueryError(
        f'There is no field "{_short(name)}".{_maybe(ALIASES.get(n, n) for n in near)}'
        f" Fields: {', '.join(BY_NAME)}. To look for the text itself, put it in quotes.",
        column,
    )


def value_of(field: Field, text: str, *, column: int) -> Value:
    """One value as typed, in its canonical form. Raises QueryError with a sentence that says what fits."""
    if not text:
        raise QueryError(f"{field.name}: wants a value, for example {field.example}.", column)
    value = _READERS[field.kind](field, text)
    if value is None:
        raise _unfit(field, text, column=column)
    return value


def _choice(field: Field, text: str) -> Value | None:
    return text.lower() if text.lower() in field.choices else None


def _word(_field: Field, text: str) -> Value | None:
    return text.lower() if text.lower() in ("me", "none") else text


def _tag(_field: Field, text: str) -> Value | None:
    return text.lstrip("#") or None


def _part(field: Field, text: str) -> Value | None:
    if text.lower() == "none" and field.name in ("customer", "account"):
        return "none"
    return text.strip("<>") or None


def _amount(field: Field, text: str) -> Value | None:
    if field.name != "priority":
        return spans.amount(text)
    value = spans.amount(text.lower().replace("p", "", 1))
    return value if value and value.number in PRIORITIES else None


def _time(field: Field, text: str) -> Value | None:
    value = spans.length(text)
    if value is not None and value.seconds < 0 and field.sense is not Sense.LEFT:
        return None
    if value is None and field.name != "sla":
        value = spans.day(text)
    # `since` has its direction in its name.
    return None if value is not None and field.sense is Sense.SINCE and value.op else value


_READERS: dict[Kind, Callable[[Field, str], Value | None]] = {
    Kind.CHOICE: _choice,
    Kind.NAME: _word,
    Kind.EXACT: _word,
    Kind.TAG: _tag,
    Kind.PART: _part,
    Kind.ID: _part,
    Kind.AMOUNT: _amount,
    Kind.TIME: _time,
}


def _unfit(field: Field, text: str, *, column: int) -> QueryError:
    if field.choices:
        from difflib import get_close_matches

        near = get_close_matches(text.lower(), field.choices, n=1, cutoff=0.6)
        fits = f"{_maybe(near)} There is: {', '.join(field.choices)}."
    elif field.kind is Kind.TIME and field.name == "sla":
        fits = " It wants a length of time such as <1h, 30m or >2d."
    elif field.sense is Sense.SINCE:
        fits = " It wants a length of time or a day without a sign, such as 30d, today or 2026-05-31."
    elif field.kind is Kind.TIME:
        fits = " It wants a length of time or a day, such as <7d, today, 2026-05-31 or >=2026-05."
    else:
        fits = f" For example {field.example}."
    return QueryError(f'{field.name}: does not know "{_short(text)}".{fits}', column)


def _maybe(near: Iterable[str]) -> str:
    return "".join(f" Did you mean {name}?" for name in near)


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
