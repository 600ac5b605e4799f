"""The files in which mail domains say where their servers are, in Thunderbird's form (config-v1.1.xml).

A file comes from a stranger: no document type, little nesting, few elements. What it says is shown to a
person before anything secret is sent there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal
from xml.parsers import expat

from msgspec import Struct

MOST_ELEMENTS = 500
DEEPEST = 12
HOST = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+")
_SECURITY = {"SSL": "tls", "STARTTLS": "starttls"}


class Said(Struct, frozen=True):
    """One server of a file."""

    kind: Literal["imap", "smtp"]
    host: str
    port: int
    security: Literal["tls", "starttls"]
    user: str
    oauth: bool
    """It names OAuth2 and no password."""


class Unfit(Exception):
    """The file is not what it should be; nothing of it is used."""


def places(domain: str) -> tuple[str, ...]:
    """Where the file of a domain is looked for: at the domain itself, then in Thunderbird's collection."""
    return (
        f"https://autoconfig.{domain}/mail/config-v1.1.xml",
        f"https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml",
        f"https://autoconfig.thunderbird.net/v1.1/{domain}",
    )


def read(raw: bytes, *, address: str) -> tuple[Said, ...]:
    """The servers of a file that speak IMAP or SMTP under encryption, as they stand. Raises Unfit."""
    walk = _Walk()
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = walk.doctype
    parser.StartElementHandler = walk.begin
    parser.EndElementHandler = walk.end
    parser.CharacterDataHandler = walk.text
    try:
        parser.Parse(raw, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Unfit(type(error).__name__) from None
    said = (_server(one, address) for one in walk.servers)
    return tuple(one for one in said if one is not None)


@dataclass
class _Walk:
    """Collects the elements inside each server."""

    servers: list[dict[str, list[str]]] = field(default_factory=list[dict[str, list[str]]])
    _path: list[str] = field(default_factory=list[str])
    _count: int = 0
    _text: str = ""

    def doctype(self, *_: object) -> None:
        raise Unfit("it declares a document type")

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        self._path.append(name)
        if self._count > MOST_ELEMENTS or len(self._path) > DEEPEST:
            raise Unfit("it is too large")
        if name in ("incomingServer", "outgoingServer"):
            self.servers.append({"type": [attributes.get("type", "")], "element": [name]})
        self._text = ""

    def text(self, text: str) -> None:
        self._text = (self._text + text)[:300]

    def end(self, name: str) -> None:
        self._path.pop()
        if self._path and self._path[-1] in ("incomingServer", "outgoingServer"):
            self.servers[-1].setdefault(name, []).append(self._text.strip())


def _server(held: dict[str, list[str]], address: str) -> Said | None:
    kind = held["type"][0].lower()
    right = {"imap": "incomingServer", "smtp": "outgoingServer"}.get(kind)
    host = held.get("hostname", [""])[0].lower().rstrip(".").replace("%emaildomain%", _domain(address))
    port = held.get("port", [""])[0]
    security = _SECURITY.get(held.get("socketType", [""])[0].upper())
    ways = {one.lower() for one in held.get("authentication", [])}
    fit = HOST.fullmatch(host) and len(host) <= 253 and port.isascii() and port.isdecimal()
    if right != held["element"][0] or not fit or security is None or not 0 < int(port[:6]) < 65_536:
        return None
    return Said(
        "imap" if kind == "imap" else "smtp", host, int(port),
        "tls" if security == "tls" else "starttls",
        _user(held.get("username", [""])[0], address), ways == {"oauth2"},
    )  # fmt: skip


def _user(pattern: str, address: str) -> str:
    """The login name a file asks for, if it is one of the usual three; else the address."""
    local = address.rpartition("@")[0]
    return {"%EMAILLOCALPART%": local}.get(pattern.strip(), address)


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()
