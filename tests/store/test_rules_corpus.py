"""Business hours and promises against cases other people wrote: every one has to come out right."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.answers import biztime, sla
from tests.paths import CORPUS, corpus

ANSWER = {"biztime": biztime.answer, "sla": sla.answer}


def judge() -> Callable[[str, dict[str, Any], dict[str, Any]], list[str]]:
    """The collection's own comparison: the names of the fields that differ."""
    spec = importlib.util.spec_from_file_location("compare", CORPUS / "compare.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.judge


@pytest.mark.corpus
@pytest.mark.parametrize("behaviour", ["biztime", "sla"])
def test_every_case_comes_out_right(behaviour: str) -> None:
    folder = corpus(behaviour)
    differs = judge()
    cases = [json.loads(line) for line in (folder / "cases.jsonl").read_text("utf-8").splitlines()]
    wrong = {
        case["id"]: bad
        for case in cases
        if (bad := differs(behaviour, case, ANSWER[behaviour](case, folder)))
    }
    assert cases
    assert wrong == {}
