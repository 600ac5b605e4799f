"""format=flowed, there and back (RFC 3676): soft line breaks that let a paragraph fit any window."""

from __future__ import annotations

import re
from typing import Final

WIDTH: Final = 72
_QUOTE: Final = re.compile(r">[> ]*")


def unflow(text: str, *, delsp: bool = False) -> str:
    """Join the lines of each paragraph and undo space-stuffing. Quote marks become `>> ` style."""
    out: list[str] = []
    open_depth = -1
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        depth, body = _depth(line)
        if body.startswith(" "):
            body = body[1:]
        mark = ">" * depth + " " if depth else ""
        fixed = body == "-- " or not body.endswith(" ")
        shown = body[:-1] if delsp and not fixed else body
        if open_depth == depth and body != "-- ":
            out[-1] += shown
        else:
            out.append((mark + shown) if shown else mark.rstrip())
        open_depth = -1 if fixed else depth
    return "\n".join(out)


def _depth(line: str) -> tuple[int, str]:
    depth = 0
    while depth < len(line) and line[depth] == ">":
        depth += 1
    return depth, line[depth:]


def flow(text: str) -> str:
    """Lines of at most about 72 characters with soft breaks; lines that would be misread are stuffed.

    Blanks at the end of a line go, except in the signature mark, because there they mean a soft break.
    """
    out: list[str] = []
    for line in text.split("\n"):
        line = line if line == "-- " else line.rstrip(" ")
        quote = _QUOTE.match(line)
        if quote:
            depth = quote[0].count(">")
            body = line[quote.end() :]
            out.extend(
                f"{'>' * depth} {piece}" if piece else ">" * depth for piece in _wrap(body, WIDTH - depth)
            )
        elif line == "-- ":
            out.append(line)
        else:
            out.extend(_stuffed(piece) for piece in _wrap(line, WIDTH))
    return "\n".join(out)


def _stuffed(piece: str) -> str:
    return f" {piece}" if piece.startswith((" ", ">", "From ")) else piece


def _wrap(line: str, width: int) -> list[str]:
    """Break after blanks; each break keeps its blank, so that joining gives the line again."""
    out: list[str] = []
    while len(line) > width:
        cut = line.rfind(" ", 1, width) + 1
        if cut <= 1:
            cut = line.find(" ", width) + 1
        if cut <= 1 or cut >= len(line):
            break
        while cut < len(line) and line[cut] == " ":
            cut += 1
        out.append(line[:cut])
        line = line[cut:]
    return [*out, line]
