"""The themes of the desk and which one a terminal gets. Colours only: this room knows no other."""

from __future__ import annotations

from collections.abc import Mapping

from textual.theme import Theme

from themes import colour_blind, contrast, dark, light, mono, sixteen
from themes.roles import ROLES, Palette, variables

__all__ = ["DEFAULTS", "PALETTES", "ROLES", "THEMES", "pick"]

PALETTES: dict[str, Palette] = {
    "dark": dark.PALETTE,
    "light": light.PALETTE,
    "contrast": contrast.PALETTE,
    "colour_blind": colour_blind.PALETTE,
    "sixteen": sixteen.PALETTE,
    "mono": mono.PALETTE,
}

THEMES: tuple[Theme, ...] = (
    dark.THEME,
    light.THEME,
    contrast.THEME,
    colour_blind.THEME,
    sixteen.THEME,
    mono.THEME,
)

DEFAULTS: dict[str, str] = variables(dark.PALETTE)
"""For `App.get_theme_variable_defaults`, so a theme of Textual's own still draws."""

_FEW = ("linux", "screen", "xterm", "ansi", "vt100", "vt220", "rxvt", "cons25")


def pick(environ: Mapping[str, str], chosen: str = "", *, own: bool = False) -> tuple[str, bool]:
    """The theme to start with, and whether `App(ansi_color=True)` has to be said (else pass None).

    NO_COLOR (no-color.org: any value but the empty one) wins over `chosen`, the theme of the config, and
    sends no colour code only if the App's constructor is told. A terminal with sixteen colours gets its
    own, instead of ours approximated. `own`: `chosen` is a theme of the owner's.
    """
    if environ.get("NO_COLOR"):
        return "mono", True
    if own or chosen in PALETTES:
        return chosen, False
    if not environ.get("COLORTERM") and environ.get("TERM", "") in _FEW:
        return "sixteen", False
    return "dark", False
