"""Content-Type and Content-Disposition: the value and its parameters (RFC 2045, 2231, and Outlook).

Linear, capped, never raises. File names may come as RFC 2231 pieces, as encoded words where
the standard forbids them, or as raw eight-bit text; each ends as plain text.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from urllib.parse import unquote_to_bytes

from channels.mime import limits
from channels.mime.charset import decode_word
from channels.mime.headers import raw_text, unfold, words

_PARAMETER: Final = re.compile(
    r"[;\s]*(?P<key>[^\s=;\"]{1,100})[ \t\r\n]*=[ \t\r\n]*"
    r'(?:"(?P<quoted>(?:[^"\\]|\\.)*)(?:"|\Z)|(?P<plain>[^;]*))',
    re.DOTALL,
)
_PIECE: Final = re.compile(r"(.+?)\*(\d{1,4})(\*?)")
_NEXT_KEY: Final = re.compile(r"\s(?:name|charset|boundary|filename|format)\*?=", re.IGNORECASE)
_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*")


def parameters(raw: bytes) -> tuple[str, dict[str, str]]:
    """The lower-case value before the first `;`, and its parameters by lower-case name."""
    return _short(raw) if len(raw) < 200 else _read(raw)


@lru_cache(maxsize=512)
def _short(raw: bytes) -> tuple[str, dict[str, str]]:
    """Most letters say the same few things; nobody changes the answer."""
    return _read(raw)


def _read(raw: bytes) -> tuple[str, dict[str, str]]:
    value = raw_text(raw).strip()
    if ";" not in value and "=" not in value:
        return value.lower(), {}
    first = re.match(r"[^;=\s]*(?=[;\s]|\Z)", value)
    head = first[0] if first else ""
    return head.lower(), _collect(value[len(head) :])


def content_type(raw: bytes | None, default: str = "text/plain") -> tuple[str, dict[str, str]]:
    """As `parameters`, but always `main/sub`; without a slash it counts as plain text (RFC 2045 5.2)."""
    if not raw or not raw.strip():
        return default, {}
    value, found = parameters(raw)
    if not _TYPE.fullmatch(value):
        return ("text/html" if value == "html" else value if value.count("/") == 1 else "text/plain"), found
    return value, found


def _collect(rest: str) -> dict[str, str]:
    whole: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for n, m in enumerate(_PARAMETER.finditer(rest)):
        if n >= limits.PARAMETERS:
            break
        key = m["key"].lower()
        quoted: str | None = m["quoted"]
        value = _plain(m["plain"]) if quoted is None else _unescaped(quoted)
        if "*" not in key:
            whole.setdefault(key, words(unfold(value)))
        elif piece := _PIECE.fullmatch(key):
            pieces.setdefault(piece[1], []).append((int(piece[2]), bool(piece[3]), value))
        else:
            whole[key.rstrip("*")] = _extended([(0, True, value)])
    for key, found in pieces.items():
        whole[key] = _extended(sorted(found))
    return whole


def _unescaped(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value) if "\\" in value else value


def _plain(value: str) -> str:
    """An unquoted value; blanks in it are kept, because senders forget the quotes."""
    cut = _NEXT_KEY.search(value)
    return (value[: cut.start()] if cut else value).strip()


def _extended(pieces: list[tuple[int, bool, str]]) -> str:
    """RFC 2231: the first piece names the charset, each marked piece is percent-encoded."""
    label, out = "", bytearray()
    for n, (_, encoded, value) in enumerate(pieces):
        value = unfold(value)
        if encoded and n == 0 and value.count("'") >= 2:
            label, _, value = value.split("'", 2)
        out += unquote_to_bytes(value) if encoded else value.encode("utf-8", "replace")
    return words(decode_word(bytes(out), label or "utf-8"))
