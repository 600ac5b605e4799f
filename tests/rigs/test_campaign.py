"""The campaign: a few cases of each class from fixed seeds, and the arithmetic of its score."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.campaign import bound, cases, scoreboard
from tests.rigs import power


@pytest.mark.parametrize("name", cases.CLASSES)
def test_a_few_random_cases_of_each_class_pass(name: str) -> None:
    if name == "D":
        power.needs_strace()
    assert [fault for seed in range(3) for fault in cases.played(name, seed)] == []


@pytest.mark.parametrize(
    ("failed", "tried", "limit"),
    [(0, 3000, 0.000998), (0, 1, 0.95), (1, 10, 0.394163), (5, 100, 0.102253), (3, 3, 1.0)],
)
def test_the_upper_bound_is_that_of_the_tables(failed: int, tried: int, limit: float) -> None:
    assert bound.upper(failed, tried) == pytest.approx(limit, rel=1e-3)


def test_the_table_counts_what_was_run(tmp_path: Path) -> None:
    found = [
        ("tests/a.py::test_D01_x[1]", "PASSED"), ("tests/a.py::test_D01_x[2]", "FAILED"),
        ("tests/a.py::test_S05_S06_y", "PASSED"), ("tests/a.py::test_D07_z", "SKIPPED"),
    ]  # fmt: skip
    text = scoreboard.table(found)
    assert "| D store, crash, host | 2: D01, D07 | 1 | 1 | 1 |" in text
    assert "| S IMAP | 2: S05, S06 | 2 | 0 | 0 |" in text and "| F files | none yet |" in text
    page = tmp_path / "page.md"
    page.write_text(f"a\n{scoreboard.BEGIN}\nold\n{scoreboard.END}\nb\n")
    scoreboard.place(page, text)
    assert page.read_text() == f"a\n{scoreboard.BEGIN}\n{text}\n{scoreboard.END}\nb\n"


def test_outcomes_are_read_from_a_report(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite><testcase name="test_D01_x[a b]"/>'
        '<testcase name="test_D02_y"><failure/></testcase><testcase name="test_D04_z"><skipped/></testcase>'
        "</testsuite></testsuites>"
    )
    assert scoreboard.read(report) == [
        ("test_D01_x[a b]", "PASSED"), ("test_D02_y", "FAILED"), ("test_D04_z", "SKIPPED")
    ]  # fmt: skip
