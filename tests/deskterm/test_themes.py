"""Every theme defines every role, and every text of it can be read."""

from __future__ import annotations

import json
import re
from itertools import combinations
from math import dist
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

import themes
from deskterm import config, looks
from deskterm.widgets.paint import Role
from tests.deskterm.shell import call, ok
from tests.rigs.stage import copied, on_stage
from themes import legible, written
from themes.legible import contrast
from themes.roles import ROLES, SAME, Ink, Palette, variables

COLOURED = ("dark", "light", "contrast", "colour_blind")


def test_the_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    # https://www.w3.org/TR/WCAG21/#contrast-minimum: #767676 on white is the lightest grey that passes
    assert contrast("#767676", "#ffffff") > 4.5 > contrast("#777777", "#ffffff")


@pytest.mark.parametrize("name", COLOURED)
@pytest.mark.parametrize("role", ROLES)
def test_text_can_be_read_on_every_ground_it_may_stand_on(name: str, role: str) -> None:
    palette = themes.PALETTES[name]
    ink: Ink = getattr(palette, role)
    grounds = [palette.text.on, palette.cursor.on, palette.resting.on] if ink.on == SAME else [ink.on]
    if role == "line":
        grounds = grounds[:1]
    wanted = 3.0 if role == "line" else 7.0 if name == "contrast" else 4.5
    for ground in grounds:
        assert contrast(ink.color, ground) >= wanted, f"{role} on {ground}"


@pytest.mark.parametrize("name", COLOURED)
def test_what_the_program_says_of_its_themes_is_true(name: str) -> None:
    assert legible.faint(themes.PALETTES[name]) == {}
    grey = replace(themes.PALETTES[name], dim=Ink("#888888"), line=Ink(themes.PALETTES[name].text.on))
    assert set(legible.faint(grey)) == {"dim", "line"}


# Machado, Oliveira and Fernandes, A Physiologically-based Model for Simulation of Color Vision Deficiency,
# IEEE TVCG 15(6), 2009, table 1, severity 1.0; on linear RGB.
BLIND = {
    "protan": (
        (0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900),
    ),
}  # fmt: skip
FAR = 20.0
"""CIE 1976 distance at which nobody takes two colours beside each other for one; 2.3 is just seen."""


