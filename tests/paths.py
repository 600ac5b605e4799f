"""Where tests find what is not of the project: the shared case collection, programs of the system."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT.parent / "shared" / "corpus"

MUST_BE_REAL = bool(os.environ.get("DESKTERM_REAL_SERVERS"))
"""In CI a missing server or corpus is a failure; on a user's clone it is a skip with a reason."""


def absent(reason: str) -> NoReturn:
    """Skip the test, or fail it where everything has to be there."""
    if MUST_BE_REAL:
        pytest.fail(reason + " (DESKTERM_REAL_SERVERS is set, so it has to be here)")
    pytest.skip(reason)


def tool(name: str) -> str:
    """The path of a program the test runs for real."""
    path = shutil.which(name)
    if path is None:
        absent(f"{name} is not installed")
    return path


def corpus(name: str) -> Path:
    """The folder of one behaviour of the case collection."""
    folder = CORPUS / name
    if not folder.is_dir():
        absent(f"the case collection is not beside this clone: {name}")
    return folder
