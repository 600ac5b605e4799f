"""What is no storable text or number is cleaned or refused, here and from peers, never half kept (D17)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.errors import Refused, StoreDamaged
from store.log import apply, rebuild, undo, wire
from store.log.entry import Change, Entry, cleaned, put
from store.registry import TABLES
from tests.rigs import desks
from tests.rigs.desks import deliver, replica

texts = st.text(st.characters(codec=None) | st.sampled_from("\0\ud800\udfff\x1b'\";-\\ "), max_size=12)
anything = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | texts


@given(
    st.lists(st.tuples(texts.filter(bool), anything), max_size=5),
    texts,
    texts,
    st.none() | texts,
    st.dictionaries(texts, anything),
)
@settings(max_examples=60, deadline=None)
def test_D17_any_text_can_be_committed_read_back_and_proved(
    sets: list[tuple[str, int | str | None]],
    actor: str, kind: str, key: str | None, row: dict[str, int | str | None],
) -> None:  # fmt: skip
    one, two = replica(0).store, replica(1).store
    changes = [put("t1", row), *(Change("t1", name, value) for name, value in sets)]
    changes += [Change("t1", f"tag.{name}", value) for name, value in sets]
    with one.write() as tx:
        receipt = tx.commit(changes, actor=actor, kind=kind, key=key)
    entry = apply.read_entry(one.read(), receipt.entry)
    assert wire.decode(wire.encode(entry)) == entry
    deliver(two, [entry])
    assert desks.rows_of(one) == desks.rows_of(two) == desks.model([entry])
    for store in (one, two):
        assert rebuild.verify(store.read(), store.secret).faults == ()
        assert rebuild.digest_at(store.read(), 2**62) == rebuild.rows_digest(store.read())
    assert undo.plan(one.read(), receipt.entry).kept == ()


HOSTILE = (
    '{"priority": 1180591620717411303424, "status": "new"}', '{"subject": "\\ud800x", "status": "new"}',
    '{"tag.\\udfff": 1, "status": "new"}', '{"unread": true, "status": "new", "tag.b": true}',
    '{"priority": 1.5, "status": ["new"], "x.a": {"b": 1}}', '{"priority": NaN, "created": 1e999}',
    "[1]", "null", "", "{", '{"status": "new"', "[" * 100_000, '{"a": ' * 50_000, "1" * 5000, None, 7,
)  # fmt: skip
"""Puts no honest peer makes."""


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_a_damaged_put_is_a_row_without_what_no_column_can_hold(value: str | int | None) -> None:
    """From a peer it must not stop the others' entries; handed in here it must not end in a crash either."""
    good = Entry(9 << 12 | 3, "b", "new", (put("t2", {"status": "new"}),), seq=2)
    theirs = replica(0).store
    assert deliver(theirs, [Entry(8 << 12 | 3, "b", "new", (Change("t1", "", value),), seq=1), good]) == 2
    ours = replica(3).store
    with ours.write() as tx:
        tx.commit([Change("t1", "", value), put("t2", {"status": "new"})], actor="b", kind="new")
    assert desks.rows_of(ours) == desks.rows_of(theirs)
    assert rebuild.digest_at(ours.read(), 2**62) == rebuild.rows_digest(ours.read())
    before = rebuild.rows_digest(theirs.read())
    with theirs.write() as tx:
        rebuild.rebuild(tx)
    assert rebuild.rows_digest(theirs.read()) == before


@pytest.mark.parametrize("value", [2**63, 2**70, -(2**63) - 1, 1.5, b"bytes", ["list"]])
def test_D17_what_no_column_can_hold_is_refused_in_words_and_nothing_is_written(value: object) -> None:
    store = replica(0).store
    beside = Noted()
    with store.write() as tx, pytest.raises(Refused, match=r"nothing was changed\.$"):
        changes = [put("t1", {}), Change("t1", "priority", value)]  # pyright: ignore[reportArgumentType]
        tx.commit(changes, actor="a", kind="set", beside=[beside])
    assert store.last_lseq() == 0
    assert not beside.written


class Noted:
    written = False

    def write(self, _: object) -> None:
        self.written = True


@pytest.mark.parametrize("eid", ["", "t 1", "t\0", "t\n1", " ", "t\u2028", "t\ud800", "t\u00a01"])
def test_an_id_that_could_not_be_listed_names_no_row(eid: str) -> None:
    with pytest.raises(Refused):
        cleaned([Change(eid, "status", "open")])
    line = wire.encode(Entry(1 << 40, "b", "set", (Change("t1", "status", "open"),)))
    with pytest.raises(StoreDamaged):
        wire.decode(line.replace('"t1"', json.dumps(eid)))


GOOD = json.loads(
    wire.encode(Entry(1 << 40, "b", "set", (Change("t1", "a", 1), Change("t1", "b", "x")), "k"))
)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        (0, "1"), (0, True), (0, 2**64), (0, 1.0), (1, None), (1, "\ud800"), (2, 5), (3, 5), (4, "x"),
        (5, None), (6, []), (7, None), (7, [["t1", "a"]]), (7, [["t1", "a", 1.5]]),
        (7, [["t1", "a", True]]),
        (7, [["t1", "a", 2**63]]), (7, [["t1", "a", {}]]), (7, [["t1", "a", "\ud800"]]),
        (7, [["t1", 1, "x"]]),
        (7, [["t1", "a", 1], ["t1", "a", 2]]), (7, [["t1", "b", 1], ["t1", "a", 2]]), (7, ["abc"]),
        (8, None), (9, "zz"), (9, "00"), (10, 5),
    ],
)  # fmt: skip
def test_an_entry_of_the_wrong_shape_is_refused_in_words(part: int, value: object) -> None:
    assert wire.decode(json.dumps(GOOD))
    bad = [*GOOD[:part], value, *GOOD[part + 1 :]]
    with pytest.raises(StoreDamaged, match=r"not read\.$"):
        wire.decode(json.dumps(bad))


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", "[" * 200_000, "[1,2", "\x00", "[" + "1" * 5000 + "]"]
)
def test_what_is_no_entry_at_all_is_refused_in_words(text: str) -> None:
    with pytest.raises(StoreDamaged, match=r"not read\.$"):
        wire.decode(text)


def test_D17_ten_megabytes_of_text_go_in_and_come_out() -> None:
    store = replica(0).store
    long = "ä\0" * 2_500_000
    with store.write() as tx:
        receipt = tx.commit([put("a1", {"title": "T"}), Change("a1", "body", long)], actor="a", kind="set")
    assert desks.rows_of(store)["a1"]["body"] == long
    assert apply.read_entry(store.read(), receipt.entry).changes[1].value == long
    assert rebuild.verify(store.read(), store.secret).faults == ()


def test_D17_names_from_outside_never_become_sql() -> None:
    store = replica(0).store
    schema = "SELECT name, sql FROM sqlite_schema ORDER BY name"
    before = store.read().execute(schema).fetchall()
    traps = (
        "id",
        "n",
        "rowid",
        "number",
        "status = 'x' --",
        'a"; DROP TABLE entry; --',
        "tag.'); DROP TABLE change; --",
    )
    for table in TABLES:
        eid = f"{table.prefix}1"
        with store.write() as tx:
            tx.commit(
                [put(eid, dict.fromkeys(traps, 5)), *(Change(eid, t, 7) for t in traps)],
                actor="a",
                kind=traps[5],
            )
    assert store.read().execute(schema).fetchall() == before
    assert store.read().execute("SELECT id, number FROM ticket").fetchall() == [("t1", 1)]
    assert rebuild.verify(store.read(), store.secret).faults == ()
