"""What the sender newly wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from channels.mime import html
from channels.mime.quotes import folds


def answer(case: dict[str, Any], root: Path) -> dict[str, Any]:
    text = case["text"] if "text" in case else html.to_text(case["html"])[0]
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    folded = {n for fold in folds(text) for n in range(fold.first, fold.last + 1)}
    return {"reply": "\n".join(line for n, line in enumerate(text.split("\n")) if n not in folded)}
