"""Text of strangers in every slot of every widget: nothing forbidden is painted, markup stays literal."""

from __future__ import annotations

import pytest
from rich.segment import Segment
from textual.color import Color
from textual.widgets import Static

from deskterm.safe import FORBIDDEN
from deskterm.widgets.blocks import Block
from deskterm.widgets.composer import Composer, Form
from deskterm.widgets.conversation import Conversation, Head
from deskterm.widgets.guard import LineGuard
from deskterm.widgets.lines import HintsLine, LinePane, StatusLine, Tab, TabsLine
from deskterm.widgets.paint import Role
from deskterm.widgets.picker import Choice, PickerBox, Question
from deskterm.widgets.queue_list import QueueList
from deskterm.widgets.rows import Heading
from store.model import File, Kind
from tests.deskterm.lines import NOW, MemoryQueue, line
from tests.deskterm.screens import Stand, painted

PAYLOADS = {
    "T01 clipboard": "a\x1b]52;c;aGVsbG8=\x1b\\b",
    "T02 title": "a\x1b]0;pwned\x07b\x1b]2;pwned\x1b\\",
    "T03 link": "\x1b]8;;http://evil.test\x1b\\click\x1b]8;;\x1b\\",
    "T04 screen": "\x1b[2J\x1b[H\x1b[1AAPPROVED",
    "T05 modes": "\x1b[?1049l\x1b[?1003h\x1bc",
    "T07 c1": "\x9b2J\x9d0;x\x9c\x90q\x9c",
    "T09 bidi": "\u202egpj.exe\u202c \u2066x\u2069",
    "T10 hidden": "a\u200b\ufeff\U000e0041\u00ad\u2060b",
    "T12 open": "\x1b]0;never closed",
    "T17 surrogate": "\ud83d half",
}
MARKUP = {
    "M01": "[red]x[/]",
    "M02": "[@click=app.quit]x[/]",
    "M03 close": "Re: [/b]",
    "M03 bare": "[/]",
    "M03 path": "[/usr/bin]",
    "M04 number": "[#123] invoice",
    "M04 urgent": "[URGENT]",
    "M06 link": '[link="file:///etc/passwd"]',
    "M06 dollar": "$var {name} %s",
}


def _widgets(text: str) -> list[object]:
    queue, talk, who = QueueList(now=NOW), Conversation(), LinePane()
    tabs, status, hints = TabsLine(), StatusLine(), HintsLine()
    box = PickerBox(Question(text, (Choice("a", text, detail=text), Choice("b", "b", off=text)), foot="esc"))
    return [tabs, queue, talk, who, status, hints, box, Composer()]


def _fill(app: Stand, text: str) -> None:
    app.query_one(QueueList).show(
        MemoryQueue([line(1, who=text, subject=text), line(2)]), Heading(text, empty=(text,))
    )
    block = Block("b", Kind.IN, text, text, text, text, files=(File(text, "a/b", 1, "x"),), trouble=text)
    app.query_one(Conversation).show(Head(text), [block], draft=text)
    from deskterm.safe import clean

    app.query_one(LinePane).show(text, [[(clean(text), Role.TEXT)]])
    app.query_one(TabsLine).show([Tab(text, 1)], 0)
    app.query_one(StatusLine).show([(clean(text), Role.TEXT)])
    app.query_one(HintsLine).show_entries([("e", text, "")])
    app.query_one(Composer).open(
        Form("d", text, sender=text, subject=text, files=(text,), warning=text), text
    )


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
async def test_T01_T02_T03_T04_T05_T07_T09_T10_T12_T17_nothing_forbidden_is_painted(payload: str) -> None:
    app = Stand(*_widgets(payload))
    app.CSS = "QueueList, Conversation, LinePane, PickerBox, Composer { height: 12; }"
    async with app.run_test(size=(100, 70)) as pilot:
        _fill(app, payload)
        await pilot.pause()
        screen = "".join(painted(app))
        assert not FORBIDDEN.search(screen)
        assert "Customer 2" in screen


@pytest.mark.parametrize("payload", MARKUP.values(), ids=MARKUP.keys())
async def test_M01_M03_M04_M06_markup_is_shown_as_it_was_written(payload: str) -> None:
    app = Stand(*_widgets(payload))
    app.CSS = "QueueList, Conversation, LinePane, PickerBox, Composer { height: 12; }"
    async with app.run_test(size=(100, 70)) as pilot:
        _fill(app, payload)
        await pilot.pause()
        for widget in app.screen.children:
            if isinstance(widget, HintsLine):
                continue
            region = widget.region
            rows = painted(app)[region.y : region.bottom]
            assert payload in "\n".join(rows), type(widget).__name__


async def test_T14_the_second_net_also_catches_what_a_screen_forgot_to_clean() -> None:
    pane, status = LinePane(), StatusLine()
    app = Stand(pane, status)
    async with app.run_test(size=(100, 12)) as pilot:
        for payload in PAYLOADS.values():
            pane.show("t", [[(payload, Role.TEXT)]])
            status.show([(payload, Role.TEXT)])
            await pilot.pause()
            assert not FORBIDDEN.search("".join(painted(app)))
            assert {len(strip) for strip in painted(app)} == {100}


async def test_T14_the_guard_also_cleans_widgets_that_never_heard_of_us() -> None:
    for guarded in (True, False):
        app = Stand(Static("\x1b]0;pwned\x07 x", markup=False), guarded=guarded)
        async with app.run_test(size=(40, 5)) as pilot:
            await pilot.pause()
            assert bool(FORBIDDEN.search("".join(painted(app)))) is not guarded


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_the_guard_keeps_the_width_of_a_line(payload: str) -> None:
    segments = [Segment(payload), Segment("fine")]
    cleaned = LineGuard().apply(segments, Color.parse("black"))
    assert sum(one.cell_length for one in cleaned) == sum(one.cell_length for one in segments)
    assert not FORBIDDEN.search("".join(one.text for one in cleaned))
    untouched = [Segment("plain 質問")]
    assert LineGuard().apply(untouched, Color.parse("black")) is untouched
