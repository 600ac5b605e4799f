"""The settings screen by keys: all fields, changes in place, mistakes as sentences, keys and clashes."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from deskterm import config, config_text, presets, setting
from deskterm.actions import ACTIONS
from deskterm.config import ConfigError, Settings
from deskterm.keymap import KeyClash
from deskterm.screens.settings import SettingsScreen
from tests.rigs.stage import Stage, on_stage

BOX = 'address = "a@b.example"\n'


async def opened(stage: Stage, words: str) -> SettingsScreen:
    """The settings, narrowed to these words."""
    await stage.press("g", ",", "slash", f"={words}", "enter")
    screen = stage.app.screen
    assert isinstance(screen, SettingsScreen)
    return screen


def test_every_field_and_every_key_is_a_row_with_its_sentence(tmp_path: Path) -> None:
    box = config.Box(address="help@example.org")
    rows = setting.rows(Settings(mailbox={"help": box}), tmp_path)
    shown = {(row.table, row.field) for row in rows}
    fields = set(Settings.__struct_fields__) - {"mailbox", "oauth", "keys"}
    assert {("", name) for name in fields} | {("mailbox", name) for name in box.__struct_fields__} <= shown
    assert {("keys", action.id) for action in ACTIONS} <= shown
    assert all(len(row.sentence) > 5 for row in rows)


@pytest.mark.parametrize("keymap", list(presets.PRESETS))
def test_what_a_row_shows_may_be_typed_again_and_changes_nothing(keymap: str, tmp_path: Path) -> None:
    box = config.Box(address="help@example.org", name="Us & them")
    whole = Settings(
        mailbox={"help": box}, keymap=keymap, agent_mail=("a@b.example", "two words"), undo_seconds=7,
        keys={"ticket.solve": ("f7", "ctrl+f8")},
    )  # fmt: skip
    for row in setting.rows(whole, tmp_path):
        assert setting.changed(whole, row, row.value, home=tmp_path) == whole, row


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        (",", (",",)), ("f7,", ("f7",)), ("f7, f8", ("f7", "f8")), ("f7 , f8", ("f7", "f8")),
        ("f7, ,", ("f7", ",")), (",, f7", (",", "f7")), ("ctrl+,", ("ctrl+,",)),
    ],
)  # fmt: skip
def test_keys_are_typed_with_commas_between_and_a_comma_is_a_key(
    typed: str, keys: tuple[str, ...], tmp_path: Path
) -> None:
    plain = Settings(keymap="vim")
    row = next(row for row in setting.rows(plain, tmp_path) if row.field == "ticket.solve")
    assert setting.changed(plain, row, typed, home=tmp_path).keys == {"ticket.solve": keys}


async def test_a_field_is_changed_in_place_kept_in_the_file_and_taken_back(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await opened(stage, "undo_seconds")
        assert "undo_seconds" in stage.text and "10" in stage.text and "called back" in stage.text
        await stage.press("enter", "ctrl+u", "=25", "enter")
        assert "in force now" in stage.text and "default 10" in stage.text
        assert config.load(stage.desk.home).undo_seconds == 25 == stage.desk.settings.undo_seconds
        await stage.press("z")
        assert config.load(stage.desk.home).undo_seconds == 10 == stage.desk.settings.undo_seconds


async def test_taking_a_setting_back_leaves_what_another_program_changed_since(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        home = stage.desk.home
        await opened(stage, "undo_seconds")
        await stage.press("enter", "ctrl+u", "=25", "enter")
        config.save(home, msgspec.structs.replace(config.load(home), archive_days=99))
        await stage.press("z")
        assert (config.load(home).undo_seconds, config.load(home).archive_days) == (10, 99)
        await stage.press("d", "z")
        assert stage.desk.settings.undo_seconds == 10 and "Nothing was changed here yet" in stage.text


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("undo_seconds", "soon", "undo_seconds has to be a whole number, and is text"),
        ("undo_seconds", "-1", "has to be 0 or more"),
        ("agent_mail", '"ann@x.example', "quotation mark"),
    ],
)
async def test_a_mistake_is_one_sentence_said_at_once_and_nothing_is_written(
    field: str, typed: str, said: str, tmp_path: Path
) -> None:
    async with on_stage(tmp_path) as stage:
        before = config.load(stage.desk.home)
        await opened(stage, field)
        await stage.press("enter", "ctrl+u", f"={typed}")
        assert said in stage.text
        await stage.press("enter")
        assert said in stage.text and config.load(stage.desk.home) == before == stage.desk.settings
        await stage.press("escape", "escape", "escape")
        assert stage.app.screen is stage.main


async def test_a_field_with_few_values_is_chosen_from_a_list(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await opened(stage, "quote")
        await stage.press("enter")
        assert all(word in stage.text for word in ("last", "inline", "none", "default", "3 of 3"))
        await stage.press("=all")
        assert "Nothing matches" in stage.text
        await stage.press("enter", "ctrl+u", "=inl", "enter")
        assert config.load(stage.desk.home).quote == "inline" and "in force now" in stage.text
        await stage.press("z")
        assert config.load(stage.desk.home).quote == "last"


async def test_a_theme_is_worn_at_once(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await opened(stage, "theme")
        await stage.press("enter", "ctrl+u", "=light", "enter")
        assert stage.app.theme == "light"


async def test_a_key_is_changed_and_the_hints_say_the_new_one(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await opened(stage, "ticket.solve")
        await stage.press("enter", "ctrl+u", "=f5, Y", "enter", "escape", "escape")
        assert stage.hints.startswith("f5 solve") and "Y" in stage.desk.settings.keys["ticket.solve"]
        number = stage.line.number
        await stage.press("e")
        assert stage.ticket(number or 0).status == "open"
        await stage.press("Y")
        assert stage.ticket(number or 0).status == "solved"


async def test_a_clash_is_shown_while_one_types(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await opened(stage, "ticket.solve")
        await stage.press("enter", "ctrl+u", "=w")
        assert "The key w means both ticket.solve and ticket.wait" in stage.text
        await stage.press("enter")
        assert not stage.desk.settings.keys
        await stage.press("ctrl+u", "=g")
        assert "hidden by ticket.solve" in stage.text
        await stage.press("ctrl+u", "=hello")
        assert "There is no key 'hello'" in stage.text


@pytest.mark.parametrize("preset", presets.PRESETS)
def test_a_preset_has_no_clash(preset: str) -> None:
    keys = presets.keymap(Settings(keymap=preset))
    assert all(keys.keys(action.id) for action in ACTIONS)


async def test_the_gmail_keys_are_put_on(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await opened(stage, "keymap")
        await stage.press("enter", "ctrl+u", "=gmail", "enter", "escape", "escape", "b")
        assert "Snooze" in stage.text


def test_own_keys_that_clash_with_a_preset_are_refused(tmp_path: Path) -> None:
    rows = {row.field: row for row in setting.rows(Settings(), tmp_path)}
    own = Settings(keys={"ticket.merge": ("l",)})
    presets.keymap(own)
    with pytest.raises(ConfigError, match="your own clash"):
        setting.changed(own, rows["keymap"], "gmail", home=tmp_path)


def test_a_file_with_clashing_keys_opens_no_desk_and_says_why(tmp_path: Path) -> None:
    from deskterm.app import DesktermApp
    from deskterm.desk import Desk

    desk = Desk.open(tmp_path, settings=Settings(keys={"ticket.solve": ("w",)}))
    try:
        with pytest.raises(ConfigError, match="means both"):
            DesktermApp(desk)
    finally:
        desk.close()
    with pytest.raises(KeyClash):
        presets.keymap(Settings(keys={"ticket.solve": ()}))


def test_comments_of_the_file_stay_where_they_are() -> None:
    before = '# mine\nagent = "ana"  # short\nundo_seconds = 5\n\n[mailbox.help]\n# the box\n' + BOX
    settings = msgspec.structs.replace(config.read(before), agent="eva", undo_seconds=10, quote="none")
    text = config_text.edited(before, settings)
    assert text is not None and config.read(text) == settings
    assert text.startswith('# mine\nagent = "eva"  # short\nquote = "none"\n\n[mailbox.help]\n# the box\n')


def test_a_file_that_cannot_be_changed_line_by_line_is_left_to_be_written_whole() -> None:
    before = 'folders = 1\nagent_mail = [\n  "a@b.example",\n]\n'
    assert config_text.edited(before, Settings(agent_mail=("c@d.example",))) is None


async def test_a_theme_is_worn_while_the_cursor_is_on_it_and_taken_off_again(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage:
        await opened(stage, "theme")
        before = stage.app.theme
        await stage.press("enter", "=light")
        worn = stage.app.theme
        assert worn != before and "the screen wears it" in stage.text
        await stage.press("escape")
        assert stage.app.theme == before and config.load(stage.desk.home).theme == ""
        await stage.press("enter", "=light", "enter")
        assert stage.app.theme == worn and config.load(stage.desk.home).theme == "light"
        await stage.press("z")
        assert stage.app.theme == before


async def test_after_a_ticket_is_solved_one_can_come_back_to_the_list(tmp_path: Path) -> None:
    async with on_stage(tmp_path, size=(60, 20)) as stage:
        stage.desk.settings = msgspec.structs.replace(stage.desk.settings, after_solve="list")
        await stage.press("enter", "e")
        assert not stage.main.reading and stage.main.list.has_focus and "z to undo" in stage.text


async def test_the_file_itself_is_edited_with_its_comments_and_a_mistake_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    written = ["undo_seconds = soon\n", "# mine\nundo_seconds = 30\n"]

    def editor(app: object, text: str, **_: object) -> str:
        shown.append(text)
        return written[len(shown) - 1]

    monkeypatch.setattr("deskterm.screens.settings.edit_text", editor)
    async with on_stage(tmp_path) as stage:
        before = (stage.desk.home / config.FILE).read_text()
        await stage.press("g", ",", "E")
        assert "E opens your text again" in " ".join(stage.text.split()) and shown[0] == before
        assert (stage.desk.home / config.FILE).read_text() == before
        await stage.press("E")
        assert shown[1] == written[0] and stage.desk.settings.undo_seconds == 30
        assert (stage.desk.home / config.FILE).read_text() == written[1]
