"""Actions as a person is offered them: a line of the palette, and what may follow a key such as `g`. Pure."""

from __future__ import annotations

from deskterm.action import NOTHING, TYPED_BACK, Action, keys_shown
from deskterm.keymap import WRITTEN, Keymap
from deskterm.symbols import Symbols
from deskterm.widgets.lines import HintsLine, StatusLine
from deskterm.widgets.paint import Role, Run, cells
from deskterm.widgets.questions import Choice, Question

CHANGE = "ctrl+k"
"""In the help: another key for the action."""
Entry = tuple[str, str, str]
"""A hint: key, words, action id."""


def shown(key: str, look: Symbols) -> str:
    """A key as printed, without arrows where there are no such glyphs."""
    return key if look.rule.isascii() else keys_shown(key)


def key_shown(name: str) -> str:
    """Textual's name of a key as people write it."""
    return WRITTEN.get(name) or keys_shown(name)


def choice(action: Action, *, keymap: Keymap, look: Symbols, off: str) -> Choice:
    """An action with keys, undo and what does it in the shell; `off` says why it cannot be done."""
    undo = "" if action.undo in (NOTHING, TYPED_BACK) else f"undo: {action.undo}"
    tells = "   ".join(
        part for part in (action.help, undo, action.shell and f"shell: {action.shell}") if part
    )
    keys = " ".join(shown(key, look) for key in keymap.keys(action.id))
    verb = action.shell.split()[1] if " " in action.shell else ""
    aside = f"{action.group:<12} {action.id}"
    return Choice(action.id, action.words, keys, aside, off, help=tells, called=verb)


def question(title: str, choices: tuple[Choice, ...], *, keys_first: bool) -> Question:
    """The palette, or with the keys first the help, from which a key is changed too."""
    foot, also = "type to find   enter does it   esc close", ()
    if keys_first:
        foot, also = f"enter does it   {CHANGE} change its key   esc close", (CHANGE,)
    return Question(title, choices, foot, instant=False, keys_first=keys_first, also=also)


def lay(entries: list[Entry], *, room: int, hints: HintsLine, status: StatusLine) -> bool:
    """Put the choices after a key on the hints line, the rest above it; whether there was such a rest."""
    above, entries = list[Entry](), _told_apart(entries)
    while entries and _cells(entries) > room:
        above.append(entries.pop(0))
    hints.show_entries(entries)
    if above:
        status.show_rows(_rows(above, room))
    return bool(above)


def _told_apart(entries: list[Entry]) -> list[Entry]:
    """Without the words that all of them begin with, such as "copy the"."""
    split = [words.split() for _, words, _ in entries]
    same = 0
    while len(split) > 1 and all(len(one) > same + 1 and one[same] == split[0][same] for one in split):
        same += 1
    return [(key, " ".join(words[same:]), name) for (key, _, name), words in zip(entries, split, strict=True)]


def _rows(entries: list[Entry], room: int) -> list[list[Run]]:
    """As many entries on each line as fit whole."""
    rows: list[list[Run]] = [[(" ", Role.TEXT)]]
    for key, words, _ in entries:
        entry: list[Run] = [(key, Role.KEY), (f" {words}  ", Role.DIM)]
        if len(rows[-1]) > 1 and cells([*rows[-1], *entry]) > room + 2:
            rows.append([(" ", Role.TEXT)])
        rows[-1] += entry
    return rows


def _cells(entries: list[Entry]) -> int:
    return sum(cells([(key, Role.KEY), (words, Role.DIM)]) + 3 for key, words, _ in entries)
