"""Looking for the servers of a mail domain: its own files, its records, and whom it lets carry its mail.

All places are asked at once and each has its time. Nothing secret is sent anywhere; what is found is
for a person to confirm.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from msgspec import Struct, field
from msgspec.structs import replace

from channels import autoconfig, dns, https
from channels.autoconfig import Said
from channels.discover import Candidate, Server, known_to_carry, split_address, usual
from channels.dns import NoAnswer, Record
from channels.errors import ChannelError
from channels.https import Web

SECONDS = 8.0

Look = Callable[[], Candidate | None]


class Around(Struct, frozen=True):
    """Where to look, and how far."""

    places: Callable[[str], Sequence[str]] = autoconfig.places
    web: Web = Web(seconds=6.0, most=65_536)
    resolvers: tuple[tuple[str, int], ...] = field(default_factory=dns.resolvers)
    seconds: float = SECONDS


def look_around(address: str, around: Around | None = None) -> tuple[Candidate, ...]:
    """Servers of an address, the surest first, each pair once; the usual names are always among them.

    Takes at most `around.seconds`, also without a network. Raises BadArgument for what is no address.
    """
    around = around or Around()
    user, domain, known = split_address(address)
    if known is not None:
        return (known,)
    looks: list[Look] = [partial(_file, url, user, around) for url in around.places(domain)]
    looks += [partial(_carrier, user, domain, around), partial(_records, user, domain, around)]
    return tuple(_once([*_together(looks, around.seconds), *usual(user, domain)]))


def _together(looks: Sequence[Look], seconds: float) -> list[Candidate]:
    """What the looks found, in their order, all at once; those that are late are left behind."""
    found: dict[int, Candidate] = {}

    def look(n: int) -> None:
        if (one := looks[n]()) is not None:
            found[n] = one

    end = time.monotonic() + seconds
    threads = [threading.Thread(target=look, args=(n,), daemon=True) for n in range(len(looks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(end - time.monotonic(), 0.0))
    return [one for _, one in sorted(found.copy().items())]


def _once(found: Iterable[Candidate]) -> Iterable[Candidate]:
    seen: set[tuple[Server, Server]] = set()
    for one in found:
        if (one.imap, one.smtp) not in seen:
            seen.add((one.imap, one.smtp))
            yield one


def _file(url: str, user: str, around: Around) -> Candidate | None:
    try:
        answer = https.get(url, around.web)
        said = autoconfig.read(answer.body, address=user) if answer.status == 200 else ()
    except (ChannelError, autoconfig.Unfit):
        return None
    incoming, outgoing = _first(said, "imap"), _first(said, "smtp")
    if incoming is None or outgoing is None:
        return None
    oauth = incoming.oauth and outgoing.oauth
    return Candidate(
        _server(incoming), _server(outgoing), incoming.user, f"said by {url.split('/')[2]}",
        "It wants OAuth and takes no password." if oauth else "", "oauth" if oauth else "",
    )  # fmt: skip


def _first(said: Iterable[Said], kind: str) -> Said | None:
    """The server to use: encrypted from the first byte before encrypted on the way (RFC 8314 3)."""
    fit = [one for one in said if one.kind == kind]
    return min(fit, key=lambda one: one.security != "tls", default=None)


def _server(said: Said) -> Server:
    return Server(said.host, said.port, said.security)


def _carrier(user: str, domain: str, around: Around) -> Candidate | None:
    """A company whose mail a known provider carries has its mailboxes there, as a rule."""
    carried = (known_to_carry(one.host) for one in _asked(domain, dns.MX, around))
    provider = next((one for one in carried if one is not None), None)
    return replace(provider, user=user, why=f"{domain} has its mail carried by them") if provider else None


def _records(user: str, domain: str, around: Around) -> Candidate | None:
    """RFC 6186 and 8314: SRV records of the domain."""
    incoming = _srv(domain, (("_imaps", "tls"), ("_imap", "starttls")), around)
    outgoing = _srv(domain, (("_submissions", "tls"), ("_submission", "starttls")), around)
    if incoming is None or outgoing is None:
        return None
    return Candidate(incoming, outgoing, user, f"said by the records of {domain}")


def _srv(domain: str, services: Sequence[tuple[str, str]], around: Around) -> Server | None:
    for service, security in services:
        found = _asked(f"{service}._tcp.{domain}", dns.SRV, around)
        if found and found[0].host and found[0].port:
            return Server(found[0].host, found[0].port, "tls" if security == "tls" else "starttls")
    return None


def _asked(name: str, kind: int, around: Around) -> tuple[Record, ...]:
    try:
        return dns.look_up(name, kind, servers=around.resolvers)
    except NoAnswer:
        return ()
