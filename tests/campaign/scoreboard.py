"""The table of faults in CONTRIBUTING.md: by class, which numbers have tests, how many pass, the campaign.

Runs every test that carries a number and counts; nothing in the table is written by hand.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

from tests.campaign import bound
from tests.paths import ROOT

PAGE = ROOT / "CONTRIBUTING.md"
LAST = ROOT / ".campaign.json"
"""What the last campaign of this clone found."""
BEGIN, END = "<!-- scoreboard -->", "<!-- end of scoreboard -->"

CLASSES = {
    "T": "terminal output", "M": "markup and screen", "P": "hostile letters", "A": "identity and joining",
    "L": "loops and storms", "S": "IMAP", "O": "outbox and SMTP", "D": "store, crash, host", "F": "files",
    "X": "secrets, TLS, privacy", "R": "rules, templates, search",
}  # fmt: skip
NUMBER = re.compile(r"test_((?:[A-Z]\d\d_)+)")


def outcomes() -> list[tuple[str, str]]:
    """The name and the outcome of every numbered test, from one run of all of them."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-n", "2", "--tb=line", "-k", _numbered()]
        subprocess.run([*command, f"--junitxml={report}"], cwd=ROOT)
        return read(report)


def read(report: Path) -> list[tuple[str, str]]:
    """Names and outcomes in a report of pytest."""
    bad = {"failure": "FAILED", "error": "ERROR", "skipped": "SKIPPED"}
    found: list[tuple[str, str]] = []
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        outcome = next((bad[part.tag] for part in case if part.tag in bad), "PASSED")
        found.append((case.get("name", ""), outcome))
    return found


def _numbered() -> str:
    return " or ".join(f"test_{letter}{digit}" for letter in CLASSES for digit in range(10))


def table(found: list[tuple[str, str]]) -> str:
    """The table in Markdown."""
    passed, failed, skipped = Counter[str](), Counter[str](), Counter[str]()
    numbers: dict[str, set[str]] = {}
    for name, outcome in found:
        mark = NUMBER.search(name)
        if not mark:
            continue
        for number in dict.fromkeys(mark[1].strip("_").split("_")):
            numbers.setdefault(number[0], set()).add(number)
            count = {"PASSED": passed, "SKIPPED": skipped}.get(outcome, failed)
            count[number[0]] += 1
    lines = [
        "| class | faults with tests | tests passed | failed | skipped |",
        "| --- | --- | --- | --- | --- |",
    ]
    for letter, words in CLASSES.items():
        known = sorted(numbers.get(letter, ()))
        which = f"{len(known)}: {', '.join(known)}" if known else "none yet"
        counts = f"{passed[letter]:,} | {failed[letter]:,} | {skipped[letter]:,}"
        lines.append(f"| {letter} {words} | {which} | {counts} |")
    return "\n".join(lines)


def campaign() -> str:
    """The last campaign in Markdown, or a sentence that there was none."""
    if not LAST.exists():
        return "No campaign was played on this clone yet (`make campaign`)."
    last = json.loads(LAST.read_text())
    lines = [
        f"Campaign of {last['day']}, first seed {last['seed']}:", "",
        "| class | random cases | failed | at most, with 95 % confidence |", "| --- | --- | --- | --- |",
    ]  # fmt: skip
    for name, score in last["classes"].items():
        limit = bound.upper(score["failed"], score["tried"]) if score["tried"] else 1.0
        lines.append(f"| {name} {CLASSES[name]} | {score['tried']:,} | {score['failed']:,} | {limit:.2%} |")
    return "\n".join(lines)


def write(report: Path | None = None) -> int:
    """Run the numbered tests and write the table into its place; 1 when one of them failed.

    A `report` of pytest (`--junitxml`) over all tests is read in place of another run.
    """
    found = read(report) if report is not None else outcomes()
    if not found:
        print("No numbered test ran; the table is left as it is.", file=sys.stderr)
        return 1
    day = f"Numbered tests as of {time.strftime('%Y-%m-%d')}."
    place(PAGE, f"{day}\n\n{table(found)}\n\n{campaign()}")
    return int(any(outcome in ("FAILED", "ERROR") for _, outcome in found))


def place(page: Path, text: str) -> None:
    """Put the text between the marks of a page."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
