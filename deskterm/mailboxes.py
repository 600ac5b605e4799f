"""A mailbox of the settings: which one a letter came through, what its channels take, and its secret."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from deskterm.config import Box, Settings

if TYPE_CHECKING:
    from channels.imap.connect import ImapAccount
    from channels.letter import Letter
    from channels.passwords import Secret
    from channels.smtp import SmtpAccount

Security = Literal["tls", "starttls", "plain"]

IMAP_PORTS = {"tls": 993, "starttls": 143, "plain": 143}
SMTP_PORTS = {"tls": 465, "starttls": 587, "plain": 25}


def through(settings: Settings, letter: Letter, source: str) -> tuple[str, Box | None]:
    """The mailbox a letter came through, else the one it was written to, else the first; with its name.

    `source` is what the letter was read from: a mailbox as the settings call it, or a file.
    """
    boxes = settings.mailbox
    if source in boxes:
        return source, boxes[source]
    named = {person.addr.lower() for person in (*letter.to, *letter.cc)}
    fits = ((name, box) for name, box in boxes.items() if named & {one.lower() for one in box.every_address})
    return next(fits, next(iter(boxes.items()), ("", None)))


def imap_account(box: Box) -> ImapAccount:
    from channels.imap.connect import ImapAccount

    security = cast(Security, box.imap_security)
    host, port = place(box.imap, IMAP_PORTS[security])
    return ImapAccount(
        host=host, port=port, user=box.user or box.address, security=security,
        insecure_loopback=box.insecure_loopback, ca_file=box.ca_file,
    )  # fmt: skip


def smtp_account(box: Box) -> SmtpAccount:
    from channels.smtp import SmtpAccount

    security = cast(Security, box.smtp_security or ("tls" if box.smtp.endswith(":465") else "starttls"))
    host, port = place(box.smtp, SMTP_PORTS[security])
    return SmtpAccount(
        host=host, port=port, user=box.user or box.address, security=security,
        insecure_loopback=box.insecure_loopback, ca_file=box.ca_file,
    )  # fmt: skip


def secret(box: Box, *, ask: Callable[[], str] | None = None) -> Secret:
    """The password of a mailbox, from the first place that has it. Raises NoSecret."""
    from channels import passwords

    return passwords.find(secret_name(box), command=box.password_command, ask=ask)


def secret_name(box: Box) -> str:
    """What the keyring calls the password of a mailbox."""
    return f"{box.user or box.address}@{place(box.imap or box.smtp, 0)[0]}"


def no_way_out(box: Box, home: Path) -> str:
    """What becomes of letters of a mailbox without an SMTP server, as a sentence."""
    return (
        f"No SMTP server is set: letters that leave are put into {box.out or home / 'out'} and go no further."
    )


def place(text: str, port: int) -> tuple[str, int]:
    """Host and port of `HOST[:PORT]`, IPv6 in brackets."""
    host, colon, number = text.rpartition(":")
    if colon and number.isascii() and number.isdecimal() and (host.startswith("[") or ":" not in host):
        return host.strip("[]"), int(number)
    return text.strip("[]"), port
