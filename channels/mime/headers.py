"""One header field to its meaning: free text, ids and dates.

Tolerant, linear in the length of the field, never raises. Takes the raw value as bytes, as it
stood after the colon, folds included. Addresses and parameters have files of their own.
"""

from __future__ import annotations

import binascii
import re
from typing import Final

from channels.mime import limits
from channels.mime.charset import decode_field, decode_word

_FOLD_IN_WORD: Final = re.compile(r"(?:\r\n|\r|\n)[ \t]*")
_BLANK_LINE: Final = re.compile(rb"\r?\n\r?\n|\r\r(?!\n)")
_BETWEEN_WORDS: Final = re.compile(r"[ \t\r\n]*\Z")
_NOT_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/]")
_HEX: Final = re.compile(rb"=([0-9A-Fa-f]{2})")


def raw_text(raw: bytes) -> str:
    """The field as text before any decoding, cut to its limit, still folded."""
    if len(raw) > limits.FIELD_BYTES:
        raw = raw[: limits.FIELD_BYTES]
    if b"\n" in raw or b"\r" in raw:
        raw = raw.strip(b"\r\n")
        if b"\n\n" in raw or b"\n\r\n" in raw or b"\r\r" in raw:
            raw = _BLANK_LINE.split(raw, maxsplit=1)[0]
    text = raw.decode("ascii") if raw.isascii() else decode_field(raw)
    return text.replace("\0", "\ufffd") if "\0" in text else text


def text(raw: bytes) -> str:
    """Free text such as a subject: encoded words decoded, folds undone (RFC 5322, 2047, 6532)."""
    return unfold(words(raw_text(raw))).strip()


def unfold(value: str) -> str:
    """One line: each fold becomes one space."""
    if "\r" in value:
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    if "\n" not in value:
        return value
    first, *between, last = value.split("\n")
    return " ".join([first.rstrip(" \t"), *[line.strip(" \t") for line in between], last.lstrip(" \t")])


def words(value: str) -> str:
    """Decode every encoded word in `value`.

    Neighbours of one charset are joined before decoding, since senders split characters between
    them; white space between neighbours goes. One pass: each character is looked at a fixed
    number of times.
    """
    if "=?" not in value:
        return value
    out: list[str] = []
    waiting: list[bytes] = []
    waiting_label = ""
    at = 0
    while (start := value.find("=?", at)) >= 0:
        found = _word(value, start)
        if found is None:
            break
        end, label, data = found
        plain = value[at:start] if end else value[at : start + 2]
        if waiting and not (end and _BETWEEN_WORDS.match(plain)):
            out.append(decode_word(b"".join(waiting), waiting_label))
            waiting = []
        if not waiting:
            out.append(plain)
        if not end:
            at = start + 2
            continue
        if waiting and waiting_label.lower() != label.lower():
            out.append(decode_word(b"".join(waiting), waiting_label))
            waiting = []
        waiting.append(data)
        waiting_label, at = label, end
    if waiting:
        out.append(decode_word(b"".join(waiting), waiting_label))
    out.append(value[at:])
    return "".join(out)


def _word(value: str, start: int) -> tuple[int, str, bytes] | None:
    """The encoded word at `start`: (end, charset, bytes). End 0: no word here. None: none follow."""
    label_end = value.find("?", start + 2, start + 82)
    if label_end <= start + 2:
        return 0, "", b""
    label = value[start + 2 : label_end]
    kind = value[label_end + 1 : label_end + 2].lower()
    if kind not in ("b", "q") or value[label_end + 2 : label_end + 3] != "?" or " " in label:
        return 0, "", b""
    body_start = label_end + 3
    end = value.find("?=", body_start)
    if end < 0:
        return None
    body = _FOLD_IN_WORD.sub("", value[body_start:end]).encode("utf-8", "surrogateescape")
    return end + 2, label, (_base64(body) if kind == "b" else _quoted(body))


def _quoted(body: bytes) -> bytes:
    body = body.replace(b"_", b" ")
    return _HEX.sub(lambda m: bytes((int(m[1], 16),)), body) if b"=" in body else body


def _base64(body: bytes) -> bytes:
    body = _NOT_BASE64.sub(b"", body)
    body = body[: len(body) - 1] if len(body) % 4 == 1 else body
    return binascii.a2b_base64(body + b"=" * (-len(body) % 4))


_ID: Final = re.compile(r"<([^<>]*)>")


