"""Checklists: the items every ticket of a type gets, as a doc. Pure."""

from __future__ import annotations

from msgspec import Struct

from store.model import TYPES
from store.rules.doctext import Doc, Section
from store.rules.macro_text import checklist

EXAMPLE = 'type = "bug"\nitems = ["Try it", "Ask for the version", "3d: Tell the customer how it goes"]\n'


class Checklist(Struct, frozen=True):
    type: str
    items: tuple[str, ...]


def read_checklist(text: str) -> Checklist:
    """A checklist from its text. Raises DocError with line and column."""
    doc = Doc(text)
    doc.known(doc.table, ("type", "items"))
    top = Section(doc)
    kind, items = top.one_of("type", TYPES), checklist(top, "items")
    if not kind:
        raise top.wrong(f'A checklist needs type = "...", one of {", ".join(TYPES)}.', "type")
    if not items:
        raise top.wrong('A checklist needs items = ["...", "2d: ..."].', "items")
    return Checklist(kind, items)
