"""Older desks become newer ones: each step runs once, and what waited in the log is there after."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from store import founding, learned, migrations, outbox, upgrading
from store.db import Store
from store.log.entry import put


def columns(store: Store, table: str) -> set[str]:
    return {row[1] for row in store.read().execute(f"PRAGMA table_info({table})")}


def first_version(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A desk as the first version wrote it, with a row for those the server had put off."""
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "STEPS", {"first": migrations.first})
        patch.setattr(migrations, "LATEST", 1)
        Store(path).close()
    row = json.dumps(
        {"ticket": "t1", "message": "m1", "msgid": "a@b", "state": "later", "rest": "x@y.example"}
    )
    with sqlite3.connect(path) as conn:
        conn.execute("INSERT INTO change(eid, field, id, value) VALUES('x1', '', 1, ?)", (row,))
        conn.execute(
            "INSERT INTO outbox(id, ticket, message, msgid, state) VALUES('x1', 't1', 'm1', 'a@b', 'later')"
        )


def test_D12_a_desk_of_the_first_version_is_brought_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "desk.db"
    first_version(path, monkeypatch)
    store = Store(path)
    try:
        assert store.read().execute("PRAGMA user_version").fetchone()[0] == migrations.LATEST
        assert {"rest", "base", "html", "at"} <= columns(store, "outbox")
        row = outbox.row(store.read(), "x1")
        assert row is not None and row.rest == ("x@y.example",) and row.base is None and not row.html
    finally:
        store.close()


def test_what_a_server_taught_us_is_kept_and_forgotten(tmp_path: Path) -> None:
    store = Store(tmp_path / "desk.db")
    with store.write() as tx:
        tx.commit([put("t1", {"subject": "One"})], actor="ana", kind="new", beside=[
            learned.Learned("support", learned.SIZE, "1000", 5),
            learned.Learned("support", learned.REFUSED + "sales@x.example", "not yours", 5),
        ])  # fmt: skip
    conn = store.read()
    assert (learned.size(conn, "support"), learned.size(conn, "other")) == (1000, None)
    assert learned.refused(conn, "support", "Sales@x.example") == "not yours"
    with store.write() as tx:
        learned.forget_refusals(tx.conn, "support")
    assert learned.refused(store.read(), "support", "sales@x.example") == ""
    assert learned.size(store.read(), "support") == 1000
    store.close()


def test_D12_an_older_desk_is_kept_beside_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "desk.db"
    first_version(path, monkeypatch)
    left = tmp_path / ".desk.version-1.db.77.new"
    left.write_bytes(b"half a copy, of a process that was killed")
    Store(path).close()
    Store(path).close()
    (copy,) = tmp_path.glob("*desk.version-*")
    assert not left.exists()
    assert copy.name == "desk.version-1.db" and copy.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(copy) as conn:
        assert conn.execute("PRAGMA user_version").fetchone()[0] == 1
        assert conn.execute("SELECT count(*) FROM change WHERE eid = 'x1'").fetchone()[0] == 1
        assert "rest" not in {row[1] for row in conn.execute("PRAGMA table_info(outbox)")}


def test_D12_of_two_processes_none_takes_the_half_copy_of_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "desk.db"
    first_version(path, monkeypatch)

    class Full(sqlite3.Connection):
        def execute(self, sql: str, *given: Any) -> sqlite3.Cursor:
            raise sqlite3.OperationalError("database or disk is full")

    class Slow(sqlite3.Connection):
        def execute(self, sql: str, *given: Any) -> sqlite3.Cursor:
            done = super().execute(sql, *given)
            with monkeypatch.context() as patch, pytest.raises(sqlite3.OperationalError):
                patch.setattr(os, "getpid", lambda: 78)
                founding.keep_copy(sqlite3.connect(path, factory=Full), path, version=1)
            return done

    founding.keep_copy(sqlite3.connect(path, factory=Slow), path, version=1)
    (copy,) = tmp_path.glob("*desk.version-*")
    with sqlite3.connect(copy) as conn:
        assert conn.execute("PRAGMA user_version").fetchone()[0] == 1


def test_D12_a_copy_that_stands_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other process was first, and has brought the desk up to date already."""
    path = tmp_path / "desk.db"
    first_version(path, monkeypatch)

    class Late(sqlite3.Connection):
        def execute(self, sql: str, *given: Any) -> sqlite3.Cursor:
            with monkeypatch.context() as patch:
                patch.setattr(os, "getpid", lambda: 78)
                Store(path).close()
            return super().execute(sql, *given)

    founding.keep_copy(sqlite3.connect(path, factory=Late), path, version=1)
    (copy,) = tmp_path.glob("*desk.version-*")
    with sqlite3.connect(copy) as conn:
        assert conn.execute("PRAGMA user_version").fetchone()[0] == 1


def test_how_far_a_large_older_desk_is_is_told_copy_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, heard = tmp_path / "desk.db", list[tuple[str, int, int]]()
    first_version(path, monkeypatch)
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.executemany(
            "INSERT INTO blob VALUES(?, 9, 0, ?)", ((str(n), bytes(9_000)) for n in range(2_000))
        )
    monkeypatch.setattr(upgrading, "WORTH", 1_000_000)
    monkeypatch.setattr(upgrading, "EVERY", 1_000)
    Store(path, tell=lambda *told: heard.append(told)).close()
    last = migrations.LATEST - 1
    changes = [f"change {n} of {last}" for n in range(1, last + 1)]
    assert list(dict.fromkeys(what for what, _, _ in heard)) == [
        "a copy of it as it is", *changes, "the last of it"
    ]  # fmt: skip
    copied = [(so_far, of) for what, so_far, of in heard if what == "a copy of it as it is"]
    assert copied == sorted(copied) and copied[0][0] == 0 < copied[-1][0] <= copied[-1][1]
    assert {of for _, of in copied} == {copied[0][1]} and copied[0][1] > 18_000_000


def test_a_small_older_desk_is_brought_up_without_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "desk.db"
    first_version(path, monkeypatch)

    def tell(*told: object) -> None:
        raise AssertionError(told)

    Store(path, tell=tell).close()
    Store(path, tell=tell).close()


@pytest.mark.parametrize("at", ["a copy of it as it is", "change 6 of 6"])
def test_who_leaves_while_a_desk_is_brought_up_has_it_as_it_was(
    at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "desk.db"
    first_version(path, monkeypatch)
    monkeypatch.setattr(upgrading, "WORTH", 0)
    monkeypatch.setattr(upgrading, "EVERY", 1)

    def leave(what: str, so_far: int, of: int) -> None:
        if what == at and so_far:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Store(path, tell=leave)
    with sqlite3.connect(path) as conn:
        assert conn.execute("PRAGMA user_version").fetchone()[0] == 1
    Store(path).close()
