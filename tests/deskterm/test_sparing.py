"""Sparing paints: the terminal shows what the toolkit's own paints would make it show, for fewer bytes."""

from __future__ import annotations

from dataclasses import dataclass

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from deskterm.widgets import sparing
from deskterm.widgets.sparing import GAP, Shown, Sparing, turn

WIDTH, HEIGHT, CUT = 24, 4, 9
STYLES = (None, Style(bold=True), Style(color="#ff0000"), Style(bgcolor="#0000ff", meta={"offset": (1, 2)}))
CONSOLE = Console(color_system="truecolor", force_terminal=True)

Run = tuple[str, Style | None]
Paint = LayoutUpdate | ChopsUpdate


def strip(*runs: Run) -> Strip:
    """The runs as a line of WIDTH cells, cut or filled."""
    return Strip([Segment(text, style) for text, style in runs]).adjust_cell_length(WIDTH)


def full(*lines: Strip) -> LayoutUpdate:
    return LayoutUpdate([[line] for line in lines], Region(0, 0, WIDTH, len(lines)))


def part(lines: list[Strip], spans: list[tuple[int, int, int]]) -> ChopsUpdate:
    """The spans of the lines, which are divided as two panes side by side divide them."""
    chops = [dict(zip((0, CUT), line.divide([CUT, WIDTH]), strict=True)) for line in lines]
    return ChopsUpdate(chops, spans, [[CUT, WIDTH]] * len(lines))


@dataclass
class Seen:
    """A terminal, and how many characters it was sent."""

    screen: pyte.Screen
    stream: pyte.Stream
    sent: int = 0

    def take(self, text: str) -> None:
        self.stream.feed(text.replace("\n", "\r\n") if "\n" in text else text)
        self.sent += len(text)

    def cells(self) -> list[list[pyte.screens.Char]]:
        return [[self.screen.buffer[y][x] for x in range(WIDTH)] for y in range(HEIGHT)]


def terminal() -> Seen:
    screen = pyte.Screen(WIDTH, HEIGHT + 1)
    return Seen(screen, pyte.Stream(screen))


TEXTS = st.text("ab ─…", min_size=1, max_size=12)
LINES = st.lists(st.tuples(TEXTS, st.sampled_from(STYLES)), max_size=4).map(lambda runs: strip(*runs))
LETTERS = st.lists(st.sampled_from(["a", "日", "é", " ", "e\u0301"]), max_size=8).map("".join)
WIDE = st.lists(st.tuples(LETTERS, st.sampled_from(STYLES)), max_size=3)
SPANS = st.tuples(st.integers(0, HEIGHT - 1), st.integers(0, WIDTH - 1), st.integers(1, WIDTH))


@st.composite
def paints(draw: st.DrawFn) -> Paint:
    """A whole screen, perhaps with wide letters, or some spans of one without.

    Spans that begin or end in the middle of a wide letter do not come from panes.
    """
    lines = [draw(LINES) for _ in range(HEIGHT)]
    if draw(st.booleans()):
        some = [strip(*draw(WIDE)) if draw(st.integers(0, 3)) == 0 else line for line in lines]
        return full(*some)
    spans = sorted((y, min(a, b), max(a, b)) for y, a, b in draw(st.lists(SPANS, min_size=1, max_size=3)))
    return part(lines, [span for span in spans if span[1] < span[2]] or [(0, 0, WIDTH)])


@given(st.lists(paints(), min_size=1, max_size=6), st.integers(0, 6))
@settings(max_examples=60, deadline=None)
def test_the_terminal_shows_what_whole_paints_would_make_it_show(updates: list[Paint], lost: int) -> None:
    theirs, ours, shown = terminal(), terminal(), Shown()
    first = full(*[strip(("start", None))] * HEIGHT)
    for n, update in enumerate([first, *updates]):
        if n == lost:
            ours.take("\x1b[2J")  # somebody else wrote on the terminal, and everything is painted anew
            shown.forget()
            ours.take(Sparing(first, shown).render_segments(CONSOLE))
            theirs.take(first.render_segments(CONSOLE))
        theirs.take(update.render_segments(CONSOLE))
        ours.take(Sparing(update, shown).render_segments(CONSOLE))
        assert ours.cells() == theirs.cells()


