"""This machine's settings: `config.toml` in the desk's home, read into frozen values.

Every field is documented under its line; `deskterm config` prints this list. Nothing secret is in it.
"""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Annotated, cast

import msgspec

from store.files import private_folder


class ConfigError(Exception):
    """The settings cannot be used; the text says where and what would be right."""


Natural = Annotated[int, msgspec.Meta(ge=0, le=10**9)]


class Box(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One mailbox: `[mailbox.NAME]`."""

    address: str
    """The address customers write to."""
    name: str = ""
    """Name shown beside it in letters that leave; empty: yours."""
    imap: str = ""
    """HOST[:PORT]; empty when letters come from `maildir`."""
    smtp: str = ""
    """HOST[:PORT]; empty: letters that leave go to the Maildir `out`."""
    user: str = ""
    """Login name; empty: the address."""
    imap_security: str = "tls"
    """tls, starttls, or plain (loopback only, with insecure_loopback)."""
    smtp_security: str = ""
    """tls, starttls or plain; empty: tls on port 465, else starttls."""
    insecure_loopback: bool = False
    """Allows plain text to this machine and nowhere else."""
    ca_file: str = ""
    """A certificate to trust besides the system's."""
    password_command: tuple[str, ...] = ()
    """Program and arguments whose first line is the password, such as ["pass", "show", "mail/help"]."""
    oauth: str = ""
    """google, microsoft or a table [oauth.NAME] to sign in by; "command": password_command prints an access
    token; empty: a password."""
    folders: tuple[str, ...] = ("INBOX",)
    """Folders to read, by name or by what the server says they are for, such as "@archive" or "@all"."""
    read_sent: bool = True
    """Also read the folder of sent letters: an answer from a phone then stands in its ticket."""
    sent: str = ""
    """Folder for copies of what left; empty: the one the server marks. "-": keep no copy."""
    maildir: str = ""
    """A Maildir on this machine to read instead of IMAP (also as mbsync leaves it)."""
    out: str = ""
    """Maildir for letters that leave where no SMTP server is set; empty: `out` in the home."""
    signature: str = ""
    """Put below replies, after `-- `."""
    brand: str = ""
    """What tickets that begin in this mailbox are filed under: for queries, promises, acknowledgements."""
    aliases: tuple[str, ...] = ()
    """Other addresses that arrive here; a letter to one of them is answered from it."""
    size_limit: Natural = 0
    """Bytes a letter may have on its way out; 0: what the server says."""
    html: bool = False
    """Whether letters carry an HTML form beside the plain text."""
    copy_to_self: bool = False
    """Whether every letter also goes, unseen, to this mailbox: proof of sending where Sent keeps none."""
    plus: bool = False
    """Whether mail to NAME+anything@ arrives here too; then answers come back to an address with our mark."""
    auth_server: str = ""
    """Name your mail server puts first in Authentication-Results; its word alone makes a sender verified."""

    @property
    def every_address(self) -> tuple[str, ...]:
        """All addresses of this mailbox, its own first."""
        return (self.address, *self.aliases)


class Registration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a provider of sign-ins knows this program as: `[oauth.NAME]`."""

    client_id: str = ""
    """What your own registration of deskterm is called there; deskterm has none to share."""
    token_url: str = ""
    """Where tokens are given; empty: as google and microsoft have it."""
    authorize_url: str = ""
    """Where a browser signs in."""
    device_url: str = ""
    """Where a code to type elsewhere is given."""
    scopes: tuple[str, ...] = ()
    """What is asked for; empty: reading and sending mail."""
    insecure_loopback: bool = False
    """Allows plain text to this machine and nowhere else."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All settings of this machine."""

    agent: str = "me"
    """Your name, as colleagues see it and as tickets are assigned."""
    theme: str = ""
    """dark, light, contrast, colour_blind, sixteen, mono, or NAME of themes/NAME.toml in the home; empty: by
    the terminal."""
    plain: bool = False
    """Work line by line, as a screen reader wants it: `deskterm` asks for words and draws no screen."""
    symbols: str = "unicode"
    """unicode or ascii."""
    undo_seconds: Natural = 10
    """How long a reply can be called back before it leaves."""
    letters_per_minute: Natural = 30
    """How many letters of one bulk act leave in a minute (Exchange Online takes 30); 0: all at once."""
    after_solve: str = "next"
    """next, stay or list: after a ticket is solved the next one, the same place, or back to the list."""
    send_key: str = "solve"
    """solve or open: what `y` in the composer makes of the ticket."""
    quote: str = "last"
    """last, inline or none: whether a reply quotes the letter it answers, and where one writes."""
    archive_days: Natural = 14
    """At the first sync, letters younger than this become open tickets."""
    poll_seconds: Annotated[int, msgspec.Meta(ge=1, le=10**9)] = 60
    """How often a mailbox without IDLE is asked."""
    editor: str = ""
    """Program for long texts; empty: $VISUAL, $EDITOR, then vi."""
    agent_mail: tuple[str, ...] = ()
    """Your private addresses: a verified letter from one of them counts as written by you."""
    queue_order: tuple[str, ...] = ()
    """Names of queues in the order of the tabs; the others follow."""
    keymap: str = "deskterm"
    """deskterm, gmail or vim: the keys to begin from."""
    keys: dict[str, tuple[str, ...]] = {}
    """Your own keys over them, by the action's id: `[keys]`, `"ticket.solve" = ["f5"]`."""
    mailbox: dict[str, Box] = {}
    """Mailboxes by name."""
    oauth: dict[str, Registration] = {}
    """Registrations at providers of sign-ins, by name."""

    def editor_command(self) -> str:
        return self.editor or os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"

    def addresses(self) -> frozenset[str]:
        """Our own addresses in lower case."""
        return frozenset(one.lower() for box in self.mailbox.values() for one in box.every_address)


_CHOICES = {
    "symbols": ("unicode", "ascii"),
    "after_solve": ("next", "stay", "list"),
    "send_key": ("solve", "open"),
    "quote": ("last", "inline", "none"),
    "keymap": ("deskterm", "gmail", "vim"),
    "theme": ("", "dark", "light", "contrast", "colour_blind", "sixteen", "mono"),
}
_BOX_CHOICES = {
    "imap_security": ("tls", "starttls", "plain"),
    "smtp_security": ("", "tls", "starttls", "plain"),
}

SIGN_INS = ("google", "microsoft")
"""Providers whose addresses are known; a client_id of one's own is still needed."""

FILE = "config.toml"
THEMES = "themes"
"""The folder in the home where the owner's themes stand."""


def own_themes(home: Path) -> tuple[str, ...]:
    """Names of the owner's themes; one called like a theme that ships is left aside."""
    shipped = _CHOICES["theme"]
    return tuple(
        name for path in sorted((home / THEMES).glob("*.toml")) if (name := path.stem) not in shipped
    )


def load(home: Path) -> Settings:
    """The settings in `home`; the defaults when there is no file. Raises ConfigError."""
    path = home / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings()
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(f"{path}, line {line}: this is no UTF-8 text. The desk was not opened.") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}). The desk was not opened.") from None
    return read(text, path=str(path), own=own_themes(home))


