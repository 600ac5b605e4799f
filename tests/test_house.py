"""The rules of the house that a machine can hold, so that nobody has to say them in a review.

Who may import whom is in pyproject.toml (`lint-imports`), what is never loaded in tests/test_imports.py.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from pathlib import Path

import click
import pytest

import deskterm
from deskterm.action import ASKS, NOTHING
from deskterm.actions import ACTIONS
from tests import house
from tests.paths import ROOT
from tests.readme import README, with_keys

LONGEST_FILE = 500
LONGEST_FUNCTION = 50
MOST_PICTURES = 80

PACKAGES = {"cchardet": "faust-cchardet", "dateutil": "python-dateutil", "zoneinfo": "tzdata"}
"""What an import needs where that has another name; zoneinfo reads tzdata where a system has no zones."""

UNFINISHED = re.compile(
    r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b|raise NotImplemented" r"Error|not implemented " r"yet"
)
ONE_MACHINE = re.compile(r"(?<![A-Za-z0-9._-])/(?:work|root|farm|Users|home/[a-z]+)/")


def told(paths: list[str]) -> None:
    """Fail with all that is wrong, a line each."""
    assert not paths, "\n" + "\n".join(paths)


def text(path: Path) -> str:
    """A file as text; nothing for one that is not text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def test_every_file_says_what_it_is() -> None:
    told([house.name(p) for p in house.python() if text(p).strip() and not ast.get_docstring(house.tree(p))])
    told([house.name(p) for p in house.python(*house.ROOMS) if not text(p).strip()])


def test_no_file_is_long() -> None:
    lines = {house.name(path): text(path).count("\n") for path in house.python()}
    told([f"{name}: {count} lines" for name, count in lines.items() if count > LONGEST_FILE])


def test_no_function_is_long() -> None:
    told(
        [
            f"{house.name(path)}:{f.lineno} {f.name}: {lines} lines"
            for path in house.python()
            for f in house.functions(path)
            if (lines := (f.end_lineno or f.lineno) - f.lineno + 1) > LONGEST_FUNCTION
        ]
    )


def test_no_file_is_named_for_leftovers() -> None:
    leftovers = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
    told([house.name(path) for path in house.python() if leftovers.intersection(path.with_suffix("").parts)])


def test_nothing_is_unfinished_and_nothing_points_at_one_machine() -> None:
    found: list[str] = []
    for path in house.files():
        for number, line in enumerate(text(path).splitlines(), 1):
            if UNFINISHED.search(line) or ONE_MACHINE.search(line):
                found.append(f"{house.name(path)}:{number}: {line.strip()[:100]}")
    told(found)


def test_themes_take_from_textual_only_what_a_theme_is() -> None:
    allowed = {"__future__", "collections.abc", "msgspec", "re", "textual.theme", "themes", "tomllib"}
    told(
        [
            f"{house.name(path)} imports {module}"
            for path in house.python("themes")
            for module in sorted(house.imports(path) - allowed)
            if not module.startswith("themes.")
        ]
    )


def test_rules_are_handed_the_time() -> None:
    asks = {"now", "utcnow", "today", "time", "localtime"}
    told(
        [
            f"{house.name(path)}:{node.lineno} asks for the time"
            for path in house.python("store")
            if path.parent.name == "rules"
            for node in ast.walk(house.tree(path))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in asks
            if isinstance(node.func.value, ast.Name) and node.func.value.id in {"datetime", "date", "time"}
        ]
    )


def test_the_store_knows_its_types() -> None:
    told(
        [
            f"{house.name(path)}:{node.lineno} says Any"
            for path in house.python("store")
            for node in ast.walk(house.tree(path))
            if isinstance(node, ast.Name) and node.id == "Any"
        ]
    )


def test_every_action_has_keys_words_and_an_answer_to_undo() -> None:
    told([a.id for a in ACTIONS if not (a.keys and a.words and a.where and a.undo and a.group)])


def test_an_action_that_writes_can_be_undone_or_asks() -> None:
    """The verbs of the shell say which actions write; `back`, `show` and the like change nothing."""
    reads = {"demo", "keys", "sync", "ls", "show", "history", "search", "outbox", "doctor"}
    told(
        [
            f"{action.id} is `{action.shell}` in the shell and says it {NOTHING}"
            for action in ACTIONS
            if action.shell
            and action.shell.split()[1] not in reads
            and action.undo == NOTHING
            and not action.shell.startswith("deskterm rules backtest")
        ]
    )
    destroys = [action.id for action in ACTIONS if "discard" in action.words and action.undo != ASKS]
    told(destroys)


