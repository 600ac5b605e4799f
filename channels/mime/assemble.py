"""From the tree of a letter to the Letter: which parts are its text, which are files, what the fields say.

Both ways of reading, the fast and the careful, end here, so that a letter says the same whichever
way it came.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Final

from channels.letter import Address, Letter, Part
from channels.mime import files, flowed, html, limits, quotes, signals, transfer, vouching
from channels.mime.addresses import addresses
from channels.mime.bounces import bounce
from channels.mime.charset import decode
from channels.mime.headers import date, ids, raw_text, text, unfold
from channels.mime.subjects import is_forward
from channels.mime.tree import Node, walk

_INNER_DEPTH: Final = 3
"""Letters inside letters are opened this deep."""
_SIGNED: Final = {
    "application/pgp-signature": "it is signed with PGP; the signature was not checked",
    "application/pkcs7-signature": "it is signed with S/MIME; the signature was not checked",
    "application/x-pkcs7-signature": "it is signed with S/MIME; the signature was not checked",
}
_SEALED: Final = {
    "application/pgp-encrypted": "it is encrypted with PGP and cannot be read here",
    "application/pkcs7-mime": "it is wrapped by S/MIME and cannot be read here",
    "application/x-pkcs7-mime": "it is wrapped by S/MIME and cannot be read here",
}


@dataclass(slots=True)
class Reading:
    """What has been found while walking the parts."""

    wrong: list[str]
    shown: list[Node] = field(default_factory=list[Node])
    """Text parts, in the order they are read."""
    files: list[Node] = field(default_factory=list[Node])
    notes: list[str] = field(default_factory=list[str])
    """Lines in brackets that stand for what cannot be shown as text."""


def letter(raw: bytes, root: Node, wrong: list[str]) -> Letter:
    """The letter whose parts are `root`. Never raises."""
    reading = Reading(wrong)
    _sort_out(root, reading)
    parts = tuple(_listed(reading, root))
    fields = _Fields(root, wrong)
    subject = fields.subject()
    shown, from_html = _text(reading, parts, subject)
    sender, to = fields.people("from"), fields.people("to")
    if len(sender) != 1:
        wrong.append("it has no sender" if not sender else "it has more than one sender")
    report = bounce(root, sender=sender, subject=subject, text=shown)
    if report is None and root.type != "multipart/report":
        shown += _inside(reading, shown)
    raw_date = root.get("date") or b""
    sent = date(raw_date) if raw_date else None
    if raw_date and sent is None:
        wrong.append("its date cannot be read")
    message_ids = ids(root.get("message-id") or b"")
    return Letter(
        raw=raw,
        sha256=sha256(raw).hexdigest(),
        message_id=message_ids[0] if message_ids else "",
        in_reply_to=fields.ids("in-reply-to"),
        references=fields.ids("references"),
        sender=sender,
        to=to,
        cc=fields.people("cc"),
        reply_to=fields.people("reply-to"),
        subject=subject,
        date=sent,
        raw_date=unfold(raw_text(raw_date[:400])).strip(),
        text=shown,
        from_html=from_html,
        folds=quotes.folds(shown, forward=is_forward(subject)),
        parts=parts,
        automatic=signals.automatic(root, sender),
        mailing_list=signals.mailing_list(root),
        bounce=report,
        defects=tuple(dict.fromkeys(wrong)),
        trace=vouching.trace(root.fields),
    )


class _Fields:
    """The header fields of a letter by meaning."""

    def __init__(self, root: Node, wrong: list[str]) -> None:
        self.wrong = wrong
        self.by_name: dict[str, list[bytes]] = {}
        for name, value in root.fields:
            self.by_name.setdefault(name, []).append(value)

    def people(self, name: str) -> tuple[Address, ...]:
        found: list[Address] = []
        for value in self.by_name.get(name, ())[:20]:
            some, bad = addresses(value)
            found.extend(some)
            if bad:
                self.wrong.append(bad)
        return tuple(found[: limits.ADDRESSES])

    def ids(self, name: str) -> tuple[str, ...]:
        found = self.by_name.get(name)
        return ids(b" ".join(found[:20])) if found else ()

    def subject(self) -> str:
        found = self.by_name.get("subject")
        if not found:
            return ""
        said = text(found[0])
        if len(said) > limits.SUBJECT_CHARS or len(found[0]) > limits.FIELD_BYTES:
            self.wrong.append("its subject is too long and was cut")
        return said[: limits.SUBJECT_CHARS]


def _sort_out(node: Node, reading: Reading) -> None:
    """Decide for every leaf whether it is text to show, a file, or another form of shown text."""
    if not node.children:
        _sort_leaf(node, reading)
    elif node.type == "multipart/alternative":
        _choose(node, reading)
    elif node.type == "multipart/encrypted":
        reading.files.extend(node.leaves())
        _seal(reading, node.children[0].type)
    else:
        for child in node.children:
            _sort_out(child, reading)


def _sort_leaf(node: Node, reading: Reading) -> None:
    alone = not node.path.strip("1") and files.disposition(node)[0] != "attachment"
    if node.type in ("text/plain", "text/html") and (alone or not files.is_file(node)):
        reading.shown.append(node)
        return
    reading.files.append(node)
    if alone and node.type.startswith("text/"):
        reading.shown.append(node)
    elif node.type in _SIGNED:
        reading.wrong.append(_SIGNED[node.type])
    elif node.type in _SEALED:
        _seal(reading, node.type)


def _seal(reading: Reading, kind: str) -> None:
    said = _SEALED.get(kind, "it is encrypted and cannot be read here")
    reading.wrong.append(said)
    reading.notes.append(f"[{said}]")


def _choose(node: Node, reading: Reading) -> None:
    """Of several forms of one text the plain ones, or the richest when those are blank."""
    forms: list[Reading] = []
    for child in node.children:
        form = Reading(reading.wrong)
        _sort_out(child, form)
        reading.files.extend(form.files)
        reading.notes.extend(form.notes)
        if not all(n.blank for n in form.shown):
            forms.append(form)
    plain = [f for f in forms if all(n.type == "text/plain" for n in f.shown)]
    for form in plain or forms[-1:]:
        reading.shown.extend(form.shown)


def _listed(reading: Reading, root: Node) -> list[Part]:
    """Files in the order of the letter; a nameless inner letter is named by its subject."""
    found: list[Part] = []
    for node in reading.files:
        part = files.part_of(node)
        if not part.name and part.type == "message/rfc822":
            inner = next(
                (v for n, v in walk(node.body[: limits.FIELD_BYTES], []).fields if n == "subject"), b""
            )
            part = replace(part, name=(text(inner)[:100] or "letter") + ".eml")
        found.append(part)
    return found


def _text(reading: Reading, parts: tuple[Part, ...], subject: str) -> tuple[str, bool]:
    """The readable text, and whether any of it was HTML."""
    cids = {p.cid: p.name for p in parts if p.cid}
    pieces: list[str] = []
    from_html = False
    for node in reading.shown:
        piece = _readable(node, cids, reading.wrong, subject=subject if node.path == "1" else None)
        if piece.strip():
            pieces.append(piece)
            from_html = from_html or node.type == "text/html"
    pieces.extend(f"{note}\n" for note in reading.notes)
    pieces.extend(
        line + "\n" for node in reading.files if node.type == "text/calendar" and (line := _invitation(node))
    )
    joined = pieces[0] if len(pieces) == 1 else "\n".join(p if p.endswith("\n") else p + "\n" for p in pieces)
    if len(joined) > limits.TEXT_CHARS:
        reading.wrong.append("its text is longer than a million characters and was cut")
        joined = joined[: limits.TEXT_CHARS]
    if "\r" in joined:
        joined = joined.replace("\r\n", "\n").replace("\r", "\n")
    return joined, from_html


def _readable(node: Node, cids: dict[str, str], wrong: list[str], *, subject: str | None) -> str:
    body = node.source[node.start : min(node.end, node.start + 4 * limits.TEXT_CHARS)]
    data = transfer.decode(body, transfer.encoding_of(node.get("content-transfer-encoding")))
    label = node.params.get("charset", "")
    if node.type == "text/html":
        source, bad = decode(data, label or html.charset_in(data))
        if bad:
            wrong.append(bad)
        said, bad = html.to_text(source, cids, subject=subject)
    else:
        said, bad = decode(data, label)
        if node.params.get("format", "").lower() == "flowed":
            said = flowed.unflow(said, delsp=node.params.get("delsp", "").lower() == "yes")
    if bad:
        wrong.append(bad)
    return said


def _inside(reading: Reading, shown: str) -> str:
    """Letters inside this one: their text under a line that says whose it is."""
    out: list[str] = []
    for node in [n for n in reading.files if n.type == "message/rfc822"][:_INNER_DEPTH]:
        encoding = transfer.encoding_of(node.get("content-transfer-encoding"))
        inner = walk(transfer.decode(node.body, encoding), [])
        about = text(inner.get("subject") or b"")[:200]
        author = text(inner.get("from") or b"")[:200]
        out.append(f"\n---------- Forwarded message ----------\nFrom: {author}\nSubject: {about}\n\n")
        inside = Reading(reading.wrong)
        _sort_out(inner, inside)
        out.append(_text(inside, (), about)[0])
    return "".join(out)[: max(0, limits.TEXT_CHARS - len(shown))]


def _invitation(node: Node) -> str:
    """A calendar part as one line; nothing in it is expanded."""
    data = transfer.decode(node.body[:65_536], transfer.encoding_of(node.get("content-transfer-encoding")))
    said = decode(data, node.params.get("charset", ""))[0].replace("\r\n ", "").replace("\n ", "")
    found: dict[str, str] = {}
    inside = False
    for line in said.splitlines()[:2_000]:
        inside = inside or line.upper().startswith("BEGIN:VEVENT")
        key, colon, value = line.partition(":")
        if inside and colon:
            found.setdefault(key.split(";", 1)[0].upper(), value.strip())
    title = found.get("SUMMARY", "").replace("\\,", ",").replace("\\n", " ")[:200]
    when = found.get("DTSTART", "")[:16]
    if len(when) >= 8 and when[:8].isdigit():
        clock = f" {when[9:11]}:{when[11:13]}" if len(when) >= 13 else ""
        when = f"{when[:4]}-{when[4:6]}-{when[6:8]}{clock}{' UTC' if when.endswith('Z') else ''}"
    return f"[calendar: {', '.join(v for v in (title, when) if v)}]" if title or when else ""
