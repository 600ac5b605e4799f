"""Delivery reports: is this letter one, about whom, about which letter of ours, is the address dead.

Standard reports (RFC 3464) are read field by field; reports of older and odder servers by sender,
subject and wording. Complaints, read receipts and news of success are none.
"""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from channels.letter import Address, Bounce, Delivered
from channels.mime import bounce_words as words
from channels.mime import transfer
from channels.mime.addresses import addresses
from channels.mime.charset import decode
from channels.mime.headers import ids
from channels.mime.tree import Node, read_head

_TEXT: Final = 40_000
"""Characters of a report that are looked at."""
_RECIPIENTS: Final = 200
_REPORTS: Final = frozenset(("message/delivery-status", "message/global-delivery-status"))
_NEVER: Final = frozenset(("message/feedback-report", "message/disposition-notification"))
_READ: Final = "message/disposition-notification"
_OF: Final = re.compile(r"^original-message-id:[ \t]*(.{1,998})$", re.IGNORECASE | re.MULTILINE)
_COPIES: Final = frozenset(
    (
        "message/rfc822",
        "text/rfc822-headers",
        "message/rfc822-headers",
        "message/global",
        "message/global-headers",
    )
)
_DELIVERED: Final = frozenset(("delivered", "relayed", "expanded"))
_FIELD: Final = re.compile(r"^[ \t]*([A-Za-z-]{3,40})[ \t]*:[ \t]*(.*(?:\n[ \t]+\S.*)*)", re.MULTILINE)
_STATUS: Final = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY: Final = re.compile(r"(?<![\d.:/-])([45]\d\d)(?=[ -]|\Z)")
_ADDRESS: Final = re.compile(r"[^\s<>;:,()\[\]\"']{1,100}@[^\s<>;:,()\[\]\"']{1,200}")
_LISTED: Final = re.compile(
    r"^[ \t*]*(?:to: *)?<?([^\s<>;:,()\[\]\"']{1,100}@[\w.-]{1,200}\w)>?[ \t]*(?:[:(\[].*|on .*|)$",
    re.MULTILINE,
)
_MESSAGE_ID: Final = re.compile(
    r"^[ \t>]*message-id:[ \t]*(?:\n[ \t]+)?(.{1,998})$", re.IGNORECASE | re.MULTILINE
)
_TO: Final = re.compile(r"^[ \t>]*to:[ \t]*(.{1,998})$", re.IGNORECASE | re.MULTILINE)
_DEAD: Final = ("5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.7.17")
_REFUSED: Final = re.compile(r"(?:recipient )?address rejected:\s*(?!access denied)(?=\S)", re.IGNORECASE)
_GIVEN_UP: Final = re.compile(r"retry timeout exceeded|failing for a long time", re.IGNORECASE)


class _Case(Struct, frozen=True):
    """What a report says about one recipient."""

    recipient: str
    action: str
    status: str
    said: str


def bounce(root: Node, *, sender: tuple[Address, ...], subject: str, text: str) -> Bounce | None:
    """The report, or None when the letter is an ordinary one."""
    leaves = root.leaves()
    types = {n.type for n in leaves}
    if types & _NEVER or root.params.get("report-type", "").lower() == "feedback-report":
        return None
    cases = [case for n in leaves if n.type in _REPORTS for case in _cases(_decoded(n))]
    if not cases and root.type == "multipart/report":
        cases = _cases(text[:_TEXT])
    if cases:
        if all(c.action in _DELIVERED for c in cases):
            return None
        return _standard(cases, leaves, root, text)
    copied = bool(types & _COPIES)
    if not _looks_like_one(root, sender=sender, subject=subject, text=text, copied=copied):
        return None
    return _by_wording(leaves, root, subject=subject, text=text)


