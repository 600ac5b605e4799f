"""Answers the `thread` cases of the collection with the product's own parser and thread rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from channels.mime.field import field
from channels.mime.parse import parse
from store.rules.threads import Ids, groups, ids_of


def ids_in(raw: bytes) -> Ids:
    letter = parse(raw)
    prose = field(letter.raw, "in-reply-to")
    return ids_of(letter.message_id, letter.references, letter.in_reply_to, field_text=prose)


def answer(case: dict[str, Any], root: Path) -> dict[str, Any]:
    letters = [ids_in((root / name).read_bytes()) for name in case["files"]]
    return {"id": case["id"], "groups": [list(group) for group in groups(letters)]}
