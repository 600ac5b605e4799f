"""Is it a delivery report, and what does it say?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from channels.mime.parse import parse


def answer(case: dict[str, Any], root: Path) -> dict[str, Any]:
    report = parse((root / case["file"]).read_bytes()).bounce
    if report is None:
        return {"bounce": False}
    return {
        "bounce": True,
        "temporary": report.temporary,
        "dead_address": report.dead_address,
        "recipients": sorted(report.recipients),
        "original_message_id": report.original_message_id,
    }
