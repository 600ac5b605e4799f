"""Must the desk keep its own automatic answer back?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from channels.mime.parse import parse


def answer(case: dict[str, Any], root: Path) -> dict[str, Any]:
    return {"no_autoreply": parse((root / case["file"]).read_bytes()).automatic}
