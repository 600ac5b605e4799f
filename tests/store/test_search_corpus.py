"""The `search` cases of the collection: every one is answered as its mail server and index answered."""

from __future__ import annotations

import json

import pytest

from tests.answers.search import answer
from tests.paths import CORPUS, corpus


@pytest.mark.corpus
def test_every_case_is_answered() -> None:
    wrong: list[str] = []
    for line in (corpus("search") / "cases.jsonl").read_text("utf-8").splitlines():
        case = json.loads(line)
        found = answer(case, CORPUS)["hits"]
        if found != case["expect"]["hits"]:
            wrong.append(f"{case['id']}: {found} for {case['expect']['hits']}")
    assert wrong == []
