"""Lets a test of this room be a coroutine in an event loop of its own, and forgets passwords after each."""

from __future__ import annotations

import asyncio
import inspect

import pytest

from deskterm.signing import Keys


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run coroutine tests; leave the others to pytest."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@pytest.fixture(autouse=True)
def no_password_of_another_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """What setup was told in one test is known for as long as the process lives, but to no other test."""
    monkeypatch.setattr(Keys, "session", {})
