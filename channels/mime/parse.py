"""Raw bytes to a Letter, the careful way: in process, never raising but for a letter beyond all limits.

The standard library's `compat32` parser gives the shape, fed with header lines repaired before
and our own idea of types and boundaries; every field and body goes through our own decoders. What
would make it slow or deep is read by the flat walker of `tree` instead.
"""

from __future__ import annotations

import codecs
import email.message
import email.policy
import re
from email.feedparser import BytesFeedParser
from typing import Any, Final

from channels.errors import UnreadableLetter
from channels.letter import Letter
from channels.mime import limits
from channels.mime.assemble import letter
from channels.mime.parameters import content_type
from channels.mime.tree import Node, as_text, node_of, read_head, walk

_DASHED: Final = re.compile(rb"^--\S", re.MULTILINE)
_BOUNDARY: Final = re.compile(rb"boundary", re.IGNORECASE)
_SHAPED_BYTES: Final = 5_000_000
"""Above this the standard parser's copies cost more than its patience is worth."""
_MARKS: Final = (
    (codecs.BOM_UTF8, ""),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def parse(raw: bytes) -> Letter:
    """The letter in `raw`, read as well as it can be.

    Raises UnreadableLetter only when it is larger than anything a mailbox should hold.
    """
    if len(raw) > limits.REFUSED_BYTES:
        raise UnreadableLetter(
            f"A letter of {len(raw) // 1_000_000} MB is too large to be read; it is kept whole on the shelf."
        )
    wrong: list[str] = []
    return letter(raw, tree(raw, wrong), wrong)


def tree(raw: bytes, wrong: list[str]) -> Node:
    """The parts of a letter; what was wrong is added to `wrong`."""
    raw = _readable(raw, wrong)
    if len(raw) > limits.LETTER_BYTES:
        wrong.append("the letter is larger than 25 MB and is shown in part")
    body = read_head(raw, 0, len(raw))[1]
    if (
        len(raw) > _SHAPED_BYTES
        or body > limits.FIELD_BYTES
        or sum(1 for _ in _DASHED.finditer(raw)) > limits.PARTS
        or len(_BOUNDARY.findall(raw)) > limits.DEPTH
    ):
        return walk(raw, wrong)
    return _shaped(raw, wrong)


def _readable(raw: bytes, wrong: list[str]) -> bytes:
    """Bytes with line ends, in an encoding that has ASCII in it."""
    for mark, name in _MARKS:
        if raw.startswith(mark):
            wrong.append("the letter begins with a byte order mark")
            raw = raw[len(mark) :]
            return raw.decode(name, "replace").encode("utf-8", "replace") if name else raw
    if raw[1:200:2].count(0) > 60 and len(raw) > 200:
        wrong.append("the letter is written in UTF-16")
        return raw.decode("utf-16-le", "replace").encode("utf-8", "replace")
    if b"\r" in raw and b"\n" not in raw:
        wrong.append("its lines end with CR alone")
        return raw.replace(b"\r", b"\n")
    return raw


class _Shape(email.message.Message):
    """A message whose type and boundary are ours to say, and in which letters inside are leaves."""

    def __init__(self, policy: Any = None) -> None:
        super().__init__(email.policy.compat32)

    def _typed(self) -> tuple[str, dict[str, str]]:
        for name, value in self.raw_items():
            if name.lower() == "content-type":
                return content_type(_bytes(value), self.get_default_type())
        return self.get_default_type(), {}

    def get_content_maintype(self) -> str:
        main = self._typed()[0].split("/", 1)[0]
        return "application" if main == "message" else main

    def get_content_type(self) -> str:
        kind = self._typed()[0]
        return "application/octet-stream" if kind.startswith("message/") else kind

    def get_boundary(self, failobj: Any = None) -> Any:
        return self._typed()[1].get("boundary", "").rstrip() or failobj


def _bytes(value: object) -> bytes:
    return str(value).encode("utf-8", "surrogateescape")


def _shaped(raw: bytes, wrong: list[str]) -> Node:
    """The tree as the standard parser sees it, after its header lines were repaired."""
    fields, body, bad = read_head(raw, 0, len(raw))
    if bad:
        wrong.append(bad)
    head = b"".join(name.encode("ascii") + b": " + value + b"\n" for name, value in fields)
    parser = BytesFeedParser(_Shape)
    parser.feed(head + b"\n")
    parser.feed(raw[body:])
    message: email.message.Message = parser.close()
    root = node_of("", fields, (raw, body, len(raw)))
    _grow(root, message, wrong, default="text/plain")
    root.path = "" if root.children else "1"
    return root


def _grow(node: Node, message: email.message.Message, wrong: list[str], *, default: str) -> None:
    payload: Any = vars(message)["_payload"]  # get_payload() would decode by a label of the sender's
    if isinstance(payload, str):
        if node.path:
            node.source = payload.encode("ascii", "surrogateescape")
            node.start, node.end = 0, len(node.source)
        if node.type.startswith("multipart/"):
            wrong.append("a multipart without its boundary is shown as it is")
            as_text(node)
        return
    if any(type(d).__name__ == "CloseBoundaryNotFoundDefect" for d in message.defects):
        wrong.append("the last boundary is missing")
    default = "message/rfc822" if node.type == "multipart/digest" else "text/plain"
    prefix = f"{node.path}." if node.path else ""
    for n, part in enumerate(payload):
        fields = [(name.lower(), _bytes(value)) for name, value in part.raw_items()]
        child = node_of(f"{prefix}{n + 1}", fields, (b"", 0, 0), default)
        _grow(child, part, wrong, default=default)
        node.children.append(child)
    if not node.children:
        as_text(node)
