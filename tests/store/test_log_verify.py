"""Damage is found and named: a bit in any text of the log, altered rows, noise, a file that is no desk."""

from __future__ import annotations

import random
import shutil
import sqlite3
import tracemalloc
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from store import migrations
from store.db import Store
from store.errors import StoreDamaged, StoreError, StoreNewer
from store.log import apply, rebuild
from store.log.entry import Change, put
from tests.rigs import desks
from tests.rigs.desks import Act, deliver, play, random_acts, replica, scrambled


@contextmanager
def damaged(store: Store) -> Generator[None]:
    """What is altered inside is whole again afterwards."""
    store._writer.execute("BEGIN")
    try:
        yield
    finally:
        store._writer.execute("ROLLBACK")


@cache
def a_log() -> Store:
    """Entries of three replicas, some void, with texts that are easy to alter."""
    same = [Act(n, 1000, ("t1", "m1"), (("t1", "status", "open"),), key="twin") for n in range(3)]
    team = play([*same, *random_acts(3, count=25)])
    store = replica(0).store
    deliver(store, scrambled(desks.everything(team), 1))
    with store.write() as tx:
        tx.commit([put("t9", {"subject": "Zoë"}), Change("t9", "status", "open")], actor="ana", kind="new")
    assert store.read().execute("SELECT count(*) > 1 FROM entry WHERE void = 1").fetchone()[0]
    return store


def faults(store: Store) -> tuple[str, ...]:
    return rebuild.verify(store.read(), store.secret).faults


TEXTS = [("entry", c) for c in ("actor", "kind", "key", "eids", "body")] + [
    ("change", c) for c in ("eid", "field", "value")
]


@pytest.mark.parametrize(("table", "column"), TEXTS, ids=".".join)
@pytest.mark.parametrize("bit", [0, 5, 7])
def test_D10_a_flipped_bit_in_any_text_of_the_log_is_found(table: str, column: str, bit: int) -> None:
    store, chance = a_log(), random.Random(bit)
    conn = store._writer
    key = "lseq" if table == "entry" else "eid, field, id"
    rows = conn.execute(
        f"SELECT {key}, CAST({column} AS BLOB) FROM {table}"
        f" WHERE typeof({column}) = 'text' AND length(CAST({column} AS BLOB)) > 0"
    ).fetchall()
    assert rows
    assert faults(store) == ()
    for *at, raw in chance.sample(rows, min(len(rows), 6)):
        place = chance.randrange(len(raw))
        altered = raw[:place] + bytes([raw[place] ^ 1 << bit]) + raw[place + 1 :]
        where = " AND ".join(f"{name} = ?" for name in key.split(", "))
        update = f"UPDATE OR REPLACE {table} SET {column} = CAST(? AS TEXT) WHERE {where}"
        with damaged(store):
            conn.execute(update, (altered, *at))
            assert faults(store), (table, at, raw, altered)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE ticket SET status = 'closed' WHERE id = 't9'",
        "UPDATE ticket SET number = number + 1 WHERE id = 't9'",
        "DELETE FROM ticket WHERE id = 't9'",
        "INSERT INTO ticket(id) VALUES('t8')",
        "UPDATE attr SET v = 'x' WHERE (eid, ns, k) = (SELECT eid, ns, k FROM attr LIMIT 1)",
        "DELETE FROM attr",
        "DELETE FROM entry WHERE lseq = 1",
        "DELETE FROM entry WHERE lseq = (SELECT max(lseq) FROM entry)",
        "DELETE FROM change WHERE id = (SELECT max(id) FROM change WHERE eid = 't9')",
        "DELETE FROM entry WHERE id & 4095 = 0; DELETE FROM change WHERE id & 4095 = 0",
        "UPDATE entry SET void = 1 WHERE key IS NULL",
        "UPDATE entry SET void = 0",
        "UPDATE entry SET prev = zeroblob(16)",
        "UPDATE entry SET hash = zeroblob(16) WHERE lseq = (SELECT max(lseq) FROM entry)",
        "UPDATE entry SET seq = seq + 1 WHERE lseq = (SELECT max(lseq) FROM entry)",
        "UPDATE entry SET cause = 5 WHERE lseq = 2",
        "UPDATE entry SET id = id + 40960 WHERE lseq = 2",
        "UPDATE number SET n = n + 100",
        "UPDATE chain SET hash = zeroblob(16)",
        "UPDATE entry SET body = NULL",
        "UPDATE change SET value = value + 1 WHERE typeof(value) = 'integer'",
        "UPDATE change SET value = 1.5 WHERE eid = 't9'",
        "UPDATE change SET value = x'00ff' WHERE eid = 't9'",
        "UPDATE entry SET prev = 'text' WHERE lseq = 2",
    ],
)
def test_what_no_program_of_ours_writes_is_found(damage: str) -> None:
    store = a_log()
    with damaged(store):
        for statement in damage.split("; "):
            store._writer.execute(statement)
        found = faults(store)
    assert 1 <= len(found) <= 20
    assert all(isinstance(fault, str) and fault for fault in found)


