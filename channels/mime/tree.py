"""The shape of a letter: header fields and MIME parts as slices of its bytes.

Knows boundaries and limits, not what a field or a part means. Linear in size for each level of
nesting, copies nothing, never raises: what makes no sense is read as text and noted.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from msgspec import Struct, field

from channels.mime import limits
from channels.mime.parameters import content_type

Fields = list[tuple[str, bytes]]
"""Header fields in order: lower-case name and raw value."""

_FIELD: Final = re.compile(rb"^([!-9;-~]+):[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)", re.MULTILINE)
_NAMES: Final[dict[bytes, str]] = {}
_NAME: Final = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_SENDER: Final = re.compile(rb"From[ \t]*:")


class Node(Struct):
    """A part: a leaf with a body, or a multipart with children."""

    path: str
    """`1.2` is the second child of the first; the letter itself is empty, or `1` when it is a leaf."""
    fields: Fields
    source: bytes
    start: int
    end: int
    type: str
    params: dict[str, str]
    first: dict[str, bytes]
    """The first field of each lower-case name."""
    children: list[Node] = field(default_factory=list["Node"])

    @property
    def body(self) -> bytes:
        """The body as it travelled, still encoded."""
        return self.source[self.start : self.end]

    @property
    def view(self) -> memoryview:
        """The same without a copy."""
        return memoryview(self.source)[self.start : self.end]

    @property
    def blank(self) -> bool:
        """Whether nothing but white space is at its beginning."""
        return not self.source[self.start : min(self.end, self.start + 65_536)].strip()

    def get(self, name: str) -> bytes | None:
        """The first field of that lower-case name."""
        return self.first.get(name)

    def leaves(self) -> list[Node]:
        """Every leaf below, in order."""
        found: list[Node] = []
        waiting: list[Node] = [self]
        while waiting:
            node = waiting.pop()
            if node.children:
                waiting.extend(reversed(node.children))
            else:
                found.append(node)
        return found


def read_head(raw: bytes, start: int, end: int) -> tuple[Fields, int, str]:
    """The header fields from `start`, where the body begins, and what was wrong (or empty)."""
    while start < end and raw.startswith((b"From ", b">From "), start) and not _SENDER.match(raw, start):
        line_end = raw.find(b"\n", start, end)
        if line_end < 0:
            break
        start = line_end + 1
    if raw.startswith((b"\n", b"\r\n"), start):
        return [], start + (1 if raw[start] == 10 else 2), ""
    stop, body = _head_end(raw, start, end)
    head = raw[start : min(stop, start + limits.HEAD_BYTES)]
    cut = stop - start > limits.HEAD_BYTES
    if not cut and (plain := _plain_fields(head)) is not None:
        return plain, body, ""
    fields, junk, taken = _careful(head)
    if taken is not None and not cut:
        return fields, start + taken, "a blank line between header and text is missing"
    if cut or len(fields) > limits.HEAD_FIELDS:
        return fields[: limits.HEAD_FIELDS], body, "the header is too long and was cut"
    return fields, body, "a header line was no header and was ignored" if junk else ""


def _name(raw: bytes) -> str:
    """The lower-case name; the common spellings are remembered, the strangers' are not."""
    name = raw.decode("ascii").lower()
    if len(_NAMES) < 500 and len(raw) < 60:
        _NAMES[raw] = name
    return name


def _head_end(raw: bytes, start: int, end: int) -> tuple[int, int]:
    """Where the fields end and where the body begins: around the first empty line."""
    unix = raw.find(b"\n\n", start, end)
    dos = raw.find(b"\n\r\n", start, unix if unix >= 0 else end)
    if dos >= 0:
        return (dos - 1 if raw[dos - 1] == 13 else dos), dos + 3
    return (unix, unix + 2) if unix >= 0 else (end, end)


def _plain_fields(head: bytes) -> Fields | None:
    """The fields of a head in which every line is a field or goes on with one, else None."""
    head = head[:-1] if head.endswith(b"\n") else head
    breaks = head.count(b"\n")
    returns = head.count(b"\r")
    if returns and (returns < breaks or returns != head.count(b"\r\n") + head.endswith(b"\r")):
        return None
    found = _FIELD.findall(head)
    if len(found) > limits.HEAD_FIELDS:
        return None
    folded = sum([value.count(b"\n") for _, value in found])
    if len(found) + folded != breaks + 1:
        return None
    return [(_NAMES.get(name) or _name(name), value) for name, value in found]


