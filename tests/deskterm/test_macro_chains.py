"""Macros with links, checklists, conditions and others after them; the starter pack; class R."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from deskterm import doc_names, doc_texts, known, pack, plans
from store.errors import DocError, QueryError, Refused
from store.model import Doc
from store.reads import many
from store.rules import macros, query, todos
from store.rules.chains import DEEPEST, chained
from store.rules.macros import Macro
from store.rules.rule_text import read_rule
from tests.deskterm.shell import NOW, call, desk_in, digest, ok, opened

STATUS = """+++
name = "Outage"
if = "is:open -tag:vip"
link = "Status https://status.example.com/{{ ticket.number }}"
checklist = ["Call {{ customer.first_name }}", "2d: Ask {{ ask: whom }} again"]
then = ["Sort"]
+++
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return desk_in(tmp_path)


def kept(home: Path, number: str) -> dict[str, str | int | None]:
    with closing(opened(home)) as desk:
        return many.kept(desk.conn, [desk.ticket(number).id]).get(desk.ticket(number).id, {})


def test_links_items_and_the_next_macro_are_one_act_and_one_undo(home: Path) -> None:
    with closing(opened(home)) as desk:
        desk.save_doc("macro", "Outage", STATUS)
    before = digest(home)
    plan = ok(home, "macro", "Outage", "1", "--answer", "whom=Bo", "--dry-run").out
    assert "link: + Status https://status.example.com/1" in plan
    assert "to do: + Ask Bo again, due" in plan and "tag: +sorted" in plan
    ok(home, "macro", "Outage", "1", "--answer", "whom=Bo")
    found = [todos.read(field[5:], value) for field, value in kept(home, "1").items() if field[:4] == "todo"]
    assert sorted((one.text, one.due) for one in found if one) == [
        ("Ask Bo again", NOW + 2 * 86_400), ("Call Dana", None)
    ]  # fmt: skip
    with closing(opened(home)) as desk:
        assert (desk.ticket("1").priority, desk.ticket("1").assignee) == (2, "Ana")
    ok(home, "undo")
    assert digest(home) == before


def test_a_macro_refuses_where_its_condition_does_not_hold(home: Path) -> None:
    with closing(opened(home)) as desk:
        desk.save_doc("macro", "Outage", STATUS)
    refused = call(home, "macro", "Outage", "1,4", "--answer", "whom=Bo", "--yes")
    assert refused.code == 4
    assert "#4: the macro Outage is for tickets with is:open -tag:vip" in refused.err
    assert kept(home, "1") == {}


@pytest.mark.parametrize(
    ("field", "line", "column", "words"),
    [
        ('link = "our page"', 3, 8, "has to hold an address"),
        ('link = "https://x.example/{{ nobody }}"', 3, 27, "nothing is called"),
        (
            'link = """\nhttps://x.example\nOurs https://y.example/{{ nobody }}\n"""',
            5,
            24,
            "nothing is called",
        ),
        ('note = "to {{ nobody }}"', 3, 12, "nothing is called"),
        ('note = """\nOne.\nto {{ nobody }}\n"""', 5, 4, "nothing is called"),
        ('note = "\\u007b{ nobody }}"', 3, 8, "nothing is called"),
        ('checklist = ["2d: "]', 3, 13, "needs words"),
        ('checklist = "Call"', 3, 13, "has to be a list"),
        ('checklist = ["{{ tickt.number }}"]', 3, 15, "ticket.number"),
        ('checklist = [\n  "Call",\n  "2d:   Ask {{ tickt.number }}",\n]', 5, 14, "ticket.number"),
        ('if = "status:opn"', 3, 14, "does not know"),
        ('if = "colour:red"', 3, 7, "colour"),
        ('then = ["Nothing"]', 3, 8, "no macro of that name"),
        ('then = ["One"]', 3, 8, "runs itself"),
        ('then = ["Two"]', 3, 8, "One, which runs Two, which runs One"),
        ("then = [3]", 3, 8, "list of texts"),
    ],
)
def test_a_mistake_is_named_with_line_and_column_before_it_is_kept(
    home: Path, field: str, line: int, column: int, words: str
) -> None:
    text = f'+++\nname = "One"\n{field}\nstatus = "open"\n+++\n'
    with closing(opened(home)) as desk:
        desk.save_doc("macro", "Two", '+++\nname = "Two"\nthen = ["One"]\n+++\n')
        with pytest.raises(DocError) as caught:
            doc_texts.check("macro", "One", text)
            doc_names.check(desk.conn, [Doc("", "macro", "One", text)])
    assert words in str(caught.value)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_a_chain_has_an_end_however_it_is_made() -> None:
    deep = {f"M{n}": Macro(f"M{n}", then=(f"M{n + 1}",)) for n in range(9)}
    with pytest.raises(Refused, match=f"{DEEPEST} deep"):
        chained(deep["M0"], deep.get)
    wide = {"All": Macro("All", then=("A",) * 30), "A": Macro("A", status="open")}
    with pytest.raises(Refused, match="more than"):
        chained(wide["All"], wide.get)
    doubling = {f"D{n}": Macro(f"D{n}", then=(f"D{n + 1}",) * 25) for n in range(4)}
    with pytest.raises(Refused):
        chained(doubling["D0"], doubling.get)


