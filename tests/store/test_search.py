"""Search finds what people look for and never raises (capabilities L17, faults R06)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from store.keep import fts
from store.model import Kind, Status, Ticket
from store.reads import search as search_module
from store.reads import sql
from store.reads.search import Found, Order, excerpt, search
from store.rules import query
from store.rules.words import stems
from tests.store.desk_rows import Case, Letter, Rows, add, empty

NOW = 1_780_000_000
BASE = Ticket("t", None, "", Status.OPEN, 3, NOW - 1000, NOW)


def _desk(*letters: Letter, tickets: bool = True) -> Rows:
    """Each letter in a ticket of its own, or all in one."""
    rows = empty()
    groups = [(letter,) for letter in letters] if tickets else [letters]
    for n, group in enumerate(groups):
        ticket = replace(BASE, id=f"t{n}", number=n + 1, subject=group[0].subject, updated=NOW + n)
        add(rows, Case(ticket, group))
    return rows


def _ids(rows: Rows, typed: str, order: Order = Order.NEWEST, limit: int = 50) -> list[str]:
    return [hit.ticket for hit in _found(rows, typed, order, limit).hits]


def _found(rows: Rows, typed: str, order: Order = Order.NEWEST, limit: int = 50) -> Found:
    return search(rows.conn, typed, now=NOW, me="ann", order=order, limit=limit, texts=rows.text)


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize(
    ("typed", "letter"),
    [
        ("21:33:vf:cc", Letter(text="The unit 00:21:33:VF:CC is down")),
        ("my_value", Letter(text="set MY_VALUE to 3")),
        ("my_value", Letter(text="set my_value_2 to 3")),
        ("problem", Letter(text="Un problème grave")),
        ("problème", Letter(subject="A PROBLEM")),
        ("ORD-00", Letter(text="order ord-0042 is lost")),
        ("ORD-00", Letter(subject="About PORD-0042")),
        ("refunds", Letter(text="please refund me")),
        ("müller", Letter(sender="MULLER <m@x.example>")),
        ("strasse", Letter(text="Hauptstr. heißt Hauptstraße; Straße 4")),
        ("mue@x.exa", Letter(sender="Mü <blumue@x.example>")),
        ("dana@acme.example", Letter(to=("Dana <Dana@Acme.example>",))),
        ("ab12cd@mail", Letter(msgid="xx-ab12cd@mail.example")),
        ("EU", Letter(text="timeouts in the EU")),
        ("c++", Letter(text="written in C++ today")),
        ("输出", Letter(text="导出输出错误")),
        ("错", Letter(subject="导出输出错误")),
        ("エクス", Letter(text="データエクスポート")),
        ("환불", Letter(text="환불을 원합니다")),
        ("★", Letter(subject="five ★ service")),
        ('"is down"', Letter(text="the unit IS down.")),
        ("inv*", Letter(text="the invoice")),
        ("subject:fails", Letter(subject="Export fails")),
        ("to:billing", Letter(to=("Billing <billing@x.example>",))),
    ],
)
def test_misses_others_had_are_found(typed: str, letter: Letter, order: Order) -> None:
    rows = _desk(Letter(text="something else"), letter, Letter(subject="and more", text="of it"))
    found = _found(rows, typed, order)
    assert [hit.ticket for hit in found.hits] == ["t1"]
    assert found.problems == ()


@pytest.mark.parametrize(
    ("typed", "missed"),
    [
        ("invoice", "the voice"),
        ("refund", "refundx"),
        ('"down is"', "the unit is down"),
        ("export -eu", "export in EU"),
        ("42", "4242"),
    ],
)
def test_what_was_not_meant_is_not_found(typed: str, missed: str) -> None:
    assert _ids(_desk(Letter(text=missed)), typed) == []


SIGNS = """ " "" * ^a {a}:b ( ) OR +a a+b -hello x:y c++ a@b.c NEAR( % _ \\ subject: subject:" 🙂 \u0301 """
HOSTILE = [
    *SIGNS.split(),
    *("\ud800", "\0", "a\0b", "NEAR(a b, 3)", "a OR", "AND AND", "'; DROP TABLE words; --", "text : x"),
    *("a" * 5000, "((((" * 50, "-" * 50, '"' * 999, " ".join(f"w{n}" for n in range(20_000))),
]


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("typed", HOSTILE, ids=range(len(HOSTILE)))
def test_R06_nothing_typed_raises(typed: str, order: Order) -> None:
    rows = _desk(Letter(text="hello a b c w1"), Letter(text=typed.encode("utf-8", "replace").decode()))
    _found(rows, typed, order)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=40), st.text('ab1:-()"*#.,@ORé你 ', max_size=30)))
def test_search_finds_what_the_filter_finds(typed: str) -> None:
    rows = _DESK
    tree = query.visible(query.lenient(typed)[0])
    where = sql.where(tree, now=NOW, me="ann")
    wanted = {
        row[0] for row in rows.conn.execute(f"SELECT t.id FROM ticket AS t WHERE {where.sql}", where.params)
    }
    nothing_asked = query.lenient(typed)[0] == query.EVERYTHING
    for order in Order:
        assert set(_ids(rows, typed, order)) == (set() if nothing_asked else wanted)


def _mixed() -> Rows:
    rows = empty()
    texts = ["a b", "b 1", "ab1 a.b", "b1@a.b é", "你a", "#1 (a)", "b-a", "1:1", "ORab", "é1 b"]
    for n, text in enumerate(texts):
        letters = (Letter(text=text), Letter(text=texts[n - 3], subject=text, msgid=f"b1{n}@a.b"))
        add(
            rows,
            Case(
                replace(BASE, id=f"t{n}", number=n + 1, subject=text, updated=NOW - n),
                letters,
                deleted=n == 4,
            ),
        )
    return rows


_DESK = _mixed()


def test_newest_first_and_the_page_ends() -> None:
    rows = _desk(*(Letter(text=f"refund number {n}", date=n) for n in range(9)))
    found = _found(rows, "refund", limit=4)
    assert [hit.ticket for hit in found.hits] == ["t8", "t7", "t6", "t5"]
    assert found.more
    assert not _found(rows, "refund", limit=9).more


def test_an_archive_that_came_newest_first_is_found_newest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    archive = [Letter(text="refund", date=1_000 - n) for n in range(30)]
    later = [Letter(text="refund", date=2_000 + n) for n in range(2)]
    rows = _desk(*archive, *later)
    assert _ids(rows, "refund", limit=5) == ["t31", "t30", "t0", "t1", "t2"]
    monkeypatch.setattr(search_module, "RANKED", 8)
    assert set(_ids(rows, "refund", Order.RELEVANCE, limit=6)) <= {
        f"t{n}" for n in (*range(5), *range(27, 32))
    }


def test_relevance_prefers_the_subject_and_the_dense() -> None:
    rows = _desk(
        Letter(subject="Export", text="fails"),
        Letter(subject="Hello", text="export " + "and more words " * 40),
        Letter(subject="Hello", text="short export"),
    )
    assert _ids(rows, "export", Order.RELEVANCE) == ["t0", "t2", "t1"]
    assert _ids(rows, "export") == ["t2", "t1", "t0"]


def test_words_in_two_letters_of_a_ticket_are_found_after_those_in_one() -> None:
    rows = empty()
    add(rows, Case(replace(BASE, id="t0"), (Letter(text="export", date=1), Letter(text="refund", date=2))))
    add(rows, Case(replace(BASE, id="t1"), (Letter(text="export"),)))
    add(rows, Case(replace(BASE, id="t2"), (Letter(text="export and refund", date=3),)))
    assert sorted(_ids(rows, "export refund")) == ["t0", "t2"]
    assert _ids(rows, "export refund", Order.RELEVANCE) == ["t2", "t0"]


def test_a_number_comes_first() -> None:
    rows = _desk(*(Letter(text="2 items") for _ in range(4)))
    assert _ids(rows, "2")[0] == "t1"
    assert _ids(rows, "#2") == ["t1"]
    assert _ids(rows, "2", limit=1) == ["t1"]


def test_hits_carry_the_letter_and_the_place() -> None:
    long = "word " * 100 + "Then the Exports failed, exporting twice. " + "tail " * 100
    rows = _desk(Letter(text="nothing"), Letter(text=long), Letter(text="export"), tickets=False)
    (hit,) = _found(rows, "export").hits
    assert hit.messages == ("m2", "m1")
    assert (hit.snippet, hit.marks) == ("export", ((0, 6),))
    snippet, marks = excerpt(long, [(stems("exported"), False)])
    assert [snippet[start:end] for start, end in marks] == ["Exports", "exporting"]
    assert snippet.startswith("…word") and snippet.endswith("…")
    assert len(snippet) < 170


def test_mistakes_are_said_and_the_rest_is_searched() -> None:
    rows = _desk(Letter(text="export"), Letter(text="export statsu open"))
    found = _found(rows, "export statsu:open")
    assert [hit.ticket for hit in found.hits] == ["t1"]
    assert "Did you mean status?" in found.problems[0]


def test_filters_narrow_a_search() -> None:
    rows = empty()
    for n, status in enumerate((Status.OPEN, Status.SOLVED, Status.SPAM)):
        add(rows, Case(replace(BASE, id=f"t{n}", status=status), (Letter(text="refund"),)))
    add(rows, Case(replace(BASE, id="t3"), (Letter(text="refund"),), deleted=True))
    assert _ids(rows, "refund") == ["t1", "t0"]
    assert _ids(rows, "refund is:open") == ["t0"]
    assert _ids(rows, "refund is:spam,bin") == ["t3", "t2"]
    assert _ids(rows, "is:done") == ["t1"]


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize(("few", "some"), [(0, 0), (0, 400), (60, 400)])
def test_a_narrow_search_goes_by_its_tickets_and_finds_the_same(
    monkeypatch: pytest.MonkeyPatch, few: int, some: int, order: Order
) -> None:
    monkeypatch.setattr(search_module, "FEW", few)
    monkeypatch.setattr(search_module, "SOME", some)
    rows = empty()
    for n in range(12):
        ticket = replace(BASE, id=f"t{n}", tags=("vip",) if n % 3 == 0 else (), subject="refund " * (n == 6))
        add(rows, Case(ticket, (Letter(subject=ticket.subject, text="refund" if n % 2 == 0 else "export"),)))
    assert _ids(rows, "refund tag:vip", order) == ["t6", "t0"]
    assert _ids(rows, "export tag:vip -refund", order) in (["t9", "t3"], ["t3", "t9"])
    assert _ids(rows, "refund tag:gone", order) == []


def test_rebuild_gives_the_same_index() -> None:
    rows = _desk(
        Letter(subject="Größe", text="refunds", msgid="x1@y"),
        Letter(kind=Kind.OUT, text="导出"),
        Letter(text="gone", deleted=True),
    )
    asked = ["grosse", "refund", "x1@y", "导", "#1", "gone"]
    before = [_ids(rows, typed) for typed in asked]
    fts.rebuild(rows.conn, rows.text)
    assert [_ids(rows, typed) for typed in asked] == before
    assert before[-1] == []
    for table in ("words", "names"):
        rows.conn.execute(f"INSERT INTO {table}({table}) VALUES('integrity-check')")


def test_a_renamed_ticket_is_found_by_its_new_subject() -> None:
    rows = _desk(Letter(subject="Old name"))
    rows.conn.execute("UPDATE ticket SET subject = 'Fresh título' WHERE id = 't0'")
    fts.index_tickets(rows.conn, ["t0", "t0", "t-unknown"])
    assert _ids(rows, "subject:titulo") == ["t0"]
    assert _ids(rows, 'subject:"old name"') == []


def test_a_first_sync_leaves_one_segment_and_merging_on() -> None:
    rows = empty()
    fts.begin_first_sync(rows.conn)
    for n in range(40):
        add(rows, Case(replace(BASE, id=f"t{n}"), (Letter(text=f"refund {n}"),)))
    fts.end_first_sync(rows.conn)
    segments = rows.conn.execute("SELECT count(DISTINCT segid) FROM words_idx").fetchone()[0]
    settings_kept = dict(rows.conn.execute("SELECT k, v FROM words_config"))
    assert segments <= 1
    assert settings_kept["automerge"] == 4
    assert len(_ids(rows, "refund")) == 40


def test_letters_handed_over_newest_first_are_written_as_one_segment() -> None:
    conn = empty().conn
    conn.execute("INSERT INTO words(words, rank) VALUES('automerge', 0)")
    conn.execute("BEGIN")
    fts.index_messages(conn, [fts.Indexed(n, "", "", f"refund {n}") for n in range(50, 0, -1)])
    conn.execute("COMMIT")
    assert conn.execute("SELECT count(DISTINCT segid) FROM words_idx").fetchone()[0] == 1


def test_a_damaged_recipient_column_is_no_trouble() -> None:
    rows = _desk(Letter(text="hello"))
    for damaged in ("{", "[1]", '{"to": 5}', '{"to": [null, "bo@x.example"]}', "null"):
        rows.conn.execute("UPDATE message SET rcpt = ?", (damaged,))
        fts.index_tickets(rows.conn, ["t0"])
        assert _ids(rows, "to:bo@") == (["t0"] if "bo@" in damaged else [])


def test_R06_twenty_thousand_words_are_answered_with_what_was_read() -> None:
    rows = _desk(Letter(text=" ".join(f"w{n}" for n in range(20_000))))
    found = _found(rows, " ".join(f"w{n}" for n in range(20_000)))
    assert len(found.problems) == 2
