"""Every call on a desk's files fails in turn, once or from then on: what was promised stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rigs import failing


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return failing.library(tmp_path_factory.mktemp("failing"))


@pytest.mark.parametrize("lasting", [False, True])
@pytest.mark.parametrize("kind", failing.ERRORS)
def test_D04_D18_a_call_that_fails_loses_nothing_and_is_said(
    built: Path, tmp_path: Path, kind: str, lasting: bool
) -> None:
    found = failing.found(built, tmp_path, kind, lasting=lasting, most=20)
    assert found.faults == []
    assert found.calls >= (5 if kind == "EMFILE" else 60) and found.points > 5
    assert found.refused > 0
    for words in found.sentences:
        assert words.endswith((".", "again")) and ("othing was" in words or "can be read" in words), words
