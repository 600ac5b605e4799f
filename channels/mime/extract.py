"""One file out of a letter, by its place there: a part of its own, or one wrapped inside another part.

Decodes, never opens or unpacks what it finds.
"""

from __future__ import annotations

from channels.mime import cms, tnef, transfer
from channels.mime.parse import tree
from channels.mime.tree import Node, walk


def extract(raw: bytes, path: str) -> bytes:
    """The decoded bytes of the part at `path`, as `Part.path` names it.

    Raises KeyError when the letter has no such part.
    """
    return _from(tree(raw, []), path)


def _from(root: Node, path: str) -> bytes:
    place, _, inside = path.partition("!")
    for node in root.leaves():
        if node.path == place:
            data = transfer.decode(node.body, transfer.encoding_of(node.get("content-transfer-encoding")))
            return _inside(data, inside) if inside else data
    raise KeyError(path)


def _inside(data: bytes, path: str) -> bytes:
    """A file wrapped by Outlook, or a part of a letter that was signed as one block."""
    wrapped = tnef.unwrap(data).files
    if path.isdecimal() and 0 < int(path) <= len(wrapped):
        return wrapped[int(path) - 1].data
    if content := cms.signed_content(data):
        return _from(walk(content, []), path)
    raise KeyError(path)
