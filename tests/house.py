"""What the house is made of, for the tests that look after it: files, their trees, their functions."""

from __future__ import annotations

import ast
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.paths import ROOT

ROOMS = ("store", "channels", "themes", "deskterm")
NOT_OURS = {".git", ".venv", ".hypothesis", ".ruff_cache", "__pycache__", "build", "dist"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def files() -> tuple[Path, ...]:
    """The files that belong to the project: what git tracks; without git, all that no tool has made."""
    tracked = _tracked()
    if tracked is None:
        every = (path.relative_to(ROOT) for path in ROOT.rglob("*"))
        tracked = [str(path) for path in every if not NOT_OURS.intersection(path.parts)]
    return tuple(sorted(path for name in tracked if (path := ROOT / name).is_file()))


def _tracked() -> list[str] | None:
    """The names git tracks; None where there is no git or it does not trust the folder."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        return None
    said = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    return said.stdout.rstrip("\0").split("\0") if said.returncode == 0 else None


def python(*rooms: str) -> tuple[Path, ...]:
    """The Python files of some rooms, or all of them."""
    return tuple(
        path for path in files() if path.suffix == ".py" and (not rooms or name(path).split("/")[0] in rooms)
    )


def name(path: Path) -> str:
    """A file as people say it: its path from the project."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def functions(path: Path) -> Iterator[Function]:
    """Every function and method of a file, inner ones too."""
    return (node for node in ast.walk(tree(path)) if isinstance(node, Function))


def imports(path: Path) -> set[str]:
    """The modules a file imports anywhere in it, with their dots."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@cache
def project() -> dict[str, object]:
    """The table `project` of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
