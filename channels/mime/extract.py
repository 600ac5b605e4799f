"""One file out of a letter, by its place there. Decodes, never opens or unpacks what it finds."""

from __future__ import annotations

from channels.mime import transfer
from channels.mime.parse import tree


def extract(raw: bytes, path: str) -> bytes:
    """The decoded bytes of the part at `path`, as `Part.path` names it.

    Raises KeyError when the letter has no such part.
    """
    for node in tree(raw, []).leaves():
        if node.path == path:
            return transfer.decode(node.body, transfer.encoding_of(node.get("content-transfer-encoding")))
    raise KeyError(path)
