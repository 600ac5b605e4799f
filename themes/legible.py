"""How well a palette can be read: contrast as WCAG 2.1 computes it, role by role as the desk draws them.

Pure arithmetic on colours; knows no file and no desk.
"""

from __future__ import annotations

from themes.roles import ROLES, SAME, Ink, Palette

TEXT, MARK = 4.5, 3.0
"""The least contrast of text and of what is no text (WCAG 2.1, 1.4.3 and 1.4.11, level AA)."""
MARKS = frozenset({"line"})
"""Roles no word is ever drawn in."""


def luminance(color: str) -> float:
    """Relative luminance of `#rrggbb`, 0 to 1 (WCAG 2.1)."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast of two colours `#rrggbb`, 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def grounds(palette: Palette, role: str) -> tuple[str, ...]:
    """Every background a role is drawn on: its own, or the desk's and those of the cursor's row."""
    ink: Ink = getattr(palette, role)
    if ink.on != SAME:
        return (ink.on,)
    under = (palette.text.on,) if role in MARKS else (palette.text.on, palette.cursor.on, palette.resting.on)
    return tuple(on for on in dict.fromkeys(under) if on != SAME)


def least(palette: Palette, role: str) -> float | None:
    """The smallest contrast a role has on its grounds; None where the terminal decides the colours."""
    ink: Ink = getattr(palette, role)
    pairs = [(ink.color, on) for on in grounds(palette, role)]
    if not pairs or any(not color.startswith("#") for pair in pairs for color in pair):
        return None
    return min(contrast(*pair) for pair in pairs)


def faint(palette: Palette) -> dict[str, float]:
    """The roles that miss level AA, each with its contrast."""
    found = {role: least(palette, role) for role in ROLES}
    return {
        role: value
        for role, value in found.items()
        if value is not None and value < (MARK if role in MARKS else TEXT)
    }
