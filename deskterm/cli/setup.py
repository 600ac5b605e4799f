"""`setup`: a mailbox for this desk, tested with one real login before anything is kept.

Asks on a terminal what the options do not say; without one the options have to say it all.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from deskterm import config, mailboxes
from deskterm.cli import home, say
from deskterm.cli.address import one as one_address
from deskterm.config import Box, Settings
from deskterm.counting import many
from deskterm.desk import Desk
from store.errors import Refused, StoreError

if TYPE_CHECKING:
    from channels.discover import Candidate, Check
    from channels.passwords import Secret


class NotSetUp(StoreError):
    """A server said no, or could not be reached; nothing was kept."""


@click.command("setup")
@click.option("--address", metavar="A", help="The address customers write to.")
@click.option("--name", default="", help="The name shown beside it.")
@click.option("--agent", default="", help="Your own name, as tickets are assigned.")
@click.option("--imap", default="", metavar="HOST[:PORT]")
@click.option("--smtp", default="", metavar="HOST[:PORT]")
@click.option("--user", default="", help="Login name; none: the address.")
@click.option("--imap-security", type=click.Choice(["tls", "starttls", "plain"]), default=None)
@click.option("--smtp-security", type=click.Choice(["tls", "starttls", "plain"]), default=None)
@click.option("--maildir", default="", metavar="DIR", help="A Maildir to read in place of IMAP.")
@click.option("--out", default="", metavar="DIR", help="A Maildir for letters that leave, without SMTP.")
@click.option("--insecure-loopback", is_flag=True, help="Allow plain text to this machine, and no other.")
@click.option("--ca-file", default="", metavar="FILE", help="A certificate to trust besides the system's.")
@click.option("--password-command", default="", metavar="COMMAND", help="Prints the password.")
@click.option("--signature", default="", help="Put below replies.")
@click.option("--yes", is_flag=True, help="Do not ask whether a mailbox of that address may be replaced.")
def setup_verb(address: str | None, agent: str, yes: bool, **given: str | bool | None) -> None:
    """Set up a mailbox: find its servers, log in once, keep the secret in the keyring.

    The password comes from the keyring, --password-command, DESKTERM_PASSWORD, or is asked for.
    """
    folder = home.path()
    settings = config.load(folder)
    box = _asked(address, given)
    name = _name(settings, box, yes=yes)
    secrets = _Secrets()
    box = _servers(box, secrets)
    _test(box, secrets)
    secrets.keep(box)
    fresh = _person(settings, agent)
    fresh = msgspec.structs.replace(fresh, mailbox={**fresh.mailbox, name: box})
    kept = config.save(folder, fresh)
    Desk.open(folder, settings=fresh).close()
    if not box.smtp:
        say.told(mailboxes.no_way_out(box, folder))
    say.told(f"Kept in {kept}. `deskterm sync` reads the mailbox, `deskterm live on` lets replies leave.")


def _person(settings: Settings, agent: str) -> Settings:
    """Who works here; asked once, where somebody can be asked."""
    first = not settings.mailbox
    if not agent and first and say.can_ask():
        agent = say.ask(f"Your name, as tickets are assigned [{settings.agent}]:")
    key = settings.send_key
    if first and say.can_ask():
        solo = say.ask("Does a reply sent with `y` also solve the ticket? [Y/n]")
        key = "open" if solo.lower() in ("n", "no") else "solve"
    return msgspec.structs.replace(settings, agent=agent or settings.agent, send_key=key)


def _asked(address: str | None, given: dict[str, str | bool | None]) -> Box:
    """The mailbox as the options have it, the missing address asked for."""
    if not address:
        if not say.can_ask():
            raise click.UsageError("Say which mailbox with --address, or run setup on a terminal.")
        address = say.ask("Your support address:")
    bare = one_address(address)
    texts = {key: str(value or "") for key, value in given.items()}
    plain = bool(given["insecure_loopback"])
    return Box(
        address=bare, name=texts["name"], imap=texts["imap"], smtp=texts["smtp"], user=texts["user"],
        imap_security=texts["imap_security"] or _usual(texts["imap"], ":143", plain=plain),
        smtp_security=texts["smtp_security"] or ("plain" if plain else ""),
        insecure_loopback=plain, ca_file=texts["ca_file"],
        password_command=tuple(shlex.split(texts["password_command"])),
        maildir=_place(texts["maildir"]), out=_place(texts["out"]), signature=texts["signature"],
    )  # fmt: skip


def _usual(server: str, starttls: str, *, plain: bool) -> str:
    return "plain" if plain else ("starttls" if server.endswith(starttls) else "tls")


def _place(text: str) -> str:
    return str(Path(text).expanduser().resolve()) if text else ""


def _name(settings: Settings, box: Box, *, yes: bool) -> str:
    """What the mailbox is called in the settings; the one with its address is replaced, if that is wanted."""
    known = next((n for n, b in settings.mailbox.items() if b.address.lower() == box.address.lower()), "")
    if known and not yes:
        if not say.can_ask():
            raise Refused(f"{box.address} is set up already; say --yes to replace it. Nothing was changed.")
        if not say.yes(f"{box.address} is set up already. Replace it?"):
            raise Refused("Nothing was changed.")
    if known:
        return known
    name = box.address.partition("@")[0].lower() or "mail"
    taken = sum(other == name or other.startswith(f"{name}-") for other in settings.mailbox)
    return f"{name}-{taken + 1}" if taken else name


def _servers(box: Box, secrets: _Secrets) -> Box:
    """The mailbox with servers guessed from its address where none were named."""
    if box.imap or box.maildir or box.smtp:
        return box
    from channels import discover

    say.told(f"Looking for the servers of {box.address} ...")
    guesses = discover.candidates(box.address)
    if advice := next((one.advice for one in guesses if one.advice), ""):
        say.told(advice)
    found, check = discover.first_that_works(
        [_with(box, one) for one in guesses],
        lambda one: discover.try_imap(mailboxes.imap_account(one), secrets.of(one)),
    )
    if found is None or not check.ok:
        raise NotSetUp(f"{check.words} Name the servers with --imap and --smtp. Nothing was kept.")
    return found


def _with(box: Box, one: Candidate) -> Box:
    return msgspec.structs.replace(
        box, imap=f"{one.imap.host}:{one.imap.port}", smtp=f"{one.smtp.host}:{one.smtp.port}",
        imap_security=one.imap.security, smtp_security=one.smtp.security, user=box.user or one.user,
    )  # fmt: skip


def _test(box: Box, secrets: _Secrets) -> None:
    """Look into the mailbox for real, once for each server. Raises when one says no; nothing is kept then."""
    if box.maildir:
        from channels import maildir

        folders = maildir.folders(Path(box.maildir))
        say.told(f"{box.maildir} is a Maildir with {many(len(folders), 'folder')}.")
    if not (box.imap or box.smtp):
        return
    from channels import discover

    secret = secrets.of(box)
    if box.imap:
        _passed(discover.try_imap(mailboxes.imap_account(box), secret))
    if box.smtp:
        _passed(discover.try_smtp(mailboxes.smtp_account(box), secret))


def _passed(check: Check) -> None:
    if not check.ok:
        raise NotSetUp(f"{check.words} Nothing was kept.")
    say.told(check.words)


class _Secrets:
    """The passwords of one call of setup: each is looked for once, and typed once at the most."""

    def __init__(self) -> None:
        self._found: dict[str, Secret] = {}
        self._typed = ""

    def of(self, box: Box) -> Secret:
        """The secret of a mailbox. Raises NoSecret naming what was tried."""
        name = mailboxes.secret_name(box)
        if name not in self._found:
            self._found[name] = mailboxes.secret(box, ask=self._ask if say.can_ask() else None)
        return self._found[name]

    def _ask(self) -> str:
        from getpass import getpass

        self._typed = self._typed or getpass(
            "Password or app password (kept in the keyring, never in a file): "
        )
        return self._typed

    def keep(self, box: Box) -> None:
        """Put the secret where the next start finds it, or say what else there is."""
        from channels import passwords
        from channels.errors import NoSecret

        if box.password_command or not (box.imap or box.smtp):
            return
        try:
            passwords.keep(mailboxes.secret_name(box), self.of(box))
        except NoSecret as error:
            say.told(str(error))
        else:
            say.told("The password is in the system's keyring.")
