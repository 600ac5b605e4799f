"""What a server or a program said, made fit to be quoted in a sentence. Knows nothing of protocols.

A server may repeat what it was told at the login; no secret in use is ever quoted.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections import deque

LONGEST = 300
"""Characters of foreign words that a sentence of ours will carry."""

_UNFIT = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff"
    "\U000e0000-\U000e007f]+"
)


_SECRETS: deque[tuple[str, ...]] = deque(maxlen=32)
"""The secrets used last, each as it is and as base64 shows it, wherever it begins in what was encoded."""

SHORTEST = 4
"""Characters of a secret; a shorter one stands in every second sentence by chance."""


def never_quote(secret: str) -> None:
    """From now on this is `***` in what anybody said."""
    if len(secret) < SHORTEST or any(known[0] == secret for known in _SECRETS):
        return
    data = secret.encode("utf-8", "surrogatepass")
    shown = (b64encode(bytes(before) + data).rstrip(b"=").decode() for before in range(3))
    _SECRETS.append((secret, *(text[(before * 8 + 5) // 6 : -1] for before, text in enumerate(shown))))


def quoted(said: object) -> str:
    """One line of plain text from bytes, text or an exception: no controls, no bidi, no surrogates, short."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    for secret in _SECRETS:
        for form in secret:
            text = text.replace(form, "***")
    line = " ".join(_UNFIT.sub(" ", text[: 4 * LONGEST]).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 3] + "..."
