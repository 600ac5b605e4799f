"""Bytes to text: the declared charset if it holds, else UTF-8, else a guess, else Windows-1252.

Labels are hostile too: only true text codecs on the list are ever looked up, because some of
Python's codecs are quadratic or are no charsets at all (`punycode`, `zip`, `rot13`).
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache
from typing import Final

_STRONGER: Final = {
    "ascii": "utf-8",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "johab": "johab",
    "big5": "big5hkscs",
    "cp950": "big5hkscs",
    "iso2022_jp": "iso2022_jp_ext",
    "iso2022_jp_1": "iso2022_jp_ext",
}
"""What senders mean by a label: the superset their software really uses."""

_ALIASES: Final = {
    "ansi": "cp1252",
    "ansi_x3.110-1983": "cp1252",
    "cp-850": "cp850",
    "cp-1252": "cp1252",
    "dos-850": "cp850",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "iso-8859-6-i": "iso8859-6",
    "iso-8859-6-e": "iso8859-6",
    "ks_c_5601": "cp949",
    "ks_c_5601-1987": "cp949",
    "macintosh": "mac_roman",
    "mac": "mac_roman",
    "unicode": "utf-16",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "utf-8mb4": "utf-8",
    "x-gbk": "gb18030",
    "x-mac-roman": "mac_roman",
    "x-sjis": "cp932",
    "x-x-big5": "big5hkscs",
    "x-euc-jp": "euc_jp",
    "cp50220": "iso2022_jp_ext",
    "cp50221": "iso2022_jp_ext",
    "windows-31j": "cp932",
    "windows-949": "cp949",
    "windows-936": "gb18030",
}

_KNOWN: Final = re.compile(
    r"utf-(?:8|7|16|16-le|16-be|32|32-le|32-be)|utf-8-sig|ascii|iso8859-\d\d?|cp\d{3,4}|koi8-[rut]|koi8_[rut]"
    r"|mac-(?:roman|cyrillic|greek|latin2|turkish|iceland)|gb2312|gbk|gb18030|hz|big5|big5hkscs"
    r"|euc_(?:jp|kr|jis_2004|jisx0213)|shift_jis(?:_2004|x0213)?|iso2022_(?:jp(?:_\d|_2004|_ext)?|kr)|johab"
    r"|tis-620|ptcp154|kz1048|hp-roman8"
)

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_GUESS_BYTES: Final = 65_536
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@lru_cache(maxsize=256)
def codec(label: str) -> str | None:
    """The codec to use for a charset label from outside, or None when the label says nothing."""
    name = label.strip().strip("\"'").split("*", 1)[0].strip().lower()[:40]
    if name.startswith("charset="):
        name = name[8:].strip("\"'")
    if not name or not name.isascii() or "\0" in name:
        return None
    try:
        found = codecs.lookup(_ALIASES.get(name, name)).name
    except LookupError:
        return None
    if not _KNOWN.fullmatch(found):
        return None
    return _STRONGER.get(found, found)


def decode(data: bytes, label: str = "") -> tuple[str, str]:
    """The text of `data` and what was wrong with it (empty when nothing was).

    Never raises, never returns a lone surrogate.
    """
    if not data:
        return "", ""
    name = codec(label) if label else None
    if data.isascii() and name in (None, "utf-8", "cp1252"):
        if b"\x1b$" in data:
            return _tidy(data.decode("iso2022_jp_ext", "replace")), "no charset given, read as iso-2022-jp"
        return _tidy(data.decode("ascii")), _about(label, name)
    for bom, of in _BOMS:
        if data.startswith(bom) and (name is None or name.startswith("utf")):
            return _tidy(data[len(bom) :].decode(of, "replace")), ""
    if name is None:
        text, guessed = _guess(data)
        return text, _about(label, name) or (
            "" if guessed == "utf-8" else f"no charset given, read as {guessed}"
        )
    return _declared(data, name)


def decode_field(data: bytes) -> str:
    """Raw eight-bit header text: UTF-8, else Windows-1252 (RFC 6532 and the practice before it)."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def decode_word(data: bytes, label: str) -> str:
    """Bytes of an encoded word or an RFC 2231 value."""
    return decode(data, label)[0].replace("\0", "\ufffd")


def _about(label: str, name: str | None) -> str:
    return f"unknown charset {label[:40]!r}" if label.strip() and name is None else ""


def _declared(data: bytes, name: str) -> tuple[str, str]:
    if name == "utf-16":
        name = _sixteen(data)
    try:
        return _tidy(data.decode(name)), ""
    except (UnicodeDecodeError, ValueError):
        pass
    if name != "utf-8":
        try:
            return _tidy(data.decode("utf-8")), f"declared {name}, but it is utf-8"
        except UnicodeDecodeError:
            pass
    text = data.decode(name, "replace")
    lost = text.count("\ufffd")
    foreign = sum(map(len, re.findall(r"[^\x00-\x7f]+", text)))
    if lost * 4 <= foreign or name.startswith(("utf-16", "utf-32", "iso2022")):
        return _tidy(text), f"{lost} characters could not be read as {name}"
    text, guessed = _guess(data)
    return text, f"declared {name}, but read as {guessed}"


def _guess(data: bytes) -> tuple[str, str]:
    try:
        return _tidy(data.decode("utf-8")), "utf-8"
    except UnicodeDecodeError:
        pass
    import cchardet  # here, because most letters never need a guess

    found = cchardet.detect(data[:_GUESS_BYTES])
    name = codec(str(found.get("encoding") or ""))
    if name and (found.get("confidence") or 0) > 0.5:
        try:
            return _tidy(data.decode(name)), name
        except (UnicodeDecodeError, ValueError):
            pass
    return _tidy(data.decode("cp1252", "replace")), "windows-1252"


def _sixteen(data: bytes) -> str:
    """UTF-16 without a mark: Latin text shows its zero bytes on one side."""
    head = data[:2000]
    return "utf-16-le" if head[1::2].count(0) > head[0::2].count(0) else "utf-16-be"


def _tidy(text: str) -> str:
    if text.startswith("\ufeff"):
        text = text[1:]
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text)
    return text
