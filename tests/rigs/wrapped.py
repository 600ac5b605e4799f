"""Letters that wrap others: winmail.dat, S/MIME envelopes and calendars, built byte by byte."""

from __future__ import annotations

import base64
import struct

SIGNED = bytes.fromhex("2a864886f70d010702")
ENVELOPED = bytes.fromhex("2a864886f70d010703")
_DATA = bytes.fromhex("2a864886f70d010701")


def tlv(tag: int, *pieces: bytes) -> bytes:
    """An element of BER with a definite length."""
    body = b"".join(pieces)
    size = len(body)
    length = bytes((size,)) if size < 128 else b"\x84" + struct.pack(">I", size)
    return bytes((tag,)) + length + body


def signed_block(letter: bytes, *, pieces: bool = False) -> bytes:
    """A CMS SignedData around a letter, without signers; its octets whole or in pieces of open length."""
    octets = tlv(0x04, letter)
    if pieces:
        octets = (
            b"\x24\x80" + b"".join(tlv(0x04, letter[n : n + 7]) for n in range(0, len(letter), 7)) + b"\0\0"
        )
    held = tlv(0x30, tlv(0x06, _DATA), b"\xa0\x80" + octets + b"\0\0" if pieces else tlv(0xA0, octets))
    data = tlv(0x30, tlv(0x02, b"\x01"), tlv(0x31), held, tlv(0x31))
    return tlv(0x30, tlv(0x06, SIGNED), tlv(0xA0, data))


def sealed_block() -> bytes:
    """The outer shape of a CMS EnvelopedData."""
    return tlv(0x30, tlv(0x06, ENVELOPED), tlv(0xA0, tlv(0x30, tlv(0x02, b"\0"))))


def winmail(files: dict[str, bytes], *, text: str = "", long_names: bool = False) -> bytes:
    """A winmail.dat with these files; with `long_names` their names stand in the MAPI properties."""
    out = struct.pack("<IH", 0x223E9F78, 1) + _attribute(0x00069007, struct.pack("<II", 1252, 0))
    if text:
        out += _attribute(0x0002800C, text.encode("cp1252") + b"\0")
    for name, data in files.items():
        out += _attribute(0x00069002, bytes(14)) + _attribute(0x0006800F, data)
        short = name[:8] if long_names else name
        out += _attribute(0x00018010, short.encode("cp1252", "replace") + b"\0")
        if long_names:
            wide = name.encode("utf-16-le") + b"\0\0"
            value = struct.pack("<HHII", 31, 0x3707, 1, len(wide)) + wide + bytes(-len(wide) % 4)
            out += _attribute(0x00069005, struct.pack("<IHHI", 2, 3, 0x0E21, 7) + value)
    return out


def _attribute(kind: int, body: bytes) -> bytes:
    return b"\x02" + struct.pack("<II", kind, len(body)) + body + struct.pack("<H", sum(body) & 0xFFFF)


def letter(kind: str, body: bytes, *, text: str = "Hello.", more: str = "") -> bytes:
    """A letter with a text and one part of that type, in base64."""
    head = f"From: Anna Berg <anna@example.org>\nTo: help@desk.example.com\nSubject: s\n{more}"
    return (
        (
            f"{head}MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n{text}\n--b\n"
            f"Content-Type: {kind}\nContent-Transfer-Encoding: base64\n\n"
        ).encode()
        + base64.encodebytes(body)
        + b"--b--\n"
    )


def event(lines: str, *, method: str = "REQUEST") -> str:
    """A calendar with one event of these lines, a zone and an alarm around it."""
    return (
        f"BEGIN:VCALENDAR\r\nMETHOD:{method}\r\nBEGIN:VTIMEZONE\r\nTZID:W. Europe Standard Time\r\n"
        "BEGIN:STANDARD\r\nDTSTART:16010101T030000\r\nRRULE:FREQ=YEARLY\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
        f"BEGIN:VEVENT\r\n{lines}\r\nBEGIN:VALARM\r\nSUMMARY:alarm\r\nEND:VALARM\r\nEND:VEVENT\r\n"
        "END:VCALENDAR\r\n"
    )
