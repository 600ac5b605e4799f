"""Themes the desk can wear: those that ship and the owner's own, `themes/NAME.toml` in the home.

Reads files and gives values; draws nothing.
"""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct
from textual.theme import Theme

import themes
from deskterm import config
from deskterm.config import ConfigError
from themes import legible, written
from themes.roles import Palette, theme


class Look(Struct, frozen=True):
    """A theme and where it comes from."""

    name: str
    palette: Palette
    theme: Theme
    path: Path | None = None
    """The owner's file; None for one that ships."""

    @property
    def least(self) -> float | None:
        """The smallest contrast of any text in it; None where the terminal decides."""
        values = [legible.least(self.palette, role) for role in themes.ROLES if role not in legible.MARKS]
        return min((value for value in values if value is not None), default=None)

    @property
    def faint(self) -> tuple[str, ...]:
        """Roles that miss level AA, worst first."""
        found = legible.faint(self.palette)
        return tuple(sorted(found, key=found.__getitem__))


def shipped() -> tuple[Look, ...]:
    """The themes of the program."""
    return tuple(Look(one.name, themes.PALETTES[one.name], one) for one in themes.THEMES)


def own(home: Path, name: str) -> Look:
    """The owner's theme of that name. Raises ConfigError naming file and line."""
    path = home / config.THEMES / f"{name}.toml"
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(f"{path}, line {line}: this is no UTF-8 text. The theme was not used.") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}). The theme was not used.") from None
    try:
        palette, dark = written.read(text)
    except written.Unwritten as error:
        raise ConfigError(f"{path}, line {error.line}: {error}. The theme was not used.") from None
    ansi = palette.text.color.startswith("ansi_")
    return Look(name, palette, theme(name, palette, dark=dark, ansi=ansi), path)


def worn(home: Path, name: str) -> Look | None:
    """The owner's theme `name`, if that is one of theirs. Raises ConfigError."""
    return own(home, name) if name in config.own_themes(home) else None


def as_file(look: Look) -> str:
    """A theme as the text of a file that `own` reads."""
    return written.written(look.palette, dark=look.theme.dark)
