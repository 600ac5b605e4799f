"""Every scene in a real terminal with hostile text in every slot: only drawing arrives, and nothing moved.

The screen that a terminal emulator makes of it is the one it makes of the same desk with its texts cleaned.
"""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import ExitStack
from pathlib import Path

import pytest

from deskterm.keymap import NAMES
from deskterm.safe import clean
from tests.pictures.scenes import GROUPS, Scene
from tests.rigs import oracle
from tests.rigs.stage import copied
from tests.rigs.terminal import PYTHON, Terminal, environment, quiet

SCENES = [
    pytest.param(scene, id=f"{group}-{scene.name}") for group, scenes in GROUPS.items() for scene in scenes
]
_BYTES = {
    "enter": "\r",
    "escape": "\x1b",
    "space": " ",
    "tab": "\t",
    **{name: key for key, name in NAMES.items()},
}
_QUOTED = re.compile("( UTC, ).* wrote:$")
"""Who is quoted in a letter: controls are left out there, as in every header, and not shown by a sign."""
_WRITERS = ("r", "n")
_WRITING = re.compile("─ Reply to |Note, only your team")
ERROR = oracle.PAYLOADS[3] + " 552 too big"


def typed(key: str) -> str:
    """What a terminal sends for a key."""
    if key.startswith("=") and len(key) > 1:
        return key[1:].replace("\n", "\r")
    return _BYTES.get(key, key)


def themed(home: Path, scene: Scene) -> None:
    """The scene's settings into the desk's file."""
    lines = "".join(f'{name} = "{value}"\n' for name, value in scene.settings.items())
    config = home / "config.toml"
    config.write_text(lines + config.read_text())


def begun(scene: Scene, home: Path, *, shown: oracle.Shown) -> Terminal:
    """The desk of a scene on a terminal, hostile texts in every slot, each passed through `shown`."""
    oracle.poison(home, shown)
    themed(home, scene)
    now = (home / "clock").read_text().strip()
    health = {"offline": shown(ERROR), "first_read": "reading"}.get(end_of(scene), "")
    env = environment(COLORTERM="truecolor", **({"DESKTERM_TEST_HEALTH": health} if health else {}))
    command = [PYTHON, "-m", "tests.rigs.opened", str(home), now, "still"]
    return Terminal(command, size=scene.size, env=env)


def end_of(scene: Scene) -> str:
    return scene.end.__name__ if scene.end is not None else ""


def play(scene: Scene, homes: dict[Path, oracle.Shown], *, pause: float) -> list[tuple[bytes, list[str]]]:
    """For each home the bytes of a whole session, and the screen before it was left, still for so long.

    The sessions go side by side, for most of the time of each is waiting.
    """
    with ExitStack() as stack:
        terminals = [stack.enter_context(begun(scene, home, shown=shown)) for home, shown in homes.items()]
        sign = "too small" if scene.size[1] < 10 else "===" if scene.settings.get("symbols") else "━"
        for terminal in terminals:
            terminal.until(sign)
        quiet(terminals, pause)
        for key in scene.keys:
            for terminal in terminals:
                terminal.send(typed(key))
            quiet(terminals, pause if key == "escape" else pause / 3)  # what follows Esc at once is Alt
            if key in _WRITERS:
                for terminal in terminals:
                    terminal.until(lambda terminal=terminal: bool(_WRITING.search(terminal.text)))
        if end_of(scene) == "refuse":
            for terminal, (home, shown) in zip(terminals, homes.items(), strict=True):
                terminal.until(lambda home=home: oracle.waits(home))
                oracle.refuse_last(home, shown(ERROR))
                terminal.until("NOT SENT")
        quiet(terminals, pause)
        return [ended(scene, terminal) for terminal in terminals]


def ended(scene: Scene, terminal: Terminal) -> tuple[bytes, list[str]]:
    """What stands there, and everything that was sent until the program has left."""
    if any(key.startswith("=") for key in scene.keys) and _WRITING.search(terminal.text):
        terminal.until("draft saved")
    screen = [_QUOTED.sub(r"\1", line) for line in terminal.lines]
    terminal.kill(15)
    terminal.wait()
    return bytes(terminal.data), screen


