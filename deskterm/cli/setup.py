"""`setup`: a mailbox for this desk, tested with one real login before anything is kept.

Asks on a terminal what the options do not say; without one the options have to say it all.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from deskterm import config, mailboxes, setting_up
from deskterm.cli import home, say
from deskterm.cli.address import one as one_address
from deskterm.config import Box, Settings
from deskterm.counting import many
from deskterm.desk import Desk
from deskterm.signing import COMMAND, Keys
from store.errors import Refused, StoreError

if TYPE_CHECKING:
    from channels.discover import Check
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
@click.option("--oauth", default="", metavar="NAME", help="Sign in by google, microsoft or [oauth.NAME].")
@click.option("--probe", is_flag=True, help="End with a letter to ourselves that goes round.")
@click.option("--yes", is_flag=True, help="Replace a mailbox of that address, use the servers found.")
def setup_verb(
    address: str | None, agent: str, yes: bool, probe: bool, **given: str | bool | None
) -> int | None:
    """Set up a mailbox: find its servers, log in once, keep the secret in the keyring.

    Without options, on a terminal, it is a screen of five questions. The password comes from the keyring,
    --password-command, DESKTERM_PASSWORD, or is asked for; with --oauth there is none.
    """
    folder = home.path()
    if not address and not any(given.values()) and say.can_ask():
        if home.plain():
            return by_lines(folder)
        if say.terminal():
            return on_screen(folder)
    _set_up(folder, config.load(folder), _asked(address, given), agent, yes=yes, probe=probe)
    return None


def _set_up(folder: Path, settings: Settings, box: Box, agent: str, *, yes: bool, probe: bool) -> None:
    """Find servers, log in once, keep it all. Raises where one of them fails; nothing is kept then."""
    _replaced(settings, box, yes=yes)
    secrets = _Secrets()
    box = _servers(box, settings, yes=yes)
    if box.oauth and box.oauth != COMMAND:
        from deskterm.cli.login import signed_in

        signed_in(Keys(folder, settings), box)
    else:
        _test(box, secrets)
        secrets.keep(box)
    fresh = setting_up.keep(folder, _person(settings, agent), box)
    if probe:
        _round(folder, fresh, box)
    if not box.smtp:
        say.told(mailboxes.no_way_out(box, folder))
    kept = folder / config.FILE
    say.told(f"Kept in {kept}. `deskterm sync` reads the mailbox, `deskterm live on` lets replies leave.")


READER = "Do you use a screen reader, or want to work line by line? [y/N]"


def by_lines(folder: Path) -> int:
    """The same questions without a screen, then the desk, or the practice desk, line by line."""
    from deskterm.cli.plain import talk

    if not say.can_ask():
        raise click.UsageError("Nothing is set up here; say which mailbox: deskterm setup --address A.")
    address = say.ask("Your support address, or only enter for the practice desk:")
    if not address:
        from deskterm.cli.desk import practice

        return practice(folder, lines=True)
    settings = msgspec.structs.replace(config.load(folder), plain=True)
    _set_up(folder, settings, Box(address=one_address(address)), "", yes=False, probe=False)
    return talk(folder)


def on_screen(folder: Path) -> int:
    """The five questions on a screen, and then the desk they lead to, or the practice desk.

    The first question of all is whether a screen is wanted: who cannot see one is asked without.
    """
    from deskterm.app import run, set_up

    if setting_up.is_new(folder) and say.ask(READER).lower() in ("y", "yes"):
        return by_lines(folder)
    said = set_up(folder)
    if said.ending == "practice":
        from deskterm.cli.desk import practice

        return practice(folder)
    return run(folder) if said.ending == "desk" else said.code


def _round(folder: Path, settings: Settings, box: Box) -> None:
    from deskterm import probe

    desk = Desk.open(folder, settings=settings)
    try:
        say.told(probe.go_round(desk, box, Keys(folder, settings)(box), tell=say.told))
    finally:
        desk.close()


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
        oauth=texts["oauth"], maildir=_place(texts["maildir"]), out=_place(texts["out"]),
        signature=texts["signature"],
    )  # fmt: skip


def _usual(server: str, starttls: str, *, plain: bool) -> str:
    return "plain" if plain else ("starttls" if server.endswith(starttls) else "tls")


def _place(text: str) -> str:
    return str(Path(text).expanduser().resolve()) if text else ""


def _replaced(settings: Settings, box: Box, *, yes: bool) -> None:
    """Ask whether the mailbox with this address may be replaced. Raises Refused."""
    if yes or not any(one.address.lower() == box.address.lower() for one in settings.mailbox.values()):
        return
    if not say.can_ask():
        raise Refused(f"{box.address} is set up already; say --yes to replace it. Nothing was changed.")
    if not say.yes(f"{box.address} is set up already. Replace it?"):
        raise Refused("Nothing was changed.")


def _servers(box: Box, settings: Settings, *, yes: bool) -> Box:
    """The mailbox with servers found for its address where none were named, and confirmed by a person.

    Nothing secret goes to a server that was only found. Raises Refused when nobody confirms it.
    """
    if box.imap or box.maildir or box.smtp:
        return box
    say.told(f"Looking for the servers of {box.address} ...")
    one = setting_up.find(box.address)[0]
    found = setting_up.with_servers(box, one)
    said = f"IMAP {found.imap} {found.imap_security}, SMTP {found.smtp} {found.smtp_security}"
    say.told(f"{one.why}: {said}. {one.advice}".rstrip())
    if not yes:
        name = "name other ones with --imap and --smtp. Nothing was kept."
        if not say.can_ask():
            raise Refused(f"Nobody has confirmed these servers: say --yes, or {name}")
        if say.ask("Is the login to go to these? [Y/n]").lower() in ("n", "no"):
            raise Refused(f"Then {name}")
    registered = one.oauth in settings.oauth and not box.oauth
    return msgspec.structs.replace(found, oauth=one.oauth) if registered else found


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
        if not box.password_command and (box.imap or box.smtp):
            say.told(setting_up.keep_secret(box, self.of(box)))
