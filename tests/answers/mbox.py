"""How many letters an mbox file holds, each of them read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from channels.mbox import split
from channels.mime.parse import parse


def answer(case: dict[str, Any], root: Path) -> dict[str, Any]:
    return {"messages": sum(1 for raw in split(root / case["file"]) if parse(raw).raw == raw)}
