"""Verbs about the desk as a whole: demo, live, sync, import, verify."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import structs

from deskterm import jsonl, live
from deskterm.cli import address, errors, say, tell
from deskterm.cli.asking import json_option
from deskterm.cli.home import opened, path
from deskterm.desk import Desk
from deskterm.moments import local, shown
from deskterm.progress import Pace
from store import outbox
from store.errors import NotFound
from store.reads import conversation, tickets

if TYPE_CHECKING:
    from deskterm.receive import Counts

PRACTICE = "practice"
"""The practice desk's folder inside the home: never the home itself, which may be a real desk."""


@click.command("demo")
@click.option("--headless", is_flag=True, help="Prepare it and print where it is.")
@click.option("--reset", is_flag=True, help="Throw away what was done there and begin anew.")
@click.option("--tour", is_flag=True, help="Walk through a morning, step by step; g t leaves it.")
def demo_verb(headless: bool, reset: bool, tour: bool) -> int | None:
    """Open the practice desk; without a terminal, print its queue."""
    from deskterm.cli.home import plain

    home, lines = path() / PRACTICE, plain() and not headless
    desk = _prepared(home, reset=reset)
    try:
        if headless:
            say.line(str(home))
        elif not lines and not (say.terminal() and say.can_ask()):
            _queue(desk)
    finally:
        desk.close()
    if lines:
        from deskterm.cli.plain import talk

        return talk(home)
    if headless or not (say.terminal() and say.can_ask()):
        return None
    from deskterm.app import run

    return run(home, tour=tour)


def practice(folder: Path, *, lines: bool = False) -> int:
    """Open the practice desk inside a home, on the screen or line by line."""
    _prepared(folder / PRACTICE, reset=False).close()
    if lines:
        from deskterm.cli.plain import talk

        return talk(folder / PRACTICE)
    from deskterm.app import run

    return run(folder / PRACTICE)


def _prepared(home: Path, *, reset: bool) -> Desk:
    from deskterm.demo.load import prepare

    say.told("The practice desk is made up; nothing leaves this machine.")
    return prepare(home, reset=reset)


def _queue(desk: Desk) -> None:
    from deskterm import chosen

    lines = tickets.page(desk.conn, chosen.where(desk, chosen.EVERYTHING_OPEN), limit=-1)
    say.rows(tell.row(line, now=desk.now) for line in lines)


@click.command("live")
@click.argument("word", type=click.Choice(["on", "off", "shadow", "for"]), required=False)
@click.argument("addresses", nargs=-1)
@json_option
def live_verb(word: str | None, addresses: tuple[str, ...], as_json: bool) -> None:
    """Say what would leave. `shadow` (or `off`): nothing does, and nothing changes on the server; `for
    ADDRESS... @DOMAIN...`: replies to these leave; `on`: all do.
    """
    if (word == "for") != bool(addresses):
        raise click.UsageError(
            "Write `deskterm live for ADDRESS... @DOMAIN...`, `live on`, `live shadow` or just `live`."
        )
    with opened() as desk:
        if word in ("off", "shadow"):
            say.told(live.close(desk).words)
        elif word is not None:
            named = " ".join(sorted({address.one_or_domain(text) for text in addresses}))
            say.told(live.open_(desk, named or live.ON).words)
        show_outbox(desk, as_json=as_json)


def show_outbox(desk: Desk, *, as_json: bool) -> None:
    """The state of the outbox, and every letter that waits in it."""
    if as_json:
        for row in outbox.unsent(desk.conn):
            message = conversation.message(desk.conn, row.message)
            say.json_line(jsonl.waiting(row, message, number=_number(desk, row.ticket)))
        return
    now = live.state(desk)
    words = {live.ON: "open: replies leave", live.OFF: "locked (shadow mode): nothing leaves"}
    say.line(f"Outbox {words.get(now, f'open for {now} only')}")
    say.rows(_waiting(desk, row) for row in outbox.unsent(desk.conn))


def _waiting(desk: Desk, row: outbox.Waiting) -> tuple[str, ...]:
    message = conversation.message(desk.conn, row.message)
    error = f"({row.error})" if row.error else ""
    state = (
        row.state if row.at is None or row.state != outbox.QUEUED else f"leaves {shown(row.at, zone=local())}"
    )
    people = ", ".join(row.rest or message.people)
    return state, f"#{_number(desk, row.ticket)}", people, message.subject, error


def _number(desk: Desk, ticket: str) -> int | None:
    return tickets.ticket(desk.conn, ticket).number