def test_the_later_macro_of_a_chain_counts_and_texts_follow_one_another() -> None:
    first = Macro("A", reply="One.", status="open", add=("x", "y"), only="is:open", then=("B",))
    after = Macro("B", reply="Two.", status="solved", remove=("y",), only="tag:x OR tag:z")
    whole = chained(first, {"B": after}.get)
    assert (whole.reply, whole.status, whole.add, whole.remove) == ("One.\n\nTwo.", "solved", ("x",), ("y",))
    assert query.parse(whole.only) == query.parse("is:open (tag:x OR tag:z)")


def test_a_circle_on_the_desk_stops_and_says_so(home: Path) -> None:
    """Two desks can each keep a macro that is fine alone."""
    with closing(opened(home)) as desk:
        desk.save_doc("macro", "A", '+++\nname = "A"\nthen = ["B"]\n+++\n')
        desk.save_doc("macro", "B", '+++\nname = "B"\nthen = ["A"]\n+++\n')
        assert {"A", "B"} <= {macro.name for macro in known.usable_macros(desk).values()}
    refused = call(home, "macro", "A", "1")
    assert refused.code == 4 and "in a circle" in refused.err


STARTER = pack.named("starter")


def test_the_starter_pack_is_taken_in_and_every_macro_says_what_it_needs(home: Path) -> None:
    assert len(STARTER.docs) == 18
    ok(home, "docs", "add", "starter")
    with closing(opened(home)) as desk:
        for doc in STARTER.docs:
            macro = macros.parse(desk.doc("macro", doc.name).body)
            answers = dict.fromkeys(macros.blanks(macro), "x")
            step = plans.make_macro(desk, macro, [desk.ticket("1").id], answers).steps[0]
            assert step.happens
            assert not step.problem or "is for tickets with" in step.problem, (doc.name, step.problem)
            assert not {*map(str, macro.reply)} & {"\u2014", "\u2013"}


ESCAPES = (
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ ticket.__init__.__globals__ }}",
    "{{ config.items() }}",
    "{{ ticket.subject|attr('__class__') }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
)


@pytest.mark.parametrize("text", ESCAPES)
def test_R01_escapes_of_other_template_languages_are_text_or_refused(home: Path, text: str) -> None:
    body = f'+++\nname = "Bad"\nstatus = "open"\n+++\n{text}\n'
    if "{{" in text:
        with pytest.raises(DocError):
            doc_texts.check("macro", "Bad", body)
    with closing(opened(home)) as desk:
        desk.save_doc("macro", "Bad", body)
    refused = call(home, "macro", "Bad", "1")
    assert refused.code == 4 and "Nothing was changed" in refused.err
    assert "root" not in refused.out + refused.err


