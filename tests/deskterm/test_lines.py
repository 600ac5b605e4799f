"""Tabs, hints, status, rows and titles at the sizes of real terminals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskterm import actions
from deskterm.action import LIST
from deskterm.safe import width
from deskterm.symbols import ASCII, UNICODE
from deskterm.widgets import rows
from deskterm.widgets.lines import HintsLine, LinePane, Rule, StatusLine, Tab, TabsLine
from deskterm.widgets.paint import Role, cells, cut, spread, words
from deskterm.widgets.pane import title_line
from store.model import Status
from tests.deskterm.lines import HOUR, NOW, line
from tests.deskterm.screens import Stand, text_of
from themes.roles import ROLES

NAMES = (
    "Dana Reyes",
    "領収書の宛名領収書の宛名",
    "דנה כהן",
    "👍🏽👨\u200d👩\u200d👧 fam",
    "\x1b[31mred",
    "",
    "x" * 99,
)


def test_widgets_and_themes_name_the_same_roles() -> None:
    assert {role.value for role in Role} == set(ROLES)


@pytest.mark.parametrize("who", NAMES)
@pytest.mark.parametrize(("room", "alone"), [(49, False), (80, False), (60, True), (120, False), (40, True)])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_a_row_is_as_wide_as_its_list_whatever_it_says(who, room, alone, glyphs) -> None:
    shown = line(1, who=who, subject=who * 2)
    clock = rows.clock_of(shown, now=NOW, symbols=glyphs)
    columns = rows.columns_for(room, alone=alone)
    runs = rows.row(shown, columns=columns, clock=clock, symbols=glyphs, cursor=True, selected=True)
    assert cells(runs) == room


def test_rows_stand_as_the_sketches_draw_them() -> None:
    late = line(1, who="Dana Reyes", subject="Export fails after 2.3", priority=1, due_at=NOW - 720)
    paused = line(2, who="R. Cole", subject="Waiting: logs from client", status=Status.WAITING, due_at=None)

    def drawn(shown, room, *, alone=False, **marks) -> str:
        clock = rows.clock_of(shown, now=NOW, symbols=UNICODE)
        columns = rows.columns_for(room, alone=alone)
        return words(rows.row(shown, columns=columns, clock=clock, symbols=UNICODE, **marks)).rstrip()

    assert drawn(late, 49, cursor=True) == "> ◉  -0:12 P1 Dana Reyes  Export fails after 2.3"
    assert drawn(late, 80, cursor=True) == "> ◉  -0:12 P1 Dana Reyes   Export fails after 2.3"
    assert drawn(late, 60, alone=True, selected=True) == " x◉  -0:12 Dana Reyes   Export fails after 2.3"
    assert drawn(paused, 49) == "  ◌ paused P3 R. Cole     Waiting: logs from cli…"
    assert drawn(late, 49, failed=True) == "  ✗ failed P1 Dana Reyes  Export fails after 2.3"


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_without_colour_calm_soon_late_and_paused_differ_as_text(glyphs) -> None:
    states = {
        "calm": line(1, due_at=NOW + 2 * HOUR, warn_at=NOW + HOUR),
        "soon": line(1, due_at=NOW + 2 * HOUR, warn_at=NOW - 1),
        "late": line(1, due_at=NOW - 2 * HOUR),
        "paused": line(1, status=Status.HOLD),
        "solved": line(1, status=Status.SOLVED),
        "none": line(1, due_at=None),
    }
    columns = rows.columns_for(80)
    drawn = {
        words(
            rows.row(
                shown, columns=columns, clock=rows.clock_of(shown, now=NOW, symbols=glyphs), symbols=glyphs
            )
        )
        for shown in states.values()
    }
    assert len(drawn) == len(states)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-720, "-0:12"),
        (2880, "0:48"),
        (6900, "1:55"),
        (299, "4m59s"),
        (5, "0m05s"),
        (0, "0m00s"),
        (300, "0:05"),
        (40 * HOUR, "40:00"),
        (-47 * HOUR, "-47:00"),
        (52 * HOUR, "2d 4h"),
        (-71 * HOUR, "-2d 23"),
        (12 * 86400, "12d"),
        (-5000 * 86400, "-999d"),
    ],
)
def test_clock_texts(seconds: int, shown: str) -> None:
    assert rows.clock_text(seconds) == shown


@given(st.integers(-(10**9), 10**9))
def test_a_clock_never_needs_more_than_its_cells(seconds: int) -> None:
    assert 1 <= len(rows.clock_text(seconds)) <= 6


def test_open_hours_are_whatever_the_caller_counts() -> None:
    shown = line(1, due_at=NOW + 20 * HOUR)
    assert rows.band_of(shown, now=NOW, left=lambda found, now: 600) is rows.Band.NEXT_HOUR
    assert rows.clock_of(shown, now=NOW, symbols=UNICODE, left=lambda found, now: 600)[1] == "0:10"


RUNS = st.lists(st.tuples(st.text("ab質 ", max_size=12), st.sampled_from(Role)), max_size=5)


@given(RUNS, RUNS, st.integers(0, 60))
def test_runs_are_cut_and_spread_to_the_cell(left, right, room) -> None:
    assert cells(cut(left, room)) <= room
    assert cells(spread(left, right, room)) == room


@given(RUNS, RUNS, st.integers(6, 120))
def test_a_title_is_exactly_as_wide_as_its_pane(left, right, room) -> None:
    assert cells(title_line(left, right, room, symbols=UNICODE)) == room


@pytest.mark.parametrize("room", [40, 60, 80, 100, 120, 160])
async def test_hints_are_cut_at_whole_entries_and_end_with_the_key_help(room: int) -> None:
    shown = HintsLine()
    async with Stand(shown).run_test(size=(room, 5)):
        entries = [(action.keys[0], action.words, action.id) for action in actions.hints(LIST)]
        last = next(entry for entry in entries if entry[2] == "help.keys")
        shown.show_entries([entry for entry in entries if entry is not last], last)
        text = text_of(shown)[0]
        assert width(text) == room and text.rstrip().endswith("? keys") and "…" not in text
        hinted = [f"{key} {words}" for key, words, _ in entries]
        shown_entries = [part.strip() for part in text.split("  ") if part.strip()]
        assert all(part in hinted for part in shown_entries)
        assert shown_entries[0] == "e solve"


@pytest.mark.parametrize(
    ("room", "wanted"),
    [(120, "2 Unassigned 5 +3"), (80, "2 Unas 5 +3"), (40, "[ ] other queues")],
)
async def test_tabs_lose_words_before_they_lose_counts(room: int, wanted: str) -> None:
    shown = TabsLine()
    tabs = [
        Tab("Mine", 12),
        Tab("Unassigned", 5, fresh=3),
        Tab("Team", 31),
        Tab("Waiting", 18),
        Tab("Snoozed", 7),
    ]
    async with Stand(shown).run_test(size=(room, 5)):
        shown.show(tabs, 0, [("synced 09:41", Role.DIM), ("  acme-support", Role.DIM)])
        text = text_of(shown)[0]
        assert wanted in text and "Mine 12" in text and width(text) == room


async def test_a_short_name_is_cut_from_what_is_shown_of_it() -> None:
    shown = TabsLine()
    family = "\U0001f469\u200d\U0001f467\u200d\U0001f466 home"
    async with Stand(shown).run_test(size=(40, 5)):
        shown.show([Tab("Mine", 12), Tab(family, 5), Tab("x" * 20, 1)], 0)
        assert "\U0001f469\U0001f467\U0001f466 5" in text_of(shown)[0]


async def test_status_rule_and_pane_draw_what_they_are_given() -> None:
    status, rule, pane = StatusLine(), Rule(), LinePane(edge=True)
    async with Stand(status, rule, pane).run_test(size=(40, 10)):
        status.show([("2 selected", Role.MARK)], [("Solved", Role.TEXT)])
        rule.show((10,))
        pane.show("Customer", [[(f"line {n}", Role.TEXT)] for n in range(30)])
        assert text_of(status)[0].startswith(" 2 selected") and text_of(status)[0].endswith("Solved")
        assert text_of(rule)[0] == "─" * 10 + "┴" + "─" * 29
        assert text_of(pane)[0].startswith("┬━ Customer ━") and text_of(pane)[1].startswith("│line 0")
        pane.scroll_lines(100)
        assert text_of(pane)[-1].startswith("│line 29")