def delivered(root: Node, *, text: str) -> Delivered | None:
    """The news that a letter of ours arrived or was read, or None. Ask only of what is no bounce."""
    if root.type != "multipart/report":
        return None
    leaves = root.leaves()
    reports = [_decoded(n) for n in leaves if n.type in _REPORTS or n.type == _READ]
    cases = [case for report in reports for case in _cases(report)]
    if not reports or any(case.action and case.action not in _DELIVERED for case in cases):
        return None
    named = (match for report in reports for match in _OF.findall(report))
    original = next((found[0] for value in named if (found := ids(value.encode("utf-8", "replace")))), "")
    recipients = {case.recipient for case in cases if case.recipient}
    return Delivered(tuple(sorted(recipients)), original or _original(leaves, root, text))


def _decoded(node: Node) -> str:
    body = node.source[node.start : min(node.end, node.start + _TEXT)]
    data = transfer.decode(body, transfer.encoding_of(node.get("content-transfer-encoding")))
    return decode(data, node.params.get("charset", ""))[0].replace("\r\n", "\n").replace("\r", "\n")


def _cases(report: str) -> list[_Case]:
    """The recipients of a delivery-status text: groups of fields, one each."""
    found: list[_Case] = []
    for group in re.split(r"\n[ \t]*\n", report)[: 4 * _RECIPIENTS]:
        fields: dict[str, str] = {}
        for name, value in _FIELD.findall(group)[:60]:
            fields.setdefault(name.lower(), " ".join(value.split()))
        named = [fields.get(k, "") for k in ("final-recipient", "original-recipient", "x-actual-recipient")]
        if not (any(named) or "action" in fields):
            continue
        recipient = next((a for a in map(_address, named) if a), "")
        action = (fields.get("action", "").lower().split() or [""])[0].rstrip("(;,")
        status = _STATUS.search(fields.get("status", ""))
        said = f"{fields.get('status', '')} {fields.get('diagnostic-code', '')}"
        found.append(_Case(recipient, action, status[1] if status else "", said))
        if len(found) >= _RECIPIENTS:
            break
    return found


def _address(value: str) -> str:
    found = _ADDRESS.search(value.split(";", 1)[-1])
    return found[0].strip(".").lower() if found else ""


def _standard(cases: list[_Case], leaves: list[Node], root: Node, text: str) -> Bounce:
    failed = [c for c in cases if c.action not in _DELIVERED]
    recipients = {c.recipient for c in failed if c.recipient}
    about = text[:_TEXT]
    temporary = all(_is_temporary(c, about) for c in failed)
    return Bounce(
        temporary=temporary,
        dead_address=not temporary and all(_is_dead(c.said, c.status, about) for c in failed),
        recipients=tuple(sorted(recipients or _named(root, leaves, about))),
        original_message_id=_original(leaves, root, text),
    )


def _is_temporary(case: _Case, text: str) -> bool:
    if case.status:
        return case.status.startswith("4")
    if case.action in ("delayed", "failed"):
        codes = _classes(case.said)
        return codes == {"4"} if codes else case.action == "delayed"
    return _classes(case.said or text) == {"4"}


def _classes(said: str) -> set[str]:
    """First digits of the statuses in a text; enhanced ones count before plain replies."""
    found = {m[0] for m in _STATUS.findall(said)} - {"2"}
    return found or {m[0] for m in _REPLY.findall(said)}


def _is_dead(said: str, status: str, text: str) -> bool:
    """Whether the words, or else the status, blame the address itself."""
    verdict = _wording(said)
    if verdict is None and not said.strip(" 0123456789."):
        verdict = _wording(words.ORIGINAL.split(text, maxsplit=1)[0])
    if verdict is not None:
        return verdict
    return status.startswith(_DEAD)


def _wording(said: str) -> bool | None:
    """True: the address is dead. False: something else is wrong. None: the words do not tell."""
    if words.FULL.search(said):
        return False
    said = _REFUSED.sub("", said)  # one server says so whatever the reason, which follows
    blocked = words.BLOCKED.search(said)
    limit = blocked.start() if blocked else len(said)
    for pattern in (words.NO_HOST, words.MOVED, words.UNKNOWN):
        dead = pattern.search(said)
        if dead and dead.start() <= limit:
            return True
    if blocked or words.LATER.search(said):
        return False
    return None


