"""Who wrote a letter, as far as anybody can know: us, whom our server vouches for, look-alikes.

Reads only. Says what is known and what is doubtful; which ticket a letter joins is decided elsewhere.
"""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Mapping

from msgspec import Struct, field

from channels.letter import Letter
from channels.mime.vouching import Verdict, Vouched, vouched_for
from deskterm.config import Settings
from store.reads import people
from store.rules import lookalikes

_KNOWN_SERVERS = {"imap.gmail.com": "mx.google.com", "imap.googlemail.com": "mx.google.com"}
"""IMAP host to the name its mail servers put into Authentication-Results, where that is one fixed name."""


class Ourselves(Struct, frozen=True):
    """Everything that says `we`. Addresses in lower case."""

    addresses: frozenset[str]
    """Of our mailboxes."""
    agents: Mapping[str, str] = field(default_factory=dict[str, str])
    """Private addresses of agents, each with the agent's name."""
    servers: frozenset[str] = frozenset()
    """Names our mail servers sign their findings with."""
    names: frozenset[str] = frozenset()
    """What we are called in letters."""
    agent: str = ""
    """Who works at this machine."""

    @property
    def inside(self) -> frozenset[str]:
        """All addresses that never count as somebody outside."""
        return self.addresses | frozenset(self.agents)

    @property
    def domains(self) -> frozenset[str]:
        return frozenset(address.rpartition("@")[2] for address in self.addresses)


class Writer(Struct, frozen=True):
    """The writer of one letter."""

    address: str
    """The only From address, lower case; empty when there is none or more than one."""
    vouched: Vouched = Vouched()
    agent: str = ""
    """The agent this address belongs to; proved only when `verified`."""
    ours: bool = False
    """It is the address of one of our mailboxes, or the letter lies where only we put letters."""
    sent: bool = False
    """The letter lies in the folder of sent letters, so it is ours whatever its From says."""

    @property
    def verified(self) -> bool:
        """It is beyond doubt: our own server, which the settings name, vouches for it, or we sent it."""
        return self.sent or (self.vouched.certain and self.vouched.verdict is Verdict.PASS)

    @property
    def doubtful(self) -> bool:
        """Nobody certain, or somebody our server does not believe, or one of us without proof."""
        inside = self.ours or bool(self.agent)
        return not self.address or self.vouched.verdict is Verdict.FAIL or (inside and not self.verified)


def ourselves(settings: Settings, conn: sqlite3.Connection) -> Ourselves:
    """Who we are: settings of this machine and the agents of the desk."""
    agents = people.agent_addresses(conn) | {
        one.strip().lower(): settings.agent for one in settings.agent_mail
    }
    names = {box.name for box in settings.mailbox.values()} | set(agents.values()) | {settings.agent}
    own = settings.addresses()
    return Ourselves(
        addresses=own, agents={a: name for a, name in agents.items() if a not in own},
        servers=servers(settings), names=frozenset(n for n in names if len(n) > 2), agent=settings.agent,
    )  # fmt: skip


def servers(settings: Settings) -> frozenset[str]:
    """The names our mail servers sign their findings with."""
    boxes = settings.mailbox.values()
    hosts = (box.imap.partition(":")[0].lower() for box in boxes)
    named = {box.auth_server.strip().lower() for box in boxes if box.auth_server.strip()}
    return frozenset(named | {_KNOWN_SERVERS[host] for host in hosts if host in _KNOWN_SERVERS})


def writer(letter: Letter, us: Ourselves, *, sent: bool = False, vouched: Vouched | None = None) -> Writer:
    """Who wrote the letter. `sent`: it lies in the folder of sent letters, where what we got may lie too.

    `vouched` is what our server says of the sender, where that was found out before.
    """
    address = letter.sender[0].addr.lower() if len(letter.sender) == 1 else ""
    to_us = us.addresses & {person.addr.lower() for person in (*letter.to, *letter.cc)}
    if sent and (address in us.addresses or not to_us):
        return Writer(address, agent=us.agents.get(address, us.agent), ours=True, sent=True)
    if not address:
        return Writer("")
    ours = address in us.addresses
    agent = us.agents.get(address, us.agent if ours else "")
    return Writer(address, vouched or vouched_for(letter, us.servers), agent, ours)


def shown_name(name: str, address: str) -> str:
    """A display name fit to stand alone for a customer; empty when it pretends to be another address."""
    plain = unicodedata.normalize("NFKC", name)
    return "" if "@" in plain and plain.strip().lower() != address.lower() else name


def resembles(conn: sqlite3.Connection, letter: Letter, us: Ourselves) -> str:
    """Whom the sender of a letter could be mistaken for, as a sentence; empty when nobody.

    For the first letter of somebody new: who is known already is not asked about again.
    """
    if len(letter.sender) != 1:
        return ""
    person = letter.sender[0]
    address, domain = person.addr.lower(), person.addr.lower().rpartition("@")[2]
    real = _real_domain(conn, domain, us)
    if real:
        return f"{_spelled(domain)} looks like {real} and is another domain"
    if lookalikes.mixes_alphabets(domain):
        return f"{_spelled(domain)} mixes letters of several alphabets, so it may look like another domain"
    if shown_name(person.name, address) != person.name:
        return f'the name "{person.name}" is written like an address; the letter came from {address}'
    if any(lookalikes.same_name(person.name, name) for name in us.names):
        return f"{person.name} is what we are called ourselves; the letter came from {address}"
    other = people.namesake(conn, (person.name, lookalikes.latin(person.name)), besides=address)
    return f"{person.name} is also the name of {other}; the letter came from {address}" if other else ""


def _real_domain(conn: sqlite3.Connection, domain: str, us: Ourselves) -> str:
    """A domain we know that this one, which we do not, could be mistaken for."""
    if not domain or domain in us.domains or people.domain_known(conn, domain):
        return ""
    spellings = lookalikes.others(domain)
    return next((d for d in spellings if d in us.domains or people.domain_known(conn, d)), "")


def _spelled(domain: str) -> str:
    """The domain, with what it stands for where it is written in punycode."""
    plain = lookalikes.readable(domain)
    return f"{domain} ({plain})" if plain != domain else domain
