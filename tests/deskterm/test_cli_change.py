"""The verbs that change: plans, dry runs, stale bases, undo, pipes, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from store import drafts
from tests.deskterm.shell import call, desk_in, digest, later, ok, opened


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return desk_in(tmp_path)


def ticket(home: Path, number: int) -> dict[str, object]:
    return ok(home, "ls", str(number), "--jsonl").objects[0]


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        (["status=solved"], "status", "solved"),
        (["priority=p1"], "priority", 1),
        (["assignee=me"], "assignee", "Ana"),
        (["assignee=Bo"], "assignee", "Bo"),
        (["tag=+refund,new"], "tags", ["new", "refund"]),
        (["type=bug"], "type", "bug"),
        (["group=billing"], "group", "billing"),
        (["subject=A  b"], "subject", "A b"),
        (["unread=no"], "unread", False),
        (["bin=yes"], "bucket", "bin"),
        (["snooze=2h"], "snooze_until", "2026-09-24T13:00:00Z"),
    ],
)
def test_set_and_its_undo(home: Path, fields: list[str], name: str, value: object) -> None:
    before = digest(home)
    done = ok(home, "set", "3", *fields)
    assert ticket(home, 3)[name] == value
    assert done.out == ""
    assert "#3" in done.err
    ok(home, "undo")
    assert digest(home) == before
    ok(home, "undo", "--redo")
    assert ticket(home, 3)[name] == value


def test_solving_by_set_is_solving_in_the_log(home: Path) -> None:
    ok(home, "set", "3", "status=solved")
    assert ok(home, "history", "3", "--jsonl").objects[0]["kind"] == "solve"


def test_many_are_not_changed_without_a_word(home: Path) -> None:
    before = digest(home)
    result = call(home, "set", "is:open", "priority=1")
    assert result.code == 4
    assert "4 tickets would change; say --yes" in result.err
    assert digest(home) == before
    ok(home, "set", "is:open", "priority=1", "--yes")
    assert {one["priority"] for one in ok(home, "ls", "--jsonl").objects} == {1}
    ok(home, "undo")
    assert digest(home) == before


def test_a_dry_run_shows_who_from_to_and_what_would_leave(home: Path) -> None:
    before = digest(home)
    out = ok(home, "macro", "Refund", "1-2", "--answer", "amount=12 EUR", "--dry-run").out
    assert "#1 Export fails" in out
    assert "  status: new -> solved" in out
    assert "  tag: +refund" in out
    assert "  letter to Dana 1 <p1@shop.example>: Re: Export fails" in out
    assert "    Hello Dana," in out
    assert "    12 EUR are on their way." in out
    assert "    sent 12 EUR" in out
    assert out.splitlines()[-1] == "2 tickets would change, 2 letters would leave to 2 people, 2 notes"
    assert digest(home) == before


def test_a_plan_as_json_lines(home: Path) -> None:
    first, second = ok(home, "macro", "Refund", "1-2", "--answer", "amount=3", "--dry-run", "--jsonl").objects
    assert (first["schema"], first["number"], second["number"]) == ("deskterm.change.1", 1, 2)
    assert {"field": "status", "from": "new", "to": "solved"} in first["changes"]  # type: ignore[operator]
    assert first["letter"]["to"] == ["Dana 1 <p1@shop.example>"]  # type: ignore[index]
    assert first["note"] == "sent 3"
    done = ok(home, "set", "1", "priority=1", "--jsonl").objects[0]
    assert done["changes"] == [{"field": "priority", "from": 3, "to": 1}]


def test_a_kept_plan_is_done_exactly_and_undone_as_one(home: Path, tmp_path: Path) -> None:
    before, plan = digest(home), tmp_path / "plan.json"
    ok(home, "macro", "Sort", "1-5", "--plan", str(plan))
    kept = json.loads(plan.read_text())
    assert kept["schema"] == "deskterm.plan.1"
    assert [step["number"] for step in kept["steps"]] == [1, 2, 3, 4, 5]
    assert plan.stat().st_mode & 0o777 == 0o600
    assert digest(home) == before
    later(home, 600)
    ok(home, "macro", "--apply", str(plan))
    for step in kept["steps"]:
        now = ticket(home, step["number"])
        assert (now["priority"], now["tags"], now["assignee"]) == (2, ["sorted"], "Ana")
    ok(home, "undo")
    assert digest(home) == before


def test_a_plan_whose_base_moved_changes_nothing(home: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    ok(home, "set", "1-3", "priority=1", "--plan", str(plan))
    ok(home, "note", "2", "-m", "moved")
    before = digest(home)
    result = call(home, "set", "--apply", str(plan))
    assert result.code == 4
    assert "#2 changed since the plan was made" in result.err
    assert digest(home) == before


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no plan"),
        ("{}", "no plan"),
        ('{"schema": 3}', "no plan"),
        ("[1, 2]", "no plan"),
    ],
)
def test_a_file_that_is_no_plan_is_refused(home: Path, tmp_path: Path, text: str, sentence: str) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(text)
    result = call(home, "set", "--apply", str(plan))
    assert result.code == 4
    assert sentence in result.err


def test_a_plan_of_another_desk_or_with_strange_fields_is_refused(home: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    ok(home, "set", "1", "priority=1", "--plan", str(plan))
    kept = json.loads(plan.read_text())
    plan.write_text(json.dumps({**kept, "desk": "other"}))
    assert "another desk" in call(home, "set", "--apply", str(plan)).err
    kept["steps"][0]["changes"][0]["field"] = "status' --"
    plan.write_text(json.dumps(kept))
    result = call(home, "set", "--apply", str(plan))
    assert result.code == 4
    assert "which no ticket has" in result.err


def test_a_macro_writes_letters_and_notes_and_undo_calls_them_back(home: Path) -> None:
    ok(home, "macro", "Refund", "1,3", "--answer", "amount=9", "--yes")
    one = ok(home, "show", "3", "--jsonl").objects
    assert [m["kind"] for m in one[1:]] == ["in", "note", "out"] or [m["kind"] for m in one[1:]] == [
        "in", "out", "note",
    ]  # fmt: skip
    (letter,) = [m for m in one[1:] if m["kind"] == "out"]
    assert (letter["to"], letter["state"]) == (["Dana 3 <p3@shop.example>"], "queued")
    assert one[0]["status"] == "solved"
    ok(home, "undo")
    assert ticket(home, 3)["status"] == "new"
    assert [m["kind"] for m in ok(home, "show", "3", "--jsonl").objects[1:]] == ["in"]
    desk = opened(home)
    rows = desk.conn.execute("SELECT state FROM outbox WHERE ticket = ?", (one[0]["id"],)).fetchall()
    desk.close()
    assert {row[0] for row in rows} == {"called back"}


@pytest.mark.parametrize(
    ("args", "code", "sentence"),
    [
        (["macro", "Refund", "1"], 4, "asks for amount"),
        (["macro", "Refund", "1", "--dry-run"], 4, "asks for amount"),
        (["macro", "Needy", "1,2", "--yes"], 4, "#1: the macro Needy finds no value for customer.phone"),
        (["macro", "Refnd", "1"], 3, "There are: Needy, Refund, Sort"),
        (["macro", "Refund", "1", "--answer", "sum=3"], 2, "asks for: amount"),
        (["macro", "Refund"], 2, "Say which tickets"),
        (["set", "1"], 2, "Say what to set"),
        (["set", "1", "stats=solved"], 2, "Did you mean status?"),
        (["set", "1", "status=don"], 2, "there is: new, open"),
        (["set", "1", "priority=7"], 2, "there is: 1, 2, 3, 4"),
        (["set", "1", "tag=a b"], 2, "is no tag"),
        (["set", "1", "tag=--a"], 2, "is no tag"),
        (["set", "1", "status=open", "--apply", "plan.json"], 2, 'leave "1" out'),
        (["macro", "Refund", "--apply", "plan.json"], 2, 'leave "Refund" out'),
        (["snooze", "1", "1h", "--apply", "plan.json"], 2, 'leave "1" out'),
        (["apply", "-", "--apply", "plan.json"], 2, 'leave "-" out'),
        (["set", "1", "subject="], 2, "needs a subject"),
        (["set", "77", "status=open"], 3, "There is no ticket 77"),
        (["set", "colour:red", "status=open"], 2, 'no field "colour"'),
        (["set", "1", "snooze=yesterday"], 2, "not ahead"),
        (["snooze", "1", "someday"], 2, "is no moment"),
        (["snooze", "1"], 2, "until when"),
        (["reply", "1"], 2, "-m"),
        (["reply", "1", "-m", "  "], 4, "no words"),
        (["reply", "1", "-m", "x", "--attach", "/nonexistent/file"], 4, "cannot be attached"),
        (["note", "1", "-m", ""], 4, "no words"),
        (["new", "  "], 4, "needs a subject"),
        (["new", "x", "--for", "nobody"], 2, '"nobody" is not one mail address'),
        (["reply", "1", "-m", "x", "--cc", "a@b.example, c@d.example"], 2, "is not one mail address"),
        (["undo", "12345"], 3, "no entry 12345"),
        (["apply", "/nonexistent"], 1, "No such file"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_a_sentence_and_changes_nothing(
    home: Path, args: list[str], code: int, sentence: str
) -> None:
    before = digest(home)
    result = call(home, *args)
    assert (result.code, result.out) == (code, ""), result
    assert sentence in result.err
    assert result.err.count("\n") == 1
    assert digest(home) == before


def test_a_macro_that_fails_on_one_ticket_changes_none_and_names_it(home: Path) -> None:
    desk = opened(home)
    (customer,) = desk.conn.execute("SELECT customer FROM ticket WHERE number = 1").fetchone()
    from store.log.entry import Change

    desk.commit(lambda tx: ("edit", [Change(customer, "phone", "123")], ()), words="")
    desk.close()
    before = digest(home)
    result = call(home, "macro", "Needy", "1-3", "--yes")
    assert result.code == 4
    assert "#2: the macro Needy finds no value for customer.phone (2 tickets in all)" in result.err
    assert digest(home) == before


def test_snooze_and_wake(home: Path) -> None:
    ok(home, "snooze", "1", "tomorrow", "9:00")
    assert ticket(home, 1)["bucket"] == "snoozed"
    ok(home, "snooze", "1", "none")
    assert ticket(home, 1)["bucket"] == "active"


def test_a_pipe_of_unchanged_tickets_changes_nothing(home: Path) -> None:
    before = digest(home)
    lines = ok(home, "ls", "1-5", "--jsonl").out
    done = ok(home, "apply", "-", given=lines)
    assert "nothing to change" in done.err
    assert digest(home) == before


def test_a_pipe_changes_what_differs(home: Path) -> None:
    before = digest(home)
    rows = ok(home, "ls", "1-3", "--jsonl").objects
    for row in rows:
        row.update(
            status="waiting", tags=["piped", "v2.3"], priority=2, assignee="Bo", unread=True, type="bug"
        )
        row.update(snooze_until="2026-09-25T09:00:00Z", subject=f"{row['subject']} (piped)", group="g")
    lines = "\n".join(json.dumps(row) for row in rows)
    assert call(home, "apply", "-", given=lines).code == 4  # three tickets, nobody to ask
    assert "3 tickets would change" in ok(home, "apply", "-", "--dry-run", given=lines).out
    ok(home, "apply", "-", "--yes", given=lines)
    for row in rows:
        now = ticket(home, int(str(row["number"])))
        for field in ("status", "tags", "priority", "assignee", "type", "subject", "group", "snooze_until"):
            assert now[field] == row[field], field
    ok(home, "undo")
    assert digest(home) == before


def test_a_stale_line_refuses_the_whole_pipe(home: Path) -> None:
    rows = ok(home, "ls", "1-2", "--jsonl").objects
    ok(home, "set", "2", "priority=1")
    before = digest(home)
    lines = "\n".join(json.dumps({**row, "status": "solved"}) for row in rows)
    result = call(home, "apply", "-", "--yes", given=lines)
    assert result.code == 4
    assert "#2 changed since it was read" in result.err
    assert digest(home) == before


@pytest.mark.parametrize(
    ("change", "code", "sentence"),
    [
        ({"status": "gone"}, 2, "status of #1 has to be one of new"),
        ({"priority": "high"}, 2, "a number from 1 to 4"),
        ({"tags": "vip"}, 2, "a list of words"),
        ({"snooze_until": "soon"}, 2, "a moment"),
        ({"unread": 1}, 2, "true or false"),
        ({"created": "2020-01-01T00:00:00Z"}, 4, "created of #1 cannot be changed"),
        ({"customer": None}, 4, "customer of #1 cannot be changed"),
        ({"number": 2}, 4, "number of #1 cannot be changed"),
        ({"version": None}, 4, "changed since it was read"),
        ({"bucket": "bin"}, 4, "bucket of #1 cannot be changed"),
        ({"due_at": "2030-01-01T00:00:00Z"}, 4, "due_at of #1 cannot be changed"),
        (
            {"stauts": "solved"},
            2,
            'The field "stauts", which no ticket has (did you mean status?), came with #1',
        ),
        ({"mood": "fine"}, 2, 'The field "mood", which no ticket has, came with #1'),
        ({"schema": "deskterm.ticket.9"}, 2, "another schema"),
        ({"id": "tnothere"}, 3, "no ticket tnothere"),
    ],
)
def test_a_line_that_cannot_be_applied(
    home: Path, change: dict[str, object], code: int, sentence: str
) -> None:
    before = digest(home)
    result = call(home, "apply", "-", given=json.dumps({**ticket(home, 1), **change}))
    assert result.code == code, result
    assert sentence in result.err
    assert digest(home) == before


def test_a_line_that_is_no_json_names_itself(home: Path) -> None:
    good = ok(home, "ls", "1", "--jsonl").out
    result = call(home, "apply", "-", given=good + "{nonsense\n")
    assert result.code == 2
    assert "Line 2 is not JSON" in result.err
    assert call(home, "apply", "-", given="\n").code == 3


def test_a_reply_goes_to_who_wrote_and_quotes_it(home: Path) -> None:
    shown = ok(home, "reply", "1", "-m", "We are on it.", "--dry-run").out
    assert "To: Dana 1 <p1@shop.example>" in shown
    assert "Subject: Re: Export fails" in shown
    done = ok(home, "reply", "1", "-m", "We are on it.", "--then", "waiting", "--cc", "c@shop.example")
    assert "queued" in done.err
    ticket_, *messages = ok(home, "show", "1", "--jsonl").objects
    assert (ticket_["status"], ticket_["assignee"]) == ("waiting", "Ana")
    (sent,) = [m for m in messages if m["kind"] == "out"]
    assert (sent["to"], sent["cc"]) == (["Dana 1 <p1@shop.example>"], ["c@shop.example"])
    assert sent["state"] == "queued"
    assert str(sent["text"]).startswith("We are on it.\n\nOn ")
    assert "> this is letter 1." in str(sent["text"])


def draft(home: Path, number: int, text: str | None = None) -> str:
    """The draft of a ticket, written first when `text` is given."""
    desk = opened(home)
    eid = desk.ticket(str(number)).id
    if text is not None:
        with desk.store.write() as tx:
            drafts.Draft(eid, "Ana", "out", text, "", saved=1, base=1).write(tx.conn)
    found = drafts.of(desk.conn, eid, "Ana")
    desk.close()
    return found.text if found else ""


def test_a_half_written_draft_survives_a_reply_from_the_command_line(home: Path) -> None:
    draft(home, 1, "half a sentence")
    ok(home, "reply", "1", "-m", "quick answer")
    assert draft(home, 1) == "half a sentence"
    ok(home, "macro", "Refund", "1", "--answer", "amount=1")
    assert draft(home, 1) == "half a sentence"


def test_words_that_could_not_leave_become_a_draft(home: Path) -> None:
    ok(home, "new", "nobody to write to")
    result = call(home, "reply", "6", "-m", "long text")
    assert result.code == 4
    assert "kept as a draft of #6" in result.err
    assert draft(home, 6).strip() == "long text"


def test_a_reply_can_come_from_a_pipe_with_an_attachment(home: Path, tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_text("data")
    ok(home, "reply", "3", "-m", "-", "--attach", str(tmp_path / "log.txt"), given="from a pipe\n")
    sent = ok(home, "show", "3", "--jsonl").objects[-1]
    assert str(sent["text"]).startswith("from a pipe\n")
    assert [file["name"] for file in sent["files"]] == ["log.txt"]  # type: ignore[attr-defined]


def test_a_locked_outbox_holds_a_reply_and_says_so(home: Path) -> None:
    ok(home, "live", "off")
    assert "held" in ok(home, "reply", "1", "-m", "x").err
    out = ok(home, "live").out
    assert out.splitlines()[0] == "Outbox locked (shadow mode): nothing leaves"
    assert "held  #1  Dana 1 <p1@shop.example>" in out
    (waiting,) = [one for one in ok(home, "live", "--jsonl").objects if one["number"] == 1]
    assert (waiting["schema"], waiting["state"]) == ("deskterm.waiting.1", "held")
    ok(home, "live", "for", "p1@shop.example")
    assert "queued  #1" in ok(home, "live").out
    assert call(home, "live", "for").code == 2


def test_a_note_stays_inside(home: Path) -> None:
    desk = opened(home)
    waiting = desk.conn.execute("SELECT count(*) FROM outbox").fetchone()
    desk.close()
    ok(home, "note", "3", "-m", "for us only")
    assert "for us only" in ok(home, "show", "3").out
    desk = opened(home)
    assert desk.conn.execute("SELECT count(*) FROM outbox").fetchone() == waiting
    desk.close()


def test_new_prints_the_number_and_nothing_else(home: Path) -> None:
    assert ok(home, "new", "Phone", "call", "--for", "p1@shop.example", "-m", "she rang").out == "#6\n"
    assert "she rang" in ok(home, "show", "6").out
    assert "Dana 1" in ok(home, "ls", "6").out
    sent = ok(home, "new", "Welcome", "--for", "new@shop.example", "--name", "Nina", "-m", "Hello", "--send")
    assert sent.out == "#7\n"
    letter = ok(home, "show", "7", "--jsonl").objects[-1]
    assert (letter["kind"], letter["subject"]) == ("out", "Welcome")
    assert letter["to"] == ["Nina <new@shop.example>"]
    assert ok(home, "new", "As object", "--jsonl").objects[0]["number"] == 8


def test_undo_says_what_it_would_take_back(home: Path) -> None:
    ok(home, "set", "1", "status=waiting")
    before = digest(home)
    assert "Would take back wait of #1" in ok(home, "undo", "--dry-run").out
    assert digest(home) == before


def test_undo_of_a_named_entry(home: Path) -> None:
    ok(home, "set", "1", "priority=1")
    entry = str(ok(home, "history", "1", "--jsonl").objects[0]["id"])
    ok(home, "set", "2", "priority=1")
    ok(home, "undo", entry)
    assert (ticket(home, 1)["priority"], ticket(home, 2)["priority"]) == (3, 1)
