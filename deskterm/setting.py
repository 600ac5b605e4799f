"""The settings as rows a person can change: every field of the config with value, default and sentence.

A change is tried as the file itself would be: what that refuses is a sentence and changes nothing.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import msgspec
from msgspec import Struct

from deskterm import config, config_text, presets
from deskterm.actions import ACTIONS
from deskterm.config import ConfigError, Settings
from deskterm.keymap import KeyClash, Keymap

DESK, KEYS, MAILBOX, SIGN_IN = "", "keys", "mailbox", "oauth"
_AT_THE_START = frozenset({"symbols", "poll_seconds", "archive_days"})
"""Fields of the desk that are read once."""


class Row(Struct, frozen=True):
    """One field."""

    table: str
    """Which table of the file: one of the above."""
    name: str
    """Of the mailbox or sign-in; empty for the desk and the keys."""
    field: str
    words: str
    """What it is called on the screen."""
    value: str
    """As it is typed."""
    default: str
    sentence: str
    choices: tuple[str, ...] = ()

    @property
    def group(self) -> str:
        """The heading it stands under."""
        heads = {DESK: "Desk", KEYS: "Keys", MAILBOX: "Mailbox", SIGN_IN: "Sign-in"}
        return f"{heads[self.table]} {self.name}".rstrip()

    @property
    def at_once(self) -> bool:
        """Whether a change is in force without a new start."""
        return self.table == KEYS or (self.table == DESK and self.field not in _AT_THE_START)


def rows(settings: Settings, home: Path) -> list[Row]:
    """All fields in the order of the file's description, then the keys of every action."""
    choices = config.choices(home)
    found = _fields(settings, Settings(), DESK, described=config.described(), choices=choices)
    for name, box in settings.mailbox.items():
        described = config.described_box()
        found += _fields(
            box, config.Box(address=""), MAILBOX, described=described, choices=choices, name=name
        )
    for name, one in settings.oauth.items():
        described = config.described_registration()
        fresh = config.Registration()
        found += _fields(one, fresh, SIGN_IN, described=described, choices=choices, name=name)
    return found + _keys(settings)


def _fields(
    value: msgspec.Struct, fresh: msgspec.Struct, table: str, *, described: Sequence[tuple[str, str, str]],
    choices: dict[str, tuple[str, ...]], name: str = "",
) -> list[Row]:  # fmt: skip
    found: list[Row] = []
    for field, _, sentence in described:
        now, default = getattr(value, field), getattr(fresh, field)
        of = ("yes", "no") if isinstance(default, bool) else choices.get(field, ())
        found.append(Row(table, name, field, field, typed(now), typed(default), sentence, of))
    return found


def _keys(settings: Settings) -> list[Row]:
    base = Keymap(own=presets.PRESETS[settings.keymap])
    return [
        Row(KEYS, "", action.id, action.words, ", ".join(settings.keys.get(action.id, base.keys(action.id))),
            ", ".join(base.keys(action.id)), f"{action.id}. {action.help}".strip())
        for action in ACTIONS
    ]  # fmt: skip


def typed(value: object) -> str:
    """A value as a person types it: yes and no, words of a list with blanks between."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return shlex.join(str(one) for one in cast("tuple[object, ...]", value))
    return str(value)


def changed(settings: Settings, row: Row, text: str, *, home: Path) -> Settings:
    """The settings with a field as typed. Raises ConfigError with a sentence."""
    text = text.strip()
    if row.table == KEYS:
        return _with_keys(settings, row.field, text)
    value = _value(row, text)
    if row.table == DESK:
        wanted = msgspec.structs.replace(settings, **{row.field: value})
    else:
        table = dict(getattr(settings, row.table))
        table[row.name] = msgspec.structs.replace(table[row.name], **{row.field: value})
        wanted = msgspec.structs.replace(settings, **{row.table: table})
    if row.field == "address" and not re.fullmatch(r"[^\s@]+@[^\s@]+", text):
        raise ConfigError(f"{text[:60]!r} is no mail address; write it as help@example.org.")
    try:
        read = config.read(config.write(wanted), own=config.own_themes(home))
        presets.keymap(read)
    except KeyClash as clash:
        raise ConfigError(f"With these keys your own clash. {clash}") from None
    except ConfigError as error:
        raise ConfigError(_only_words(str(error))) from None
    return read


def _value(row: Row, text: str) -> object:
    """What is typed as the value the file would hold; what is no such value is left as text."""
    fresh = {DESK: Settings(), MAILBOX: config.Box(address=""), SIGN_IN: config.Registration()}[row.table]
    default = getattr(fresh, row.field)
    if isinstance(default, bool):
        return {"yes": True, "no": False}.get(text.casefold(), text)
    if isinstance(default, int):
        return int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else text
    if isinstance(default, tuple):
        try:
            return tuple(shlex.split(text))
        except ValueError:
            raise ConfigError(f"{row.field} has a quotation mark that is not closed.") from None
    return text


def _only_words(said: str) -> str:
    """A sentence about the file as one about the field."""
    words = re.sub(r"^.*?, line \d+: ", "", said)
    return words.replace(" The desk was not opened.", "").replace(" Nothing was changed;", "")


def _with_keys(settings: Settings, action: str, text: str) -> Settings:
    """The settings with other keys for an action; its preset's own keys again where they are the same."""
    # A comma ends a key unless it is one itself, as in `g ,`.
    keys = tuple(dict.fromkeys(key.strip() for key in re.split(r",\s+|(?<=[^\s+]),$", text) if key.strip()))
    own = {**settings.keys, action: keys}
    if keys == Keymap(own=presets.PRESETS[settings.keymap]).keys(action):
        del own[action]
    wanted = msgspec.structs.replace(settings, keys=own)
    try:
        presets.keymap(wanted)
    except KeyClash as clash:
        raise ConfigError(str(clash)) from None
    return wanted


def default(settings: Settings, row: Row, *, home: Path) -> Settings:
    """The settings with a field as it would be without a file. Raises ConfigError."""
    return changed(settings, row, row.default, home=home)


def keep_text(home: Path, text: str) -> Settings:
    """Keep the file as a person wrote it, comments and all. Raises ConfigError, nothing written then."""
    try:
        wanted = config.read(text, own=config.own_themes(home))
        presets.keymap(wanted)
        config.save(home, wanted, text=text)
    except KeyClash as clash:
        raise ConfigError(f"{config.FILE}, [keys]: {clash}") from None
    except OSError as error:
        raise ConfigError(f"{home / config.FILE} cannot be written ({error}).") from None
    return wanted


def keep(home: Path, settings: Settings) -> bool:
    """Write the settings, replaced in one step; whether the comments of the file could be kept.

    Raises ConfigError when the folder cannot be written.
    """
    path = home / config.FILE
    try:
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        text = config_text.edited(before, settings, own=config.own_themes(home))
        config.save(home, settings, text=text or "")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be written ({error}). The setting is as it was.") from None
    return text is not None
