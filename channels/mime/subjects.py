"""Subjects of replies and forwards: the marks mail programs put in front, in many languages."""

from __future__ import annotations

import re
from typing import Final

_REPLY: Final = (
    r"re|aw|antw|antwort|sv|vs|vá|ynt|odp|ref|r|rif|rv|res|resp|bls|atb|hl|nal|απ|σχετ|ответ|отв|на|回复|回覆|答复|答覆"
    r"|返信|回信|답장|회신|تەگەڕەوە|رد|השב|תשובה|trả lời|ha"
)
_FORWARD: Final = (
    r"fwd?|fw|wg|wtr|weitergeleitet|tr|i|inoltr|enc|pd|vb|vl|doorst|továbbítás|προωθ|πρθ|пер|пересл|转发|轉寄"
    r"|転送|전달|إعادة توجيه|הועבר"
)
_COUNT: Final = r"(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3})?"
_MARK: Final = re.compile(
    rf"\s*(?:\[(?:{_REPLY}|{_FORWARD})\]|(?:{_REPLY}|{_FORWARD})\s*{_COUNT}\s*[:：])\s*", re.IGNORECASE
)
_FORWARD_FIRST: Final = re.compile(rf"\s*\[?(?:{_FORWARD})\s*{_COUNT}\s*[\]:：]", re.IGNORECASE)
_MARKS: Final = 50
"""No more marks are taken off than this, whatever the subject."""


def base_subject(subject: str) -> str:
    """The subject without any `Re:`, `AW:`, `Fwd:`, `回复:` and so on in front."""
    said = " ".join(subject.split())
    for _ in range(_MARKS):
        mark = _MARK.match(said)
        if mark is None or mark.end() >= len(said):
            break
        said = said[mark.end() :]
    return said


def reply_subject(subject: str) -> str:
    """`Re: ` once in front of the bare subject."""
    base = base_subject(subject)
    return f"Re: {base}" if base else "Re: your message"


def is_forward(subject: str) -> bool:
    """Whether the first mark says the letter was forwarded."""
    return _FORWARD_FIRST.match(subject) is not None
