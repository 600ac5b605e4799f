"""What the program says of itself to others: schemas that hold for what is printed, and a man page."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from deskterm import jsonl, schemas
from deskterm.actions import ACTIONS
from deskterm.cli.main import VERBS
from tests.deskterm.schema_check import faults
from tests.deskterm.shell import Result, call, desk_in, ok
from tests.paths import tool
from tests.rigs.mail import letter

RULE = """\
when = "received"
match = "is:open"
[do]
tags = ["ruled"]
note = "A rule was here."
reply = "Your number is {{ ticket.number }}."
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = desk_in(tmp_path)
    folder = tmp_path / "docs" / "rule"
    folder.mkdir(parents=True)
    (folder / "Mark.toml").write_text(RULE)
    ok(made, "docs", "import", str(tmp_path / "docs"))
    return made


def described(name: str) -> dict[str, Any]:
    return json.loads(json.dumps(schemas.schema(name)))


def judged(result: Result) -> set[str]:
    """The schemas of what was printed, each object held against its own."""
    assert result.objects, result
    for one in result.objects:
        assert list(faults(one, described(str(one["schema"])))) == []
    return {str(one["schema"]) for one in result.objects}


def test_what_the_verbs_print_is_what_the_schemas_say(home: Path, tmp_path: Path) -> None:
    (tmp_path / "new.eml").write_bytes(letter(9))
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "one.eml").write_bytes(letter(10))
    ok(home, "team", "add", "Ben", "--group", "tier1")
    ok(home, "reply", "3", "-m", "On it.")
    ok(home, "set", "3", "assignee=Ben", "status=solved")
    ok(home, "account", "set", "Acme", "tier=smb", "renewal=2027-01-31")
    seen: set[str] = set()
    for args in (
        ["ls"], ["ls", "--as-of", "1m"], ["show", "1"], ["show", "2"], ["search", "letter"], ["history"],
        ["history", "1"], ["set", "1", "priority=1", "tag=+a"], ["set", "1", "snooze=2h", "--dry-run"],
        ["macro", "Refund", "1", "--answer", "amount=3", "--dry-run"],
        ["rules", "run", "Mark", "is:open", "--dry-run"], ["rules", "run", "Mark", "1", "--yes"], ["live"],
        ["outbox"], ["keys"], ["team"], ["rules", "stats"], ["rules", "test", str(tmp_path / "new.eml")],
        ["rules", "backtest", "Mark"], ["sla", "baseline"], ["report", "baseline"],
        ["report", "tiers"], ["account"], ["report", "sql", "SELECT 1 AS a, NULL, 9e999"], ["why", "1"],
        ["sla", "why", "1"],
        ["import", str(tmp_path / "more")], ["new", "By", "hand"],
    ):  # fmt: skip
        result = call(home, *args, "--jsonl")
        assert result.code == 0, (args, result)
        seen |= judged(result)
    for args in (["sla", "tiers"], ["doctor", "--offline"]):
        seen |= judged(call(home, *args, "--jsonl"))
    elsewhere = {jsonl.FAULT, jsonl.SUM, jsonl.FIRED, jsonl.SURVEY}
    assert seen == {*schemas.SHAPES} - elsewhere


def test_the_shapes_that_need_a_fault_a_folder_or_an_act_of_a_rule_hold_too() -> None:
    from deskterm.cli.reconcile import _object
    from deskterm.reconcile import Sum
    from store.reads.rule_stats import Fired

    acted = jsonl.fired(Fired(7, 1_790_000_000, "Mark", 3, False, (("tag.x", 1),)), number=2)
    assert list(faults(json.loads(json.dumps(acted)), described(jsonl.FIRED))) == []
    added = _object(Sum("help", "INBOX", there=3, messages=2, ignored=1, reasons=(("draft", 1),)))
    assert list(faults(json.loads(json.dumps(added)), described(jsonl.SUM))) == []
    assert list(faults({"schema": jsonl.FAULT, "words": "row t1"}, described(jsonl.FAULT))) == []


def test_a_plan_file_is_what_its_schema_says(home: Path, tmp_path: Path) -> None:
    refund = ["macro", "Refund", "1-3", "--answer", "amount=1"]
    for n, args in enumerate([refund, ["rules", "run", "Mark", "is:open"], ["set", "1-4", "tag=x"]]):
        plan = tmp_path / f"{n}.json"
        ok(home, *args, "--plan", str(plan))
        assert list(faults(json.loads(plan.read_text()), described("deskterm.plan.1"))) == []


def test_every_schema_name_of_the_program_is_described() -> None:
    source = "".join(path.read_text() for path in Path(jsonl.__file__).parent.rglob("*.py"))
    assert set(re.findall(r'"(deskterm\.[a-z]+\.\d+)"', source)) == set(schemas.NAMES)


def test_the_judge_finds_what_is_wrong(home: Path) -> None:
    (one,) = ok(home, "ls", "1", "--jsonl").objects
    for change in ({"status": "gone"}, {"priority": "1"}, {"tags": None}, {"new": 1}, {"number": True}):
        assert list(faults({**one, **change}, described(jsonl.TICKET))), change
    assert list(faults({k: v for k, v in one.items() if k != "id"}, described(jsonl.TICKET)))


def test_a_schema_is_asked_for_by_its_long_or_short_name(home: Path) -> None:
    listed = ok(home, "describe", "schema").out
    assert all(name in listed for name in schemas.NAMES)
    long = json.loads(ok(home, "describe", "schema", "deskterm.ticket.1").out)
    assert long == json.loads(ok(home, "describe", "schema", "ticket").out) == described(jsonl.TICKET)
    assert long["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    unknown = call(home, "describe", "schema", "tickets")
    assert unknown.code == 3 and "There are: ticket, message" in unknown.err


def test_the_man_page_holds_every_verb_and_key(home: Path) -> None:
    page = ok(home, "describe", "man").out
    said = page.replace("\\-", "-")
    for verb in VERBS:
        assert re.search(rf"^\.SS deskterm {verb}\b", said, re.M), verb
    assert ".SS deskterm rules run" in said and "--dry-run" in said
    for action in ACTIONS:
        assert action.words in said.replace("\\(aq", "'"), action.id
    requests = {line.split()[0] for line in page.splitlines() if line.startswith((".", "'"))}
    assert requests == {".TH", ".SH", ".SS", ".B", ".TP"}


def test_groff_sets_the_man_page_without_a_warning(home: Path) -> None:
    page = ok(home, "describe", "man").out
    done = subprocess.run(
        [tool("groff"), "-man", "-Tutf8", "-ww", "-Kutf8"],
        input=page.encode(),
        capture_output=True,
        check=True,
    )
    assert done.stderr == b""
    plain = re.sub(r"\x1b\[[\d;]*m|.\x08", "", done.stdout.decode())
    assert "deskterm rules run" in plain and "deskterm - a help desk" in plain
