"""From keys to actions: one map for each place, sequences such as `g i`, the owner's own keys.

Pure: reads the list of actions and what the config says. No Textual; key names are Textual's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import ClassVar

from msgspec import Struct, field

from deskterm.action import ANYWHERE, CONVERSATION, LIST, ROWS, TEXT, WRITING, Action, keys_shown
from deskterm.actions import ACTIONS, BY_ID

NAMES = {
    "?": "question_mark",
    ":": "colon",
    "/": "slash",
    "+": "plus",
    "_": "underscore",
    "[": "left_square_bracket",
    "]": "right_square_bracket",
    "*": "asterisk",
    ".": "full_stop",
    "!": "exclamation_mark",
    "#": "number_sign",
    ">": "greater_than_sign",
    ",": "comma",
    "-": "minus",
    "@": "at",
    "\\": "backslash",
}
"""Our way of writing a key to the name Textual gives its event."""
WRITTEN = {name: key for key, name in NAMES.items()}
"""The other way round."""


class KeyClash(Exception):
    """Two actions of one place have the same key, or a key is none; the text names them."""


class Hit(Struct, frozen=True):
    """A key press that means something: an action to run, or a sequence that has begun."""

    action: str = ""
    """Id of the action, empty while a sequence waits for its next key."""
    digit: int = 0
    """The number pressed, for actions such as `1-9`; 0 otherwise."""
    waiting: str = ""
    """The keys pressed so far of a sequence, such as `g`."""


def key_name(key: str) -> str:
    """The name Textual gives to a key as we write it."""
    if key in NAMES or len(key) > 1 or key.isalnum():
        return NAMES.get(key, key)
    name = unicodedata.name(key, key).lower()
    return name.replace("-", "_").replace(" ", "_")


def _spread(key: str) -> list[str]:
    """`o 1-9` as the nine sequences it stands for; any other key as itself."""
    if not key.endswith("1-9"):
        return [key]
    return [key.removesuffix("1-9") + str(digit) for digit in range(1, 10)]


_WRITTEN_OUT = re.compile(
    r"((ctrl|alt|shift)\+)*(f([1-9]|1[0-9]|2[0-4])|up|down|left|right|home|end|pageup|pagedown|enter|escape|tab"
    r"|space|backspace|delete|insert|[^\s\x00-\x1f\x7f])"
)


def _known(action: str, keys: Sequence[str]) -> None:
    """Raises KeyClash for a key no keyboard sends, and for an action without any."""
    if not keys:
        raise KeyClash(f"{action} would have no key; give it one, or its default back.")
    digits = "1-9" if any(key.endswith("1-9") for key in BY_ID[action].keys) else ""
    for key in keys:
        parts = key.removesuffix(digits).split(" ") if digits else key.split(" ")
        wrong = next((one for one in parts if one and not _WRITTEN_OUT.fullmatch(one)), None)
        if wrong is not None or not key.strip() or "" in (parts if not digits else parts[:-1]):
            raise KeyClash(f"There is no key {wrong or key!r}; keys are written e, G, ctrl+r, f5 or g x.")
        if digits and not key.endswith(digits):
            raise KeyClash(f"{action} takes a number: its key has to end with 1-9, as in o 1-9.")


class Keymap(Struct):
    """Which action a key means, by place. Built once; `own` maps action ids to the owner's keys."""

    WAIT: ClassVar[float] = 2.0
    """Seconds a started sequence waits for its next key."""

    own: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    _table: dict[str, dict[tuple[str, ...], str]] = field(
        default_factory=dict[str, dict[tuple[str, ...], str]]
    )

    def __post_init__(self) -> None:
        unknown = sorted(set(self.own) - BY_ID.keys())
        if unknown:
            raise KeyClash(f"There is no action {unknown[0]}; `deskterm keys` lists their names.")
        for action, keys in self.own.items():
            _known(action, keys)
        for action in ACTIONS:
            for place in action.where:
                self._add(action, place)
        self._refuse_hidden()

    def become(self, other: Keymap) -> None:
        """Mean what another map means, for everybody who holds this one."""
        self.own, self._table = other.own, other._table

    def _refuse_hidden(self) -> None:
        """A key that begins a sequence of its place, or that its place takes from a wider one, is a clash."""
        for place, table in self._table.items():
            for keys, action in table.items():
                key = " ".join(WRITTEN.get(one, one) for one in keys)
                if begun := next((table[keys[:n]] for n in range(1, len(keys)) if keys[:n] in table), ""):
                    raise KeyClash(f"The key {key} of {action} is hidden by {begun} ({place}); change one.")
                if other := self._covered(place, keys, action):
                    raise KeyClash(f"The key {key} of {action} belongs to {other} ({place}); change one.")

    def _covered(self, place: str, keys: tuple[str, ...], action: str) -> str:
        """The action of a wider place whose key this one of `place` would take, or nothing.

        The screens one goes to may do so by our own keys: `z` in the history is about the entry there.
        """
        if place in (ANYWHERE, WRITING, TEXT):
            return ""
        if place in (LIST, CONVERSATION):
            found = self._table[ANYWHERE].get(keys, action)
            return found if found != action else ""
        ours = {tuple(key_name(part) for part in key.split(" ")) for key in BY_ID[action].keys}
        wider = (self._table[one] for one in (ROWS, ANYWHERE) if one != place and keys not in ours)
        return next(
            (other for table in wider for key, other in table.items()
             if other != action and key[: len(keys)] == keys), ""
        )  # fmt: skip

    def _add(self, action: Action, place: str) -> None:
        table = self._table.setdefault(place, {})
        for key in self.keys(action.id):
            for one in _spread(key):
                keys = tuple(key_name(part) for part in one.split(" "))
                other = table.setdefault(keys, action.id)
                if other != action.id:
                    raise KeyClash(f"The key {one} means both {other} and {action.id} ({place}); change one.")

    def keys(self, action: str) -> tuple[str, ...]:
        """The keys of an action: the owner's if set, else ours."""
        return self.own.get(action, BY_ID[action].keys)

    def shown(self, action: str) -> str:
        """The first key of an action as printed for people."""
        return keys_shown(self.keys(action)[0])

    def press(self, key: str, *, places: tuple[str, ...], waiting: str = "") -> Hit | None:
        """What `key` (Textual's name) means in `places`, the innermost first; None if nothing.

        `waiting` is the `Hit.waiting` of the press before, if its time is not over.
        """
        pressed = (*waiting.split(), key)
        for place in (*places, ANYWHERE):
            table = self._table.get(place, {})
            if pressed in table:
                return Hit(action=table[pressed], digit=int(key) if key in "123456789" else 0)
            if any(keys[: len(pressed)] == pressed for keys in table):
                return Hit(waiting=" ".join(pressed))
        return None

    def choices(self, waiting: str, *, places: tuple[str, ...]) -> tuple[tuple[str, Action], ...]:
        """The next keys after a started sequence and what each does, for the hints line."""
        begun = tuple(waiting.split())
        found: dict[str, Action] = {}
        for place in (*places, ANYWHERE):
            for keys, action in self._table.get(place, {}).items():
                if len(keys) > len(begun) and keys[: len(begun)] == begun:
                    found.setdefault(keys[len(begun)], BY_ID[action])
        return tuple(found.items())