def _looks_like_one(
    root: Node, *, sender: tuple[Address, ...], subject: str, text: str, copied: bool
) -> bool:
    """Whether an unstandard letter reports on delivery: a daemon wrote it, and it says so."""
    if root.get("x-failed-recipients"):
        return True
    path = (root.get("return-path") or b"").strip().lower()
    nobody = path in (b"<>", b"<mailer-daemon>") or path.startswith(b"<mailer-daemon@")
    daemon = any(words.DAEMONS.match(p.addr) or words.DAEMONS.match(p.name) for p in sender)
    named = (root.get("from") or b"").strip()
    daemon = daemon or b"<>" in named or named[:13].lower() == b"mailer-daemon"
    daemon, by_name = daemon or nobody, daemon
    about = text[:_TEXT]
    title = subject[:300].lower()
    if not (daemon or copied):  # the common case, before any dear look at the words
        if not any(stem in title for stem in words.SUBJECT_STEMS):
            return False
        if not any(mark in about for mark in words.ORIGINAL_STEMS):
            return False
    titled = bool(words.SUBJECTS.search(title))
    if daemon and titled:
        return True
    if not (daemon or titled) or not words.BODIES.search(words.ORIGINAL.split(about, maxsplit=1)[0] or about):
        return False
    if daemon:
        return bool(copied or _STATUS.search(about) or (by_name and _REPLY.search(about)))
    return bool(copied or words.ORIGINAL.search(about))


def _by_wording(leaves: list[Node], root: Node, *, subject: str, text: str) -> Bounce:
    about = words.ORIGINAL.split(text[:_TEXT], maxsplit=1)[0]
    said = f"{subject}\n{about}"
    statuses = _STATUS.findall(about)
    classes = _classes(about)
    failed = root.get("x-failed-recipients")
    named = {p.addr.lower() for p in addresses(failed)[0]} if failed else _named(root, leaves, about)
    still_trying = bool(
        re.search(r"delayed|not yet been delivered|will continue|warning:", said, re.IGNORECASE)
    )
    temporary = classes == {"4"} or (not classes and (still_trying or bool(_GIVEN_UP.search(about))))
    return Bounce(
        temporary=temporary,
        dead_address=not temporary and _is_dead(about, statuses[0] if statuses else "", subject),
        recipients=tuple(sorted(named)),
        original_message_id=_original(leaves, root, text),
    )


def _named(root: Node, leaves: list[Node], about: str) -> set[str]:
    """Addresses that stand alone on a line of the report, else those the returned letter went to."""
    ours = {p.addr.lower() for name in ("to", "from") for p in addresses(root.get(name) or b"")[0]}
    listed = {a.lower() for a in _LISTED.findall(about)[:_RECIPIENTS]} - ours
    if listed:
        return listed
    anywhere = {a.strip(".").lower() for a in _ADDRESS.findall(about)[:_RECIPIENTS]} - ours
    if len(anywhere) == 1:
        return anywhere
    for node in _copies(leaves):
        fields = _copy_fields(node)
        value = next((v for n, v in fields if n == "to"), b"")
        return {p.addr.lower() for p in addresses(value)[0]}
    return set()


def _copies(leaves: list[Node]) -> list[Node]:
    return [n for n in leaves if n.type in _COPIES]


def _copy_fields(node: Node) -> list[tuple[str, bytes]]:
    body = node.source[node.start : min(node.end, node.start + _TEXT)]
    data = transfer.decode(body, transfer.encoding_of(node.get("content-transfer-encoding"))).lstrip(b"\r\n")
    return read_head(data, 0, len(data))[0]


def _original(leaves: list[Node], root: Node, text: str) -> str:
    """The id of the letter that came back: from its copy, the text or the threading fields."""
    for node in _copies(leaves):
        for name, value in _copy_fields(node):
            if name == "message-id" and (found := ids(value)):
                return found[0]
    cut = words.ORIGINAL.search(text)
    copied = _MESSAGE_ID.findall(text[cut.start() :] if cut else text)
    if copied and (found := ids(copied[0].encode("utf-8", "replace"))):
        return found[0]
    for name in ("in-reply-to", "references"):
        if found := ids(root.get(name) or b""):
            return found[-1]
    return ""
