"""A theme as its owner writes it: TOML, a line for each role, into a palette.

Pure: text in, palette out, or one sentence about the line that is wrong. Knows no file and no desk.

    dark = true
    text = "#d8dbe2 on #14161b"
    late = "bold #ff8f85"
"""

from __future__ import annotations

import re
import tomllib

from themes.roles import ROLES, SAME, Ink, Palette

STYLES = ("bold", "underline", "reverse")
ANSI = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white", "default")
"""The terminal's own colours: `ansi_red`, `ansi_bright_red`; `ansi_default` has no bright one."""
_GROUNDED = ("text", "cursor", "resting")
"""Roles whose background lies under other roles, so that they need one."""


class Unwritten(ValueError):
    """A theme cannot be read; the text is the sentence, `line` counts from 1."""

    def __init__(self, words: str, line: int) -> None:
        super().__init__(words)
        self.line = line


def read(text: str) -> tuple[Palette, bool]:
    """The palette and whether it is a dark one. Raises Unwritten."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r" \(at line (\d+), column \d+\)$", str(error))
        last = len(text.rstrip("\n").split("\n"))
        words = str(error)[: place.start()] if place else str(error).partition(" (at ")[0]
        raise Unwritten(f"this is no TOML ({words})", int(place[1]) if place else last) from None
    dark = table.pop("dark", True)
    if not isinstance(dark, bool):
        raise Unwritten("dark has to be true or false", _line(text, "dark"))
    for name in table:
        if name not in ROLES:
            raise Unwritten(
                f"there is no role called {name[:40]!r}; they are {', '.join(ROLES)}", _line(text, name)
            )
    if missing := [role for role in ROLES if role not in table]:
        last = len(text.rstrip("\n").split("\n"))
        raise Unwritten(f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing", last)
    inks = {role: _ink(role, table[role], _line(text, role)) for role in ROLES}
    _one_kind(inks, text)
    return Palette(**inks), dark


def written(palette: Palette, *, dark: bool) -> str:
    """A palette as `read` takes it."""
    lines = [f"dark = {'true' if dark else 'false'}"]
    for role in ROLES:
        ink: Ink = getattr(palette, role)
        style = "" if ink.style == "none" else f"{ink.style} "
        on = "" if ink.on == SAME else f" on {ink.on}"
        lines.append(f'{role} = "{style}{ink.color}{on}"')
    return "\n".join(lines) + "\n"


def _ink(role: str, value: object, line: int) -> Ink:
    """`bold underline #rrggbb on #rrggbb`: styles, the colour, the background."""
    if not isinstance(value, str):
        raise Unwritten(f'{role} has to be text such as "bold #ff8f85"', line)
    front, on_, behind = value.lower().partition(" on ")
    *styles, color = front.split() or [""]
    for name in (color, behind.strip()) if on_ else (color,):
        if not _is_color(name):
            raise Unwritten(f"{role}: {name[:40]!r} is no colour; write #rrggbb or ansi_red", line)
    if wrong := [style for style in styles if style not in STYLES]:
        raise Unwritten(f"{role}: {wrong[0][:40]!r} is no style; there are {', '.join(STYLES)}", line)
    if role in _GROUNDED and not on_ and "reverse" not in styles and role != "resting":
        raise Unwritten(f'{role} needs a background, as in "#d8dbe2 on #14161b"', line)
    return Ink(color, on=behind.strip() if on_ else SAME, style=" ".join(styles) or "none")


def _is_color(name: str) -> bool:
    bare = name.removeprefix("ansi_").removeprefix("bright_")
    return bool(re.fullmatch("#[0-9a-f]{6}", name)) or (
        name.startswith("ansi_") and bare in ANSI and name != "ansi_bright_default"
    )


def _one_kind(inks: dict[str, Ink], text: str) -> None:
    """Our colours never stand on the terminal's or the other way round: nobody knows how that looks."""
    ours = inks["text"].color.startswith("#")
    for role, ink in inks.items():
        if any(color != SAME and color.startswith("#") is not ours for color in (ink.color, ink.on)):
            kind = "#rrggbb" if ours else "ansi_ colours"
            raise Unwritten(f"{role}: text is written in {kind}, so every role has to be", _line(text, role))


def _line(text: str, name: str) -> int:
    """The first line that sets `name`, from 1."""
    pattern = re.compile(rf"""\s*(\[\s*)?["']?{re.escape(name)}["']?\s*[=\].]""")
    return next((n for n, line in enumerate(text.split("\n"), 1) if pattern.match(line)), 1)
