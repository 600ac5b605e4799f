"""From the tree of a letter to the Letter: which parts are its text, which are files, what the fields say.

Both ways of reading, the fast and the careful, end here, so that a letter says the same whichever
way it came.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from channels.letter import Address, Fold, Letter, Part
from channels.mime import flowed, html, limits, quotes, signals, sort, transfer, vouching
from channels.mime.addresses import addresses
from channels.mime.bounces import bounce, delivered
from channels.mime.charset import decode
from channels.mime.headers import date, ids, raw_text, text, unfold
from channels.mime.sort import Reading
from channels.mime.subjects import is_forward
from channels.mime.tree import Node, walk

_INNER_DEPTH: Final = 3
"""Letters inside letters are opened this deep."""


def letter(raw: bytes, root: Node, wrong: list[str]) -> Letter:
    """The letter whose parts are `root`. Never raises."""
    reading = sort.reading_of(root, wrong)
    parts = sort.listed(reading)
    fields = _Fields(root, wrong)
    subject = fields.subject()
    shown, from_html = _text(reading, parts, subject)
    sender, to = fields.people("from"), fields.people("to")
    if len(sender) != 1:
        wrong.append("it has no sender" if not sender else "it has more than one sender")
    report = bounce(root, sender=sender, subject=subject, text=shown)
    if report is None and root.type != "multipart/report":
        shown += _inside(reading, shown)
    folds = quotes.folds(shown, forward=is_forward(subject))
    notes = sort.notes(reading, shown, report)
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
        text=notes + shown[: limits.TEXT_CHARS - len(notes)],
        from_html=from_html,
        folds=_below(notes.count("\n"), folds),
        parts=parts,
        seals=sort.seals(reading, shown),
        automatic=signals.automatic(root, sender),
        mailing_list=signals.mailing_list(root),
        bounce=report,
        delivered=delivered(root, text=shown) if report is None else None,
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


def _below(lines: int, folds: tuple[Fold, ...]) -> tuple[Fold, ...]:
    """The folds of a text that so many lines were put above."""
    return tuple(Fold(f.kind, f.first + lines, f.last + lines) for f in folds) if lines else folds


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
    if not pieces and reading.wrapped_text.strip():
        pieces.append(reading.wrapped_text)
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
        inside = sort.reading_of(inner, reading.wrong)
        said = _text(inside, (), about)[0]
        out.append(sort.notes(inside, said, None) + said)
    return "".join(out)[: max(0, limits.TEXT_CHARS - len(shown))]
