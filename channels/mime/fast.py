"""The quick way for plainly well-formed letters, in this process (about fifteen times the careful way).

`parse` answers None for a letter with any oddity or any size worth fearing; such a letter takes the
careful way in the worker. What it does answer equals what the careful way says.
"""

from __future__ import annotations

from typing import Final

from channels.letter import Letter
from channels.mime.assemble import letter
from channels.mime.transfer import encoding_of
from channels.mime.tree import Node, walk

BYTES: Final = 2_000_000
HEAD_BYTES: Final = 32_768
PARTS: Final = 60
HTML_BYTES: Final = 300_000
HTML_TAGS: Final = 5_000
_WRAPPING: Final = frozenset(
    ("application/ms-tnef", "application/vnd.ms-tnef", "application/pkcs7-mime", "application/x-pkcs7-mime",
     "text/calendar", "application/ics")
)  # fmt: skip
"""Parts that are looked into, which is work for the process that can be killed."""
_ENCODINGS: Final = frozenset(("", "7bit", "8bit", "binary", "base64", "quoted-printable"))


def parse(raw: bytes) -> Letter | None:
    """The letter, or None when it has to be read with care."""
    if not 0 < len(raw) <= BYTES or b"\0" in raw or b"\n" not in raw:
        return None
    wrong: list[str] = []
    root = walk(raw, wrong)
    if wrong or not root.fields or root.start > HEAD_BYTES or not _plain(root):
        return None
    said = letter(raw, root, wrong)
    return None if any("read as" in w or "charset" in w or "HTML" in w for w in said.defects) else said


def _plain(root: Node) -> bool:
    """Whether every part is one that cannot be read in two ways."""
    nodes = 0
    waiting = [root]
    while waiting:
        node = waiting.pop()
        nodes += 1
        if nodes > PARTS:
            return False
        if node.children:
            waiting.extend(node.children)
            if not node.type.startswith("multipart/"):
                return False
        elif not _plain_leaf(node):
            return False
    return True


def _plain_leaf(node: Node) -> bool:
    encoding = encoding_of(node.get("content-transfer-encoding"))
    if encoding not in _ENCODINGS or node.type.startswith("multipart/") or node.type in _WRAPPING:
        return False
    if node.type == "text/html":
        body = node.body
        return len(body) <= HTML_BYTES and body.count(b"<") <= HTML_TAGS
    return True
