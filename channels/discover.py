"""From a mail address to servers worth trying, and one honest login to see whether they are right.

A small table of providers and the names everybody uses; what has to be looked up is in look_around.py.
Knows no settings file and keeps no secret.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress

from msgspec import Struct

from channels import smtp
from channels.errors import BadArgument, ChannelError, LoginRefused, Unreachable
from channels.imap.connect import ImapAccount, knock
from channels.imap.receive import Mailbox
from channels.passwords import Secret
from channels.smtp import SmtpAccount, mailbox
from channels.tls import Security
from channels.words import quoted

APP_PASSWORD = "needs an app password, made in the account's security settings; the usual one is refused."


class Server(Struct, frozen=True):
    host: str
    port: int
    security: Security


class Candidate(Struct, frozen=True):
    """A pair of servers to try for one address."""

    imap: Server
    smtp: Server
    user: str
    why: str
    """Where the guess comes from, in words."""
    advice: str = ""
    """What a person should know before typing a password."""
    oauth: str = ""
    """Who signs people in, where a password is of no use: a provider's name, or just `oauth`."""
    guessed: bool = False
    """Nobody said so; these are the names everybody uses."""


class Check(Struct, frozen=True):
    """How a login went."""

    ok: bool
    words: str
    """A sentence to show."""
    letters: int | None = None
    """How many the INBOX holds, where that was asked."""
    login_refused: bool = False
    """The server is right and the password is not: do not go on to the next server with it."""
    away: bool = False
    """The server could not be reached, which says nothing about the password."""


class _Provider(Struct, frozen=True):
    name: str
    imap: str
    smtp: str
    domains: tuple[str, ...]
    smtp_port: int = 465
    advice: str = ""
    oauth: str = ""
    carries: tuple[str, ...] = ()
    """How the mail servers of domains it carries mail for end (MX records)."""


_PROVIDERS = (
    _Provider(
        "Gmail", "imap.gmail.com", "smtp.gmail.com", ("gmail.com", "googlemail.com"),
        advice="Gmail " + APP_PASSWORD, carries=(".google.com", ".googlemail.com"),
    ),
    _Provider(
        "Outlook", "outlook.office365.com", "smtp-mail.outlook.com",
        ("outlook.com", "hotmail.com", "live.com", "msn.com", "outlook.de", "hotmail.de"), 587,
        advice="Outlook no longer takes passwords from mail programs; it needs OAuth.", oauth="microsoft",
    ),
    _Provider(
        "Microsoft 365", "outlook.office365.com", "smtp.office365.com", (), 587,
        advice="Microsoft 365 takes no passwords from mail programs; it needs OAuth.", oauth="microsoft",
        carries=(".mail.protection.outlook.com", ".mx.microsoft"),
    ),
    _Provider(
        "iCloud", "imap.mail.me.com", "smtp.mail.me.com", ("icloud.com", "me.com", "mac.com"), 587,
        advice="iCloud " + APP_PASSWORD,
    ),
    _Provider(
        "Yahoo", "imap.mail.yahoo.com", "smtp.mail.yahoo.com",
        ("yahoo.com", "yahoo.de", "yahoo.fr", "yahoo.co.uk", "ymail.com", "rocketmail.com"),
        advice="Yahoo " + APP_PASSWORD,
    ),
    _Provider("AOL", "imap.aol.com", "smtp.aol.com", ("aol.com",), advice="AOL " + APP_PASSWORD),
    _Provider(
        "Fastmail", "imap.fastmail.com", "smtp.fastmail.com", ("fastmail.com", "fastmail.fm"),
        advice="Fastmail " + APP_PASSWORD, carries=(".messagingengine.com",),
    ),
    _Provider("GMX", "imap.gmx.net", "mail.gmx.net", ("gmx.de", "gmx.net", "gmx.at", "gmx.ch"),
              advice="GMX lets mail programs in only after IMAP is switched on in its settings."),
    _Provider("GMX", "imap.gmx.com", "mail.gmx.com", ("gmx.com", "gmx.us")),
    _Provider("WEB.DE", "imap.web.de", "smtp.web.de", ("web.de",), 587,
              advice="WEB.DE lets mail programs in only after IMAP is switched on in its settings."),
    _Provider("T-Online", "secureimap.t-online.de", "securesmtp.t-online.de", ("t-online.de",)),
    _Provider("freenet", "mx.freenet.de", "mx.freenet.de", ("freenet.de",)),
    _Provider("mailbox.org", "imap.mailbox.org", "smtp.mailbox.org", ("mailbox.org",),
              carries=(".mailbox.org",)),
    _Provider("Posteo", "posteo.de", "posteo.de", ("posteo.de", "posteo.net", "posteo.org")),
    _Provider("Zoho", "imap.zoho.com", "smtp.zoho.com", ("zoho.com", "zohomail.com")),
    _Provider("Zoho", "imap.zoho.eu", "smtp.zoho.eu", ("zohomail.eu",)),
    _Provider("Yandex", "imap.yandex.com", "smtp.yandex.com", ("yandex.com", "yandex.ru", "ya.ru"),
              advice="Yandex " + APP_PASSWORD),
    _Provider("mail.ru", "imap.mail.ru", "smtp.mail.ru", ("mail.ru", "bk.ru", "inbox.ru", "list.ru")),
    _Provider("Orange", "imap.orange.fr", "smtp.orange.fr", ("orange.fr", "wanadoo.fr")),
    _Provider("Free", "imap.free.fr", "smtp.free.fr", ("free.fr",)),
    _Provider("Libero", "imapmail.libero.it", "smtp.libero.it", ("libero.it",)),
    _Provider("Seznam", "imap.seznam.cz", "smtp.seznam.cz", ("seznam.cz", "email.cz")),
    _Provider("Migadu", "imap.migadu.com", "smtp.migadu.com", ("migadu.com",)),
    _Provider("Runbox", "mail.runbox.com", "mail.runbox.com", ("runbox.com",)),
    _Provider("Comcast", "imap.comcast.net", "smtp.comcast.net", ("comcast.net",)),
)  # fmt: skip

