"""Attachments of strangers on this machine's disk (class F); what reading must not do (X17, M02)."""

from __future__ import annotations

import os
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from channels.letter import Address, Attachment, Outgoing
from channels.mime.compose import compose
from deskterm import attachments
from deskterm.desk import Desk
from store.errors import Refused
from store.model import Message
from tests.rigs import oracle
from tests.rigs.mail import all_tickets, messages, opened, settings, take
from tests.rigs.stage import copied, on_stage

BYTES = b"#!/bin/sh\ntouch owned\n"
NAMES = (
    "../../.ssh/authorized_keys", "/etc/passwd", "..\\..\\autoexec.bat", "C:\\boot.ini", "..", ".", "",
    "a\x00b.txt", "a\nb.txt", "x" * 300 + ".pdf", "é" * 400 + ".txt", "-rf", "~", "~root", ".bashrc", "CON",
    "nul.txt", "report.pdf.", "invoice\u202efdp.exe", "in\u200bvoice.pdf", "a;$(touch owned).txt", "`id`.txt",
    "a/../../b", "....//....//c", "\ud83d.txt", "aux .txt", " ", "a\x1b]0;x\x07.txt",
)  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with opened(tmp_path / "home", settings()) as desk:
        yield desk


def received(desk: Desk, name: str) -> Message:
    """A letter whose attachment has this name, as another program would have written it."""
    raw = compose(
        Outgoing(
            "f1@x.example", Address("Eve", "eve@x.example"), (Address("", "help@example.org"),), "file",
            "see file", 1_750_000_000, attachments=(Attachment("NAME.txt", "text/plain", BYTES),),
        )
    )  # fmt: skip
    quoted = name.encode("utf-8", "surrogatepass").replace(b"\\", b"\\\\").replace(b"\n", b"\n ")
    take(desk, raw.replace(b"NAME.txt", quoted.replace(b'"', b'\\"')))
    return messages(desk, all_tickets(desk)[-1])[-1]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_F01_F02_F03_a_file_of_any_name_lands_in_its_folder_and_nowhere_else(
    desk: Desk, tmp_path: Path, name: str
) -> None:
    message = received(desk, name)
    folder = tmp_path / "deep" / "er" / "downloads"
    before = {path for path in tmp_path.rglob("*") if "home" not in path.parts}
    saved = attachments.save(desk, message, message.files[0], folder=folder)
    assert saved.parent == folder and saved.read_bytes() == BYTES
    made = {path for path in tmp_path.rglob("*") if "home" not in path.parts} - before
    assert made == {saved, folder, folder.parent, folder.parent.parent}
    assert saved.name.isprintable() and saved.name[0] not in "-.~ " and len(os.fsencode(saved.name)) <= 255
    assert saved.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("there", ["file", "link", "broken link", "fifo", "folder"])
def test_F04_what_stands_at_the_place_is_left_alone(desk: Desk, tmp_path: Path, there: str) -> None:
    message = received(desk, "report.txt")
    folder, elsewhere = tmp_path / "downloads", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.write_text("mine")
    target = folder / "report.txt"
    if there == "file":
        target.write_text("mine")
    elif there == "fifo":
        os.mkfifo(target)
    elif there == "folder":
        target.mkdir()
    else:
        target.symlink_to(elsewhere if there == "link" else tmp_path / "nobody")
    saved = attachments.save(desk, message, message.files[0], folder=folder)
    assert saved != target and saved.read_bytes() == BYTES
    assert elsewhere.read_text() == "mine" and not (tmp_path / "nobody").exists()
    assert there != "file" or target.read_text() == "mine"


def test_F04_a_folder_that_takes_nothing_is_said(desk: Desk, tmp_path: Path) -> None:
    message = received(desk, "report.txt")
    (tmp_path / "flat").write_text("a file")
    with pytest.raises((Refused, OSError)) as said:
        attachments.save(desk, message, message.files[0], folder=tmp_path / "flat")
    assert (tmp_path / "flat").read_text() == "a file" and str(said.value)


def test_F06_opening_is_a_list_of_words_and_no_shell(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen"
    opener = tmp_path / "bin" / "xdg-open"
    opener.parent.mkdir()
    opener.write_text(f'#!/bin/sh\nprintf "%s|" "$#" "$1" > {seen}.new && mv {seen}.new {seen}\n')
    opener.chmod(0o755)
    monkeypatch.setenv("PATH", f"{opener.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.chdir(tmp_path)
    message = received(desk, "name;$(touch owned)`touch owned`.txt")
    saved = attachments.save(desk, message, message.files[0], folder=tmp_path / "downloads")
    assert attachments.open_(saved)
    from tests.rigs.mail import until

    until(seen.exists)
    assert seen.read_text() == f"1|{saved}|"
    assert not (tmp_path / "owned").exists()


async def test_X17_reading_a_letter_with_remote_pictures_connects_to_nobody(tmp_path: Path) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    calls: list[object] = []

    def accept() -> None:
        try:
            while True:
                calls.append(listener.accept()[1])
        except OSError:
            return

    threading.Thread(target=accept, daemon=True).start()
    port = listener.getsockname()[1]
    at = f"http://127.0.0.1:{port}"
    html = (
        f'<img src="{at}/pixel.gif"><link rel=stylesheet href="{at}/s.css"><iframe src="{at}/f"></iframe>'
        f'<script src="{at}/x.js"></script><a href="{at}/a">offer</a>'
        f'<video poster="{at}/p" src="{at}/v"></video>'
        f"<body background='{at}/b'><p style=\"background:url({at}/c)\">Hello picture</p>"
    )
    raw = (
        "From: Eve <eve@x.example>\r\nTo: help@desk.example\r\nSubject: pictures\r\n"
        f"Message-ID: <pix@x.example>\r\nContent-Type: text/html\r\n\r\n{html}\r\n"
    ).encode()
    home = copied(tmp_path)
    desk = Desk.open(home)
    take(desk, raw)
    desk.close()
    async with on_stage(tmp_path, home=home) as stage:
        await stage.press("6", "/", "=from:eve@x.example", "enter")
        await stage.until(lambda: "Hello picture" in stage.text)
        await stage.press("enter", "o", "escape")
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    assert calls == []


async def test_M02_a_click_on_markup_of_a_stranger_acts_on_nothing(tmp_path: Path) -> None:
    home = copied(tmp_path)
    oracle.poison(home)
    async with on_stage(tmp_path, home=home) as stage:
        before = stage.desk.store.last_lseq()
        places = [
            (min(found.start() + 2, stage.app.size.width - 1), row)
            for row, line in enumerate(stage.text.split("\n"))
            for found in re.finditer(r"\[@click|app\.quit|\]x\[|\[link=", line)
        ]
        assert len(places) >= 6
        for place in places:
            await stage.pilot.click(offset=place)
        await stage.settle()
        assert stage.app.is_running and stage.desk.store.last_lseq() == before
