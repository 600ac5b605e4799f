"""Which parts of a letter are its text, which are files, what is sealed or wrapped, and lines that say so.

Looks at the tree; decodes only what hides further parts. Knows nothing of header fields or quotes.
"""

from __future__ import annotations

import mimetypes
import re
from hashlib import sha256
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from channels.letter import Bounce, Part
from channels.mime import cms, files, invitation, limits, tnef, transfer
from channels.mime.charset import decode
from channels.mime.headers import text
from channels.mime.tree import Node, walk

_SIGNED: Final = {
    "application/pgp-signature": "it is signed with PGP; the signature was not checked",
    "application/pkcs7-signature": "it is signed with S/MIME; the signature was not checked",
    "application/x-pkcs7-signature": "it is signed with S/MIME; the signature was not checked",
}
_ENVELOPES: Final = frozenset(("application/pkcs7-mime", "application/x-pkcs7-mime"))
_PGP: Final = "it is encrypted with PGP and cannot be read here"
_SMIME: Final = "it is encrypted with S/MIME and cannot be read here"
_CALENDARS: Final = frozenset(("text/calendar", "application/ics", "text/x-vcalendar"))
_TNEF: Final = frozenset(("application/ms-tnef", "application/vnd.ms-tnef"))
_INLINE_PGP: Final = re.compile(r"^-----BEGIN PGP (MESSAGE|SIGNED MESSAGE)-----\s*$", re.MULTILINE)
_WRAPPED_DEPTH: Final = 3
"""Envelopes inside envelopes are opened this deep."""
_CUTS: Final = ("was cut", "rest is ignored", "shown as they are", "only removed")
"""Words of the defects after which something is not shown."""
_NAMED: Final = 20
"""Recipients named in the line about a delivery report."""


class Reading(Struct):
    """What has been found while walking the parts."""

    wrong: list[str]
    shown: list[Node] = field(default_factory=list[Node])
    """Text parts, in the order they are read."""
    files: list[Node] = field(default_factory=list[Node])
    related: set[int] = field(default_factory=set[int])
    """Parts that belong to a text beside them (`multipart/related`), by identity."""
    wrapped: list[Part] = field(default_factory=list[Part])
    """Files inside a winmail.dat."""
    wrapped_text: str = ""
    seals: list[str] = field(default_factory=list[str])
    notes: list[str] = field(default_factory=list[str])
    """What stands for something that cannot be shown as text."""
    depth: int = 0


def reading_of(root: Node, wrong: list[str]) -> Reading:
    """Every leaf sorted."""
    reading = Reading(wrong)
    _sort_out(root, reading)
    return reading


def _sort_out(node: Node, reading: Reading) -> None:
    """Decide for every leaf whether it is text to show, a file, or another form of shown text."""
    if not node.children:
        _sort_leaf(node, reading)
    elif node.type == "multipart/alternative":
        _choose(node, reading)
    elif node.type == "multipart/encrypted":
        reading.files.extend(node.leaves())
        _seal(reading, _SMIME if node.children[0].type in _ENVELOPES else _PGP)
    else:
        if node.type == "multipart/related":
            reading.related.update(id(child) for child in node.children)
        for child in node.children:
            _sort_out(child, reading)


def _sort_leaf(node: Node, reading: Reading) -> None:
    alone = not node.path.strip("1") and files.disposition(node)[0] != "attachment"
    if node.type in ("text/plain", "text/html") and (alone or not files.is_file(node)):
        reading.shown.append(node)
        return
    reading.files.append(node)
    if alone and node.type.startswith("text/") and node.type not in _CALENDARS:
        reading.shown.append(node)
    elif node.type in _SIGNED:
        reading.wrong.append(_SIGNED[node.type])
        reading.seals.append("signed")
    elif node.type == "application/pgp-encrypted":
        _seal(reading, _PGP)
    elif node.type in _ENVELOPES:
        _open_envelope(node, reading)
    elif node.type in _TNEF or files.given_name(node).lower() == "winmail.dat":
        _unwrap(node, reading)


def _seal(reading: Reading, said: str) -> None:
    reading.wrong.append(said)
    reading.seals.append("encrypted")
    reading.notes.append(said)


