"""What our own mail server says about a sender: Authentication-Results (RFC 8601), read with distrust.

Pure and linear. Anybody can write such a field into a letter, so only the topmost one of our own server
counts, and only above the first hop that is not ours. Knows no settings: the server's name is handed in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import lru_cache
from typing import Final

from msgspec import Struct

from channels.letter import Letter
from channels.mime.headers import raw_text, unfold

Trace = tuple[tuple[str, str], ...]
"""(field name, text) of a letter's Received and Authentication-Results fields, the topmost first."""

RESULTS: Final = "authentication-results"
HOP: Final = "received"
_FIELDS: Final = 60
_CHARS: Final = 4_096


class Verdict(StrEnum):
    """What our server found out about the sender's domain."""

    PASS = "pass"
    FAIL = "fail"
    NONE = ""
    """It said nothing, or nothing about this domain."""


class Vouched(Struct, frozen=True):
    verdict: Verdict = Verdict.NONE
    certain: bool = False
    """The field is by the server named in the settings; one merely learned from the letter itself may warn
    about a sender and never recommend one."""


class Result(Struct, frozen=True):
    """One finding: `dkim=pass header.d=acme.example`."""

    method: str
    word: str
    about: dict[str, str]
    """Properties by name, such as `header.d`, values in lower case."""


def trace(fields: Iterable[tuple[str, bytes]]) -> Trace:
    """The fields that matter here; none at all where no server said anything."""
    kept = [(name, value) for name, value in fields if name in (HOP, RESULTS)][:_FIELDS]
    if not any(name == RESULTS for name, _ in kept):
        return ()
    return tuple((name, unfold(raw_text(value[:_CHARS]))) for name, value in kept)


def vouched(letter: Trace, *, domain: str, servers: frozenset[str] = frozenset()) -> Vouched:
    """What our server says about `domain`, that of the only From address.

    `servers` are the names of our server; without one it is whatever server received the letter last.
    """
    if not domain or not letter:
        return Vouched()
    said = _own(letter, servers)
    return Vouched(_judged(said, domain.lower()), bool(servers)) if said is not None else Vouched()


def vouched_for(letter: Letter, servers: frozenset[str]) -> Vouched:
    """What our server says about the sender of a letter; nothing where there is none or more than one."""
    if not letter.trace or len(letter.sender) != 1:
        return Vouched()
    domain = letter.sender[0].addr.lower().rpartition("@")[2]
    return vouched(letter.trace, domain=domain, servers=servers)


def _own(letter: Trace, servers: frozenset[str]) -> list[Result] | None:
    """The findings of the topmost field by our server, above the first hop outside; None if there is none."""
    homes = servers or _last_hop(letter)
    outside = False
    for name, value in letter:
        if name == HOP:
            came, by = _hosts(value)
            if outside or (by and not _any_kin(by, homes)):
                return None
            outside = not (came and _any_kin(came, homes))
            continue
        server, results = read(value)
        if (server and _is_ours(server, homes, named=bool(servers))) or (not server and not outside):
            return list(results)
    return None


def _last_hop(letter: Trace) -> frozenset[str]:
    """The host that received the letter last: ours, since nobody else could write above it."""
    by = next((_hosts(value)[1] for name, value in letter if name == HOP), "")
    return frozenset({by} if by else ())


_FROM: Final = re.compile(r"\s*from\s+([^\s;()]+)", re.IGNORECASE)
_BY: Final = re.compile(r"\bby\s+([^\s;()]+)", re.IGNORECASE)


@lru_cache(maxsize=4)
def _hosts(hop: str) -> tuple[str, str]:
    """Names of the sending and the receiving host of a hop; an address or a bare word names nobody."""
    bare = _without_comments(hop)
    found = (_FROM.match(bare), _BY.search(bare))
    names = [match[1].lower().rstrip(".") if match else "" for match in found]
    came, by = (name if re.search(r"\.[a-z][a-z0-9-]*\Z", name) else "" for name in names)
    return came, by


def _is_ours(server: str, homes: frozenset[str], *, named: bool) -> bool:
    if named:
        return any(server == home or server.endswith(f".{home}") for home in homes)
    return _any_kin(server, homes)


def _any_kin(host: str, homes: frozenset[str]) -> bool:
    return any(_organisation(host) == _organisation(home) for home in homes)


def _organisation(host: str) -> str:
    """The last two labels, or three where the last two look like a public suffix (`co.uk`, `com.au`)."""
    labels = host.split(".")
    short = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
    return ".".join(labels[-3 if short else -2 :])


# The field itself


def read(value: str) -> tuple[str, Iterator[Result]]:
    """The server's name in lower case (empty where it gives none) and its findings, comments left out."""
    pieces = _without_comments(value).split(";")
    first = pieces[0].split()
    nameless = not first or "=" in pieces[0]
    server = "" if nameless else first[0].strip('"').lower().rstrip(".")
    return server, _results(pieces if nameless else pieces[1:])


def _results(pieces: list[str]) -> Iterator[Result]:
    for piece in pieces[:_FIELDS]:
        words = re.sub(r"\s*=\s*", "=", piece).split()
        method, equals, word = words[0].partition("=") if words else ("", "", "")
        if not equals:
            continue
        pairs = (one.partition("=")[::2] for one in words[1:])
        about = {name.lower(): text.strip('"').lower() for name, text in pairs}
        yield Result(method.partition("/")[0].lower(), word.lower(), about)


_TOKEN: Final = re.compile(r'[^\\"()]+|\\.?|["()]', re.DOTALL)
_COMMENT: Final = re.compile(r"\([^()]*\)")
"""One without another inside it, as most are."""
_VEILED: Final = str.maketrans(dict.fromkeys(";=() ", "_"))


def _without_comments(value: str) -> str:
    """The text without comments (RFC 5322, 3.2.2); what stands in quotes has no meaning here either way."""
    if '"' not in value and "\\" not in value:
        bare = _COMMENT.sub(" ", value)
        if "(" not in bare and ")" not in bare:
            return bare
    out: list[str] = []
    depth = 0
    quoted = False
    for token in _TOKEN.findall(value):
        if token == '"' and not depth:
            quoted = not quoted
        elif token[0] == "\\":
            continue
        elif quoted:
            out.append(token.translate(_VEILED))
        elif token == "(":
            depth += 1
            out.append(" ")
        elif token == ")":
            depth = max(depth - 1, 0)
        elif not depth:
            out.append(token)
    return "".join(out)


def _judged(results: Iterable[Result], domain: str) -> Verdict:
    """DMARC decides where the server looked; else a signature or an envelope of the very domain."""
    found = list(results)
    for one in found:
        if one.method == "dmarc" and one.word in ("pass", "fail"):
            about = one.about.get("header.from", domain).rpartition("@")[2]
            return Verdict(one.word) if about == domain else Verdict.NONE
    if any(one.word == "pass" and _speaks_for(one, domain) for one in found):
        return Verdict.PASS
    failed = any(one.method in ("spf", "dkim") and one.word in ("fail", "softfail") for one in found)
    return Verdict.FAIL if failed else Verdict.NONE


_NAMES: Final = {"dkim": ("header.d", "header.i"), "spf": ("smtp.mailfrom",)}


def _speaks_for(one: Result, domain: str) -> bool:
    """Whether the finding is about the domain itself or one above it; one below proves nothing."""
    for name in _NAMES.get(one.method, ()):
        about = one.about.get(name, "").rpartition("@")[2]
        if "." in about and (about == domain or domain.endswith(f".{about}")):
            return True
    return False
