"""Whatever strangers write, no cell holds a character that moves, hides or reorders anything."""

from __future__ import annotations

import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from deskterm.safe import FORBIDDEN, clean, clean_text, fit, pad, plain, width, wrap
from tests.paths import ROOT

ANYTHING = st.text(st.characters(exclude_categories=[]), max_size=60) | st.text(
    st.sampled_from(
        "\x00\x07\x1b[]\r\n\t\x7f\x9b\u202e\u2066\u200b\u200d\ufe0f\ufeff\U000e0041\ud800質é\u0301👍🏽🇩 a"
    ),
    max_size=60,
)


def _harmless(text: str) -> bool:
    return not FORBIDDEN.search(text) and not {unicodedata.category(char) for char in text} & {
        "Cc",
        "Cs",
        "Cn",
        "Co",
        "Zl",
        "Zp",
    }


@given(ANYTHING)
def test_a_cell_never_holds_a_forbidden_character(text: str) -> None:
    assert _harmless(clean(text))


@given(ANYTHING)
def test_a_conversation_holds_none_besides_newlines(text: str) -> None:
    assert _harmless(clean_text(text).replace("\n", ""))
    assert _harmless(plain(text).replace("\n", ""))


@given(ANYTHING)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert clean_text(clean_text(text)) == clean_text(text)


@given(ANYTHING, st.integers(0, 40))
def test_fit_and_pad_keep_to_the_cells(text: str, cells: int) -> None:
    shown = clean(text)
    assert width(fit(shown, cells)) <= cells
    assert width(pad(shown, cells)) == cells == width(pad(shown, cells, right=True))
    if width(shown) <= cells:
        assert fit(shown, cells) == shown


@given(ANYTHING, st.integers(2, 40))
def test_wrapped_lines_fit_and_lose_no_word(text: str, cells: int) -> None:
    shown = clean_text(text)
    lines = wrap(shown, cells)
    assert all(width(line) <= cells for line in lines)
    assert "".join("".join(lines).split()) == "".join(shown.split())


@given(ANYTHING)
def test_width_is_what_the_drawing_library_counts(text: str) -> None:
    assert width(clean(text)) == cell_len(clean(text))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]52;c;aGk=\x1b\\", "␛]52;c;aGk=␛\\"),
        ("\x1b]0;pwned\x07", "␛]0;pwned␇"),
        ("\x9b2J", "␦2J"),
        ("\u202egpj.exe", "⇄gpj.exe"),
        ("a\u200bb\ufeff\U000e0041", "a∙b∙∙"),
        ("two\r\nlines\nand a\ttab", "two⏎lines⏎and a tab"),
        ("\ud83d", "�"),
        ("❤\ufe0f", "❤"),
        ("🇩🇪", "DE"),
        ("می\u200cخواهم", "میخواهم"),
        ("\u0301x", "x"),
        ("x" + "\u0301" * 50, "x" + "\u0301" * 4),
        ("[red]x[/]", "[red]x[/]"),
    ],
)
def test_what_stands_for_what(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_a_conversation_keeps_its_lines_and_shows_overrides() -> None:
    assert clean_text("a\tb\r\n\u202eevil\u2069 soft\u00adly\u200b") == "a   b\n⇄evil⇄ softly"


def test_a_wide_character_is_never_cut_in_half() -> None:
    assert fit("質問質問", 5) == "質問…"
    assert pad("質問質問", 6) == "質問… "
    assert wrap("領収書の宛名", 5) == ["領収", "書の", "宛名"]


def test_wrapping_breaks_at_spaces_and_keeps_the_indent() -> None:
    assert wrap("  one two three", 9) == ["  one two", "  three"]
    assert wrap("abcdefghij", 4) == ["abcd", "efgh", "ij"]


def test_the_shell_can_clean_text_without_loading_a_screen_library() -> None:
    code = (
        "import sys, deskterm.safe, deskterm.actions, deskterm.keymap, deskterm.symbols\n"
        "deskterm.safe.fit(deskterm.safe.plain('plain ascii'), 3), deskterm.safe.clean('a\\x1b[0m b')\n"
        "print(sorted({'textual', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"
