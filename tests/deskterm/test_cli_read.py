"""The verbs that read: what they print, in which shape, and what they say when nothing is there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from deskterm.cli.main import VERBS, verbs
from tests.deskterm.shell import call, desk_in, later, ok, on_a_terminal
from tests.paths import ROOT


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return desk_in(tmp_path)


def test_ls_lists_what_is_open_a_ticket_a_line(home: Path) -> None:
    lines = ok(home, "ls").out.splitlines()
    assert len(lines) == 4
    assert any(re.match(r"#1  P3  new  .*left  Dana 1  Export fails", line) for line in lines)
    assert not any("Old question" in line for line in lines)


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        (["1"], [1]), (["#2"], [2]), (["1,2,4-5"], [1, 2, 4, 5]), (["is:solved"], [4]),
        (["assignee:me"], [2]), (["-status:new"], [2, 4]), (["is:open", "-assignee:none"], [2]),
        (['subject:"export fails"'], [1]),
    ],
)  # fmt: skip
def test_a_query_can_be_numbers_lists_ranges_or_the_language(
    home: Path, query: list[str], numbers: list[int]
) -> None:
    assert sorted(int(str(one["number"])) for one in ok(home, "ls", *query, "--jsonl").objects) == numbers


def test_ls_sorts_and_limits(home: Path) -> None:
    newest = [one["number"] for one in ok(home, "ls", "1-5", "--sort", "newest", "--jsonl").objects]
    assert len(newest) == 5
    assert [
        one["number"] for one in ok(home, "ls", "1-5", "--sort", "newest", "--limit", "2", "--jsonl").objects
    ] == (newest[:2])


def test_a_ticket_as_json_has_what_scripts_rely_on(home: Path) -> None:
    (one,) = ok(home, "ls", "2", "--jsonl").objects
    assert one["schema"] == "deskterm.ticket.1"
    wanted = (
        "id number subject status priority assignee tags customer account created updated due_at due_kind"
    )
    assert {*wanted.split(), "version"} <= set(one)
    assert (one["subject"], one["status"], one["assignee"]) == ("Invoice twice", "open", "Ana")
    assert one["customer"] == {"id": one["customer"]["id"], "name": "Dana 2", "email": "p2@shop.example"}  # type: ignore[index]
    assert one["account"]["name"] == "Shop & Co"  # type: ignore[index]
    assert re.fullmatch(r"2026-09-24T\d\d:\d\d:\d\dZ", str(one["created"]))


def test_show_prints_head_and_every_word(home: Path) -> None:
    out = ok(home, "show", "1").out
    assert "#1 Export fails" in out
    assert "Customer: Dana 1 <p1@shop.example>, Shop & Co (enterprise)" in out
    assert "Letter from Dana 1 <p1@shop.example>" in out
    assert "this is letter 1." in out
    assert "Note by Ana, for the team only" in out


def test_show_as_json_is_the_ticket_then_its_messages(home: Path) -> None:
    ticket, letter, reply = ok(home, "show", "2", "--jsonl").objects
    assert ticket["schema"] == "deskterm.ticket.1"
    assert (letter["schema"], letter["kind"], letter["from"]) == (
        "deskterm.message.1", "in", "Dana 2 <p2@shop.example>",
    )  # fmt: skip
    assert (reply["kind"], reply["state"], str(reply["text"]).strip()) == ("out", "queued", "Looking.")


def test_show_as_of_a_moment_shows_what_was(home: Path) -> None:
    ok(home, "set", "1", "status=waiting", "tag=+late", "subject=Other words")
    later(home, 3600)
    assert "Status: waiting" in ok(home, "show", "1").out
    before = ok(home, "show", "1", "--as-of", "90m ago").out
    assert "Status: new, P3" in before
    assert "#1 Export fails" in before
    assert "late" not in before
    (then, *_) = ok(home, "show", "1", "--as-of", "2026-09-24T10:59:00Z", "--jsonl").objects
    assert (then["status"], then["subject"], then["version"]) == ("new", "Export fails", None)


def test_show_as_of_a_moment_before_it_began(home: Path) -> None:
    result = call(home, "show", "1", "--as-of", "2020-01-01")
    assert (result.code, result.out) == (3, "")
    assert "did not exist yet" in result.err


def test_show_as_of_no_moment_is_a_sentence(home: Path) -> None:
    result = call(home, "show", "1", "--as-of", "soonish")
    assert result.code == 2
    assert '"soonish" is no moment' in result.err


def test_T15_raw_gives_the_bytes_as_they_came(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "deskterm", "--home", str(home), "show", "5", "--raw"],
        cwd=ROOT,
        capture_output=True,
    )
    assert done.returncode == 0
    assert b"\x1b[2J" in done.stdout
    assert done.stdout.startswith(b"From: ")


def test_history_tells_who_changed_what_from_what(home: Path) -> None:
    ok(home, "set", "1", "priority=1")
    out = ok(home, "history", "1").out
    assert "Ana: priority" in out
    assert "#1 priority: 3 -> 1" in out
    first = ok(home, "history", "1", "--jsonl").objects[0]
    assert (first["schema"], first["actor"], first["kind"]) == ("deskterm.entry.1", "Ana", "priority")
    assert first["changes"][0]["to"] == 1  # type: ignore[index]
    assert len(ok(home, "history").out) > len(out)


def test_search_finds_words_in_letters(home: Path) -> None:
    numbers = [one["number"] for one in ok(home, "search", "letter", "3", "--jsonl").objects]
    assert 3 in numbers
    assert "Login loop" in ok(home, "search", '"this is letter 3"').out


def test_search_shows_the_line_that_was_hit_newest_first(home: Path) -> None:
    done = ok(home, "search", "letter")
    assert [line.split()[0] for line in done.out.splitlines()] == ["#5", "#4", "#3", "#2", "#1"]
    assert "Good day, this is letter 3." in done.out
    assert done.err == "5 tickets\n"
    first, second = ok(home, "search", "letter", "--limit", "2", "--jsonl").objects
    assert (first["number"], "letter 5" in str(first["snippet"])) == (5, True)
    assert second["schema"] == "deskterm.ticket.1" and second["messages"]
    assert "there are more" in ok(home, "search", "letter", "--limit", "2").err
    assert call(home, "search", "colour:red").code == 2
    seen = on_a_terminal(home, "search", "letter", "3")
    assert b"\r\n    Good day, this is letter 3." in seen.shown


def test_an_empty_desk_says_that_no_ticket_is_open(home: Path) -> None:
    ok(home, "set", "is:open", "status=closed", "--yes")
    result = call(home, "ls")
    assert (result.code, result.err) == (3, "No ticket is open.\n")


def test_why_gives_the_reason_of_every_letter(home: Path) -> None:
    out = ok(home, "why", "2").out
    assert "first letter of its thread" in out
    assert "written here by Ana" in out
    assert [one["why"] for one in ok(home, "why", "2", "--jsonl").objects] == [
        line.split("  ")[-1] for line in out.splitlines()
    ]


def test_sla_why_sums_to_what_the_clock_says(home: Path) -> None:
    pieces = ok(home, "sla", "why", "2", "--jsonl").objects
    for promise in ("first", "next", "resolution"):
        mine = [one for one in pieces if one["promise"] == promise]
        assert mine
        assert sum(int(str(one["counted"])) for one in mine) == mine[0]["used"]
        ends = [one["end"] for one in mine]
        assert [one["start"] for one in mine[1:]] == ends[:-1]
    text = ok(home, "sla", "why", "2").out
    assert "first reply: met" in text
    sums = [line for line in text.splitlines() if line.startswith("  sum")]
    assert len(sums) == 3
    assert all(re.search(r"sum (.*), clock \1$", line) for line in sums)


@pytest.mark.parametrize(
    ("args", "code", "sentence"),
    [
        (["ls", "colour:red"], 2, 'There is no field "colour"'),
        (["ls", "status:opn"], 2, "Did you mean open"),
        (["ls", "9-7"], 2, "runs backwards"),
        (["ls", "77"], 3, "There is no ticket 77"),
        (["ls", "tag:nowhere"], 3, "No ticket answers tag:nowhere"),
        (["show", "77"], 3, "There is no ticket 77"),
        (["show"], 2, "Missing argument"),
        (["shw"], 2, "did you mean show"),
        (["ls", "--sort", "size"], 2, "--sort"),
        (["search", "xylophone"], 3, "No ticket answers"),
    ],
)
def test_bad_input_is_one_sentence_and_its_code(
    home: Path, args: list[str], code: int, sentence: str
) -> None:
    result = call(home, *args)
    assert (result.code, result.out) == (code, "")
    assert sentence in result.err
    assert result.err.count("\n") == 1
    assert "Traceback" not in result.err


def test_a_query_error_says_where(home: Path) -> None:
    assert "(at character 9)" in call(home, "ls", "is:open colour:red").err


def test_without_a_desk_reading_makes_none(tmp_path: Path) -> None:
    result = call(tmp_path / "nothing", "ls")
    assert result.code == 3
    assert "deskterm setup" in result.err
    assert not (tmp_path / "nothing").exists()


def test_files_that_are_no_desk_are_left_alone(tmp_path: Path) -> None:
    desk = tmp_path / "desk.db"
    for content, sentence in ((b"", "is empty"), (b"hello" * 100, "is not a desk file")):
        desk.write_bytes(content)
        result = call(tmp_path, "ls")
        assert result.code == 1
        assert sentence in result.err
        assert desk.read_bytes() == content


def test_a_wrong_setting_names_file_line_and_field(home: Path) -> None:
    (home / "config.toml").write_text('agent = "Ana"\n\nundo_secnds = 3\n')
    result = call(home, "ls")
    assert result.code == 1
    assert "config.toml, line 3" in result.err
    assert "undo_secnds" in result.err


def test_without_a_verb_and_a_terminal_it_says_so(home: Path) -> None:
    result = call(home)
    assert result.code == 4
    assert "needs a terminal" in result.err


def test_every_verb_is_there_and_explains_itself(home: Path) -> None:
    listed = ok(home, "--help").out
    for verb in VERBS:
        assert verb in listed
        command = verbs.get_command(None, verb)  # type: ignore[arg-type]
        assert command is not None
        assert command.name == verb
        assert command.help


def test_T15_a_pipe_holds_no_control_character(home: Path) -> None:
    for verb in ("ls", "show", "history", "why"):
        out = ok(home, verb, "5").out + ok(home, verb, "5", "--jsonl").out
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", out), verb


def test_json_lines_lose_nothing(home: Path) -> None:
    (one,) = ok(home, "ls", "5", "--jsonl").objects
    assert "\x1b[2J" in str(one["subject"])
    assert "\u202e" in str(one["subject"])


def test_T15_hostile_text_never_reaches_a_terminal_raw(home: Path) -> None:
    for args in (("ls",), ("show", "5"), ("history", "5")):
        written = on_a_terminal(home, *args).shown
        assert b"Invoice" in written or args[0] == "history"
        assert b"\x1b" not in written
        assert b"\x07" not in written
        assert not re.search("[\x80-\x9f\u202a-\u202e]", written.decode())


def test_columns_are_aligned_on_a_terminal(home: Path) -> None:
    lines = on_a_terminal(home, "ls", "1-3").shown.decode().splitlines()
    assert len({line.index("Dana") for line in lines}) == 1


def test_ls_loads_no_screen_no_mail_and_no_sqlite_utils(home: Path) -> None:
    code = (
        "import sys; from deskterm.cli.main import verbs; code = verbs.called(sys.argv[1:]);"
        "print(code, sorted({m.split('.')[0] for m in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "--home", str(home), "ls"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stderr.startswith("0 ["), done.stderr
    for name in (
        "textual",
        "rich",
        "sqlite_utils",
        "imapclient",
        "aiosmtplib",
        "keyring",
        "themes",
        "selectolax",
    ):
        assert f"'{name}'" not in done.stderr


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_goes_away_is_no_noise(unbuffered: str, home: Path) -> None:
    command = [sys.executable, "-m", "deskterm", "--home", str(home), "keys"]
    env = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env
    ) as process:
        assert process.stdout and process.stderr
        process.stdout.close()
        said = process.stderr.read()
    assert process.returncode != 0
    assert said == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_output_that_cannot_be_written_is_a_failure(home: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "deskterm", "--home", str(home), "ls"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
        )
    assert done.returncode == 1
    assert done.stderr.startswith(b"The output cannot be written (No space left on device)")
    assert done.stderr.count(b"\n") == 1
    assert b"Traceback" not in done.stderr
