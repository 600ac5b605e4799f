"""One raw header field to its meaning."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from channels.mime import headers
from channels.mime.addresses import addresses
from tests.answers.mail import moment, people


def answer(case: dict[str, Any], root: Path) -> dict[str, Any]:
    raw = case["raw"].encode("utf-8", "surrogateescape")
    match case["kind"]:
        case "text":
            return {"value": headers.text(raw)}
        case "address":
            return {"value": people(addresses(raw)[0])}
        case "date":
            return {"value": moment(headers.date(raw))}
        case _:
            return {"value": list(headers.ids(raw))}
