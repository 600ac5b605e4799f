"""Every theme defines every role, and every text of it can be read."""

from __future__ import annotations

import pytest

import themes
from themes.roles import ROLES, SAME, Ink, variables

COLOURED = ("dark", "light", "contrast", "colour_blind")


def _light(color: str) -> float:
    """Relative luminance of `#rrggbb` (WCAG 2)."""
    parts = [int(color[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_light(one), _light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_contrast_of_black_on_white_is_21() -> None:
    assert _contrast("#000000", "#ffffff") == pytest.approx(21)


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
        assert _contrast(ink.color, ground) >= wanted, f"{role} on {ground}"


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
