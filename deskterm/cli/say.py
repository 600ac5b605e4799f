"""What the shell prints: data to standard output, narration to standard error, and where people are asked.

The one writer of the shell: outside text is made harmless here, for a terminal and for a pipe.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager

from deskterm import safe

_over = False
"""Whether a line stands on the terminal that is to be written over."""


class NotPrinted(Exception):
    """Standard output took no more, such as on a full disk: what stands there is not complete."""


def terminal() -> bool:
    """Whether a person looks at standard output."""
    return sys.stdout.isatty()


def can_ask() -> bool:
    """Whether somebody can be asked: questions go to standard error, answers come from standard input."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def line(text: str = "") -> None:
    """A line, or several, of data. Never holds a character that drives a terminal."""
    _print(f"{safe.plain(text)}\n")


def rows(table: Iterable[Sequence[str]]) -> None:
    """A table: aligned columns on a terminal, fields two blanks apart in a pipe. Nothing is cut."""
    cleaned = [[safe.clean(cell) for cell in row] for row in table]
    if not terminal():
        for row in cleaned:
            _print("  ".join(filter(None, row)) + "\n")
        return
    columns = max(map(len, cleaned), default=0)
    widths = [max((safe.width(row[n]) for row in cleaned if n < len(row)), default=0) for n in range(columns)]
    for row in cleaned:
        padded = (safe.pad(cell, width) for cell, width in zip(row, widths, strict=False))
        _print("  ".join(padded).rstrip() + "\n")


def json_line(thing: Mapping[str, object]) -> None:
    """One object a line. What could drive a terminal is escaped as JSON does it, so nothing is lost."""
    text = json.dumps(thing, ensure_ascii=False, separators=(",", ":"))
    if not text.isprintable():
        text = safe.FORBIDDEN.sub(lambda match: json.dumps(match[0])[1:-1], text)
    _print(text.encode("utf-8", "backslashreplace").decode() + "\n")


def raw(data: bytes) -> None:
    """Bytes as they came, on the person's own request."""
    flush()
    with _whole():
        sys.stdout.buffer.write(data)


def told(text: str) -> None:
    """A line of narration, once what was printed before it is out. Raises NotPrinted or BrokenPipeError."""
    flush()
    failed(text)


def failed(sentence: str) -> None:
    """What went wrong, whatever became of standard output."""
    sys.stderr.write(f"{safe.plain(sentence)}\n")


def over(text: str) -> None:
    """Narration that is written over by the next; on a terminal only. Empty: the line is free again."""
    global _over
    if not can_ask() or (not text and not _over):
        return
    _over = bool(text)
    sys.stderr.write(f"\r\x1b[K{safe.clean(text)}")
    sys.stderr.flush()


def ask(question: str) -> str:
    """One answer of a person at the terminal; empty when they only pressed enter."""
    sys.stderr.write(f"{safe.plain(question)} ")
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def yes(question: str) -> bool:
    return ask(f"{question} [y/N]").lower() in ("y", "yes")


def flush() -> None:
    """Everything printed is out. Raises NotPrinted or BrokenPipeError when it is not."""
    with _whole():
        sys.stdout.flush()


def _print(text: str) -> None:
    with _whole():
        sys.stdout.write(text)


@contextmanager
def _whole() -> Generator[None]:
    """What is printed inside gets out, or an error says why it does not."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise NotPrinted(error.strerror or type(error).__name__) from None


def silence() -> None:
    """Nobody reads any more: what is left in the buffer goes nowhere, so that ending makes no noise."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):
        return