def test_the_keys_in_the_readme_are_the_keys() -> None:
    was = README.read_text(encoding="utf-8")
    assert with_keys(was) == was, "run `make keys`"


def verbs(group: click.Group, *, above: str = "deskterm") -> dict[str, click.Command]:
    """Every command a person can type, with its whole name, except hidden ones."""
    found: dict[str, click.Command] = {}
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, f"{above} {name} is listed and cannot be loaded"
        if command.hidden:
            continue
        if isinstance(command, click.Group):
            found |= verbs(command, above=f"{above} {name}")
            if not command.invoke_without_command:
                continue
        found[f"{above} {name}"] = command
    return found


def shell() -> dict[str, click.Command]:
    from deskterm.cli.main import verbs as group

    assert isinstance(group, click.Group)
    return verbs(group)


def test_every_verb_is_in_the_docs_and_says_what_it_does() -> None:
    pages = [README, *(path for path in house.files() if path.parent.name == "help" and path.suffix == ".md")]
    docs = "\n".join(text(page) for page in pages)
    found = shell()
    told([f"{verb} is nowhere in the docs" for verb in found if not re.search(rf"`{verb}\b", docs)])
    told([f"{verb} says nothing about itself" for verb, command in found.items() if not command.help])


def test_the_docs_name_no_verb_that_does_not_exist() -> None:
    known = {*shell(), *(" ".join(verb.split()[:2]) for verb in shell())}
    told(
        [
            f"{said} does not exist"
            for said in sorted(set(re.findall(r"`(deskterm [a-z]+)", text(README))))
            if said not in known
        ]
    )


def test_the_version_stands_in_one_place_and_the_changelog_follows(
    capsys: pytest.CaptureFixture[str],
) -> None:
    from deskterm.cli.main import verbs as group

    assert "version" in house.project()["dynamic"]
    group.called(["--version"])
    assert capsys.readouterr().out.split()[-1] == deskterm.__version__
    changelog = text(ROOT / "CHANGELOG.md")
    assert "## [Unreleased]" in changelog
    released = re.findall(r"^## \[(\d[^\]]*)\]", changelog, re.M)
    assert not released or released[0] == deskterm.__version__


def test_the_readme_begins_with_commands_that_exist() -> None:
    makefile = text(ROOT / "Makefile")
    for command in ("demo", "test", "check", "bench", "pictures", "keys"):
        assert re.search(rf"^{command}:", makefile, re.M), f"there is no make {command}"
    said = re.findall(r"^make (\w+)", text(README), re.M)
    assert said[:2] == ["demo", "test"]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_pictures_and_files_in_the_docs_are_there() -> None:
    for page in (README, ROOT / "CONTRIBUTING.md"):
        linked = re.findall(r"\]\((?!https?:)([^)#]+)\)", text(page))
        told([f"{page.name}: {link}" for link in linked if not (ROOT / link).exists()])
    pictures = [path for path in house.files() if "__snapshots__" in path.parts]
    assert len(pictures) <= MOST_PICTURES


def required(names: list[str]) -> set[str]:
    return {re.split(r"[<>=!~ \[]", name)[0].lower() for name in names}


def test_what_is_imported_is_declared_and_what_is_declared_is_imported() -> None:
    declared = required([str(one) for one in house.project()["dependencies"]])
    imported = {module.split(".")[0] for path in house.python(*house.ROOMS) for module in house.imports(path)}
    used = {PACKAGES.get(module, module) for module in imported}
    used = {name.replace("_", "-") for name in used - {*sys.stdlib_module_names, *house.ROOMS}}
    # Rich is what Textual is made of: the pin of Textual is the one that counts.
    assert used - {"rich"} == declared


def test_constraints_are_names_and_exact_versions_and_cover_what_we_ask_for() -> None:
    lines = text(ROOT / "constraints.txt").splitlines()
    told([line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", line)])
    project = house.project()
    asked = required(
        [str(one) for one in [*project["dependencies"], *project["optional-dependencies"]["dev"]]]
    )
    assert asked <= {line.split("==")[0].lower() for line in lines}


@pytest.mark.parametrize("room", house.ROOMS)
def test_every_room_is_packed(room: str) -> None:
    packed = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'"{room}"' in packed.partition("[tool.hatch.build.targets.wheel]")[2].partition("[tool.pytest")[0]
