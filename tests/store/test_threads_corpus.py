"""The shared `thread` cases: every one, or the rule is wrong."""

from __future__ import annotations

import json

import pytest

from tests.answers.thread import answer, ids_in
from tests.paths import corpus


@pytest.mark.corpus
def test_every_case_of_the_collection_holds() -> None:
    folder = corpus("thread")
    wrong: list[str] = []
    for line in (folder / "cases.jsonl").read_text("utf-8").splitlines():
        case = json.loads(line)
        got = sorted(sorted(group) for group in answer(case, folder.parent)["groups"])
        if got not in (case["expect"]["groups"], case["expect"].get("alt")):
            wrong.append(case["id"])
    assert wrong == []


HEAD = b"From: ana@acme.example\r\nMessage-ID: <c@x>\r\nReferences: <a@x>\r\n"


@pytest.mark.parametrize(
    ("field", "names"),
    [
        (b'Your message of "Mon, 2 Mar 2026"\r\n\t<joe@acme.example>', ("a@x",)),
        (b"<b@x> (Joe's message of Monday,\r\n <joe@acme.example>)", ("a@x", "b@x")),
        (b"b@x", ("a@x", "b@x")),
        (b"<b\r\n @x>", ("a@x", "b@x")),
    ],
)
def test_prose_in_a_real_letter_names_nobody_beside_references(field: bytes, names: tuple[str, ...]) -> None:
    got = ids_in(HEAD + b"In-Reply-To: " + field + b"\r\n\r\nHello\r\n").cited
    assert tuple(name.replace(" ", "") for name in got) == names
