"""The table of faults in CONTRIBUTING.md: by class, which numbers have tests, how many pass, the campaign.

Runs every test that carries a number and counts; nothing in the table is written by hand.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

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
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-n",
        "2",
        "-v",
        "-rN",
        "--tb=no",
        "-k",
        "_ and " + _numbered(),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    found = re.findall(r"(PASSED|FAILED|ERROR|SKIPPED) (tests/\S+::.*)", done.stdout)
    return [(name, outcome) for outcome, name in found]


def _numbered() -> str:
    return "(" + " or ".join(f"test_{letter}{digit}" for letter in CLASSES for digit in range(10)) + ")"


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


def write() -> int:
    """Run the numbered tests and write the table into its place; 1 when one of them failed."""
    found = outcomes()
    day = f"Numbered tests as of {time.strftime('%Y-%m-%d')}."
    place(PAGE, f"{day}\n\n{table(found)}\n\n{campaign()}")
    return int(any(outcome in ("FAILED", "ERROR") for _, outcome in found) or not found)


def place(page: Path, text: str) -> None:
    """Put the text between the marks of a page."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
