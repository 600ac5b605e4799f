"""The shared `macro` cases: every one, or the rule is wrong."""

from __future__ import annotations

import json

import pytest

from tests.answers.macro import answer
from tests.paths import corpus


@pytest.mark.corpus
def test_every_case_of_the_collection_holds() -> None:
    folder = corpus("macro")
    cases = [json.loads(line) for line in (folder / "cases.jsonl").read_text("utf-8").splitlines()]
    assert cases
    wrong = [case["id"] for case in cases if answer(case, folder.parent)["text"] != case["expect"]]
    assert wrong == []