def test_D10_rows_that_were_altered_are_mended_from_the_log() -> None:
    store = replica(0).store
    deliver(store, apply.entries(a_log().read()))
    before = rebuild.digest(store.read())
    store._writer.executescript(
        "UPDATE ticket SET status = 'x', number = 7; DELETE FROM message; DELETE FROM attr"
    )
    assert faults(store)
    with store.write() as tx:
        rebuild.rebuild(tx)
    assert faults(store) == ()
    assert rebuild.digest(store.read()) == before


def test_verify_holds_a_row_at_a_time() -> None:
    store = Store(":memory:")
    words = "word " * 400
    with store.write() as tx:
        for n in range(400):
            tx.commit([put(f"t{n:04}", {"subject": f"{n} {words}", "tag.a": 1})], actor="ana", kind="new")
        tx.commit([Change("t0300", "tag.late", 1)], actor="ana", kind="set")
    size = len(words) * 400
    tracemalloc.start()
    try:
        found = faults(store)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (found, most < size / 2) == ((), True), f"{most:,} bytes for {size:,}"
    store.close()


def test_a_rebuild_keeps_the_order_in_which_rows_came(tmp_path: Path) -> None:
    """Who answered whom within one second is told by nothing else."""
    store = Store(tmp_path / "desk.db")
    for eid in ("m9", "m1", "mz", "m5", "ma"):
        with store.write() as tx:
            tx.commit([put(eid, {"kind": "in", "date": 7})], actor="a", kind="letter")
    with store.write() as tx:
        rebuild.rebuild(tx)
    rows = store.read().execute("SELECT id FROM message ORDER BY date, n").fetchall()
    assert [row[0] for row in rows] == ["m9", "m1", "mz", "m5", "ma"]
    store.close()


def test_D15_a_long_log_replayed_gives_the_hash_of_the_tables() -> None:
    """Six hundred entries; `make bench WHAT=store ENTRIES=1000000` does the same with a million."""
    one, other = replica(1), replica(2)
    with one.store.write() as tx:
        for n in range(300):
            row = f"t{n:015d}"
            tx.commit([put(row, {"subject": f"S {n}", "status": "new", "tag.a": 1})], actor="a", kind="set")
            tx.commit([Change(f"t{n // 2:015d}", "status", "open")], actor="a", kind="set")
    state = rebuild.rows_digest(one.store.read())
    deliver(other.store, list(apply.entries(one.store.read())), batch=500)
    assert rebuild.rows_digest(other.store.read()) == state
    with other.store.write() as tx:
        rebuild.rebuild(tx)
    assert rebuild.rows_digest(other.store.read()) == state
    assert state != rebuild.rows_digest(replica(3).store.read())


