"""Reports in SQL and figures by tier: whatever is asked, the desk stays as it is, its secret untold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.db import Store
from store.errors import QueryError, Refused, StoreError
from store.log import rebuild
from store.log.entry import Change, put
from store.reads import report
from store.reads.shares import shares
from store.rules.hours import ALWAYS, Calendar, Hours

HOUR = 3_600


class Clock:
    now = 1_790_000_000

    def __call__(self) -> int:
        return self.now * 1_000


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    made = Store(tmp_path / "desk.db", clock=clock)
    with made.write() as tx:
        row = {"subject": "One", "status": "open", "priority": 3, "created": clock.now}
        tx.commit([put("t1", row), put("t2", {**row, "subject": "Two"})], actor="ana", kind="new")
    yield made
    made.close()


def asked(desk: Store, question: str, **given: str | int) -> list[tuple[report.Value, ...]]:
    return list(report.ask(desk.path, question, given).rows)


WRITES = (
    "ATTACH DATABASE '{beside}' AS other",
    "ATTACH '{beside}' AS other; SELECT 1",
    "DETACH DATABASE main",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA writable_schema = ON",
    "PRAGMA query_only = OFF",
    "pragma user_version",
    "SELECT * FROM pragma_database_list",
    "SELECT * FROM pragma_user_version",
    "DELETE FROM ticket",
    "/* a */ UPDATE ticket SET subject = 'x'",
    "UPDATE ticket SET subject = 'x' RETURNING id",
    "INSERT INTO ticket(id) VALUES('t9')",
    "REPLACE INTO ticket(id) VALUES('t9')",
    "WITH a AS (SELECT 1) DELETE FROM ticket",
    "DROP TABLE ticket",
    "CREATE TABLE more(a)",
    "CREATE TEMP TABLE more AS SELECT 1",
    "CREATE TEMP TRIGGER late AFTER INSERT ON ticket BEGIN SELECT 1; END",
    "CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, fts, row)",
    "ALTER TABLE ticket ADD COLUMN more",
    "VACUUM",
    "VACUUM INTO '{beside}'",
    "REINDEX",
    "ANALYZE",
    "BEGIN IMMEDIATE",
    "COMMIT",
    "SAVEPOINT a",
    "SELECT load_extension('{beside}')",
    "SELECT load_extension('{beside}', 'init')",
    "SELECT 1; DELETE FROM ticket",
    "SELECT v FROM meta",
    "SELECT count(*) FROM meta",
    "SELECT hex(v) FROM (SELECT * FROM main.meta WHERE k = 'secret')",
    "SELECT (SELECT group_concat(v) FROM META) FROM ticket",
    "SELECT * FROM ticket WHERE EXISTS (SELECT 1 FROM meta WHERE v > x'00')",
    "SELECT data FROM sqlite_dbpage",
)


@pytest.mark.parametrize("question", WRITES)
def test_R10_a_report_that_would_do_more_than_read_is_refused(
    desk: Store, tmp_path: Path, question: str
) -> None:
    beside, before = tmp_path / "beside.db", rebuild.digest(desk.read())
    with pytest.raises(StoreError) as caught:
        asked(desk, question.format(beside=beside))
    if "dbpage" not in question:  # which not every SQLite has
        assert isinstance(caught.value, Refused), caught.value
    assert not beside.exists() and rebuild.digest(desk.read()) == before
    assert asked(desk, "SELECT count(*) FROM ticket") == [(2,)]


def test_R10_a_report_without_an_end_is_stopped(desk: Store) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT {} FROM n"
    with pytest.raises(Refused, match="took too long"):
        list(report.ask(desk.path, endless.format("max(i)"), {}, seconds=0.05).rows)
    rows = report.ask(desk.path, endless.format("i"), {}, seconds=0.05).rows
    with pytest.raises(Refused, match="took too long"):
        list(rows)
    with pytest.raises(Refused, match="bytes"):
        asked(desk, "SELECT zeroblob(900000000)")


def test_a_reader_that_takes_its_time_does_not_use_up_that_of_the_report(
    desk: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(report, "monotonic", lambda: now[0])
    counted = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20000) SELECT i FROM n"
    answer = report.ask(desk.path, counted, {})
    now[0] += report.SECONDS + 1
    rows = 0
    for _ in answer.rows:  # a pager
        now[0] += 1
        rows += 1
    assert rows == 20_000


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("", "asks for nothing"),
        ("-- only words", "asks for nothing"),
        ("SELEC 1", "no SELECT that SQLite can answer"),
        ("SELECT nothing FROM ticket", "nothing"),
        ("SELECT :who", "binding"),
        ("SELECT 1 \x00", "null character"),
        ("SELECT " + "(" * 900 + "1" + ")" * 900, "no SELECT"),
    ],
)
def test_what_is_no_question_is_a_sentence(desk: Store, question: str, words: str) -> None:
    with pytest.raises((QueryError, Refused), match=words):
        asked(desk, question)


def test_a_question_is_answered_from_what_is_there_now(desk: Store) -> None:
    named = report.ask(desk.path, "SELECT number, subject, number, :w AS w FROM ticket ORDER BY 1", {"w": 7})
    assert named.columns == ("number", "subject", "number_2", "w")
    assert list(named.rows) == [(1, "One", 1, 7), (2, "Two", 2, 7)]
    assert asked(desk, "SELECT value FROM json_each('[1,null]')") == [(1,), (None,)]
    assert asked(desk, "SELECT CAST(x'61ff' AS TEXT)") == [("a\ufffd",)]
    found = "SELECT count(*) FROM sqlite_schema WHERE type = 'table'"
    assert int(str(asked(desk, found)[0][0])) > 10
    half = report.ask(desk.path, "SELECT 1 UNION ALL SELECT 2", {}).rows
    next(half)
    del half
    with desk.write() as tx:
        tx.commit([Change("t1", "subject", "Three")], actor="ana", kind="set")
    assert asked(desk, "SELECT subject FROM ticket WHERE id = :id", id="t1") == [("Three",)]


def test_full_text_can_be_asked(desk: Store) -> None:
    tables = [
        str(name) for (name,) in asked(desk, "SELECT name FROM sqlite_schema WHERE sql LIKE '%USING fts5%'")
    ]
    assert tables
    for name in tables:
        assert asked(desk, f"SELECT count(*) FROM {name} WHERE {name} MATCH 'nothing'") == [(0,)]


def test_tiers_share_the_work_as_computed_by_hand(desk: Store, clock: Clock) -> None:
    """Eight of ten in tier 1, of which seven in two hours; one each in tier 2 and in none."""
    with desk.write() as tx:
        rows = [
            put("uana", {"name": "Ana"}),
            Change("uana", "group.tier1", 1),
            Change("uana", "group.tier3", 1),
        ]
        for n in range(10):
            group = {8: "Tier2", 9: "sales"}.get(n)
            person = "Ben" if n == 9 else "Ana"
            rows.append(
                put(f"t1{n}", {"subject": "s", "status": "open", "priority": 3, "created": clock.now,
                               "assignee": person, "grp": group})
            )  # fmt: skip
        tx.commit(rows, actor="ana", kind="new")
    always = Hours(Calendar("UTC", ALWAYS))
    assert shares(desk.read(), since=0, hours=always) == []
    for n in range(10):
        clock.now += HOUR // 4 if n < 7 else 4 * HOUR
        with desk.write() as tx:
            tx.commit([Change(f"t1{n}", "status", "solved")], actor="ana", kind="set")
    found = shares(desk.read(), since=0, hours=always)
    quarter = HOUR // 4
    assert [(one.tier, one.tickets, one.share, one.median, one.within) for one in found] == [
        (1, 8, 80.0, (4 * quarter + 5 * quarter) // 2, 7),
        (2, 1, 10.0, 7 * quarter + 8 * HOUR, 0),
        (3, 0, 0.0, None, 0),
        (None, 1, 10.0, 7 * quarter + 12 * HOUR, 0),
    ]
    assert shares(desk.read(), since=clock.now + 1, hours=always) == []
