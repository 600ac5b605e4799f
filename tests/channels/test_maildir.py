"""Maildirs as Dovecot and mbsync leave them, .eml files, and the Maildir as the way out."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels import dropbox, files, maildir
from channels.batch import Batch
from channels.errors import ChannelError, FolderGone
from channels.maildir import Found, groups


def make(root: Path) -> Path:
    for part in ("cur", "new", "tmp"):
        (root / part).mkdir(parents=True)
    return root


def put(root: Path, name: str, raw: bytes, *, when: int = 1_700_000_000, part: str = "cur") -> Path:
    path = root / part / name
    path.write_bytes(raw)
    os.utime(path, (when, when))
    return path


def letters(root: Path, **options: object) -> list[tuple[str, bytes]]:
    return [(one.folder, one.raw) for batch in maildir.fetch(root, **options) for one in batch]  # type: ignore[arg-type]


def test_newest_first_new_and_cur_but_never_tmp(tmp_path: Path) -> None:
    root = make(tmp_path / "m")
    put(root, "100.a.h:2,S", b"old", when=100)
    put(root, "300.c.h", b"newest", when=300, part="new")
    put(root, "200.b.h,U=7:2,", b"middle", when=200)
    put(root, "400.d.h", b"half written", when=400, part="tmp")
    put(root, ".hidden", b"no letter")
    got = [one for batch in maildir.fetch(root) for one in batch]
    assert [(one.raw, one.received) for one in got] == [(b"newest", 300), (b"middle", 200), (b"old", 100)]
    assert got[2].flags == ("\\Seen",)


def test_the_uid_stays_when_flags_and_folders_of_a_file_change(tmp_path: Path) -> None:
    root = make(tmp_path / "m")
    names = ["1.x.h", "1.x.h:2,", "1.x.h,U=12:2,FS", "1.x.h,S=5,W=6:2,RST", "1.x.h;2,S"]
    uids: set[int] = set()
    for name in names:
        path = put(root, name, b"hello", part="new" if name == names[0] else "cur")
        uids |= {one.uid for one in maildir.scan(root, folder="INBOX")}
        path.unlink()
    assert len(uids) == 1
    put(root, "2.x.h", b"hello")
    assert {one.uid for one in maildir.scan(root, folder="INBOX")} != uids


def test_folders_of_maildirpp_and_of_mbsync(tmp_path: Path) -> None:
    for inside in ("", ".Sub", ".Sub.Deep", "Verbatim", "Verbatim/EU", "Legacy/.Deep"):
        make(tmp_path / inside)
    (tmp_path / "not-a-maildir").mkdir()
    (tmp_path / "elsewhere").symlink_to(tmp_path / ".Sub")
    names = ["INBOX", "Legacy/Deep", "Sub", "Sub/Deep", "Verbatim", "Verbatim/EU"]
    assert list(maildir.folders(tmp_path)) == names
    put(tmp_path / "Verbatim" / "EU", "1.a.h", b"deep")
    put(tmp_path, "2.a.h", b"top")
    assert letters(tmp_path) == [("INBOX", b"top"), ("Verbatim/EU", b"deep")]
    assert letters(tmp_path, only=["INBOX"]) == [("INBOX", b"top")]


def test_what_was_seen_is_not_read_again(tmp_path: Path) -> None:
    root = make(tmp_path / "m")
    put(root, "1.a.h", b"one")
    put(root, "2.a.h", b"two")
    known = {one.uid for batch in maildir.fetch(root) for one in batch if one.raw == b"one"}
    assert letters(root, seen=lambda folder, uid: uid in known) == [("INBOX", b"two")]


def test_a_file_that_vanishes_is_gone_and_one_that_is_renamed_is_read(tmp_path: Path) -> None:
    root = make(tmp_path / "m")
    put(root, "1.a.h", b"one", when=3)
    moved = put(root, "2.a.h", b"two", when=2, part="new")
    lost = put(root, "3.a.h", b"three", when=1)
    found = maildir.scan(root, folder="INBOX")
    moved.rename(root / "cur" / "2.a.h,U=4:2,S")
    lost.unlink()
    got = maildir.read(found)
    assert [one.raw for one in got] == [b"one", b"two"]
    assert got.gone == (found[2].uid,)


def test_links_pipes_and_folders_are_no_letters(tmp_path: Path) -> None:
    root = make(tmp_path / "m")
    secret = tmp_path / "secret"
    secret.write_bytes(b"shadow")
    (root / "cur" / "1.link.h").symlink_to(secret)
    os.mkfifo(root / "cur" / "2.pipe.h")
    (root / "cur" / "3.dir.h").mkdir()
    put(root, "4.a.h", b"letter")
    assert letters(root) == [("INBOX", b"letter")]
    later = maildir.scan(root, folder="INBOX")[0]
    later.path.unlink()
    later.path.symlink_to(secret)
    assert maildir.read([later]) == Batch(gone=(later.uid,)), "a link put there after listing is not followed"
    later.path.unlink()
    os.mkfifo(later.path)
    assert maildir.read([later]) == Batch(gone=(later.uid,)), "and a pipe does not block"


def test_L10_a_huge_letter_is_reported_by_size(tmp_path: Path) -> None:
    root = make(tmp_path / "m")
    put(root, "1.a.h", b"Subject: big\n\n" + b"x" * 200_000)
    put(root, "2.a.h", b"small")
    (batch,) = maildir.fetch(root, too_big=1000)
    assert [one.raw for one in batch] == [b"small"]
    assert batch.too_big[0].size == 200_014 and len(batch.too_big[0].head) == 65_536


def test_an_unreadable_file_is_withheld_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make(tmp_path / "m")
    put(root, "1.a.h", b"one")
    put(root, "2.a.h", b"two")
    real = os.open

    def no_rights(path: Path, flags: int, mode: int = 0o777) -> int:
        if str(path).endswith("1.a.h"):
            raise PermissionError(13, "Permission denied")
        return real(path, flags, mode)

    monkeypatch.setattr(files.os, "open", no_rights)
    (batch,) = maildir.fetch(root)
    assert [one.raw for one in batch] == [b"two"]
    assert batch.withheld[0].words == "Permission denied"


def test_no_maildir_is_a_sentence(tmp_path: Path) -> None:
    make(tmp_path / "there" / "deep")
    (tmp_path / "file").touch()
    told = [maildir.is_maildir(tmp_path / name) for name in ("there", "nowhere", "file")]
    assert told == [True, False, False]
    with pytest.raises(FolderGone, match="not a Maildir"):
        list(maildir.fetch(tmp_path / "nowhere"))


def test_a_delivered_letter_is_whole_private_and_found_again(tmp_path: Path) -> None:
    root = tmp_path / "out"
    before = os.umask(0)
    try:
        paths = [maildir.deliver(root, b"letter %d" % number) for number in range(20)]
    finally:
        os.umask(before)
    assert len(set(paths)) == 20 and list((root / "tmp").iterdir()) == []
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths} == {0o600}
    assert {stat.S_IMODE((root / part).stat().st_mode) for part in ("cur", "new", "tmp")} == {0o700}
    assert sorted(raw for _, raw in letters(root)) == sorted(b"letter %d" % number for number in range(20))


def test_X04_the_outermost_folder_is_private_too(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        maildir.deliver(tmp_path / "a" / "out", b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a" / "out").stat().st_mode) == 0o700


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(ChannelError, match="No space left"):
        maildir.deliver(tmp_path / "out", b"letter")
    assert (
        list((tmp_path / "out" / "tmp").iterdir()) == [] and list((tmp_path / "out" / "new").iterdir()) == []
    )


@given(st.lists(st.integers(0, 9_000_000), max_size=30), st.integers(1, 8))
def test_groups_keep_order_and_bounds(sizes: list[int], batch: int) -> None:
    found = [Found("f", at, Path("x"), (), 0, size) for at, size in enumerate(sizes)]
    cut = list(groups(found, batch=batch))
    assert [one for some in cut for one in some] == found
    for some in cut:
        assert len(some) <= batch
        assert len(some) == 1 or sum(one.size for one in some) <= maildir.AT_ONCE


def test_a_folder_of_eml_files(tmp_path: Path) -> None:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    for name, when in (("in/a.eml", 1), ("in/sub/b.EML", 3), ("in/c.txt", 2), ("in/d.email", 2)):
        (tmp_path / name).write_bytes(name.encode())
        os.utime(tmp_path / name, (when, when))
    (tmp_path / "in" / "link.eml").symlink_to(tmp_path / "in" / "a.eml")
    got = [one for batch in dropbox.fetch(tmp_path / "in") for one in batch]
    assert [(one.folder, one.raw, one.received) for one in got] == [
        ("sub", b"in/sub/b.EML", 3), ("in", b"in/d.email", 2), ("in", b"in/a.eml", 1),
    ]  # fmt: skip
    again = [one.uid for batch in dropbox.fetch(tmp_path / "in") for one in batch]
    assert again == [one.uid for one in got] and len(set(again)) == 3
    assert list(dropbox.fetch(tmp_path / "in", seen=lambda folder, uid: uid in again)) == []


def test_one_file_named_outright(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_bytes(b"hello")
    (tmp_path / "alias").symlink_to(tmp_path / "letter.txt")
    for name in ("letter.txt", "alias"):
        assert [one.raw for batch in dropbox.fetch(tmp_path / name) for one in batch] == [b"hello"]
    with pytest.raises(FolderGone, match="neither a file nor a folder"):
        list(dropbox.fetch(tmp_path / "nothing.eml"))
