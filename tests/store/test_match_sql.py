"""The two back ends of the query language: SQL and the predicate say the same about every ticket."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from store.model import Account, Bucket, Customer, Kind, Status, Ticket
from store.reads import sql
from store.rules import fields, query
from store.rules.match import Subject, matches, may_match
from store.rules.query import Node, Term, Text, all_of, any_of, not_, parse
from store.rules.spans import Amount, Day, Length
from tests.store.desk_rows import Case, Letter, Rows, add, add_people, empty

NOW = 1_780_000_000
DAY = 86_400

ACCOUNTS = (
    Account(
        "o1", "Acme Corp", "acme.example", tier="Enterprise", arr=90_000, csm="ann", renewal=NOW + 20 * DAY
    ),
    Account("o2", "Bäcker", "", tier="", arr=None, csm="", renewal=NOW - DAY),
)
CUSTOMERS = (
    Customer("c1", "dana@acme.example", "Dana Müller", account="o1"),
    Customer("c2", "li@bäcker.example", "", account="o2"),
    Customer("c3", "", "Lone"),
)

WORDS = [
    "refund",
    "Refunds",
    "refunding",
    "export",
    "müller",
    "Muller",
    "Straße",
    "ORD-0042",
    "my_value",
    "导出输出错误",
    "输出",
    "21:33:vf:cc",
    "EU",
    "c++",
    "4127",
    "42",
    "don't",
    "★",
    "dana@acme.example",
]
TEXT = st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join)
PERSON = st.sampled_from(["", "Dana Müller <dana@acme.example>", "Ops <ops@x.example>", "bob@bäcker.example"])
LETTERS = st.builds(
    Letter,
    kind=st.sampled_from(list(Kind)),
    subject=TEXT,
    sender=PERSON,
    text=TEXT,
    to=st.lists(PERSON.filter(bool), max_size=2).map(tuple),
    cc=st.lists(PERSON.filter(bool), max_size=1).map(tuple),
    msgid=st.sampled_from(["", "ab12@x.example", "zz@y"]),
    files=st.booleans(),
    auto=st.booleans(),
    deleted=st.sampled_from([False, False, True]),
)
MOMENT = st.sampled_from(
    [NOW - 8 * DAY, NOW - 7 * DAY, NOW - DAY, NOW - 1, NOW, NOW + 1, NOW + 3600, NOW + DAY]
)
MAYBE = st.one_of(st.none(), MOMENT)
TICKETS = st.builds(
    Ticket,
    id=st.just("t"),
    number=st.one_of(st.none(), st.sampled_from([42, 4127])),
    subject=TEXT,
    status=st.sampled_from(list(Status)),
    priority=st.integers(1, 4),
    created=MOMENT,
    updated=MOMENT,
    type=st.sampled_from(["", "bug", "Bug"]),
    channel=st.sampled_from(["mail", ""]),
    brand=st.sampled_from(["", "acme"]),
    customer=st.sampled_from(["", "c1", "c2", "c3", "c-gone"]),
    assignee=st.sampled_from(["", "ann", "Ann", "bob"]),
    group=st.sampled_from(["", "Billing"]),
    snooze_until=MAYBE,
    merged_into=st.sampled_from(["", "", "t-other"]),
    unread=st.booleans(),
    due_at=MAYBE,
    warn_at=MAYBE,
    tags=st.lists(st.sampled_from(["vip", "VIP", "refund", "ü"]), unique=True, max_size=3).map(tuple),
)
CASES = st.builds(
    Case,
    ticket=TICKETS,
    letters=st.lists(LETTERS, max_size=3).map(tuple),
    deleted=st.sampled_from([False, False, True]),
    draft=st.booleans(),
)

OPS = st.sampled_from(["", "<", "<=", ">", ">="])
PARTS = st.sampled_from(
    [
        "dana",
        "DANA",
        "acme",
        "müller",
        "muller",
        "Bäck",
        "example",
        "none",
        "c1",
        "o1",
        "re",
        "ord-0",
        "@",
        "refund",
    ]
)
LENGTHS = st.builds(Length, OPS, st.sampled_from([0, 1, 3600, DAY, 7 * DAY, 20 * DAY]))
DAYS = st.builds(
    Day, OPS, st.sampled_from(["today", "yesterday", "tomorrow", "2026-05-28", "2026-05", "2026"])
)
AMOUNTS = st.builds(Amount, OPS, st.sampled_from([1, 2, 4, 42, 4127, 90_000]))
NAMES = st.sampled_from(
    ["me", "none", "ann", "ANN", "bob", "zoe", "billing", "Bug", "mail", "acme", "enterprise"]
)


def _values(field: fields.Field) -> st.SearchStrategy[fields.Value]:
    match field.kind:
        case fields.Kind.CHOICE:
            return st.sampled_from(field.choices)
        case fields.Kind.AMOUNT:
            return AMOUNTS.filter(lambda a: a.number in (1, 2, 4)) if field.name == "priority" else AMOUNTS
        case fields.Kind.TIME:
            if field.name == "since":
                return st.sampled_from([Length("", DAY), Day("", "today"), Day("", "2026-05")])
            return LENGTHS if field.name == "sla" else st.one_of(LENGTHS, DAYS)
        case fields.Kind.TAG:
            return st.sampled_from(["vip", "Vip", "refund", "ü", "gone"])
        case fields.Kind.ID:
            return st.sampled_from(["t0", "t1", "ab12@x.example", "zz@y", "nothing"])
        case fields.Kind.PART:
            return PARTS
        case _:
            return NAMES


TERMS = st.sampled_from(fields.FIELDS).flatmap(
    lambda field: st.builds(
        Term, st.just(field.name), st.lists(_values(field), min_size=1, max_size=3, unique=True).map(tuple)
    )
)
TEXTS = st.builds(
    Text,
    st.lists(st.sampled_from([*WORDS, "ref", "ord", "12@x", "0042"]), min_size=1, max_size=2).map(" ".join),
    st.booleans(),
)
TREES = st.recursive(
    st.one_of(TERMS, TEXTS),
    lambda inner: st.one_of(
        st.builds(not_, inner),
        st.lists(inner, min_size=1, max_size=3).map(all_of),
        st.lists(inner, min_size=1, max_size=3).map(any_of),
    ),
    max_leaves=6,
)


def _desk(cases: list[Case]) -> tuple[Rows, list[Subject]]:
    rows = empty()
    add_people(rows, ACCOUNTS, CUSTOMERS)
    named = [
        Case(_named(case.ticket, f"t{n}"), case.letters, case.deleted, case.draft)
        for n, case in enumerate(cases)
    ]
    return rows, [add(rows, case) for case in named]


def _named(ticket: Ticket, eid: str) -> Ticket:
    return replace(ticket, id=eid)


def _found(rows: Rows, tree: Node, me: str = "ann") -> tuple[set[str], sql.Where]:
    where = sql.where(tree, now=NOW, me=me)
    query_text = f"SELECT t.id FROM ticket AS t WHERE {where.sql}"
    return {row[0] for row in rows.conn.execute(query_text, where.params)}, where


@settings(max_examples=120, deadline=None)
@given(
    st.lists(CASES, min_size=1, max_size=5),
    st.lists(TREES, min_size=6, max_size=12),
    st.sampled_from(["ann", ""]),
)
def test_both_back_ends_agree(cases: list[Case], trees: list[Node], me: str) -> None:
    rows, subjects = _desk(cases)
    try:
        for tree in [*trees, *map(query.visible, trees)]:
            found, where = _found(rows, tree, me)
            wanted = {s.ticket.id for s in subjects if matches(tree, s, now=NOW, me=me)}
            assert found == wanted, str(tree)
            assert {s.ticket.bucket for s in subjects if s.ticket.id in found} <= where.buckets
    finally:
        rows.conn.close()


@settings(max_examples=60, deadline=None)
@given(st.lists(CASES, min_size=1, max_size=3), st.lists(TREES, min_size=4, max_size=8))
def test_a_ticket_whose_letters_need_not_be_read_answers_no(cases: list[Case], trees: list[Node]) -> None:
    rows, subjects = _desk(cases)
    rows.conn.close()
    for tree in (*trees, *map(not_, trees)):
        for seen in subjects:
            bare = Subject(seen.ticket, seen.customer, seen.account)
            if not may_match(tree, bare, now=NOW, me="ann"):
                assert not matches(tree, seen, now=NOW, me="ann"), str(tree)


@pytest.mark.parametrize(
    ("typed", "may"),
    [
        ("refund tag:gone", False),
        ("refund OR tag:gone", True),
        ("-(refund OR tag:vip)", False),
        ("-(refund tag:vip)", True),
        ("-tag:gone has:file", True),
        ("is:done from:acme", False),
    ],
)
def test_what_the_ticket_alone_decides(typed: str, may: bool) -> None:
    seen = Subject(Ticket("t", 1, "", Status.OPEN, 3, 0, 0, tags=("vip",)))
    assert may_match(parse(typed), seen, now=NOW, me="ann") is may


@pytest.fixture(scope="module")
def desk() -> Rows:
    """Nine tickets that differ in one thing each."""
    rows = empty()
    add_people(rows, ACCOUNTS, CUSTOMERS)
    base = Ticket("t0", 1, "Export fails", Status.OPEN, 3, NOW - 8 * DAY, NOW - DAY)
    changes: list[dict[str, object]] = [
        {},
        {"assignee": "ann", "due_at": NOW - 1, "tags": ("vip",)},
        {"status": Status.WAITING, "customer": "c1", "priority": 1},
        {"status": Status.SOLVED, "customer": "c2"},
        {"snooze_until": NOW + DAY, "due_at": NOW + 600, "warn_at": NOW - 5},
        {"status": Status.SPAM},
        {"created": NOW - 60, "unread": True, "type": "bug"},
    ]
    for n, change in enumerate(changes):
        ticket = replace(base, **{"id": f"t{n}", "number": n + 1, **change})  # pyright: ignore[reportArgumentType]
        add(
            rows,
            Case(ticket, (Letter(text="I want a refund", files=n == 6, sender="Dana <dana@acme.example>"),)),
        )
    add(rows, Case(replace(base, id="t7", number=8), (Letter(Kind.NOTE, text="angry"),), deleted=True))
    add(rows, Case(replace(base, id="t8", number=9), (Letter(Kind.OUT, text="done"),), draft=True))
    return rows


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("is:open", [1, 2, 3, 5, 7, 9]),
        ("is:active", [1, 2, 7, 9]),
        ("status:open,waiting", [1, 2, 3, 5, 7, 8, 9]),
        ("is:mine", [2]),
        ("assignee:me is:late", [2]),
        ("assignee:ANN", [2]),
        ("is:unassigned -is:open", [4, 6, 8]),
        ("is:soon", [5]),
        ("sla:<1h", [2, 5]),
        ("sla:<0", [2]),
        ("created:>7d is:active", [1, 2, 9]),
        ("created:<1h", [7]),
        ("is:unread type:BUG has:file", [7]),
        ("account.tier:enterprise", [3]),
        ("account.arr:>50k account.csm:me account.renewal:<30d", [3]),
        ("account.tier:none", [1, 2, 4, 5, 6, 7, 8, 9]),
        ("from:müll", [3]),
        ("customer:dana", [3]),
        ("from:dana", [1, 2, 3, 4, 5, 6, 7]),
        ("has:note", [8]),
        ("has:reply has:draft", [9]),
        ("-tag:VIP assignee:me", []),
        ("refunds -is:open", [4, 6]),
        ("#3", [3]),
        ("number:>8", [9]),
        ("pri:<=2", [3]),
        ("is:done OR is:spam", [4, 6]),
        ('subject:"rt fai" is:waiting', [3]),
        ("bucket:bin", [8]),
        ("body:refund is:done", [4]),
        ("body:export", []),
    ],
)  # fmt: skip
def test_words_mean_what_they_say(desk: Rows, typed: str, numbers: list[int]) -> None:
    where = sql.where(parse(typed), now=NOW, me="ann")
    found = desk.conn.execute(f"SELECT t.number FROM ticket AS t WHERE {where.sql} ORDER BY 1", where.params)
    assert [row[0] for row in found] == numbers


@pytest.mark.parametrize(
    ("typed", "case"),
    [
        ("tag:vip", Case(Ticket("t", 1, "", Status.OPEN, 3, 0, 0, tags=("ViP",)))),
        ("status:open -is:active", Case(Ticket("t", 1, "", Status.OPEN, 3, 0, 0, merged_into="t2"))),
        ("status:open is:done", Case(Ticket("t", 1, "", Status.OPEN, 3, 0, 0, merged_into="t2"))),
        ("status:waiting is:snoozed", Case(Ticket("t", 1, "", Status.WAITING, 3, 0, 0, snooze_until=NOW))),
        ("status:spam bucket:bin", Case(Ticket("t", 1, "", Status.SPAM, 3, 0, 0), deleted=True)),
        ("group:BILLING", Case(Ticket("t", 1, "", Status.OPEN, 3, 0, 0, group="Billing"))),
        ("-refund", Case(Ticket("t", 1, "", Status.OPEN, 3, 0, 0), (Letter(text="refund", deleted=True),))),
        ("-account.arr:>1 -sla:<1h -is:late", Case(Ticket("t", 1, "", Status.OPEN, 3, 0, 0))),
        ("is:late sla:0", Case(Ticket("t", 1, "", Status.OPEN, 3, 0, 0, due_at=NOW))),
        ("-is:soon", Case(Ticket("t", 1, "", Status.OPEN, 3, 0, 0, due_at=NOW, warn_at=NOW))),
        ("-has:reply", Case(Ticket("t", 1, "", Status.OPEN, 3, 0, 0), (Letter(Kind.OUT, auto=True),))),
    ],
)
def test_both_back_ends_hold_at_the_edges(typed: str, case: Case) -> None:
    rows, (subject,) = _desk([case])
    assert _found(rows, parse(typed))[0] == {"t0"}
    assert matches(parse(typed), subject, now=NOW, me="ann")


@pytest.mark.parametrize(
    ("typed", "index"),
    [
        ("assignee:me is:active", "ticket_mine (bucket=? AND <expr>=?"),
        ("is:active", "(bucket=?"),
        ("assignee:Ann is:active", "ticket_mine (bucket=? AND <expr>=?"),
        ("status:open assignee:me", "ticket_mine (bucket=? AND <expr>=?"),
        ("#12", "ticket_number (number>? AND number<?)"),
        ("from:acme is:done", "ticket_customer (customer=?)"),
        ("refund is:done", "sqlite_autoindex_ticket_1 (id=?)"),
    ],
)
def test_indexes_are_used(desk: Rows, typed: str, index: str) -> None:
    where = sql.where(parse(typed), now=NOW, me="ann")
    plan = desk.conn.execute(
        f"EXPLAIN QUERY PLAN SELECT t.id FROM ticket AS t WHERE {where.sql}", where.params
    )
    steps = [row[3] for row in plan]
    assert any(index in step for step in steps if " t " in step), steps


def test_buckets_follow_from_the_tree() -> None:
    def of(typed: str) -> set[Bucket]:
        return set(sql.where(parse(typed), now=NOW, me="ann").buckets)

    assert of("is:active tag:x") == {Bucket.ACTIVE}
    assert of("-is:done -bucket:spam,bin") == {Bucket.ACTIVE, Bucket.WAITING, Bucket.SNOOZED}
    assert of("is:active OR is:spam") == {Bucket.ACTIVE, Bucket.SPAM}
    assert of("status:solved -bucket:bin") == {Bucket.DONE}
    assert of("tag:x") == set(Bucket)
    assert of("is:active is:spam") == set()


def test_nothing_typed_reaches_sql() -> None:
    hostile = "x'); DROP TABLE ticket; --"
    rows, _ = _desk([])
    for field in fields.FIELDS:
        if field.kind in (fields.Kind.CHOICE, fields.Kind.AMOUNT, fields.Kind.TIME):
            continue
        tree = parse(f'{field.name}:"{hostile}" "{hostile}"')
        _, where = _found(rows, tree)
        assert "DROP" not in where.sql
        assert where.sql.count("?") == len(where.params)


def test_the_largest_query_is_no_trouble() -> None:
    rows, subjects = _desk([])
    del subjects
    for typed in (
        " OR ".join(f"a{n}" for n in range(190)),
        "-(" * 30 + "a",
        " ".join(f"tag:a{n}" for n in range(200)),
    ):
        assert _found(rows, parse(typed))[0] == set()