_BY_DOMAIN = {domain: provider for provider in _PROVIDERS for domain in provider.domains}


def candidates(address: str) -> tuple[Candidate, ...]:
    """Servers to try for `address` without looking anything up, likeliest first. Raises BadArgument."""
    user, domain, known = split_address(address)
    return (known,) if known is not None else tuple(usual(user, domain))


def known_to_carry(server: str) -> Candidate | None:
    """The provider a mail server (of an MX record) belongs to, without a user."""
    host = f".{server.lower().rstrip('.')}"
    found = next((one for one in _PROVIDERS if one.carries and host.endswith(one.carries)), None)
    return _known(found, "") if found is not None else None


def split_address(address: str) -> tuple[str, str, Candidate | None]:
    """The address as a login, its domain, and its servers if the domain is a known provider's own.

    Raises BadArgument when it is no mail address.
    """
    user = mailbox(address.strip())
    domain = user.rpartition("@")[2].lower().rstrip(".")
    if domain.startswith("["):
        raise BadArgument(
            f"{quoted(address)} names a number, not a domain, so its servers cannot be guessed."
        )
    provider = _BY_DOMAIN.get(domain)
    return user, domain, _known(provider, user) if provider else None


def _known(provider: _Provider, user: str) -> Candidate:
    security: Security = "tls" if provider.smtp_port == 465 else "starttls"
    return Candidate(
        Server(provider.imap, 993, "tls"),
        Server(provider.smtp, provider.smtp_port, security),
        user,
        f"known servers of {provider.name}",
        provider.advice,
        provider.oauth,
    )


def usual(user: str, domain: str) -> Iterable[Candidate]:
    """The names small hosts and companies give their servers (RFC 8314: TLS from the first byte first)."""
    for incoming, outgoing in ((f"imap.{domain}", f"smtp.{domain}"), (f"mail.{domain}",) * 2, (domain,) * 2):
        yield Candidate(
            Server(incoming, 993, "tls"),
            Server(outgoing, 465, "tls"),
            user,
            "the usual names for a domain",
            guessed=True,
        )
        yield Candidate(
            Server(incoming, 143, "starttls"),
            Server(outgoing, 587, "starttls"),
            user,
            "the usual names for a domain, encryption begun on the way",
            guessed=True,
        )


def try_imap(account: ImapAccount, secret: Secret) -> Check:
    """Log in once and look into INBOX without changing anything."""
    try:
        with Mailbox(account, secret) as box:
            count = box.open("INBOX").exists
    except ChannelError as error:
        return _no(error)
    held = "1 letter" if count == 1 else f"{count:,} letters"
    return Check(True, f"Logged in at {quoted(account.host)}; INBOX holds {held}.", letters=count)


def try_smtp(account: SmtpAccount, secret: Secret | None) -> Check:
    """Log in once and send nothing."""
    try:
        smtp.try_login(account, secret)
    except ChannelError as error:
        return _no(error)
    return Check(True, f"{quoted(account.host)} takes letters from us.")


def _no(error: ChannelError) -> Check:
    return Check(
        False, str(error), login_refused=isinstance(error, LoginRefused), away=isinstance(error, Unreachable)
    )


def first_that_answers(
    found: Sequence[Candidate], *, seconds: float = 6.0, at_once: int = 8
) -> Candidate | None:
    """The first candidate whose IMAP server is there, all asked together; nothing secret is sent."""
    there: dict[int, bool] = {}

    def ask(n: int) -> None:
        server = found[n].imap
        account = ImapAccount(server.host, server.port, "", security=server.security, connect_timeout=seconds)
        with suppress(ChannelError):
            knock(account)
            there[n] = True

    end = time.monotonic() + seconds
    threads = [threading.Thread(target=ask, args=(n,), daemon=True) for n in range(len(found[:at_once]))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(end - time.monotonic(), 0.0))
    return found[min(there)] if there else None
