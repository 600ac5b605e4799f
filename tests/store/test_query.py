"""The query language: what is read, what is text, what is said about mistakes."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import QueryError
from store.rules import fields, query, spans
from store.rules.query import And, Node, Not, Or, Term, Text, all_of, any_of, not_, parse
from store.rules.spans import Amount, Day, Length, Sense


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ("", And()),
        ("refund", Text("refund")),
        ("status:open", Term("status", ("open",))),
        ("status:Open,waiting", Term("status", ("open", "waiting"))),
        ("a b", And((Text("a"), Text("b")))),
        ("a AND b", And((Text("a"), Text("b")))),
        ("a OR b c", Or((Text("a"), And((Text("b"), Text("c")))))),
        ("(a OR b) c", And((Or((Text("a"), Text("b"))), Text("c")))),
        ("-tag:vip", Not(Term("tag", ("vip",)))),
        ("-(a b)", Not(And((Text("a"), Text("b"))))),
        ("--a", Text("a")),
        ("NOT a", Not(Text("a"))),
        ('"exact words"', Text("exact words")),
        ("exp*", Text("exp", open=True)),
        ("ORD-00", Text("ORD-00", open=True)),
        ("don't", Text("don't")),
        ("pri:<=2", Term("priority", (Amount("<=", 2),))),
        ("p:P1", Term("priority", (Amount("", 1),))),
        ("sla:<1h30m", Term("sla", (Length("<", 5400),))),
        ("created:>7d", Term("created", (Length(">", 604800),))),
        ("created:2026-5-3", Term("created", (Day("", "2026-05-03"),))),
        ("account.arr:>50k", Term("account.arr", (Amount(">", 50_000),))),
        ("company:acme", Term("account", ("acme",))),
        ('from:"Dana Reyes",acme', Term("from", ("Dana Reyes", "acme"))),
        ("#123", Term("number", (Amount("", 123),))),
        ("http://x.example/a:b", Text("http://x.example/a:b", open=True)),
        ("21:33:vf:cc", Text("21:33:vf:cc", open=True)),
        ("std::vector", Text("std::vector", open=True)),
        ('"a:b"', Text("a:b")),
        ("Re: export", And((Text("Re:"), Text("export")))),
        (":) fine", Text("fine")),
        ("a - b", And((Text("a"), Not(Text("b"))))),
        ("(a", Text("a")),
        ('"a', Text("a")),
        ("a)", Text("a)")),
        ("a OR", Text("a")),
        ("OR", Text("OR")),
        ("()", And()),
        ("(main() x)", And((Text("main()"), Text("x")))),
        ("导出错误", Text("导出错误", open=True)),
        ("★", Text("★")),
    ],
)
def test_reads(typed: str, tree: Node) -> None:
    assert parse(typed) == tree
    assert parse(str(tree)) == tree


@pytest.mark.parametrize(
    ("typed", "column", "says"),
    [
        ("a statsu:open", 2, "Did you mean status?"),
        ("status:opne", 7, "Did you mean open?"),
        ("status:new,bogus", 11, "There is: new, open, waiting"),
        ("is:green", 3, "late"),
        ("pri:9", 4, "1, 2, 3, 4"),
        ("created:soon", 8, "2026-05-31"),
        ("created:2026-02-30", 8, "2026-05-31"),
        ("since:>3d", 6, "without a sign"),
        ("sla:tomorrow", 4, "<1h"),
        ("tag:", 4, "tag:refund"),
        ("number:x", 7, "number:4127"),
        ("zebra:1", 0, "put it in quotes"),
        ("number:99999999999999999999", 7, "number:4127"),
        ("created:99999999y", 8, "length of time"),
        ("from:" + "x" * 300, 5, "200 characters"),
    ],
)
def test_mistakes_are_sentences_with_a_column(typed: str, column: int, says: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(typed)
    assert caught.value.column == column
    assert says in str(caught.value)
    tree, problems = query.lenient(typed)
    assert [str(problem) for problem in problems] == [str(caught.value)]
    assert tree != And() or typed == "tag:"


@pytest.mark.parametrize("bad", ["created:>7x", "status:opne", "since:>3d", "pri:9,8"])
def test_beside_a_good_part_a_bad_value_is_left_out_and_said(bad: str) -> None:
    for typed in (f"{bad} export", f"export {bad}", f"(export {bad})"):
        tree, problems = query.lenient(typed)
        assert tree == parse("export") and len(problems) == 1, typed
    assert query.lenient("export colour:red")[0] == parse('export "colour:red"*'), "no field of ours is text"


def test_caps_refuse_and_lenient_reads_what_it_can() -> None:
    for typed in (
        "(" * 200 + "a",
        " ".join("a" * 3 for _ in range(300)),
        "x" * 5000,
        "tag:" + "a," * 300 + "a",
    ):
        with pytest.raises(QueryError):
            parse(typed)
        tree, problems = query.lenient(typed)
        assert problems
        assert len(list(query.leaves(tree))) <= query.MAX_TERMS
    parse("-" * 3000 + "a")


@given(st.text(max_size=200))
def test_anything_typed_gives_a_tree_or_a_sentence(typed: str) -> None:
    try:
        tree = parse(typed)
    except QueryError as error:
        assert 0 <= error.column <= len(typed)
        assert str(error).endswith(".")
        tree, problems = query.lenient(typed)
        assert problems
    assert parse(str(tree)) == tree


@given(st.text(alphabet='ab:-()" *,OR<>#1tagis.\u0301é', max_size=60))
def test_printing_is_canonical_for_anything_like_a_query(typed: str) -> None:
    tree, _ = query.lenient(typed)
    assert parse(str(tree)) == tree
    assert str(parse(str(tree))) == str(tree)


def test_reading_takes_steps_in_proportion_to_the_text() -> None:
    def steps(typed: str) -> int:
        count = 0

        def call(*_: object) -> None:
            nonlocal count
            count += 1

        sys.setprofile(call)
        try:
            query.lenient(typed)
        finally:
            sys.setprofile(None)
        return count

    for piece in ("(", '"', "-", "a:", "tag:a,", ") ", "OR ", "\u0301", "x"):
        assert steps(piece * (4000 // len(piece))) < 15 * steps(piece * (400 // len(piece)))


def test_visible_hides_bin_and_spam_unless_named() -> None:
    hidden = Not(Term("bucket", ("spam", "bin")))
    assert query.visible(parse("tag:x")) == all_of((parse("tag:x"), hidden))
    assert query.visible(parse("")) == hidden
    assert query.visible(parse("is:spam")) == all_of((parse("is:spam"), Not(Term("bucket", ("bin",)))))
    for named in ("bucket:bin", "#12", "id:t1"):
        assert query.visible(parse(named)) == parse(named)


NOON = int(datetime(2026, 6, 15, 12, 0, tzinfo=UTC).timestamp())
WEST = timezone(timedelta(hours=-8))


@pytest.mark.parametrize(
    ("value", "sense", "first", "until"),
    [
        (Length(">", 60), Sense.AGE, None, NOON - 60),
        (Length("<", 60), Sense.AGE, NOON - 59, None),
        (Length("", 60), Sense.AGE, NOON - 60, None),
        (Length("<", 60), Sense.LEFT, None, NOON + 60),
        (Length("<=", 60), Sense.LEFT, None, NOON + 61),
        (Length(">", -60), Sense.LEFT, NOON - 59, None),
        (Length("<", 60), Sense.AHEAD, NOON, NOON + 60),
        (Length(">", 60), Sense.AHEAD, NOON + 61, None),
    ],
)
def test_lengths_of_time(value: Length, sense: Sense, first: int | None, until: int | None) -> None:
    assert spans.of_length(value, sense=sense, now=NOON) == (first, until)


def test_days_begin_where_the_asker_is() -> None:
    def of(text: str, zone: timezone = UTC, sense: Sense = Sense.AGE) -> tuple[str, str]:
        value = spans.day(text)
        assert value
        bounds = spans.of_day(value, sense=sense, now=NOON, zone=zone)
        first, until = (
            "" if b is None else f"{datetime.fromtimestamp(b, UTC):%Y-%m-%dT%H:%M}" for b in bounds
        )
        return first, until

    assert of("2026-06-15") == ("2026-06-15T00:00", "2026-06-16T00:00")
    assert of("2026-06-15", WEST) == ("2026-06-15T08:00", "2026-06-16T08:00")
    assert of("today", WEST) == ("2026-06-15T08:00", "2026-06-16T08:00")
    assert of("2026-12") == ("2026-12-01T00:00", "2027-01-01T00:00")
    assert of("2026") == ("2026-01-01T00:00", "2027-01-01T00:00")
    assert of(">2026") == ("2027-01-01T00:00", "")
    assert of("<=2026-06-15") == ("", "2026-06-16T00:00")
    assert of("2026-06-15T09:30") == ("2026-06-15T09:30", "2026-06-15T09:31")
    assert of("yesterday", sense=Sense.SINCE) == ("2026-06-14T00:00", "")


def test_every_field_has_an_example_that_reads_as_it() -> None:
    for field in fields.FIELDS:
        tree = parse(field.example)
        assert isinstance(tree, Term)
        assert tree.field == field.name
    assert set(fields.ALIASES.values()) <= set(fields.BY_NAME)


PLAIN = st.text(alphabet="abXé你1-_.@'*:", min_size=1, max_size=8)
TEXTS = st.builds(Text, st.lists(PLAIN, min_size=1, max_size=3).map(" ".join), st.booleans()).filter(
    lambda leaf: bool(query.words(leaf.text))
)
OPS = st.sampled_from(["", "<", "<=", ">", ">="])
TERMS = st.one_of(
    st.builds(
        Term,
        st.just("status"),
        st.lists(st.sampled_from(["new", "open"]), min_size=1, unique=True).map(tuple),
    ),
    st.builds(
        Term,
        st.just("assignee"),
        st.tuples(
            st.text("abé ,():", min_size=1, max_size=6).map(lambda s: " ".join(s.split())).filter(bool)
        ),
    ),
    st.builds(Term, st.just("priority"), st.tuples(st.builds(Amount, OPS, st.integers(1, 4)))),
    st.builds(Term, st.just("created"), st.tuples(st.builds(Length, OPS, st.integers(0, 10**9)))),
    st.builds(Term, st.just("sla"), st.tuples(st.builds(Length, OPS, st.integers(-(10**6), 10**6)))),
    st.builds(
        Term,
        st.just("due"),
        st.tuples(st.builds(Day, OPS, st.dates().filter(lambda d: 1970 <= d.year <= 9000).map(str))),
    ),
)
TREES = st.recursive(
    st.one_of(TEXTS, TERMS),
    lambda inner: st.one_of(
        st.builds(not_, inner),
        st.lists(inner, min_size=1, max_size=4).map(all_of),
        st.lists(inner, min_size=1, max_size=4).map(any_of),
    ),
    max_leaves=12,
)


@given(TREES)
def test_every_tree_prints_as_a_query_that_means_it(tree: Node) -> None:
    assert parse(str(tree)) == tree