def test_verify_sees_one_moment_while_others_write(tmp_path: Path) -> None:
    """Another act is committed at every statement of verify; none of them looks like damage."""
    store = Store(tmp_path / "desk.db")
    commits = 0

    def act(_: str = "") -> None:
        nonlocal commits
        commits += 1
        with store.write() as tx:
            changes = [put(f"t{commits}", {"status": "new"}), Change("t0", "tag.n", commits)]
            tx.commit(changes, actor="a", kind="set")

    act()
    reader = store.read()
    reader.set_trace_callback(act)
    verdict = rebuild.verify(reader, store.secret)
    reader.set_trace_callback(None)
    assert verdict.faults == ()
    assert commits > 8
    assert verdict.entries < commits == store.last_lseq()
    store.close()


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A closed desk of some hundred pages."""
    path = tmp_path / "home" / "desk.db"
    store = Store(path)
    with store.write() as tx:
        rows = [put(f"t{n}", {"subject": f"Subject {n} " * 20, "status": "open"}) for n in range(300)]
        tx.commit(rows, actor="a", kind="import")
    store.close()
    return path


def refused(path: Path) -> str:
    """Opening fails with a sentence and leaves the file as it was."""
    before = path.read_bytes()
    with pytest.raises(StoreDamaged) as caught:
        Store(path)
    assert path.read_bytes() == before
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_D09_an_empty_file_is_a_damaged_desk_and_never_a_new_one(desk: Path) -> None:
    desk.write_bytes(b"")
    assert "empty" in refused(desk)


@pytest.mark.parametrize(
    "content", [b"hello", b"\0" * 4096, b"SQLite format 3\0", b"SQLite format 3\0" + b"x" * 200]
)
def test_D09_a_file_that_is_no_desk_is_left_alone(desk: Path, content: bytes) -> None:
    desk.write_bytes(content)
    refused(desk)


def test_D09_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    conn = sqlite3.connect(path)
    conn.execute("CREATE TABLE mail(x)")
    conn.close()
    assert "another program" in refused(path)


def test_D09_a_desk_without_its_tables_is_not_filled_anew(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    conn = sqlite3.connect(path)
    conn.execute(f"PRAGMA application_id = {migrations.APPLICATION_ID}")
    conn.execute("CREATE TABLE x(y)")
    conn.close()
    refused(path)


def test_a_desk_without_its_identity_is_damaged(desk: Path) -> None:
    conn = sqlite3.connect(desk, isolation_level=None)
    conn.execute("DELETE FROM meta WHERE k = 'secret'")
    conn.close()
    assert "secret" in refused(desk)
    conn = sqlite3.connect(desk, isolation_level=None)
    conn.execute("DROP TABLE meta")
    conn.close()
    refused(desk)


def test_D12_a_newer_desk_is_not_touched(desk: Path) -> None:
    conn = sqlite3.connect(desk, isolation_level=None)
    conn.execute("PRAGMA journal_mode = DELETE")
    conn.execute(f"PRAGMA user_version = {migrations.LATEST + 1}")
    conn.close()
    before = desk.read_bytes()
    with pytest.raises(StoreNewer, match="update deskterm"):
        Store(desk)
    assert desk.read_bytes() == before
    assert [file.name for file in desk.parent.iterdir()] == [desk.name]


@pytest.mark.parametrize("cut", [0.2, 0.6, 0.95])
def test_D10_a_desk_cut_off_is_found(desk: Path, cut: float) -> None:
    raw = desk.read_bytes()
    desk.write_bytes(raw[: int(len(raw) * cut)])
    assert damage_in(desk)


@pytest.mark.parametrize("seed", range(12))
def test_D10_noise_in_a_page_is_found(desk: Path, seed: int) -> None:
    """A page of the log or of a table; the first page is the file's head and is noticed on opening."""
    chance = random.Random(seed)
    raw = bytearray(desk.read_bytes())
    used = _pages(desk)
    page = chance.choice(used)
    raw[(page - 1) * 4096 : page * 4096] = chance.randbytes(4096)
    desk.write_bytes(raw)
    assert damage_in(desk), page


def _pages(path: Path) -> list[int]:
    """Pages of the log and of the tickets."""
    copy = path.with_name("copy.db")
    shutil.copy(path, copy)
    conn = sqlite3.connect(copy)
    try:
        rows = conn.execute("SELECT pageno FROM dbstat WHERE name IN ('entry', 'change', 'ticket', 'number')")
        return [row[0] for row in rows]
    except sqlite3.OperationalError:
        roots = conn.execute("SELECT rootpage FROM sqlite_schema WHERE name IN ('entry', 'change', 'ticket')")
        return [row[0] for row in roots]
    finally:
        conn.close()


def damage_in(path: Path) -> tuple[str, ...]:
    try:
        store = Store(path)
    except StoreError as error:
        return (str(error),)
    try:
        return faults(store)
    finally:
        store.close()


def test_a_damaged_body_of_a_void_entry_is_named() -> None:
    store = a_log()
    with damaged(store):
        store._writer.execute("UPDATE entry SET body = 'gone' WHERE void = 1")
        assert any("readable" in fault for fault in faults(store))
        with pytest.raises(StoreDamaged):
            list(apply.entries(store.read()))