def _open_envelope(node: Node, reading: Reading) -> None:
    """A letter signed as one block is read as if it lay open; anything else is sealed."""
    data = _decoded(node)
    if node.params.get("smime-type", "").lower() == "certs-only":
        return
    if cms.kind(data) != "signed":
        _seal(reading, _SMIME)
        return
    reading.wrong.append(_SIGNED["application/pkcs7-signature"])
    reading.seals.append("signed")
    content = cms.signed_content(data)
    if not content or reading.depth >= _WRAPPED_DEPTH:
        reading.notes.append("it is signed with S/MIME in a form that cannot be read here")
        return
    inner = walk(content, [])
    for leaf in inner.leaves():
        leaf.path = f"{node.path}!{leaf.path}"
    reading.depth += 1
    _sort_out(inner, reading)


def _unwrap(node: Node, reading: Reading) -> None:
    """The files in a winmail.dat, as files of the letter."""
    found = tnef.unwrap(_decoded(node))
    reading.wrapped_text = reading.wrapped_text or found.text
    for n, one in enumerate(found.files, 1):
        kind = mimetypes.guess_type(one.name)[0] or "application/octet-stream"
        digest = sha256(one.data).hexdigest()
        reading.wrapped.append(Part(f"{node.path}!{n}", one.name, kind, len(one.data), digest))
    if not found.files and not found.text:
        reading.notes.append("Outlook wrapped its files as winmail.dat and they cannot be opened here")


def _decoded(node: Node) -> bytes:
    return transfer.decode(node.body, transfer.encoding_of(node.get("content-transfer-encoding")))


def _choose(node: Node, reading: Reading) -> None:
    """Of several forms of one text the plain ones, or the richest when those are blank."""
    forms: list[Reading] = []
    for child in node.children:
        form = Reading(reading.wrong, related=reading.related, depth=reading.depth)
        _sort_out(child, form)
        reading.files.extend(form.files)
        reading.notes.extend(form.notes)
        reading.seals.extend(form.seals)
        reading.wrapped.extend(form.wrapped)
        reading.wrapped_text = reading.wrapped_text or form.wrapped_text
        if not all(n.blank for n in form.shown):
            forms.append(form)
    plain = [f for f in forms if all(n.type == "text/plain" for n in f.shown)]
    for form in plain or forms[-1:]:
        reading.shown.extend(form.shown)


def listed(reading: Reading) -> tuple[Part, ...]:
    """Files in the order of the letter, then wrapped ones; a nameless inner letter goes by its subject."""
    found: list[Part] = []
    for node in reading.files:
        part = files.part_of(node, related=id(node) in reading.related)
        if not part.name and part.type == "message/rfc822":
            head = walk(node.body[: limits.FIELD_BYTES], []).fields
            inner = next((value for name, value in head if name == "subject"), b"")
            part = replace(part, name=(text(inner)[:100] or "letter") + ".eml")
        found.append(part)
    return (*found, *reading.wrapped)


def seals(reading: Reading, shown: str) -> tuple[str, ...]:
    """`signed` and `encrypted`, each once; PGP inside the text counts."""
    if "-----BEGIN PGP" not in shown:
        return tuple(sorted(set(reading.seals)))
    inline = ["signed" if m[1] == "SIGNED MESSAGE" else "encrypted" for m in _INLINE_PGP.finditer(shown)]
    return tuple(sorted({*reading.seals, *inline}))


def notes(reading: Reading, shown: str, report: Bounce | None) -> str:
    """Lines in brackets above the text, for what is no text; a blank line below them where text follows."""
    cuts = [f"{one}; the letter is kept whole" for one in reading.wrong if any(w in one for w in _CUTS)]
    said = [f"[{note}]" for note in dict.fromkeys((*reading.notes, *cuts))]
    if report is not None:
        said.append(_delivery(report))
    calendars = (_invitation(node) for node in reading.files if node.type in _CALENDARS)
    said += dict.fromkeys(one for one in calendars if one)
    if not said:
        return ""
    return "\n".join(said) + ("\n\n" if shown.strip() else "\n")


def _invitation(node: Node) -> str:
    body = node.source[node.start : min(node.end, node.start + 2 * invitation.BYTES)]
    data = transfer.decode(body, transfer.encoding_of(node.get("content-transfer-encoding")))
    said = decode(data, node.params.get("charset", ""))[0]
    return invitation.line(said, method=node.params.get("method", ""))


def _delivery(report: Bounce) -> str:
    """What a delivery report says, in one line."""
    to = ", ".join(report.recipients[:_NAMED]) or "somebody"
    if report.temporary:
        return f"[not delivered yet to {to}; their server is still tried]"
    return f"[not delivered to {to}{'; the address does not exist any more' if report.dead_address else ''}]"