@click.command("sync")
@click.option("--watch", is_flag=True, help="Stay and go on; ctrl+c ends it.")
@json_option
def sync_verb(watch: bool, as_json: bool) -> int:
    """One round: receive from every mailbox, apply what time alone does, send what is due."""
    with opened(found=True) as desk:
        if not (desk.settings.mailbox or outbox.unsent(desk.conn)):
            raise NotFound("No mailbox is set up on this desk; `deskterm setup` does that.")
        code = _round(desk, as_json=as_json)
        waiting = threading.Event()
        while watch:
            try:
                waiting.wait(_pause(desk))
                code = _round(desk, as_json=as_json, again=True)
            except KeyboardInterrupt:
                break
        return code


def _pause(desk: Desk) -> float:
    """Seconds until the next round: the poll, or earlier when a letter is due to leave."""
    due = outbox.next_at(desk.conn)
    poll = float(max(desk.settings.poll_seconds, 1))
    return poll if due is None else min(poll, max(due - desk.clock(), 1.0))


def _round(desk: Desk, *, as_json: bool, again: bool = False) -> int:
    """One round and what it did. A round after the first that did nothing says nothing."""
    from deskterm import sync

    counts = sync.once(desk, tell=_Progress())
    numbers = structs.asdict(counts)
    trouble = numbers.pop("errors")
    if as_json:
        say.json_line({"schema": jsonl.COUNTS, **numbers, "errors": list(trouble)})
    else:
        said = ", ".join(f"{word} {count:,}" for word, count in numbers.items() if count)
        if said or not (again or trouble):
            say.line(said or "nothing new")
    say.flush()
    for sentence in trouble:
        say.told(sentence)
    if not again and live.state(desk) == live.OFF and live.held(desk):
        say.told(
            "Replies are held in shadow mode: `deskterm live` shows them, `live for ADDRESS` lets some go, "
            "`live on` all."
        )
    return errors.FAILED if trouble else errors.DONE


TELL_SECONDS = 1.0
"""How often long reading says how far it is."""


class _Progress:
    """Long reading shows that it goes on, on a terminal only."""

    def __init__(self) -> None:
        self._pace = Pace()
        self._next = 0.0

    def __call__(self, what: str, so_far: int, of: int) -> None:
        now = time.monotonic()
        self._pace.told(so_far, at=now)
        if not (say.can_ask() and so_far) or (now < self._next and so_far < of):
            return
        self._next = now + TELL_SECONDS
        pace = self._pace.words(of - so_far) if of > so_far else ""
        say.told(f"{what}: {so_far:,}{f' of {of:,}' if of else ''}{f'; {pace}' if pace else ''}")


@click.command("import")
@click.argument("where", type=click.Path(path_type=Path), metavar="PATH", required=False)
@click.option("--shelf", "again", is_flag=True, help="In place of PATH: read again what lies on the shelf.")
@json_option
def import_verb(where: Path | None, again: bool, as_json: bool) -> int:
    """Take in a Maildir, an mbox, an .eml file or a folder of them. No clock starts, nothing is sent."""
    if (where is None) != again:
        raise click.UsageError("Say what to take in: a PATH, or --shelf.")
    with opened(found=True) as desk:
        counts = _taken_in(desk, where)
        parts = {
            "taken in": counts.archived + counts.new,
            "known already": counts.known,
            "on the shelf": counts.shelved,
        }
        if not any(parts.values()) and not counts.errors:
            raise NotFound(f"There is no letter in {where}." if where else "The shelf is empty.")
        if as_json:
            say.json_line({"schema": jsonl.COUNTS, **structs.asdict(counts)})
        elif said := ", ".join(f"{count:,} {word}" for word, count in parts.items() if count):
            say.line(said)
        for sentence in counts.errors:
            say.told(sentence)
        return errors.FAILED if counts.errors else errors.DONE


def _taken_in(desk: Desk, where: Path | None) -> Counts:
    from deskterm import receive, shelved

    if where is None:
        return shelved.read_again(desk, tell=_Progress())
    return receive.archive(desk, where, tell=_Progress())


@click.command("verify")
@click.option("--rebuild", "again", is_flag=True, help="Make all tables anew from the log first.")
@json_option
def verify_verb(again: bool, as_json: bool) -> int:
    """Walk the log's hash chain, compare every row with what the log makes of it, check every letter."""
    from store import blobs
    from store.log import rebuild

    with opened() as desk:
        if again:
            with desk.store.write() as tx:
                say.told(f"{rebuild.rebuild(tx):,} rows made anew from the log")
        verdict = rebuild.verify(desk.conn, desk.store.secret)
        faults = [*verdict.faults, *blobs.faults(desk.conn, folder=desk.blob_folder)]
        for fault in faults:
            if as_json:
                say.json_line({"schema": jsonl.FAULT, "words": fault})
            else:
                say.line(fault)
        whole = f"{verdict.entries:,} entries, {verdict.changes:,} changes, {verdict.rows:,} rows"
        say.told(f"{whole}: {f'{len(faults):,} faults' if faults else 'whole'}")
        return errors.FAILED if faults else errors.DONE
