"""Header fields on the way out: cleaned, encoded (RFC 2047, as UTF-8) and folded (RFC 5322).

Our own, because the library's folding turns long message ids into encoded words, which breaks
threads.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from typing import Final

from channels.errors import BadArgument
from channels.letter import Address

LINE: Final = 76
_LONGEST: Final = 900
_WORD_BYTES: Final = 42
"""UTF-8 bytes in one encoded word, which then has 68 characters of the 75 allowed."""
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_PHRASE: Final = re.compile(r"[\w!#$%&'*+/=?^`{|}~ -]*", re.ASCII)
_DOT_ATOM: Final = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]{1,64}@[\w.-]{1,253}", re.ASCII)


def clean(value: str) -> str:
    """One line fit for a header: control characters and line ends of any script become one space."""
    return " ".join(_CONTROL.sub(" ", value).split())


def text_field(name: str, value: str) -> bytes:
    """A field of free text such as Subject."""
    value = clean(value)
    if value.isascii() and "=?" not in value and all(len(token) <= _LONGEST for token in value.split(" ")):
        return field(name, value.split(" "))
    return field(name, _encoded(value))


def people_field(name: str, people: Iterable[Address]) -> bytes:
    """A field of addresses. Raises BadArgument for one that mail cannot be sent to."""
    shown = [mailbox(person) for person in people]
    tokens = [f"{one}," for one in shown[:-1]] + shown[-1:]
    return field(name, [word for token in tokens for word in token.split(" ")])


def field(name: str, tokens: Iterable[str]) -> bytes:
    """A folded field from tokens that must not be broken; they are joined by single spaces."""
    lines: list[str] = []
    line = f"{name}:"
    for token in tokens:
        if len(line) + 1 + len(token) > LINE and line != f"{name}:":
            lines.append(line)
            line = ""
        line += f" {token}"
    return ("\r\n".join([*lines, line]) + "\r\n").encode("ascii")


def mailbox(person: Address) -> str:
    """`"Name" <addr>` in ASCII."""
    addr = plain_address(person.addr)
    name = clean(person.name)[:200]
    if not name:
        return addr
    if not name.isascii() or "=?" in name:
        return f"{' '.join(_encoded(name))} <{addr}>"
    if not _PHRASE.fullmatch(name):
        name = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{name} <{addr}>"


def plain_address(addr: str) -> str:
    """The address in ASCII, its domain by IDNA. Raises BadArgument when it cannot be sent to."""
    local, at, domain = addr.strip().rpartition("@")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            raise BadArgument(
                f"The domain of {clean(addr)[:80]} is no valid domain; check its spelling."
            ) from None
    plain = f"{local}{at}{domain}"
    if not _DOT_ATOM.fullmatch(plain) or ".." in plain or local.startswith(".") or local.endswith("."):
        raise BadArgument(
            f"{clean(addr)[:80] or 'An empty text'} is no address mail can be sent to; correct it."
        )
    return plain


def _encoded(value: str) -> list[str]:
    """Encoded words, no character split between two of them."""
    out: list[str] = []
    piece = b""
    for char in value:
        coded = char.encode("utf-8", "replace")
        if len(piece) + len(coded) > _WORD_BYTES:
            out.append(piece.decode())
            piece = b""
        piece += coded
    out.append(piece.decode())
    return [f"=?utf-8?b?{b64encode(part.encode()).decode()}?=" for part in out]
