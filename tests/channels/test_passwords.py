"""Where secrets come from, and where they never go."""

from __future__ import annotations

import pickle
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as FailKeyring
from keyring.backends.null import Keyring as NullKeyring

from channels import keyrings, passwords
from channels.errors import NoSecret
from channels.passwords import Secret, find, forget, keep
from tests.rigs.rings import Hanging, InMemory

CANARY = "canary-7f3a9c"


class PlaintextKeyring(InMemory):
    """Named as keyrings.alt names the one that writes base64 into a file."""


class Locked(InMemory):
    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError(f"locked: {CANARY}")


@pytest.fixture(autouse=True)
def back() -> Iterator[None]:
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


def use(backend: KeyringBackend) -> KeyringBackend:
    keyring.set_keyring(backend)
    return backend


def test_X01_a_secret_shows_nowhere() -> None:
    secret = Secret(CANARY)
    shown = f"{secret} {secret!r} {secret:>20} {[secret]} %s" % secret
    try:
        raise ValueError(secret)
    except ValueError as error:
        shown += "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert CANARY not in shown and "***" in shown
    assert secret.reveal() == CANARY
    assert secret == Secret(CANARY) and secret != Secret("other") and secret != CANARY
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_the_keyring_comes_first(tmp_path: Path) -> None:
    use(InMemory())
    keep("me@host", Secret("from keyring"))
    command = [sys.executable, "-c", "print('from command')"]
    environ = {"DESKTERM_PASSWORD": "from environment"}
    assert find("me@host", command=command, environ=environ).reveal() == "from keyring"
    forget("me@host")
    forget("me@host")
    assert find("me@host", command=command, environ=environ).reveal() == "from command"
    assert find("me@host", environ=environ).reveal() == "from environment"
    (tmp_path / "deskterm-password").write_text("from credentials\n")
    (tmp_path / "deskterm.me@host").write_text("from its own file\n")
    credentials = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert find("me@host", environ=credentials).reveal() == "from its own file"
    assert find("you@host", environ=credentials).reveal() == "from credentials"
    assert find("me@host", environ={}, ask=lambda: "typed").reveal() == "typed"


def test_X02_nothing_anywhere_names_the_choices() -> None:
    use(FailKeyring())
    with pytest.raises(
        NoSecret, match=r"no keyring is running.*password_command.*DESKTERM_PASSWORD"
    ) as caught:
        find("me@host", environ={}, ask=lambda: "")
    assert "me@host" in str(caught.value)


@pytest.mark.parametrize("backend", [FailKeyring(), NullKeyring(), PlaintextKeyring()])
def test_X02_X03_keyrings_that_keep_nothing_or_plain_text_are_refused(backend: KeyringBackend) -> None:
    use(backend)
    with pytest.raises(NoSecret, match="not kept"):
        keep("me@host", Secret(CANARY))
    assert CANARY not in str(vars(backend))
    assert find("me@host", environ={"DESKTERM_PASSWORD": "x"}).reveal() == "x"


def test_X02_a_keyring_that_swallows_what_it_is_given_is_found_out() -> None:
    class Swallows(InMemory):
        def set_password(self, service: str, username: str, password: str) -> None:
            pass

    use(Swallows())
    with pytest.raises(NoSecret, match="did not keep"):
        keep("me@host", Secret(CANARY))


def test_X03_a_locked_keyring_is_passed_over_and_named_without_its_words() -> None:
    use(Locked())
    assert find("me@host", environ={"DESKTERM_PASSWORD": "x"}).reveal() == "x"
    with pytest.raises(NoSecret, match="did not answer") as caught:
        find("me@host", environ={})
    full = "".join(traceback.TracebackException.from_exception(caught.value).format())
    assert CANARY not in full


