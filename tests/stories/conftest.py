"""Stories are coroutines; passwords come from the environment, as on a server without a keyring."""

from __future__ import annotations

import pytest

from tests.deskterm.conftest import pytest_pyfunc_call
from tests.rigs.imapd import PASSWORD

__all__ = ["pytest_pyfunc_call"]


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKTERM_PASSWORD", PASSWORD)