def ids(raw: bytes) -> tuple[str, ...]:
    """Message ids without brackets, as written, oldest first, each once.

    An id without brackets is still an id; prose around bracketed ids is ignored.
    """
    value = _FOLD_IN_WORD.sub(" ", raw_text(raw))
    found = [m.strip() for m in _ID.findall(value)]
    if not found:
        tokens = value.replace(",", " ").strip(" \t\"'<>").split()
        found = tokens if len(tokens) == 1 else [t.strip("<>,;()") for t in tokens if "@" in t]
    kept = list(dict.fromkeys(i for i in found if i))
    if len(kept) > limits.IDS:
        kept = kept[:1] + kept[1 - limits.IDS :]
    return tuple(kept)


_NAMES: Final = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTHS: Final = {name: n + 1 for n, name in enumerate(_NAMES.split())}
_ZONES: Final = {
    "ut": 0, "utc": 0, "gmt": 0, "z": 0, "est": -300, "edt": -240, "cst": -360, "cdt": -300,
    "mst": -420, "mdt": -360, "pst": -480, "pdt": -420, "cet": 60, "cest": 120, "met": 60,
    "mest": 120, "mez": 60, "mesz": 120, "bst": 60, "jst": 540, "msk": 180, "ist": 330,
}  # fmt: skip
_DATE: Final = re.compile(
    r"(?:[A-Za-z]{2,9}\.?,?[ \t]*,?)?[ \t]*(\d{1,2})[ \t-]*([A-Za-z]{3})[a-z.]{0,7}[ \t,-]*(\d{2,4})[ \t,]+"
    r"(\d{1,2})[:.](\d{1,2})(?:[:.](\d{1,2})(?:[.,]\d{1,9})?)?[ \t]*(.{0,40})"
)
_ASCTIME: Final = re.compile(
    r"(?:[A-Za-z]{2,9},?[ \t]+)?([A-Za-z]{3})[a-z]{0,7}[ \t]+(\d{1,2}),?[ \t]+"
    r"(?:(\d{4})[ \t,]+)?(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?[ \t]*(.{0,40})"
)
_ISO: Final = re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})[T \t]+"
    r"(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,]\d{1,9})?)?[ \t]*(.{0,40})"
)
_OFFSET: Final = re.compile(r"(?:GMT|UTC|UT)?[ \t]*([+-])(\d{1,2}):?(\d{2})(?!\d)", re.IGNORECASE)
_DAYS_BEFORE: Final = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
_LENGTHS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2200


def date(raw: bytes) -> int | None:
    """Unix seconds of a Date field (RFC 5322 with the obsolete forms, asctime, ISO 8601).

    None when it is missing, unreadable or absurd: before 1900, after 2200, or a zone more than a
    day away. A zone that is no number and no known name counts as UTC.
    """
    value = unfold(raw_text(raw[:400])).strip()
    if m := _DATE.match(value):
        day, month, year, hour, minute, second, zone = m.groups()
    elif m := _ASCTIME.match(value):
        month, day, year, hour, minute, second, zone = m.groups()
        if year is None:
            tail = re.search(r"\b(\d{4})\b(?!.*[+-]\d{4}.*\b\d{4}\b)", re.sub(r"[+-]\d{4}", "", zone))
            if tail is None:
                return None
            year = tail[1]
    elif m := _ISO.match(value):
        year, number, day, hour, minute, second, zone = m.groups()
        return _moment((int(year), int(number), int(day)), (hour, minute, second), zone)
    else:
        return None
    return _moment((_full_year(year), _MONTHS.get(month.lower(), 0), int(day)), (hour, minute, second), zone)


def _full_year(year: str) -> int:
    number = int(year)
    if len(year) == 4:
        return number
    return number + (1900 if number >= 50 else 2000)


def _moment(day: tuple[int, int, int], clock: tuple[str, str, str | None], zone: str) -> int | None:
    year, month, dom = day
    hour, minute, second = int(clock[0]), int(clock[1]), int(clock[2] or 0)
    offset = _zone(zone)
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12) or offset is None:
        return None
    if not 1 <= dom <= _LENGTHS[month - 1] + (leap and month == 2) or hour > 24 or minute > 59 or second > 60:
        return None
    before = year - 1
    days = before * 365 + before // 4 - before // 100 + before // 400 - 719_162
    days += _DAYS_BEFORE[month - 1] + (leap and month > 2) + dom - 1
    return days * 86_400 + hour * 3_600 + minute * 60 + min(second, 59) - offset * 60


def _zone(zone: str) -> int | None:
    """Minutes east of UTC; None when it is more than a day."""
    zone = zone.strip()
    if m := _OFFSET.match(zone):
        minutes = int(m[2]) * 60 + int(m[3])
        if minutes > 1_440:
            return None
        return -minutes if m[1] == "-" else minutes
    if re.match(r"[+-]\d{5,}", zone):
        return None
    name = re.match(r"[A-Za-z]{1,5}", zone)
    return _ZONES.get(name[0].lower(), 0) if name else 0
