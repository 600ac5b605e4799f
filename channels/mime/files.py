"""Attachments: which parts of a letter are files, and under which safe name.

Never opens, unpacks or executes anything. Names are hostile until they went through `safe_name`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from channels.letter import Part
from channels.mime import transfer
from channels.mime.parameters import parameters
from channels.mime.tree import Node

NAME_BYTES: Final = 200
"""A file name in UTF-8 never gets longer; most file systems allow 255."""
_RESERVED: Final = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(?:\.|\Z)", re.IGNORECASE)
_FORBIDDEN: Final = frozenset('<>:"|?*`$;&!')
_OPEN_ENDED: Final = re.compile(r"\A[-~.\s_]+")
_ENDINGS: Final = {
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "application/ms-tnef": ".dat",
    "application/pgp-signature": ".asc",
    "application/pkcs7-mime": ".p7m",
    "application/pkcs7-signature": ".p7s",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/plain": ".txt",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
}


def safe_name(name: str, type: str = "", taken: Iterable[str] = ()) -> str:
    """A file name that stays in its folder, shows its true ending and cannot pass for an option.

    No separators, drive, control, bidi, zero-width or shell characters; no leading dot, dash or
    tilde; no trailing dot or blank; no device name; at most 200 bytes with the ending kept; never
    empty and never one of `taken` (compared without case).
    """
    name = re.split(r"[/\\]", name.replace("\0", ""))[-1]
    name = re.sub(r"\A[A-Za-z]:", "", name)
    name = "".join(_visible(c) for c in unicodedata.normalize("NFC", name))
    name = _OPEN_ENDED.sub("", " ".join(name.split())).rstrip(". ")
    if not name or not any(c.isalnum() for c in name):
        name = "attachment" + _ENDINGS.get(type.lower(), ".bin")
    if _RESERVED.match(name):
        name = "_" + name
    name = _shorten(name, NAME_BYTES)
    return _free(name, {other.casefold() for other in taken})


def _visible(c: str) -> str:
    category = unicodedata.category(c)
    if category in ("Cc", "Zl", "Zp", "Zs"):
        return " "
    if category in ("Cf", "Cs", "Co", "Cn") or c in "\u115f\u1160\u3164\uffa0\ufe0f\ufe0e":
        return ""
    return "_" if c in _FORBIDDEN else c


def _shorten(name: str, limit: int) -> str:
    if len(name.encode()) <= limit:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending.encode()) > 20:
        stem, ending = name, ""
    else:
        ending = "." + ending
    room = limit - len(ending.encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(". ") + ending


def _free(name: str, taken: set[str]) -> str:
    if name.casefold() not in taken:
        return name
    stem, dot, ending = name.rpartition(".")
    stem, ending = (stem, dot + ending) if dot else (name, "")
    n = 2
    while (other := f"{_shorten(stem, NAME_BYTES - 10 - len(ending))} ({n}){ending}").casefold() in taken:
        n += 1
    return other


def disposition(node: Node) -> tuple[str, dict[str, str]]:
    """`attachment`, `inline` or empty, and the parameters of that field."""
    raw = node.get("content-disposition")
    return parameters(raw) if raw else ("", {})


def given_name(node: Node) -> str:
    """The file name as the sender wrote it, decoded; empty when there is none."""
    return (
        disposition(node)[1].get("filename") or node.params.get("name") or node.params.get("filename") or ""
    )


def is_file(node: Node) -> bool:
    """Whether a leaf is a file rather than text to show: it has a name, is marked, or is no text."""
    if node.type not in ("text/plain", "text/html"):
        return True
    return disposition(node)[0] == "attachment" or bool(given_name(node))


def part_of(node: Node, *, related: bool = False) -> Part:
    """The listing of one leaf; decodes it once to measure it.

    A picture of the text (`inline`) is one that the text beside it can name by its Content-Id; `related` says
    that it came beside one. Senders mark true attachments as inline too, so their word alone is not enough.
    """
    kind, _ = disposition(node)
    cid = (node.get("content-id") or b"")[:998].decode("utf-8", "replace").strip().strip("<>").strip()
    size, digest = transfer.measure(node.view, transfer.encoding_of(node.get("content-transfer-encoding")))
    inline = node.type.startswith("image/") and bool(cid) and (related or kind == "inline")
    return Part(node.path, given_name(node), node.type, size, digest, inline, cid)