def _lab(color: str, kind: str = "") -> tuple[float, float, float]:
    """CIE L*a*b* (D65) of `#rrggbb` as somebody with `kind` sees it."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    rgb = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    if kind:
        rgb = [min(max(sum(a * b for a, b in zip(row, rgb, strict=True)), 0), 1) for row in BLIND[kind]]
    r, g, b = rgb
    xyz = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883,
    )
    x, y, z = (v ** (1 / 3) if v > 216 / 24389 else (24389 / 27 * v + 16) / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _apart(one: Ink, other: Ink, palette: Palette, kind: str) -> float:
    """How far two inks are from each other: their letters or the ground these stand on."""
    ground = palette.text.on
    pairs = [(one.color, other.color), *((a.on, b.on) for a, b in [(one, other)])]
    real = [tuple(ground if color == SAME else color for color in pair) for pair in pairs]
    return max(dist(_lab(a, kind), _lab(b, kind)) for a, b in real)


def test_the_distance_of_colours_is_that_of_the_cie() -> None:
    assert dist(_lab("#ffffff"), _lab("#000000")) == pytest.approx(100, abs=0.1)
    assert _lab("#ff0000") == pytest.approx((53.24, 80.09, 67.20), abs=0.1)
    red, green = Ink("#d00000"), Ink("#5a7a00")
    dark = themes.PALETTES["dark"]
    assert _apart(red, green, dark, "deutan") < _apart(red, green, dark, "") / 2


@pytest.mark.parametrize("kind", ["", *BLIND])
def test_the_states_are_told_apart_with_any_colour_vision(kind: str) -> None:
    palette = themes.PALETTES["colour_blind"]
    for one, other in combinations(("calm", "soon", "late", "paused"), 2):
        apart = _apart(getattr(palette, one), getattr(palette, other), palette, kind)
        assert apart >= FAR, f"{one} and {other}: {apart:.1f}"
    for one, other in (
        ("good", "warn"),
        ("warn", "bad"),
        ("good", "bad"),
        ("customer", "note"),
        ("note", "agent"),
    ):
        assert _apart(getattr(palette, one), getattr(palette, other), palette, kind) >= FAR, (one, other)


@pytest.mark.parametrize("name", themes.PALETTES)
def test_a_theme_as_a_file_is_the_same_theme(name: str) -> None:
    theme = next(one for one in themes.THEMES if one.name == name)
    assert written.read(written.written(themes.PALETTES[name], dark=theme.dark)) == (
        themes.PALETTES[name],
        theme.dark,
    )


@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        (("late =", "lat ="), 14, "there is no role called 'lat'"),
        (('late = "bold #ff8f85"\n', ""), 29, "late is missing"),
        (("bold #ff8f85", "bold tomato"), 14, "late: 'tomato' is no colour"),
        (("bold #ff8f85", "blink #ff8f85"), 14, "late: 'blink' is no style"),
        (('"bold #ff8f85"', "7"), 14, "late has to be text"),
        (('"bold #ff8f85"', "bold"), 14, "this is no TOML"),
        (("dark = true", 'dark = "yes"'), 1, "dark has to be true or false"),
        ((" on #14161b", ""), 2, "text needs a background"),
        (("bold #ff8f85", "ansi_red"), 14, "text is written in #rrggbb"),
        (("bold #ff8f85", "#ff8f85 on"), 14, "is no colour"),
        (("bold #ff8f85", ""), 14, "'' is no colour"),
    ],
)
def test_what_is_wrong_with_a_theme_is_said_with_its_line(
    change: tuple[str, str], line: int, words: str
) -> None:
    text = written.written(themes.PALETTES["dark"], dark=True)
    assert change[0] in text
    with pytest.raises(written.Unwritten, match=re.escape(words)) as caught:
        written.read(text.replace(*change, 1))
    assert caught.value.line == line and "\n" not in str(caught.value)


@given(st.text(max_size=200) | st.dictionaries(st.sampled_from([*ROLES, "x"]), st.text(max_size=30)).map(
    lambda table: "".join(f"{name} = {json.dumps(value)}\n" for name, value in table.items())
))  # fmt: skip
def test_any_text_is_a_theme_or_a_sentence_with_a_line_of_it(text: str) -> None:
    try:
        written.read(text)
    except written.Unwritten as error:
        assert 1 <= error.line <= text.count("\n") + 1 and "\n" not in str(error)


async def test_a_theme_of_ones_own_is_worn_and_listed(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    (folder / "themes").mkdir()
    text = written.written(themes.PALETTES["dark"], dark=True)
    (folder / "themes" / "mine.toml").write_text(text.replace("#14161b", "#000005", 1))
    (folder / "themes" / "torn.toml").write_text(text.replace("late =", "lat =", 1))
    async with on_stage(tmp_path, home=folder, theme="mine") as stage:
        assert stage.app.theme == "mine"
        assert stage.main.list.inks[Role.TEXT].bgcolor.name == "#000005"  # type: ignore[union-attr]
    listed = ok(folder, "themes")
    assert "mine  set" not in listed.out and str(folder / "themes" / "mine.toml") in listed.out
    assert listed.out.splitlines()[-1].startswith("mine  contrast ")
    assert "torn.toml, line 14: there is no role called 'lat'" in listed.err
    assert ok(folder, "themes", "mine").out == (folder / "themes" / "mine.toml").read_text()
    assert call(folder, "themes", "../mine").code == 3


def test_a_theme_that_cannot_be_read_is_a_sentence_and_no_screen(tmp_path: Path) -> None:
    (tmp_path / "themes").mkdir()
    (tmp_path / "themes" / "torn.toml").write_text("dark = 1\n")
    (tmp_path / "themes" / "dark.toml").write_text("nothing of ours is replaced")
    assert config.own_themes(tmp_path) == ("torn",)
    with pytest.raises(config.ConfigError, match=r"torn\.toml, line 1: dark has to be true or false\."):
        looks.worn(tmp_path, "torn")
    assert config.read('theme = "torn"', own=("torn",)).theme == "torn"
    with pytest.raises(config.ConfigError, match="mono, torn"):
        config.read('theme = "gone"', own=("torn",))


@pytest.mark.parametrize("theme", themes.THEMES, ids=lambda theme: theme.name)
def test_a_theme_defines_every_role_as_a_variable(theme: themes.Theme) -> None:
    for role in ROLES:
        for part in ("", "-on", "-style"):
            assert theme.variables[f"role-{role}{part}"]


def test_mono_uses_no_colour_and_sixteen_only_the_terminals_own() -> None:
    for name, value in variables(themes.PALETTES["mono"]).items():
        if not name.endswith("-style"):
            assert value in ("ansi_default", SAME)
    for name, value in variables(themes.PALETTES["sixteen"]).items():
        if not name.endswith("-style"):
            assert value.startswith("ansi_") or value == SAME


def test_mono_tells_soon_late_and_the_cursor_apart() -> None:
    mono = themes.PALETTES["mono"]
    assert len({mono.calm.style, mono.soon.style, mono.late.style, mono.cursor.style}) == 4


@pytest.mark.parametrize(
    ("environ", "chosen", "wanted"),
    [
        ({}, "", ("dark", False)),
        ({"NO_COLOR": "1"}, "", ("mono", True)),
        ({"NO_COLOR": "1", "COLORTERM": "truecolor"}, "light", ("mono", True)),
        ({"NO_COLOR": ""}, "light", ("light", False)),
        ({"TERM": "linux"}, "", ("sixteen", False)),
        ({"TERM": "screen", "COLORTERM": "truecolor"}, "", ("dark", False)),
        ({"TERM": "xterm-256color"}, "no such theme", ("dark", False)),
    ],
)
def test_the_environment_chooses_the_first_theme(
    environ: dict[str, str], chosen: str, wanted: tuple[str, bool]
) -> None:
    assert themes.pick(environ, chosen) == wanted
