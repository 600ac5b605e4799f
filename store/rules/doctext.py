"""Doc texts: reading the small TOML texts that steer the desk, and pointing at what is wrong in them.

Pure. Knows TOML and lines; does not know what any key means.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from typing import cast

from store.errors import DocError

LONGEST = 262_144
"""Characters. A doc is written by hand; anything longer is something else."""

Table = dict[str, object]

_AT = re.compile(r"\s*\((?:at line (\d+), column (\d+)|at end of document)\)$")


class Doc:
    """One parsed text, able to say where in it a value stands."""

    def __init__(self, text: str) -> None:
        """Raises DocError, with line and column, when the text is not TOML."""
        self.text = text
        self.table = _parsed(text)

    def wrong(self, message: str, *path: str) -> DocError:
        """The error to raise for the value at a path such as `p1`, `first`."""
        line, column = self._place(path)
        return DocError(message, line, column)

    def section(self, name: str) -> Table:
        """A table at the top; empty if it is not there."""
        value = self.table.get(name, {})
        if not isinstance(value, dict):
            raise self.wrong(f"[{name}] has to be a section with a line for each entry.", name)
        return dict(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]

    def text_at(self, value: object, *path: str) -> str:
        """A value that has to be text in quotes."""
        if not isinstance(value, str):
            raise self.wrong(f"{path[-1]} has to be text in double quotes.", *path)
        return value

    def known(self, keys: Iterable[str], allowed: Iterable[str], *path: str) -> None:
        """Refuses a key nobody knows, with the nearest one that exists."""
        allowed = list(allowed)
        for key in keys:
            if key not in allowed:
                from difflib import get_close_matches

                near = get_close_matches(key, allowed, n=1)
                hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(allowed)}."
                raise self.wrong(f"{key} is not known here; {hint}", *path, key)

    def _place(self, path: tuple[str, ...]) -> tuple[int, int]:
        """Line and column of a value, from 1; of its section or the top where it cannot be found."""
        section, best = "", (1, 1)
        for number, line in enumerate(self.text.splitlines(), start=1):
            if header := re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line):
                section = header[1].strip("\"'")
                if (section,) == path[:1]:
                    best = number, 1
                continue
            entry = re.match(r"(\s*)([\w\"'.-]+?)\s*=\s*", line)
            if entry:
                name = entry[2].strip("\"'")
                if (section, name) == path or (not section and (name,) == path):
                    return number, entry.end() + 1
                if not section and name.split(".")[0] == path[:1][0]:
                    best = number, 1
        return best


class Section:
    """One table of a doc, read value by value; its errors point at the line."""

    def __init__(self, doc: Doc, name: str = "") -> None:
        """The table `name` at the top, or the top itself."""
        self.doc, self.name = doc, name
        self.table = doc.section(name) if name else doc.table

    def wrong(self, message: str, key: str) -> DocError:
        """The error to raise for the value of `key`."""
        return self.doc.wrong(message, *((self.name, key) if self.name else (key,)))

    def known(self, allowed: Iterable[str]) -> None:
        """Refuses a key nobody knows."""
        self.doc.known(self.table, allowed, *((self.name,) if self.name else ()))

    def text(self, key: str) -> str:
        """A text in quotes; empty where there is none."""
        value = self.table.get(key, "")
        if not isinstance(value, str):
            raise self.wrong(f"{key} has to be text in double quotes.", key)
        return value

    def yes(self, key: str) -> bool:
        """True or false; false where it does not stand."""
        value = self.table.get(key, False)
        if not isinstance(value, bool):
            raise self.wrong(f"{key} has to be true or false, without quotes.", key)
        return value

    def words(self, key: str) -> tuple[str, ...]:
        """A list of texts in quotes; empty where there is none."""
        value = self.table.get(key, [])
        words = cast(list[object], value) if isinstance(value, list) else [None]
        if not all(isinstance(word, str) for word in words):
            raise self.wrong(f'{key} has to be a list of texts in quotes: {key} = ["one", "two"].', key)
        return tuple(cast(list[str], words))

    def one_of(self, key: str, allowed: tuple[str, ...]) -> str:
        """One of these texts, or empty where it does not stand."""
        value = self.text(key)
        if value and value not in allowed:
            raise self.wrong(f'{key} cannot be "{value[:40]}"; there are: {", ".join(allowed)}.', key)
        return value


def places(text: str, at: tuple[int, int], parts: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Line and column of parts of the value that stands `at` a line and column, in their order.

    A value is cleaned of blanks, or spelled with escapes, so each part is looked for as it is written; one
    that is not found so has the place of the value.
    """
    start = sum(len(row) + 1 for row in text.split("\n")[: at[0] - 1]) + at[1] - 1
    for part in parts:
        found = re.compile(r"\s+".join(map(re.escape, part.split()))).search(text, start)
        if found is None:
            yield at
            continue
        start = found.end()
        yield text.count("\n", 0, found.start()) + 1, found.start() - text.rfind("\n", 0, found.start())


def quoted(text: str) -> str:
    """Any text as a TOML basic string."""
    return '"' + "".join(_ESCAPES.get(char) or _plain(char) for char in text) + '"'


_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _plain(char: str) -> str:
    code = ord(char)
    if 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    return f"\\u{code:04x}" if code < 0x20 or code == 0x7F else char


def _parsed(text: str) -> Table:
    if len(text) > LONGEST:
        raise DocError(f"The text is longer than {LONGEST:,} characters, so it is no doc written by hand.")
    try:
        return dict(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise _syntax(text, str(error)) from None
    except RecursionError:
        raise DocError("The text nests lists or tables too deeply to be read.") from None
    except ValueError as error:
        raise DocError(f"The text holds a number or date that cannot be read: {error}.") from None


def _syntax(text: str, said: str) -> DocError:
    place = _AT.search(said)
    reason = _AT.sub("", said)
    if place and place[1]:
        line, column = int(place[1]), int(place[2])
    else:
        lines = text.splitlines() or [""]
        line, column = len(lines), len(lines[-1]) + 1
    return DocError(f'Line {line} is not written as TOML: {reason}. Write name = "value".', line, column)
