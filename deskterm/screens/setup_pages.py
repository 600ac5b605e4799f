"""The five questions of setup: what each asks for, and what makes an answer fit. Values only, no widget."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from deskterm.config import Box, Settings
from deskterm.setting_up import server_of

WHO, SERVERS, LOGIN, SIGNATURE, HABITS, ROUND = range(6)
"""The pages; the last asks nothing and sees a letter go round."""


class Field(Struct, frozen=True):
    name: str
    label: str
    hint: str = ""
    hidden: bool = False
    """What is typed is shown as dots."""


class Page(Struct, frozen=True):
    short: str
    """For the line of steps."""
    lead: str
    fields: tuple[Field, ...] = ()


PAGES = (
    Page("Who", "Which address do customers write to?", (
        Field("address", "Your support address", "help@example.com"),
        Field("agent", "Your own name, as tickets are assigned", "Ana"),
    )),
    Page("Servers", "", (
        Field("imap", "Letters come in by IMAP", "imap.example.com:993 tls"),
        Field("smtp", "Letters go out by SMTP", "smtp.example.com:465 tls"),
        Field("user", "Login name (empty: the address)"),
    )),
    Page("Login", "", (
        Field("password", "Password or app password (for the system's keyring, never a file)", hidden=True),
    )),
    Page("Signature", "What stands below your replies? Up to three lines, or none.", (
        Field("line1", "First line", "Ana, Example support"), Field("line2", "Second line"),
        Field("line3", "Third line"),
    )),
    Page("Habits", "How do you work? These can be changed in config.toml at any time.", (
        Field("send_key", "What y makes of the ticket when a reply is sent: solve or open"),
        Field("undo_seconds", "Seconds in which a reply can be called back"),
        Field("archive_days", "Old letters younger than so many days become open tickets"),
    )),
    Page("Try it", "One letter to yourself goes round: out by SMTP, in by IMAP, and away again."),
)  # fmt: skip


class Wrong(Exception):
    """An answer that does not fit, as a sentence; `field` is where it was given."""

    def __init__(self, words: str, field: str) -> None:
        super().__init__(words)
        self.field = field


def box_with_servers(box: Box, said: dict[str, str]) -> Box:
    """The mailbox with the servers as they stand on the page. Raises Wrong."""
    places: dict[str, tuple[str, str]] = {}
    for name in ("imap", "smtp"):
        try:
            places[name] = server_of(said[name])
        except ValueError as error:
            raise Wrong(str(error), name) from None
    if not places["imap"][0]:
        raise Wrong("Say where letters come in, such as imap.example.com:993 tls.", "imap")
    (imap, imap_security), (smtp, smtp_security) = places["imap"], places["smtp"]
    return msgspec.structs.replace(
        box, imap=imap, smtp=smtp, imap_security=imap_security or _usual(imap), smtp_security=smtp_security,
        insecure_loopback="plain" in (imap_security, smtp_security), user=said["user"].strip(),
    )  # fmt: skip


def _usual(imap: str) -> str:
    return "starttls" if imap.endswith(":143") else "tls"


def habits(settings: Settings, said: dict[str, str]) -> Settings:
    """The settings with the habits as they stand on the page. Raises Wrong."""
    send_key = said["send_key"].strip().lower()
    if send_key not in ("solve", "open"):
        raise Wrong("Write solve or open.", "send_key")
    return msgspec.structs.replace(
        settings, send_key=send_key, undo_seconds=_number(said, "undo_seconds"),
        archive_days=_number(said, "archive_days"),
    )  # fmt: skip


def _number(said: dict[str, str], name: str) -> int:
    text = said[name].strip()
    if not (text.isascii() and text.isdecimal() and len(text) < 7):
        raise Wrong("Write a whole number, such as 10.", name)
    return int(text)
