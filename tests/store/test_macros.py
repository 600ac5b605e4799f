"""Macros: what their text may say, what running one does, and what it can never do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import DocError, Refused
from store.model import PRIORITIES, TYPES, Account, Customer, Status, Ticket
from store.registry import BY_NAME, known
from store.rules.context import NAMES, first_name
from store.rules.macros import Macro, blanks, context, lint, parse, run, write
from store.rules.template import LONGEST_TEXT, LONGEST_VALUE, fill, look_up, read

REFUND = """+++
name = "Refund, within 14 days"
key = "R"
starred = true
status = "solved"
tags = ["refund", "-trial"]
note = \"\"\"
Refunded {{ ask: amount }}.
\"\"\"
+++

Hi {{ ticket.customer.first_name | default: "there" }},

your refund of {{ ask: amount }} EUR is on its way.
"""

TICKET = Ticket("t1", 12, "Refund please", Status.OPEN, 3, 1_770_000_000, 1_770_000_000)
DANA = Customer("c1", "dana@acme.example", "Dana Reyes")
ACME = Account("o1", "Acme", tier="Enterprise", arr=212_000)
VALUES = context(TICKET, DANA, ACME, "Marek Novak", now=1_770_000_000)


class TestText:
    def test_a_macro_reads_as_it_is_written(self) -> None:
        macro = parse(REFUND)
        assert (macro.name, macro.key, macro.starred) == ("Refund, within 14 days", "R", True)
        assert (macro.status, macro.add, macro.remove) == ("solved", ("refund",), ("trial",))
        assert macro.reply.startswith("Hi {{")
        assert macro.note == "Refunded {{ ask: amount }}."
        assert parse(write(macro)) == macro

    @pytest.mark.parametrize(
        ("text", "line", "words"),
        [
            ("Hello", 1, "begins with a line"),
            ('+++\nname = "x"\n', 3, "never closed"),
            ("+++\nname = \n+++\n", 2, "TOML"),
            ('+++\nname = "x"\nstaus = "open"\n+++\n', 3, "did you mean status"),
            ('+++\nname = "x"\n\nstatus = "opn"\n+++\n', 4, "there are: new, open"),
            ('+++\nname = "x"\npriority = 9\n+++\n', 3, "from 1"),
            ('+++\nname = "x"\npriority = true\n+++\n', 3, "from 1"),
            ('+++\nname = "x"\ntags = "refund"\n+++\n', 3, "in a list"),
            ('+++\nname = "x"\ntags = ["a b"]\n+++\n', 3, "in a list"),
            ('+++\nname = "x"\nsnooze = "soon"\n+++\n', 3, "30m"),
            ('+++\nname = "x"\nkey = "RR"\n+++\n', 3, "one letter"),
            ('+++\nname = "x"\nstarred = "yes"\n+++\n', 3, "true or false"),
            ("+++\nname = 3\n+++\n", 2, "double quotes"),
            ("+++\nstatus = 'open'\n+++\n", 2, "needs a name"),
        ],
    )
    def test_a_mistake_is_named_at_its_line(self, text: str, line: int, words: str) -> None:
        with pytest.raises(DocError) as caught:
            parse(text)
        assert caught.value.line == line
        assert words in str(caught.value)

    def test_lint_points_at_every_wrong_placeholder(self) -> None:
        text = REFUND.replace("first_name", "first_nam").replace(
            "{{ ask: amount }}.", "{{ ask: }} {{ x | up }}."
        )
        found = [(error.line, error.column) for error in lint(parse(text))]
        assert found == [(8, 10), (8, 21), (12, 4)]
        assert "ticket.customer.first_name" in str(lint(parse(text))[-1])

    def test_lint_passes_what_is_right_and_refuses_what_does_nothing(self) -> None:
        assert lint(parse(REFUND)) == []
        assert [error.line for error in lint(Macro("empty"))] == [1]
        assert "longer" in str(lint(Macro("long", reply="x" * 70_000))[0])

    def test_every_name_lint_allows_is_in_the_context(self) -> None:
        for name in NAMES:
            *path, last = name.split(".")
            holder = look_up(VALUES, ".".join(path)) if path else VALUES
            assert last in holder  # type: ignore[operator]


class TestRun:
    def test_it_gives_fields_the_registry_knows(self) -> None:
        macro = Macro("all", status="waiting", priority=2, type="bug", assignee="me", group="eng", add=("a",),
                      remove=("b",), snooze="2d")  # fmt: skip
        result = run(macro, VALUES)
        assert result.sets == (
            ("status", "waiting"), ("priority", 2), ("type", "bug"), ("assignee", "Marek Novak"),
            ("grp", "eng"), ("tag.a", 1), ("tag.b", None), ("snooze_until", 1_770_000_000 + 172_800),
        )  # fmt: skip
        assert all(known(BY_NAME["ticket"], name) for name, _ in result.sets)
        assert (result.reply, result.note) == (None, None)

    def test_nobody_and_no_group_clear_the_field(self) -> None:
        assert run(Macro("x", assignee="", group=""), VALUES).sets == (("assignee", None), ("grp", None))

    def test_blanks_are_asked_for_and_reported_until_filled(self) -> None:
        macro = parse(REFUND)
        assert blanks(macro) == ("amount",)
        assert run(macro, VALUES).blanks == ("amount",)
        done = run(macro, VALUES, {"amount": "49"})
        assert done.blanks == ()
        assert done.reply == "Hi Dana,\n\nyour refund of 49 EUR is on its way."
        assert done.note == "Refunded 49."

    def test_a_default_and_a_missing_value_are_told_apart(self) -> None:
        values = context(TICKET, None, None, "Marek")
        result = run(
            Macro("x", reply='{{ customer.first_name | default: "you" }}/{{ account.name }}'), values
        )
        assert result.reply == "you/"
        assert result.used_default == ("customer.first_name",)
        assert result.missing == ("account.name",)

    def test_it_refuses_to_guess_time_or_agent(self) -> None:
        with pytest.raises(Refused):
            run(Macro("x", snooze="2d"), {})
        with pytest.raises(Refused):
            run(Macro("x", assignee="me"), {})


class TestLanguage:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("{{name|upcase}}", "ANA"),
            ("{{ name | upcase | downcase | capitalize }}", "Ana"),
            ("{{ name | truncate: 2 }}", "a…"),
            ('{{ name | truncate: 2, "" }}', "an"),
            ("{{ at | date }}", "2 February 2026"),
            ('{{ at | date: "%a %-d %b %Y %H:%M %%" }}', "Mon 2 Feb 2026 02:40 %"),
            ('{{ name | date | default: "soon" }}', "soon"),
            ('{{ "{{" }} stays', "{{ stays"),
            ("{{ yes }} {{ none }}{{ half }}", "true 0.5"),
            ("a }} b { c", "a }} b { c"),
        ],
    )
    def test_it_says(self, text: str, shown: str) -> None:
        values = {"name": "ana", "at": 1_770_000_000, "yes": True, "none": None, "half": 0.5}
        assert fill(read(text), values).text == shown

    @pytest.mark.parametrize("moment", [10**15, -(10**15), 10**400, "x", True, None])
    def test_an_absurd_moment_is_a_missing_value(self, moment: object) -> None:
        assert fill(read("{{ at | date }}"), {"at": moment}).missing == ("at",)

    @pytest.mark.parametrize(
        "text", ["{{ x", "{{ a b }}", "{{ x | nope }}", "{{ x | default }}", "{{}}", "{{ 1 }}"]
    )
    def test_what_makes_no_sense_stays_and_is_reported(self, text: str) -> None:
        filled = fill(read(text), {"x": "y"})
        assert (filled.text, filled.missing) == (text, (text,))

    def test_objects_cannot_be_reached(self) -> None:
        filled = fill(read("{{ x.__class__ }}{{ x.upper }}{{ o }}"), {"x": "y", "o": object()})
        assert filled.text == ""

    @pytest.mark.parametrize(
        ("name", "first"),
        [
            ("Dana Reyes", "Dana"), ("Reyes, Dana", "Dana"), ("Dr. Ana Costa", "Ana"), ("J. Okafor", ""),
            ("佐藤 由紀", "佐藤 由紀"), ("", ""), ("b2b@corp.example", ""),
            ("Jean-Luc P", "Jean-Luc"), ("\u202ex", ""),
        ],
    )  # fmt: skip
    def test_first_names_are_never_rude(self, name: str, first: str) -> None:
        assert first_name(name) == first


hostile = st.text() | st.sampled_from(
    ["{{ agent.name }}", "{{ ask: amount }}", "}}{{", "{{", "| upcase }}", "{% raw %}", "${x}", "{0}", "%s"]
)


@given(hostile, hostile, hostile)
def test_R05_customer_text_stays_literal(name: str, subject: str, answer: str) -> None:
    macro = Macro("x", reply="<{{ customer.name }}|{{ ticket.subject }}|{{ ask: amount }}>")
    ticket = Ticket("t1", 1, subject, Status.OPEN, 3, 0, 0)
    values = context(ticket, Customer("c", "a@b.example", name), None, "Marek")
    reply = run(macro, values, {"amount": answer}).reply
    assert reply == f"<{name}|{subject}|{answer}>"


@given(st.text("{}|:\"' ax.,0", max_size=300) | st.text(max_size=100))
def test_any_text_is_read_and_filled_without_an_error(text: str) -> None:
    fill(read(text), {"a": {"x": "v"}, "x": "{{ x }}"})


@given(st.integers(1, 400), st.integers(0, 60_000))
def test_R02_bombs_are_bounded(slots: int, size: int) -> None:
    text = "{{ x | upcase | downcase }}" * slots
    try:
        filled = fill(read(text), {"x": "ß" * size})
    except Refused as refused:
        assert slots * min(size, LONGEST_VALUE) * 2 > LONGEST_TEXT
        assert "characters" in str(refused)
    else:
        assert len(filled.text) <= LONGEST_TEXT


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
lines = words.map(lambda text: text.replace("\r", " ").strip()) | st.just("a\n+++\nb")
tags = st.lists(st.sampled_from(["vip", "refund", "échéance", "2.3".replace(".", "-")]), unique=True).map(
    tuple
)


@given(
    st.builds(
        Macro,
        name=words.map(lambda text: " ".join(text.split()) or "x"),
        reply=lines,
        note=lines,
        key=st.sampled_from(["", "R", "é"]),
        starred=st.booleans(),
        status=st.sampled_from(["", *Status]).map(str),
        priority=st.sampled_from([None, *PRIORITIES]),
        type=st.sampled_from(["", *TYPES]),
        assignee=st.none() | words.map(str.strip),
        group=st.none() | words.map(str.strip),
        add=tags,
        snooze=st.sampled_from(["", "30m", "2d"]),
    )
)
def test_text_form_there_and_back(macro: Macro) -> None:
    assert parse(write(macro)) == macro
