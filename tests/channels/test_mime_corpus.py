"""The case collection through the product's own code: each behaviour has a floor it may not sink below."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from channels.mime import fast
from channels.mime.parse import parse
from tests.corpus import find
from tests.paths import CORPUS, corpus

FLOORS = {
    "mail": 0.97,
    "header": 0.98,
    "auto": 1.0,
    "bounce": 0.98,
    "reply": 0.98,
    "robust": 1.0,
    "mbox": 1.0,
}
"""Shares of cases that must hold. What is refused on purpose stands in tests/corpus_notes.md."""

pytestmark = pytest.mark.corpus


def judge() -> ModuleType:
    spec = importlib.util.spec_from_file_location("compare", CORPUS / "compare.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("behaviour", FLOORS)
def test_share_of_cases_that_hold(behaviour: str) -> None:
    lines = (corpus(behaviour) / "cases.jsonl").read_text().splitlines()
    cases = [json.loads(line) for line in lines if line.strip()]
    answer, compare = find(behaviour), judge()
    wrong = [case["id"] for case in cases if compare.judge(behaviour, case, answer(case, CORPUS))]
    assert len(cases) > 1
    assert 1 - len(wrong) / len(cases) >= FLOORS[behaviour], wrong


def letters() -> list[Path]:
    return sorted(
        p for name in ("mail", "bounce", "search") for p in corpus(name).rglob("*") if p.suffix == ".eml"
    )


def test_the_fast_way_says_what_the_careful_way_says() -> None:
    compared = 0
    for path in letters():
        raw = path.read_bytes()
        quick = fast.parse(raw)
        if quick is not None:
            assert quick == parse(raw), path
            compared += 1
    assert compared > 200
