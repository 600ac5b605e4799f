"""Every action has an id, words, keys and an answer to undo; every key means one thing in one place."""

from __future__ import annotations

import click
import pytest

from deskterm import actions, presets, symbols
from deskterm.action import ANYWHERE, ASKS, CONVERSATION, LIST, ROWS, TEXT, WRITING
from deskterm.actions import ACTIONS
from deskterm.cli.main import verbs
from deskterm.config import Settings
from deskterm.inner_actions import INNER
from deskterm.keymap import KeyClash, Keymap


def test_ids_are_unique_and_nothing_is_empty() -> None:
    assert len(actions.BY_ID) == len(ACTIONS)
    for action in ACTIONS:
        assert action.id and action.words and action.keys and action.where and action.undo and action.group


def test_no_action_hides_behind_a_key_terminals_cannot_send() -> None:
    never_alone = {"ctrl+h", "ctrl+i", "ctrl+m", "ctrl+j", "ctrl+s", "ctrl+b", "ctrl+a", "ctrl+enter"}
    for action in ACTIONS:
        if action.id != "text.send":
            assert set(action.keys) - never_alone


def test_what_cannot_be_undone_by_z_asks_with_another_key() -> None:
    assert actions.BY_ID["write.discard"].undo == ASKS
    assert not [a for a in ACTIONS if "d" in a.keys and {LIST, CONVERSATION, ANYWHERE} & set(a.where)]


def test_the_markdown_table_names_every_action() -> None:
    table = actions.key_table_markdown()
    for action in ACTIONS:
        assert f"| {action.words} |" in table


def test_every_shell_command_an_action_names_is_a_verb_with_such_options() -> None:
    for action in ACTIONS:
        words = action.shell.split()
        if not words:
            continue
        command: click.Command = verbs
        for word in words[1:]:
            if isinstance(command, click.Group):
                found = command.get_command(click.Context(command), word)
                if found is None:
                    break
                command = found
            elif word.startswith("--"):
                options = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
                assert word in options, (action.id, word)
        assert command is not verbs, action.id


def test_hints_begin_with_solve_in_the_list_and_never_offer_letters_inside_text() -> None:
    assert [action.id for action in actions.hints(LIST)][:2] == ["ticket.solve", "ticket.wait"]
    assert actions.hints(LIST)[-1].id == "help.keys"
    assert all(len(action.keys[0]) > 1 for action in actions.hints(TEXT))


@pytest.mark.parametrize(
    ("keys", "places", "action"),
    [
        ("e", (LIST,), "ticket.solve"),
        ("e", (WRITING,), "write.editor"),
        ("g i", (LIST,), "go.mine"),
        ("g g", (LIST,), "list.top"),
        ("question_mark", (CONVERSATION,), "help.keys"),
        ("slash", (LIST,), "list.filter"),
        ("g slash", (LIST,), "go.search"),
        ("o", (LIST,), "ticket.open"),
        ("o 3", (CONVERSATION, LIST), "file.open"),
        ("y t", (CONVERSATION,), "copy.text"),
        ("full_stop", (LIST,), "change.repeat"),
        ("d", (LIST,), ""),
        ("g x", (LIST,), ""),
    ],
)
def test_keys_mean_what_the_map_says(keys: str, places: tuple[str, ...], action: str) -> None:
    keymap, waiting, found = Keymap(), "", None
    for key in keys.split():
        found = keymap.press(key, places=places, waiting=waiting)
        waiting = found.waiting if found else ""
    assert (found.action if found else "") == action


def test_a_number_comes_with_its_digit() -> None:
    hit = Keymap().press("4", places=(LIST,))
    assert hit is not None and (hit.action, hit.digit) == ("queue.number", 4)


def test_after_g_the_choices_are_listed() -> None:
    words = {key: action.words for key, action in Keymap().choices("g", places=(LIST,))}
    assert words["i"] == "mine" and words["slash"] == "search" and words["g"] == "top"


def test_own_keys_replace_ours_and_a_clash_names_both() -> None:
    keymap = Keymap(own={"ticket.solve": ("f5",)})
    hit = keymap.press("f5", places=(LIST,))
    assert hit is not None and hit.action == "ticket.solve"
    assert keymap.press("e", places=(LIST,)) is None
    with pytest.raises(KeyClash, match=r"ticket\.solve.*ticket\.wait|ticket\.wait.*ticket\.solve"):
        Keymap(own={"ticket.solve": ("w",)})
    with pytest.raises(KeyClash, match="no action nonsense"):
        Keymap(own={"nonsense": ("w",)})
    with pytest.raises(KeyClash, match="takes a number"):
        Keymap(own={"file.open": ("o",)})
    with pytest.raises(KeyClash, match="There is no key"):
        Keymap(own={"ticket.solve": ("g  x",)})
    hit = Keymap(own={"ticket.solve": ("<",)}).press("less_than_sign", places=(LIST,))
    assert hit is not None and hit.action == "ticket.solve", "as Textual calls that key"


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({"history.copy": ("j",)}, r"history\.copy.*list\.down"),
        ({"rule.try": ("?",)}, r"rule\.try.*help\.keys"),
        ({"history.copy": ("g",)}, r"history\.copy.*list\.top"),
    ],
)
def test_own_keys_of_the_other_screens_hide_no_way_to_move_or_to_leave(
    own: dict[str, tuple[str, ...]], words: str
) -> None:
    with pytest.raises(KeyClash, match=words):
        Keymap(own=own)
    Keymap(own={"history.copy": ("f6",), "nav.back": ("escape", "y")})  # `y` copies there by our own map
    assert Keymap(own={"write.cc": ("z",), "text.editor": ("ctrl+r",)}), "what one writes takes its keys"


def test_u_is_back_everywhere_for_hands_from_gmail() -> None:
    keymap = presets.keymap(Settings(keymap="gmail"))
    for place in {place for action in INNER for place in action.where}:
        hit = keymap.press("u", places=(place, ROWS))
        assert hit is not None and hit.action == "nav.back", place


def test_every_glyph_is_one_cell_and_has_a_plain_twin() -> None:
    from deskterm.safe import width

    for name in symbols.UNICODE.__struct_fields__:
        shown, twin = getattr(symbols.UNICODE, name), getattr(symbols.ASCII, name)
        assert twin.isascii() and twin
        if name != "between":
            assert width(shown) == 1


def test_the_clock_glyphs_differ_from_one_another_in_both_alphabets() -> None:
    for glyphs in (symbols.UNICODE, symbols.ASCII):
        assert len({glyphs.calm, glyphs.soon, glyphs.late, glyphs.paused}) == 4
