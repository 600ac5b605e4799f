"""Plain words as HTML: paragraphs, quotes, lists and links, and not a tag that was in the words.

The plain text stays the letter; this is the same again for readers that want it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from typing import Final

_LINK: Final = re.compile(
    r"(?:https?://|mailto:)[^\s<>\"'`\u00a0\u200b-\u200f\u2028-\u202f\u2066-\u2069]{1,2000}"
)
_TRAILING: Final = ".,;:!?)]}"
_ITEM: Final = re.compile(r"[-*] (?=\S)")
_SIGNATURE: Final = "-- "
_STYLE: Final = "margin:0 0 0 .8ex;border-left:2px solid #ccc;padding-left:1ex"
_DEEPEST: Final = 12
"""Quotes deeper than this are drawn at this depth."""


def to_html(text: str) -> str:
    """The text as one HTML document; every character of it that could be markup is escaped."""
    lines = [_depth(line) for line in text.strip("\n").split("\n")]
    return (
        '<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head><body>\n'
        f"{''.join(_quotes(lines, 0))}</body></html>\n"
    )


def _depth(line: str) -> tuple[int, str]:
    """How deep a line is quoted, and what it says."""
    depth = 0
    while line.startswith(">"):
        depth, line = depth + 1, line[1:].removeprefix(" ")
    return min(depth, _DEEPEST), line


def _quotes(lines: Sequence[tuple[int, str]], depth: int) -> Iterator[str]:
    for deeper, some in groupby(lines, key=lambda line: line[0] > depth):
        if deeper:
            yield f'<blockquote style="{_STYLE}">\n'
            yield from _quotes(list(some), depth + 1)
            yield "</blockquote>\n"
        else:
            yield from _blocks([line for _, line in some])


def _blocks(lines: Sequence[str]) -> Iterator[str]:
    """Paragraphs and lists, parted by empty lines; a line break in a paragraph stays one."""
    for kind, some in groupby(lines, key=_kind):
        if kind == "item":
            yield "<ul>\n" + "".join(f"<li>{_words(line[2:])}</li>\n" for line in some) + "</ul>\n"
        elif kind == "text":
            yield "<p>" + "<br>\n".join(_words(line) for line in some) + "</p>\n"


def _kind(line: str) -> str:
    if line.rstrip() == "" and line != _SIGNATURE:
        return "empty"
    return "item" if _ITEM.match(line) else "text"


def _words(line: str) -> str:
    """A line escaped, its addresses of pages and letters clickable. What is shown is what is opened."""
    out: list[str] = []
    at = 0
    for match in _LINK.finditer(line):
        link = match[0].rstrip(_TRAILING)
        out.append(_plain(line[at : match.start()]))
        out.append(f'<a href="{escape(link, quote=True)}" rel="noopener noreferrer">{escape(link)}</a>')
        at = match.start() + len(link)
    return "".join(out) + _plain(line[at:])


def _plain(text: str) -> str:
    """Escaped, with indentation that a reader would otherwise swallow."""
    escaped = escape(text, quote=True).replace("\t", "    ")
    return re.sub(r"^ +| {2,}", lambda run: "&nbsp;" * len(run[0]), escaped)