def test_X03_a_keyring_that_hangs_is_left_behind_and_asked_again_when_it_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keyrings, "PATIENCE", 0.05)
    hanging = Hanging()
    use(hanging)
    with pytest.raises(NoSecret, match=r"did not answer in time; it may be locked.*password_command") as late:
        find("me@host", environ={})
    assert "\n" not in str(late.value)
    with pytest.raises(NoSecret, match="did not answer in time"):
        keep("me@host", Secret(CANARY))
    assert find("me@host", environ={"DESKTERM_PASSWORD": "x"}).reveal() == "x"
    assert hanging.calls == 1, "while one call is out no other follows it"
    hanging.kept["deskterm", "me@host"] = "kept"
    hanging.released.set()
    for thread in list(keyrings._waiting):
        thread.join(10)
    monkeypatch.setattr(keyrings, "PATIENCE", 10)
    assert find("me@host", environ={}).reveal() == "kept"


def test_X03_what_goes_wrong_inside_a_keyring_shows_no_secret() -> None:
    class Angry(InMemory):
        def set_password(self, service: str, username: str, password: str) -> None:
            raise RuntimeError(f"cannot keep {password}")

    use(Angry())
    with pytest.raises(NoSecret, match="RuntimeError") as caught:
        keep("me@host", Secret(CANARY))
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert CANARY not in "".join(shown.format(chain=True))


def test_among_several_keyrings_the_plain_text_one_is_not_used() -> None:
    good = InMemory()

    class Chain(InMemory):
        backends = (PlaintextKeyring(), good)

    use(Chain())
    keep("me@host", Secret("kept"))
    assert list(good.kept.values()) == ["kept"]
    assert Chain.backends[0].kept == {}


def test_the_first_line_of_the_command_counts_and_no_shell_reads_it() -> None:
    use(FailKeyring())
    script = "import sys; print(sys.argv[1]); print('second line')"
    found = find("me@host", command=[sys.executable, "-c", script, "$HOME; echo x"], environ={})
    assert found.reveal() == "$HOME; echo x"


def test_X01_the_command_does_not_inherit_the_password() -> None:
    use(FailKeyring())
    script = "import os; print('seen' if 'DESKTERM_PASSWORD' in os.environ else 'hidden')"
    found = find("me@host", command=[sys.executable, "-c", script], environ={"DESKTERM_PASSWORD": CANARY})
    assert found.reveal() == "hidden"


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (f"print('{CANARY}'); raise SystemExit(3)", "ended with 3"),
        ("pass", "no line"),
        (f"import time; print('{CANARY}', flush=True); time.sleep(60)", "nothing within"),
    ],
)
def test_a_command_that_fails_is_named_without_its_output(
    monkeypatch: pytest.MonkeyPatch, script: str, words: str
) -> None:
    use(FailKeyring())
    monkeypatch.setattr(passwords, "PATIENCE", 0.5 if "sleep" in script else 20)
    with pytest.raises(NoSecret, match=words) as caught:
        find("me@host", command=[sys.executable, "-c", script], environ={})
    full = "".join(traceback.TracebackException.from_exception(caught.value).format())
    assert CANARY not in full.replace(repr(script), "")


def test_a_command_that_does_not_exist() -> None:
    use(FailKeyring())
    with pytest.raises(NoSecret, match="could not be run"):
        find("me@host", command=["/nonexistent/pass"], environ={})


def test_X01_what_a_server_repeats_of_a_secret_is_not_quoted() -> None:
    from base64 import b64encode

    from channels.words import quoted

    secret = Secret("s3cret-of-mine!")
    secret.reveal()
    for said in (
        "no, s3cret-of-mine! is wrong",
        b64encode(b"\0me@x\0s3cret-of-mine!").decode(),
        b"s3cret-of-mine!",
    ):
        assert "s3cret" not in quoted(said) and "***" in quoted(said)
        for before in range(3):
            assert b64encode(b"s3cret-of-mine!")[4:14].decode() not in quoted(said), before
    Secret("ab").reveal()
    assert quoted("about a table") == "about a table"
