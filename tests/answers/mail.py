"""A raw message to the fields people see."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from channels.letter import Address, Part
from channels.mime.parse import parse


def answer(case: dict[str, Any], root: Path) -> dict[str, Any]:
    letter = parse((root / case["file"]).read_bytes())
    return {
        "subject": letter.subject,
        "from": people(letter.sender),
        "to": people(letter.to),
        "cc": people(letter.cc),
        "reply_to": people(letter.reply_to),
        "date": moment(letter.date),
        "message_id": letter.message_id or None,
        "in_reply_to": list(letter.in_reply_to),
        "references": list(letter.references),
        "text": letter.text,
        "files": [listed(part) for part in letter.parts if is_leaf(part)],
    }


def people(found: tuple[Address, ...]) -> list[dict[str, str]]:
    return [{"name": a.name, "addr": a.addr} for a in found]


def moment(seconds: int | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def is_leaf(part: Part) -> bool:
    """The cases list leaves of the MIME tree: neither letters inside nor what a part wraps."""
    return not part.type.startswith("message/") and "!" not in part.path


def listed(part: Part) -> dict[str, Any]:
    return {"filename": part.name or None, "type": part.type, "size": part.size, "sha256": part.sha256}
