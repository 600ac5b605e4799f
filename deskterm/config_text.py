"""Changing a settings file as a person would: the lines of the fields that changed, comments left alone.

Pure: text in, text out. What cannot be changed line by line is not attempted.
"""

from __future__ import annotations

import re

from deskterm import config
from deskterm.config import ConfigError, Settings

_HEADER = re.compile(r"\s*\[")
_SET = re.compile(r"""\s*("[^"]*"|'[^']*'|[A-Za-z0-9_-]+)\s*=""")


def edited(before: str, settings: Settings, *, own: tuple[str, ...] = ()) -> str | None:
    """The text `before` so that it says `settings`; None where that cannot be done line by line.

    `own` are the names of the owner's themes.
    """
    wanted, kept = _tables(config.write(settings)), _tables(before)
    lines: list[str] = []
    for name, table in kept.items():
        lines += _merged(table, wanted.get(name, []), gone=name not in wanted)
    for name, table in wanted.items():
        if name not in kept:
            lines += ["", *table] if any(line.strip() for line in lines) else table
    text = "\n".join(lines).strip("\n") + "\n"
    try:
        return text if config.read(text, own=own) == settings else None
    except ConfigError:
        return None


def _tables(text: str) -> dict[str, list[str]]:
    """Lines by the header of their table, that of the top empty."""
    found: dict[str, list[str]] = {"": []}
    name = ""
    for line in text.splitlines():
        if _HEADER.match(line):
            name = re.sub(r"""[\s"']""", "", line.partition("#")[0])
            found.setdefault(name, [])
        found[name].append(line)
    return found


def _merged(lines: list[str], wanted: list[str], *, gone: bool) -> list[str]:
    """The lines of a table with the values it is to have; fields it has not are added at its end."""
    values = {name: line for line in wanted if (name := _name(line))}
    found: list[str] = []
    for line in lines:
        name = _name(line)
        if not name and not (gone and _HEADER.match(line)):
            found.append(line)
        elif name in values:
            fresh = values.pop(name)
            found.append(line if _bare(line) == fresh else fresh + _comment(line))
    end = len(found)
    while end and not found[end - 1].strip():
        end -= 1
    return [*found[:end], *values.values(), *found[end:]]


def _name(line: str) -> str:
    found = _SET.match(line)
    return found[1].strip("\"'") if found else ""


def _bare(line: str) -> str:
    return line.removesuffix(_comment(line)).strip()


def _comment(line: str) -> str:
    """The comment at the end of a line, if no quotation mark stands behind its sign."""
    found = re.search(r"\s+#[^\"']*$", line)
    return found[0] if found else ""