def test_R02_a_bomb_of_checklists_and_chains_is_stopped_before_it_grows(home: Path) -> None:
    many_items = ", ".join(f'"item {n}"' for n in range(60))
    with pytest.raises(DocError, match="more than 50"):
        macros.parse(f'+++\nname = "x"\nchecklist = [{many_items}]\n+++\n')
    with closing(opened(home)) as desk:
        for n in range(4):
            then = ", ".join([f'"B{n + 1}"'] * 25)
            desk.save_doc("macro", f"B{n}", f'+++\nname = "B{n}"\nthen = [{then}]\n+++\nx\n')
        desk.save_doc("macro", "B4", '+++\nname = "B4"\n+++\n' + "{{ ticket.subject }}" * 150 + "\n")
    assert call(home, "macro", "B0", "1").code == 4


def test_R04_an_unknown_name_refuses_the_letter_and_is_named(home: Path) -> None:
    with closing(opened(home)) as desk:
        desk.save_doc("macro", "Odd", '+++\nname = "Odd"\n+++\nYour {{ ticket.colour }}\n')
    refused = call(home, "macro", "Odd", "1")
    assert refused.code == 4 and "ticket.colour" in refused.err


def test_R05_what_a_customer_wrote_stays_as_it_is_in_links_and_items(home: Path) -> None:
    text = '+++\nname = "Echo"\nlink = "https://x.example/ {{ ticket.subject }}"\n'
    text += 'checklist = ["{{ ticket.subject }}"]\n+++\n'
    with closing(opened(home)) as desk:
        desk.save_doc("macro", "Echo", text)
    ok(home, "set", "1", "subject={{ agent.name }} {{ ask: x }}")
    ok(home, "macro", "Echo", "1")
    values = " ".join(str(value) for value in kept(home, "1").values())
    assert values.count("{{ agent.name }} {{ ask: x }}") == 2


@pytest.mark.parametrize("words", ["/(a+)+$/", 'subject:"(a+)+$"', "body:/(.*)*x/"])
def test_R08_a_rule_has_no_pattern_that_could_run_away(words: str) -> None:
    """Queries know words and parts of words: what looks like a pattern is compared letter by letter."""
    try:
        rule = read_rule(f"when = 'received'\nmatch = '{words}'\n[do]\nstatus = 'open'\n", name="x")
    except (DocError, QueryError) as refused:
        assert str(refused)
    else:
        assert rule.tree is not None


@pytest.mark.parametrize(
    ("kind", "text", "line", "column", "words"),
    [
        (
            "rule",
            'when = "replied"\n[do]\nmacro = "Refunds"\n',
            3,
            9,
            "names the macro Refunds, which this desk does not have; did you mean Refund",
        ),
        (
            "rule",
            'when = "replied"\n[do]\nmacro = "refund"\n',
            3,
            9,
            "can ask nobody, and its macro refund asks for amount",
        ),
        ("rule", 'when = "replied"\n[do]\nmacro = "Next"\n', 3, 9, "its macro Next asks for amount"),
        ("policy", 'hours = "ofice"\n', 1, 9, "the hours ofice, .* did you mean office"),
        (
            "ack",
            'subject = "Hi"\nopen = "Hello"\nhours = "nights"\n',
            3,
            9,
            "hours nights, which this desk does not have; there are: office, 24/7.",
        ),
    ],
)
def test_what_a_doc_names_has_to_be_there(
    home: Path, kind: str, text: str, line: int, column: int, words: str
) -> None:
    with closing(opened(home)) as desk:
        desk.save_doc("macro", "Next", '+++\nname = "Next"\nthen = ["Refund"]\n+++\n')
        news = Doc("", kind, "One", text)
        doc_texts.check(kind, "One", text)
        with pytest.raises(DocError, match=words) as caught:
            doc_names.check(desk.conn, [news])
        assert (caught.value.line, caught.value.column) == (line, column)
        nights = Doc("", "hours", "Nights", 'zone = "UTC"\nweek = "24/7"\n')
        doc_names.check(
            desk.conn, [Doc("", "ack", "One", 'subject = "Hi"\nopen = "H"\nhours = "nights"\n'), nights]
        )