@pytest.mark.parametrize("scene", SCENES)
def test_T01_T02_T03_T04_T05_T07_T09_T10_T12_T14_T17_only_drawing_reaches_the_terminal(
    scene: Scene, tmp_path: Path
) -> None:
    for pause in (0.3, 1.5):  # a machine that is busy needs the longer one until a screen is whole
        screen, twin = twins(scene, tmp_path / str(pause), pause=pause)
        if screen == twin:
            break
    assert screen == twin


def twins(scene: Scene, folder: Path, *, pause: float) -> tuple[list[str], list[str]]:
    """The screen with hostile texts, whose bytes are judged, and the one with the same texts cleaned."""
    homes: dict[Path, oracle.Shown] = {copied(folder / "raw"): oracle.raw}
    if "theme" not in scene.settings:  # another theme is the same text
        homes[copied(folder / "clean")] = clean
    played = play(scene, homes, pause=pause)
    data, screen = played[0]
    assert oracle.remainder(data) == ""
    assert oracle.smuggled(data) == ""
    return screen, played[-1][1]


def test_the_oracle_sees_what_it_is_there_for() -> None:
    plain = b"\x1b[?1049h\x1b[1;38;2;1;2;3mHello\x1b[0m\x1b[2;3H\xe2\x94\x80\x1b[?1049l"
    assert oracle.remainder(plain) == ""
    for payload in oracle.PAYLOADS:
        if any(char in payload for char in "\x1b\u009b\u202e\u200b\x7f"):
            data = plain + payload.encode("utf-8", "replace")
            assert oracle.remainder(data) or oracle.smuggled(data), payload
    assert oracle.coloured(b"\x1b[1;39;49m") and oracle.coloured(b"\x1b[38;5;1m")
    assert not oracle.coloured(b"\x1b[1;7m")


def test_every_slot_of_the_desk_is_poisoned(tmp_path: Path) -> None:
    home = copied(tmp_path)
    oracle.poison(home)
    odd = [payload for payload in oracle.PAYLOADS if "\ud83d " not in payload]

    def found(text: str) -> bool:
        return any(payload in text or json.dumps(payload)[1:-1] in text for payload in odd)

    more = {
        "ticket": ("subject", "assignee"),
        "message": ("sender", "files", "author"),
        "doc": ("name", "body"),
    }
    more |= {"outbox": ("error",), "attr": ("k",)}
    with sqlite3.connect(home / "desk.db") as conn:
        for table, fields in [*oracle.SLOTS.items(), *more.items()]:
            for field in fields:
                rows = [str(row[0]) for row in conn.execute(f"SELECT {field} FROM {table}")]
                assert any(found(text) for text in rows), (table, field)


SESSION = (
    ("jj", ""), ("x", "1 selected"), ("/tag:x", "tag:x"), ("\r", ""), ("\x1b", ""), ("r", "─ Reply to "),
    ("Hello, no colour", "Hello, no colour"), ("\x1b", "y send + solve"), ("n", "only your team"),
    ("\x1b", ""),
    ("y", ""), ("m", "Macro for"), ("\x1b", ""), ("gh", "Everything that happened"), ("\x1b", ""),
    ("?", "Keys here"), ("\x1b", ""), ("t", "Tags"), ("\x1b", ""), ("P", ""), ("z", ""), ("\x1b", ""),
)  # fmt: skip
"""Keys, and what stands on the screen after them."""


def test_no_color_sends_no_colour_code_in_a_whole_session(tmp_path: Path) -> None:
    home = copied(tmp_path)
    now = (home / "clock").read_text().strip()
    command = [PYTHON, "-m", "tests.rigs.opened", str(home), now]
    with Terminal(command, env=environment(NO_COLOR="1")) as terminal:
        terminal.until("e solve")
        for keys, there in SESSION:
            terminal.send(keys)
            terminal.quiet(0.15)
            terminal.until(there, limit=20)
    assert oracle.coloured(bytes(terminal.data)) == ""
    assert b"7m" in terminal.data, "the cursor row is shown by shape"
