"""Outside text to display text: what strangers wrote, made harmless and measured in terminal cells.

Pure, and the only way text of letters, names, tags and files reaches a screen or a terminal. Knows
nothing of Textual or colours; the stored text is never changed by it.
"""

from __future__ import annotations

import re
import unicodedata

BIDI_MARK = "⇄"
"""Stands for a character that would reorder what is shown (overrides, embeddings, isolates)."""
HIDDEN_MARK = "∙"
"""Stands for a character that takes no room, such as a zero-width space or a tag character."""
CONTROL_MARK = "␦"
"""Stands for a C1 control and for line and paragraph separators inside a cell."""
BROKEN_MARK = "�"
"""Stands for half a surrogate pair, an unassigned or a private character: nobody knows its width."""
RETURN_MARK = "⏎"
ELLIPSIS = "…"
TAB = 4

FORBIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Characters no cell may ever hold. Also what the line guard takes out as the second net."""

_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SILENT = frozenset("\u200c\u200d\u200e\u200f\u061c\u034f\u17b4\u17b5\u180b\u180c\u180d\u180f\u20e3")
"""Left out without a mark: joiners, direction hints and selectors that honest text is full of."""
_SOFT = frozenset("\u00ad\u200b\u2060\ufeff")
"""Invisible and common in newsletters: marked in a name, left out in a conversation."""
_MARKS = "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u1ab0-\u1aff"
_MARKS_TOO = "\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_PILE = re.compile(f"([{_MARKS}{_MARKS_TOO}]{{4}})[{_MARKS}{_MARKS_TOO}]+")
_BARE = re.compile(f"(?m)^[{_MARKS}{_MARKS_TOO}]+")


def _stand_in(point: int) -> str:
    """What is shown for one character outside plain ASCII; the character itself if it is harmless."""
    char = chr(point)
    if point < 0x20:
        return chr(0x2400 + point)
    if point == 0x7F:
        return "␡"
    if char in _BIDI:
        return BIDI_MARK
    if char in _SILENT or 0xFE00 <= point <= 0xFE0F or 0xE0100 <= point <= 0xE01EF:
        return ""
    if 0x1F3FB <= point <= 0x1F3FF:
        return ""  # skin tones: drawn as their own picture by some terminals, as none by others
    if 0x1F1E6 <= point <= 0x1F1FF:
        return chr(point - 0x1F1E6 + ord("A"))  # half a flag has no width two terminals agree on
    return _by_category(char)


def _by_category(char: str) -> str:
    category = unicodedata.category(char)
    if category in ("Cs", "Cn", "Co"):
        return BROKEN_MARK if not 0xE0000 <= ord(char) <= 0xE0FFF else HIDDEN_MARK
    if category in ("Cc", "Zl", "Zp"):
        return CONTROL_MARK
    if FORBIDDEN.match(char):
        return HIDDEN_MARK
    if category == "Zs":
        return "  " if char == "\u3000" else " "
    return char


class _Table(dict[int, str]):
    """Stand-ins by code point, filled as characters turn up and kept small whatever arrives."""

    def __missing__(self, point: int) -> str:
        shown = _stand_in(point)
        if len(self) < 20_000:
            self[point] = shown
        return shown


_CELL = _Table({ord("\t"): " ", ord("\n"): RETURN_MARK, 0x2028: RETURN_MARK, 0x2029: RETURN_MARK})
_TEXT = _Table({ord("\n"): "\n", ord("\t"): "\t", **{ord(char): "" for char in _SOFT}})


def clean(text: str) -> str:
    """`text` for one line: no character that moves, hides or reorders anything; newlines become ⏎."""
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    return _level(text.translate(_CELL))


def clean_text(text: str) -> str:
    """`text` of a conversation: newlines stay, tabs become spaces, overrides become visible marks."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    if lines.isascii() and lines.replace("\n", "").isprintable():
        return lines
    return _level(lines.translate(_TEXT)).expandtabs(TAB)


def plain(text: str) -> str:
    """`text` for a terminal's standard output: as `clean_text`, so no letter can drive the terminal."""
    return clean_text(text)


def _level(text: str) -> str:
    """Piles of combining marks cut to four, and none at the start of a line, where it would sit on ours."""
    if text.isascii():
        return text
    return _BARE.sub("", _PILE.sub(r"\1", text))


def width(text: str) -> int:
    """Terminal cells that cleaned `text` takes."""
    if text.isascii() or text == ELLIPSIS:
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def fit(text: str, cells: int, ellipsis: str = ELLIPSIS) -> str:
    """Cleaned `text` in at most `cells` cells; the ellipsis is added only when something was cut."""
    if width(text) <= cells:
        return text
    room = cells - width(ellipsis)
    if room < 0:
        return ellipsis[:cells] if ellipsis.isascii() else ""
    return _head(text, room) + ellipsis


def _head(text: str, cells: int) -> str:
    """The longest start of `text` that takes at most `cells` cells, with the marks on its last letter."""
    if text.isascii():
        return text[:cells]
    used = 0
    for index, char in enumerate(text):
        used += width(char)
        if used > cells:
            return text[:index]
    return text


def pad(text: str, cells: int, *, right: bool = False, ellipsis: str = ELLIPSIS) -> str:
    """Cleaned `text` in exactly `cells` cells, cut or filled with spaces (`right`: aligned to the right)."""
    shown = fit(text, cells, ellipsis)
    spaces = " " * (cells - width(shown))
    return spaces + shown if right else shown + spaces


def wrap(text: str, cells: int) -> list[str]:
    """Cleaned `text` as lines of at most `cells` cells: broken at spaces, else between characters.

    Newlines in `text` are kept, and so is the indent of a line for the lines that continue it. A width
    below 2 counts as 2, the width of the widest character.
    """
    cells = max(cells, 2)
    lines: list[str] = []
    for line in text.split("\n"):
        if width(line) <= cells:
            lines.append(line.rstrip())
        else:
            lines.extend(_wrap_line(line, cells))
    return lines


_WORDS = re.compile(r" *[^ ]+")


def _wrap_line(line: str, cells: int) -> list[str]:
    body = line.lstrip(" ")
    indent = " " * min(len(line) - len(body), max(cells // 2 - 1, 0))
    lines: list[str] = []
    current, used = indent, len(indent)
    for word in _WORDS.findall(body):
        size = width(word)
        if used + size > cells and used > len(indent):
            lines.append(current)
            current, used = indent, len(indent)
        if used == len(indent):
            word = word.lstrip(" ")
            size = width(word)
        while used + size > cells:
            head = _head(word, cells - used)
            lines.append(current + head)
            word = word[len(head) :]
            current, used, size = indent, len(indent), width(word)
        current += word
        used += size
    lines.append(current)
    return lines
