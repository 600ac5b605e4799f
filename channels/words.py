"""What a server or a program said, made fit to be quoted in a sentence. Knows nothing of protocols."""

from __future__ import annotations

import re

LONGEST = 300
"""Characters of foreign words that a sentence of ours will carry."""

_UNFIT = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff"
    "\U000e0000-\U000e007f]+"
)


def quoted(said: object) -> str:
    """One line of plain text from bytes, text or an exception: no controls, no bidi, no surrogates, short."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    line = " ".join(_UNFIT.sub(" ", text[: 4 * LONGEST]).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 3] + "..."
