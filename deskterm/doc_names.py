"""What docs name of one another: a rule its macro, a policy its hours, a macro the next one.

Looked at before a doc is kept, so that none waits for something that is not there. Knows docs, no screen.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from difflib import get_close_matches

from deskterm import chains
from store.errors import DocError, Refused
from store.model import Doc
from store.reads import docs, team
from store.reads.promised import ROUND_THE_CLOCK
from store.rules import acks, macros
from store.rules.doctext import Doc as Text
from store.rules.policies import read_policy
from store.rules.rule_text import read_rule

ALWAYS_THERE = ("office", ROUND_THE_CLOCK)
"""Hours that are there without a doc."""


def check(conn: sqlite3.Connection, news: Sequence[Doc]) -> None:
    """Raises DocError where one of the docs that are to be kept names what the desk would not have."""
    chains.check(conn, news)
    for doc in news:
        if doc.kind == "rule":
            _macro(conn, doc, news)
        elif doc.kind == "policy":
            _hours(conn, doc, news, read_policy(doc.body, name=doc.name).hours)
        elif doc.kind == "ack":
            _hours(conn, doc, news, acks.read_ack(doc.body, name=doc.name).hours)


def users(conn: sqlite3.Connection, doc: Doc) -> list[str]:
    """Who names a doc and would miss it, such as `rule Refunds` or `agent Ana`."""
    name = doc.name.casefold()
    found = [f"{one.kind} {one.name}" for one in docs.every(conn) if name in _named(one, doc.kind)]
    if doc.kind == "hours":
        found += [f"agent {one.name}" for one in team.members(conn) if one.hours.casefold() == name]
    return found


def _named(doc: Doc, kind: str) -> list[str]:
    """The docs of a kind that one names; none where it cannot be read."""
    found: Sequence[str] = ()
    try:
        match doc.kind, kind:
            case "rule", "macro":
                found = (read_rule(doc.body, name=doc.name).macro,)
            case "macro", "macro":
                found = macros.parse(doc.body).then
            case "policy", "hours":
                found = (read_policy(doc.body, name=doc.name).hours,)
            case "ack", "hours":
                found = (acks.read_ack(doc.body, name=doc.name).hours,)
            case _:
                pass
    except DocError:
        pass
    return [name.casefold() for name in found]


def _macro(conn: sqlite3.Connection, doc: Doc, news: Sequence[Doc]) -> None:
    """A rule runs by itself, so its macro is there and asks nobody for anything."""
    name = read_rule(doc.body, name=doc.name).macro
    if not name:
        return
    macro = _find(conn, "macro", name, news)
    if macro is None:
        raise Text(doc.body).wrong(_missing(conn, doc, "macro", name, ()), *_MACRO)
    if asked := _asks(conn, macro):
        words = f"The rule {doc.name} can ask nobody, and its macro {name[:60]} asks for {asked}."
        raise Text(doc.body).wrong(words, *_MACRO)


_MACRO = ("do", "macro")


def _asks(conn: sqlite3.Connection, doc: Doc) -> str:
    try:
        return ", ".join(macros.blanks(chains.whole(conn, macros.parse(doc.body))))
    except (DocError, Refused):
        return ""  # said where that macro is kept


def _hours(conn: sqlite3.Connection, doc: Doc, news: Sequence[Doc], name: str) -> None:
    if name not in ALWAYS_THERE and _find(conn, "hours", name, news) is None:
        raise Text(doc.body).wrong(_missing(conn, doc, "hours", name, ALWAYS_THERE), "hours")


def _missing(conn: sqlite3.Connection, doc: Doc, kind: str, name: str, besides: Sequence[str]) -> str:
    there = [*dict.fromkeys((*besides, *(one.name for one in docs.of_kind(conn, kind))))]
    near = get_close_matches(name, there, 1)
    hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(there[:_SOME]) or 'none yet'}."
    return f"The {doc.kind} {doc.name} names the {kind} {name[:60]}, which this desk does not have; {hint}"


_SOME = 8


def _find(conn: sqlite3.Connection, kind: str, name: str, news: Sequence[Doc]) -> Doc | None:
    same = (one for one in news if one.kind == kind and one.name.casefold() == name.casefold())
    return next(same, None) or docs.named(conn, kind, name)
