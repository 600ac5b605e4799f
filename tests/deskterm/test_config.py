"""The settings file: what is wrong with it is said with path and line; what is written is read again."""

from __future__ import annotations

import stat
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from deskterm import config, mailboxes
from deskterm.config import Box, ConfigError, Settings

PATH = "home/config.toml"

BOX = '[mailbox.support]\naddress = "help@example.org"\n'


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('agent = "ana"\nundo_second = 5\n', 2, 'there is no setting called "undo_second"'),
        ('agent = "ana"\n\nundo_seconds = "5"\n', 3, "undo_seconds has to be a whole number, and is text"),
        ('symbols = "emoji"\n', 1, "symbols is 'emoji'; it can be unicode, ascii"),
        ('agent = "ana"\ntheme = "drak"\n', 2, "dark, light, contrast"),
        (BOX + 'imapp = "mail.example.org"\n', 3, 'there is no setting called "imapp"'),
        (BOX + "folders = 3\n", 3, "folders has to be a list, and is a whole number"),
        (BOX + 'imap_security = "ssl"\n', 3, "imap_security is 'ssl'; it can be tls, starttls, plain"),
        ("[mailbox.support]\nuser = 'x'\n", 1, "address is missing"),
        ("[mailbox]\nx = 3\n", 1, "mailbox has to be a table, and is a whole number"),
        ("undo_seconds = -1\n", 1, "undo_seconds has to be 0 or more"),
        ("\npoll_seconds = 0\n", 2, "poll_seconds has to be 1 or more"),
        ('mailbox = "x"\n', 1, "mailbox has to be a table, and is text"),
        ('agent = "ana\n', 1, ""),
        ('agent = "ana"\nagent = "bob"\n', 2, ""),
    ],
)
def test_what_is_wrong_is_said_with_path_line_and_field(text: str, line: int, words: str) -> None:
    with pytest.raises(ConfigError) as wrong:
        config.read(text, path=PATH)
    said = str(wrong.value)
    assert said.startswith(PATH) and f"line {line}" in said and words in said, said
    assert said.endswith((".", "again.")) and "\n" not in said


def test_an_unknown_setting_names_those_there_are() -> None:
    with pytest.raises(ConfigError, match="The settings here are: agent, theme"):
        config.read("colour = 1\n")
    with pytest.raises(ConfigError, match="The settings here are: address, name, imap"):
        config.read(BOX + "colour = 1\n")


def test_no_file_means_the_defaults(tmp_path: Path) -> None:
    assert config.load(tmp_path) == Settings()


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / config.FILE).write_bytes(b'\nagent = "\xff"\n')
    with pytest.raises(ConfigError, match="line 2: this is no UTF-8 text"):
        config.load(tmp_path)
    (tmp_path / config.FILE).unlink()
    (tmp_path / config.FILE).mkdir()
    with pytest.raises(ConfigError, match="The desk was not opened"):
        config.load(tmp_path)


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=12)
BOXES = st.builds(
    Box, address=TEXT, name=TEXT, imap=TEXT, smtp=TEXT, user=TEXT,
    imap_security=st.sampled_from(("tls", "starttls", "plain")),
    smtp_security=st.sampled_from(("", "tls", "starttls", "plain")), insecure_loopback=st.booleans(),
    ca_file=TEXT, password_command=st.lists(TEXT, max_size=3).map(tuple),
    folders=st.lists(TEXT, max_size=3).map(tuple), sent=TEXT, maildir=TEXT, out=TEXT, signature=TEXT,
)  # fmt: skip
SETTINGS = st.builds(
    Settings, agent=TEXT, theme=st.sampled_from(("", "dark", "mono")),
    symbols=st.sampled_from(("unicode", "ascii")), undo_seconds=st.integers(0, 10**6),
    after_solve=st.sampled_from(("next", "stay", "list")), send_key=st.sampled_from(("solve", "open")),
    quote=st.sampled_from(("last", "none")), archive_days=st.integers(0, 10**4),
    poll_seconds=st.integers(1, 10**5), editor=TEXT, queue_order=st.lists(TEXT, max_size=3).map(tuple),
    mailbox=st.dictionaries(TEXT, BOXES, max_size=3),
)  # fmt: skip


@examples(deadline=None, max_examples=150)
@given(SETTINGS)
def test_what_is_written_is_read_again(settings: Settings) -> None:
    assert config.read(config.write(settings)) == settings


@examples(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SETTINGS)
def test_what_is_saved_is_loaded_again_and_nobody_else_reads_it(tmp_path: Path, settings: Settings) -> None:
    path = config.save(tmp_path / "home", settings)
    assert config.load(tmp_path / "home") == settings
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == [config.FILE]


def test_every_setting_is_described() -> None:
    named = {name for name, _, _ in (*config.described(), *config.described_box())}
    assert named == (set(Settings.__struct_fields__) - {"mailbox", "keys"}) | set(Box.__struct_fields__)
    assert all(words for _, _, words in (*config.described(), *config.described_box()))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("mail.example.org", ("mail.example.org", 993)),
        ("mail.example.org:143", ("mail.example.org", 143)),
        ("[2001:db8::1]:993", ("2001:db8::1", 993)),
        ("[2001:db8::1]", ("2001:db8::1", 993)),
        ("2001:db8::1", ("2001:db8::1", 993)),
    ],
)
def test_places(text: str, place: tuple[str, int]) -> None:
    assert mailboxes.place(text, 993) == place


def test_accounts_of_a_mailbox() -> None:
    where = Box(address="help@example.org", imap="mail.example.org", smtp="mail.example.org:465")
    imap, smtp = mailboxes.imap_account(where), mailboxes.smtp_account(where)
    assert (imap.port, imap.security, imap.user) == (993, "tls", "help@example.org")
    assert (smtp.port, smtp.security) == (465, "tls")
    submission = mailboxes.smtp_account(msgspec.structs.replace(where, smtp="mail.example.org"))
    assert (submission.port, submission.security) == (587, "starttls")
    assert mailboxes.secret_name(where) == "help@example.org@mail.example.org"