def _careful(head: bytes) -> tuple[Fields, bool, int | None]:
    """Line by line: fields, whether junk lay between them, and where text begins without a blank line."""
    fields: Fields = []
    junk_at: int | None = None
    junk = False
    at = 0
    for line in head.splitlines(keepends=True):
        m = _NAME.match(line)
        if m:
            fields.append((m[1].decode("ascii").lower(), line[m.end() :].lstrip(b" \t")))
            junk, junk_at = junk or junk_at is not None, None
        elif line[:1] in b" \t" and line.strip() and fields and junk_at is None:
            name, value = fields[-1]
            if len(value) < limits.FIELD_BYTES:
                fields[-1] = (name, value + line)
        elif line.strip() and junk_at is None:
            junk_at = at
        at += len(line)
    return [(name, value.rstrip(b"\r\n")) for name, value in fields], junk, junk_at


def walk(raw: bytes, wrong: list[str]) -> Node:
    """The tree of a whole letter. Notes what was wrong in `wrong`."""
    fields, body, bad = read_head(raw, 0, len(raw))
    if bad:
        wrong.append(bad)
    root = node_of("", fields, (raw, body, len(raw)))
    waiting = [(root, 0)]
    parts = 0
    while waiting:
        node, depth = waiting.pop()
        if not node.type.startswith("multipart/"):
            continue
        if depth >= limits.DEPTH:
            wrong.append(f"parts nested more than {limits.DEPTH} deep are shown as they are")
            as_text(node)
            continue
        _split(node, limits.PARTS - parts, wrong)
        parts += len(node.children)
        waiting.extend((child, depth + 1) for child in reversed(node.children))
    root.path = "" if root.children else "1"
    return root


def node_of(path: str, fields: Fields, place: tuple[bytes, int, int], default: str = "text/plain") -> Node:
    """A node whose type and parameters are read from its fields."""
    first = dict(reversed(fields))
    kind, params = content_type(first.get("content-type"), default)
    return Node(path, fields, *place, kind, params, first)


def as_text(node: Node) -> None:
    """Read a multipart that cannot be split as the text it is."""
    node.type, node.params = "text/plain", {}


def separators(raw: bytes, start: int, end: int, boundary: bytes) -> list[tuple[int, int, bool]]:
    """Where boundary lines are: (start with the break before it, start of the next line, closing)."""
    mark = b"--" + boundary
    found: list[tuple[int, int, bool]] = []
    at = raw.find(mark, start, end)
    while at >= 0 and len(found) <= limits.PARTS + 1:
        stop = raw.find(b"\n", at, end)
        stop = end if stop < 0 else stop
        rest = raw[at + len(mark) : min(stop, at + len(mark) + 200)].rstrip()
        if (at == start or raw[at - 1] in b"\r\n") and rest in (b"", b"--"):
            before = at
            if before > start and raw[before - 1] == 10:
                before -= 1
            if before > start and raw[before - 1] == 13:
                before -= 1
            found.append((before, min(stop + 1, end), rest == b"--"))
            if rest:
                break
            at = stop
        at = raw.find(mark, at + 1, end)
    return found


def _split(node: Node, room: int, wrong: list[str]) -> None:
    boundary = node.params.get("boundary", "").rstrip().encode("utf-8", "surrogateescape")
    found = separators(node.source, node.start, node.end, boundary) if boundary else []
    if not found:
        wrong.append("a multipart without its boundary is shown as it is")
        as_text(node)
        return
    if not found[-1][2]:
        wrong.append("the last boundary is missing")
        found.append((node.end, node.end, True))
    default = "message/rfc822" if node.type == "multipart/digest" else "text/plain"
    prefix = f"{node.path}." if node.path else ""
    for n, ((_, begin, _), (end, _, _)) in enumerate(pairwise(found)):
        if n >= room:
            wrong.append(f"it has more than {limits.PARTS} parts, the rest is ignored")
            break
        end = max(begin, end)
        fields, body, bad = read_head(node.source, begin, end)
        if bad:
            wrong.append(bad)
        node.children.append(node_of(f"{prefix}{n + 1}", fields, (node.source, min(body, end), end), default))
    if not node.children:
        as_text(node)