def choices(home: Path) -> dict[str, tuple[str, ...]]:
    """What a field can be, where it can be one of few words."""
    return {**_CHOICES, **_BOX_CHOICES, "theme": (*_CHOICES["theme"], *own_themes(home))}


def read(text: str, *, path: str = FILE, own: tuple[str, ...] = ()) -> Settings:
    """Settings from TOML text. Raises ConfigError naming the path, the line and the field.

    `own` are the names of the owner's themes.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}. Nothing was changed; mend the line and start again.") from None
    try:
        settings = msgspec.convert(table, Settings)
    except msgspec.ValidationError as error:
        raise _placed(str(error), text, path) from None
    _check(settings, text, path, own=own)
    return settings


def save(home: Path, settings: Settings, *, text: str = "") -> Path:
    """Write the settings that differ from their defaults, or them as `text`; 0600, replaced in one step."""
    path = home / FILE
    private_folder(home)
    fresh = path.with_suffix(".new")
    with os.fdopen(
        os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w", encoding="utf-8"
    ) as out:
        out.write(text or write(settings))
    fresh.replace(path)
    return path


def write(settings: Settings) -> str:
    """The settings as TOML, without those that have their default."""
    plain = _changed(settings, Settings())
    text = "".join(f"{name} = {_toml(value)}\n" for name, value in plain.items())
    if settings.keys:
        text += "\n[keys]\n"
        text += "".join(f"{_key(name)} = {_toml(keys)}\n" for name, keys in settings.keys.items())
    for name, box in settings.mailbox.items():
        text += f"\n[mailbox.{_key(name)}]\naddress = {_toml(box.address)}\n"
        changed = _changed(box, Box(address=box.address))
        text += "".join(f"{field} = {_toml(value)}\n" for field, value in changed.items())
    for name, registration in settings.oauth.items():
        text += f"\n[oauth.{_key(name)}]\n"
        changed = _changed(registration, Registration())
        text += "".join(f"{field} = {_toml(value)}\n" for field, value in changed.items())
    return text.lstrip("\n")


def described() -> list[tuple[str, str, str]]:
    """Each setting of the desk, its default as TOML (empty: it has none) and its sentence."""
    return _described(Settings())


def described_box() -> list[tuple[str, str, str]]:
    """The same for a mailbox."""
    return _described(Box(address=""))


def described_registration() -> list[tuple[str, str, str]]:
    """The same for a registration at a provider of sign-ins."""
    return _described(Registration())


def _described(defaults: msgspec.Struct) -> list[tuple[str, str, str]]:
    source = Path(__file__).read_text(encoding="utf-8").partition(f"class {type(defaults).__name__}(")[2]
    words = dict(re.findall(r'^    (\w+): [^\n]*\n    """(.*?)"""', source, re.M | re.S)[::-1])
    found: list[tuple[str, str, str]] = []
    for field in msgspec.structs.fields(defaults):
        if not _is_table(defaults, field.name):
            default = "" if field.required else _toml(getattr(defaults, field.name))
            found.append((field.name, default, " ".join(words[field.name].split())))
    return found


def _changed(value: msgspec.Struct, default: msgspec.Struct) -> dict[str, object]:
    names = [name for name in value.__struct_fields__ if not _is_table(value, name)]
    fields = ((name, getattr(value, name)) for name in names)
    return {name: now for name, now in fields if now != getattr(default, name)}


def _is_table(value: msgspec.Struct, field: str) -> bool:
    """Whether a field is a table of tables, which is written by itself."""
    return isinstance(getattr(value, field), dict)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(one) for one in cast('tuple[object, ...]', value))}]"
    if isinstance(value, int):
        return str(value)
    # A JSON string is a TOML basic string but for DEL.
    return msgspec.json.encode(str(value)).decode().replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _toml(name)


def _placed(words: str, text: str, path: str) -> ConfigError:
    """An error of the decoder with the line it is about."""
    found = re.search(r" - at `([^`]*)`", words)
    where = re.sub(r"\[[^\]]*\]", "", found[1]) if found else ""
    unknown = re.search(r"unknown field `([^`]*)`", words)
    name = unknown[1] if unknown else where.rpartition(".")[2]
    tables = {"$.mailbox": Box, "$.oauth": Registration}
    kind = next((kind for start, kind in tables.items() if where.startswith(start)), Settings)
    known = kind.__struct_fields__
    hint = f" The settings here are: {', '.join(known)}." if unknown else ""
    line = _line(text, name)
    return ConfigError(f"{path}, line {line}: {_said(words, name)}.{hint} The desk was not opened.")


def _said(words: str, name: str) -> str:
    """What the decoder says, in words for people."""
    if field := re.match(r"Object contains unknown field `([^`]*)`", words):
        return f'there is no setting called "{field[1]}"'
    if field := re.match(r"Object missing required field `([^`]*)`", words):
        return f"{field[1]} is missing"
    if bound := re.match(r"Expected `int` ([<>])= (\d+)", words):
        return f"{name} has to be {int(bound[2]):,} or {'more' if bound[1] == '>' else 'less'}"
    types = [_TYPES.get(word, word) for word in re.findall(r"`(\w+)`", words.split(" - at ")[0])]
    return f"{name} has to be {types[0]}, and is {types[1]}" if len(types) == 2 else words


_TYPES = {
    "str": "text", "int": "a whole number", "bool": "true or false", "array": "a list", "object": "a table",
    "float": "a number with a point",
}  # fmt: skip
"""Types as the decoder calls them."""


def _line(text: str, name: str) -> int:
    """The first line that sets `name`, from 1."""
    pattern = re.compile(rf"\s*(\[.*\b{re.escape(name)}\b.*\]|{re.escape(name)}\s*=)") if name else None
    lines = text.split("\n")
    return next((n for n, line in enumerate(lines, 1) if pattern and pattern.match(line)), 1)


def _check(settings: Settings, text: str, path: str, *, own: tuple[str, ...]) -> None:
    for name, shipped in _CHOICES.items():
        choices = (*shipped, *own) if name == "theme" else shipped
        _choose(name, getattr(settings, name), choices, text, path)
    for box in settings.mailbox.values():
        for name, choices in _BOX_CHOICES.items():
            _choose(name, getattr(box, name), choices, text, path)
        _choose("oauth", box.oauth, ("", *SIGN_INS, "command", *settings.oauth), text, path)


def _choose(name: str, value: str, choices: tuple[str, ...], text: str, path: str) -> None:
    if value not in choices:
        said = ", ".join(choice for choice in choices if choice)
        raise ConfigError(
            f"{path}, line {_line(text, name)}: {name} is {value!r}; it can be {said}."
            " The desk was not opened."
        )
