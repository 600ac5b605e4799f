"""How much of one letter is read. A letter beyond a limit is still kept whole and still becomes a
ticket; only its view is cut, and the cut is said in its defects. Knows no parser."""

from __future__ import annotations

from typing import Final

LETTER_BYTES: Final = 25_000_000
"""Above this the letter is read by the flat walker, which copies nothing."""
REFUSED_BYTES: Final = 300_000_000
"""Above this a letter is not read at all, but shelved."""
FIELD_BYTES: Final = 65_536
"""One header field; the rest of a longer one is ignored."""
HEAD_BYTES: Final = 1_000_000
"""One block of header fields; a real one is about 5 KB, a much travelled one 100 KB."""
HEAD_FIELDS: Final = 2_000
SUBJECT_CHARS: Final = 2_000
ADDRESSES: Final = 200
IDS: Final = 200
PARAMETERS: Final = 200
PARTS: Final = 1_000
DEPTH: Final = 50
TEXT_CHARS: Final = 1_000_000
"""Readable text of a letter, all its parts together."""
HTML_BYTES: Final = 1_000_000
HTML_OPEN: Final = 5_000
"""Tags left open at once; beyond it the tree builder is quadratic (libraries.md 8)."""
LINK_CHARS: Final = 2_000
WORKER_SECONDS: Final = 5.0
WORKER_MEMORY: Final = 512 * 1024 * 1024