def test_what_is_shown_already_is_not_sent() -> None:
    shown, screen = Shown(), full(*[strip(("one line like the other", STYLES[2]))] * HEIGHT)
    assert Sparing(screen, shown).render_segments(CONSOLE)
    assert Sparing(screen, shown).render_segments(CONSOLE) == ""
    lines = [line for (line,) in screen.strips]
    assert Sparing(part(lines, [(1, 0, WIDTH), (2, 3, 7)]), shown).render_segments(CONSOLE) == ""
    assert Sparing(screen, shown, at_once=True).render_segments(CONSOLE) == ""
    shown.forget()
    assert Sparing(screen, shown).render_segments(CONSOLE)


def test_blanks_are_sent_where_nobody_knows_what_is_shown() -> None:
    line = f"a{' ' * 2 * GAP}b"
    assert line in Sparing(full(strip((line, None))), Shown()).render_segments(CONSOLE)


def test_a_link_is_no_ink() -> None:
    bold = Style(bold=True, link="http://evil.example")
    assert Sparing(full(strip(("x", bold))), Shown()).render_segments(CONSOLE).startswith("\x1b[1;1H\x1b[1mx")


def test_what_is_remembered_of_styles_does_not_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sparing, "STYLES", 5)
    shown = Shown()
    for n in range(50):
        Sparing(full(strip(("x", Style(color=f"#0000{n:02x}")))), shown).render_segments(CONSOLE)
    assert len(shown._ink_of) <= 7


def test_one_letter_costs_a_jump_and_a_letter() -> None:
    shown = Shown()
    Sparing(full(strip(("one line", None))), shown).render_segments(CONSOLE)
    sent = Sparing(full(strip(("one lime", None))), shown).render_segments(CONSOLE)
    assert sent == "\x1b[1;7Hm"


def test_changes_far_apart_are_jumped_to_and_near_ones_written_through() -> None:
    shown = Shown()
    Sparing(full(strip(("." * WIDTH, None))), shown).render_segments(CONSOLE)
    near = strip((f"x{'.' * (GAP - 1)}x".ljust(WIDTH, "."), None))
    assert Sparing(full(near), shown).render_segments(CONSOLE).count("H") == 1
    far = strip((f"y{'.' * (WIDTH - 2)}y", None))
    assert Sparing(full(far), shown).render_segments(CONSOLE).count("H") == 2


def test_a_colour_that_changed_is_sent_with_the_same_letters() -> None:
    shown = Shown()
    Sparing(full(strip(("late", None))), shown).render_segments(CONSOLE)
    assert "late" in Sparing(full(strip(("late", STYLES[2]))), shown).render_segments(CONSOLE)


def test_a_line_that_terminals_may_draw_wider_is_sent_whole_when_anything_in_it_changes() -> None:
    shown, line = Shown(), strip(("日本 subject", None))
    Sparing(full(line), shown).render_segments(CONSOLE)
    assert Sparing(full(line), shown).render_segments(CONSOLE) == ""
    assert "日本 subjects" in Sparing(full(strip(("日本 subjects", None))), shown).render_segments(CONSOLE)
    plain = Sparing(full(strip(("日本 subjects"[2:], None))), shown).render_segments(CONSOLE)
    assert plain == f"\x1b[1;1H subjects{' ' * (WIDTH - 9)}"


def test_what_may_have_been_pushed_aside_by_a_wider_letter_is_sent_again() -> None:
    shown, beside = Shown(), strip(("日本".ljust(CUT - 2) + "beside it", None))
    for update in (full(strip(("x", None))), part([beside], [(0, 0, WIDTH)])):
        Sparing(update, shown).render_segments(CONSOLE)
    assert "beside it" in Sparing(full(strip((" " * CUT + "beside it", None))), shown).render_segments(
        CONSOLE
    )


def test_from_one_ink_to_the_next_only_what_differs_is_sent() -> None:
    assert turn("38;2;1;2;3;48;5;4", "38;2;1;2;9;48;5;4") == "\x1b[38;2;1;2;9m"
    assert turn("1;31", "31") == "\x1b[0;31m"
    assert turn("31;44", "31") == "\x1b[0;31m"
    assert turn("91;103", "92;103") == "\x1b[92m" and turn("91;103", "91;102") == "\x1b[102m"
    assert (turn("31", ""), turn("", "31"), turn("31", "31")) == ("\x1b[0m", "\x1b[31m", "")


def test_another_size_is_painted_whole() -> None:
    shown = Shown()
    Sparing(full(strip(("one", None)), strip(("two", None))), shown).render_segments(CONSOLE)
    smaller = Sparing(full(strip(("one", None))), shown).render_segments(CONSOLE)
    assert "one" in smaller
