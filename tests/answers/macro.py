"""Answers the `macro` cases of the collection with the product's template language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from store.rules.template import fill, read


def answer(case: dict[str, Any], root: Path) -> dict[str, Any]:
    return {"id": case["id"], "text": fill(read(case["template"]), case["data"]).text}
