"""Setting up a mailbox: servers, login, what is kept where. Shared by the setup screen and the shell.

Each step gives a value or a sentence; nothing is kept before `keep`. No Textual.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from channels.errors import ChannelError
from deskterm import config, live, mailboxes
from deskterm.config import Box, Settings
from deskterm.desk import FILE, Desk
from deskterm.signing import Keys
from store.errors import Refused

if TYPE_CHECKING:
    from channels.discover import Candidate, Check
    from channels.secret import Secret

SECURITIES = ("tls", "starttls", "plain")
APP_PASSWORD = "Many providers want an app password here, made in the account's security settings."


class Verdict(Struct, frozen=True):
    """How a look at the servers went."""

    ok: bool
    lines: tuple[str, ...]
    """A sentence for each server that was asked."""
    away: bool = False
    """No server said no: one could not be reached at all."""


TROUBLE = (ChannelError, Refused)
"""What a step may raise besides, each a sentence."""


def address_of(text: str) -> str:
    """The bare address a person typed. Raises ValueError with a sentence."""
    from channels.errors import BadArgument
    from channels.smtp import mailbox
    from deskterm.replies import address_of as bare

    try:
        return mailbox(bare(text))
    except BadArgument:
        if not text.strip():
            raise ValueError("Type the address that customers write to, such as help@example.com.") from None
        raise ValueError(
            f"{text.strip()[:60]} is not one mail address; write it like help@example.com."
        ) from None


def typed(password: str) -> Secret:
    """A password as a person typed it, from here on out of sight."""
    from channels.secret import Secret

    return Secret(password)


def send_round(
    home: Path, box: Box, secret: Secret | None, *, tell: Callable[[str], None], go: Callable[[], bool]
) -> str:
    """The probe letter, on the desk that was founded by `keep`. Raises ChannelError or Refused."""
    from deskterm import probe

    desk = Desk.open(home)
    try:
        return probe.go_round(desk, box, secret, tell=tell, go=go)
    finally:
        desk.close()


def is_new(home: Path) -> bool:
    """Whether nothing was ever set up here."""
    return not (home / config.FILE).exists() and not (home / FILE).exists()


def find(address: str) -> tuple[Candidate, ...]:
    """Servers of an address, the one to offer first; some seconds. Raises BadArgument.

    Guessed names are knocked at, so that the first is one that answers; no login is tried.
    """
    from channels import discover
    from channels.look_around import look_around

    found = look_around(address)
    if found and not found[0].guessed:
        return found
    there = discover.first_that_answers(found)
    return found if there is None else (there, *(one for one in found if one is not there))


def with_servers(box: Box, one: Candidate) -> Box:
    """The mailbox with the servers of a candidate."""
    return msgspec.structs.replace(
        box, imap=f"{one.imap.host}:{one.imap.port}", smtp=f"{one.smtp.host}:{one.smtp.port}",
        imap_security=one.imap.security, smtp_security=one.smtp.security, user=box.user or one.user,
    )  # fmt: skip


def server_words(place: str, security: str) -> str:
    """A server as one line to read and to correct: `imap.acme.example:993 tls`."""
    return f"{place} {security}".strip()


def server_of(words: str) -> tuple[str, str]:
    """HOST[:PORT] and security of such a line; the security empty where none was said.

    Raises ValueError with a sentence.
    """
    parts = words.split()
    if not parts:
        return "", ""
    security = parts[1].lower() if len(parts) > 1 else ""
    if len(parts) > 2 or (security and security not in SECURITIES):
        raise ValueError(f"Write a server like imap.example.com:993 tls; {words!r} is not like that.")
    return parts[0], security


def look(box: Box, secret: Secret, *, advice: str = "") -> Verdict:
    """Log in once at each server. A refused password is not tried at the next one."""
    lines: list[str] = []
    for check in _checks(box, secret):
        lines.append(check.words)
        if not check.ok:
            if check.login_refused:
                lines.append(advice or APP_PASSWORD)
            return Verdict(False, tuple(lines), away=check.away)
    return Verdict(True, tuple(lines))


def _checks(box: Box, secret: Secret) -> Iterable[Check]:
    from channels.discover import try_imap, try_smtp

    if box.imap:
        yield try_imap(mailboxes.imap_account(box), secret)
    if box.smtp:
        yield try_smtp(mailboxes.smtp_account(box), secret)


def name_of(settings: Settings, box: Box) -> str:
    """What the mailbox is called in the settings: the name its address has there, or a new one."""
    known = next((n for n, b in settings.mailbox.items() if b.address.lower() == box.address.lower()), "")
    if known:
        return known
    name = box.address.partition("@")[0].lower() or "mail"
    taken = sum(other == name or other.startswith(f"{name}-") for other in settings.mailbox)
    return f"{name}-{taken + 1}" if taken else name


def keep(home: Path, settings: Settings, box: Box) -> Settings:
    """Write the settings with this mailbox and found the desk; where letters come in, in shadow mode."""
    name = name_of(settings, box)
    fresh = msgspec.structs.replace(settings, mailbox={**settings.mailbox, name: box})
    config.save(home, fresh)
    desk = Desk.open(home, settings=fresh)
    try:
        if box.imap or box.maildir:
            live.lock(desk)
    finally:
        desk.close()
    return fresh


def keep_secret(box: Box, secret: Secret) -> str:
    """Put a password into the keyring; a sentence. Without a keyring it is remembered while we run."""
    from channels import passwords
    from channels.errors import NoSecret

    try:
        passwords.keep(mailboxes.secret_name(box), secret)
    except NoSecret as error:
        Keys.remember(box, secret)
        return f"{error} This run has it; the next one will ask for one of these."
    return "The password is in the system's keyring."
