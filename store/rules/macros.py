"""Macros: a reply, a note, a checklist and some fields under one name, run on one ticket or ten thousand.

Pure. Knows what a macro asks for, what is wrong with it and what it does to a ticket; does not know which
tickets it runs on, who asks, or how a change reaches the desk.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, tzinfo
from difflib import get_close_matches

from msgspec import Struct

from store.errors import DocError, Refused
from store.rules import template, todos
from store.rules.context import NAMES, context
from store.rules.doctext import places
from store.rules.macro_text import SPAN, Macro, parse, write
from store.rules.template import Slot

__all__ = ["Macro", "Result", "blanks", "context", "defaults", "lint", "parse", "run", "write"]

_SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}


class Result(Struct, frozen=True):
    """What a macro does to one ticket. Nothing happens until somebody commits it."""

    sets: tuple[tuple[str, str | int | None], ...]
    """Ticket fields as the registry names them; None takes a tag or an assignee away."""
    reply: str | None
    note: str | None
    missing: tuple[str, ...] = ()
    """Placeholders without a value: nothing may be sent before somebody has looked."""
    blanks: tuple[str, ...] = ()
    """Blanks to ask for that have no answer yet."""
    used_default: tuple[str, ...] = ()
    """Placeholders where the default stands in."""


def says(macro: Macro) -> bool:
    """Whether it holds any text, so that it has to know the ticket."""
    return bool(macro.reply or macro.note or macro.link or macro.checklist)


def blanks(macro: Macro) -> tuple[str, ...]:
    """Labels of what the macro asks for, in order, each once."""
    texts = (macro.reply, macro.note, macro.link, *macro.checklist)
    return tuple(dict.fromkeys(slot.ask for text in texts for slot in _slots(text) if slot.ask))


def defaults(macro: Macro) -> dict[str, str]:
    """What stands in a blank that nobody fills, by its label; blanks without such words are not in it."""
    texts = (macro.reply, macro.note, macro.link, *macro.checklist)
    return {
        slot.ask: str(used.arguments[0])
        for text in texts for slot in _slots(text) if slot.ask
        for used in slot.filters if used.name == "default" and used.arguments
    }  # fmt: skip


def lint(macro: Macro) -> list[DocError]:
    """Every mistake in the placeholders, each at its line and column; empty when there is none."""
    if not macro.line:
        try:
            macro = parse(write(macro))
        except DocError as error:
            return [error]
    found: list[DocError] = []
    for name, texts in (("note", (macro.note,)), ("link", (macro.link,)), ("checklist", macro.checklist)):
        found += mistakes(texts, macro.head, macro.at.get(name, (1, 1)))
    below = "\n" * (macro.line - 1) + macro.reply
    found += mistakes((macro.reply,), below, (macro.line, 1))
    if not (macro.reply or macro.note or macro.link or macro.checklist or macro.then or _sets(macro, {})):
        found.append(DocError("The macro does nothing; give it a reply, a note or a field to set."))
    return found


def mistakes(texts: Iterable[str], source: str, at: tuple[int, int]) -> list[DocError]:
    """What is wrong with the placeholders of texts that were read from `source` from a place on."""
    slots = [slot for text in texts for slot in _slots(text)]
    found = zip(slots, places(source, at, [slot.source for slot in slots]), strict=True)
    return [DocError(f"{wrong}.", *place) for slot, place in found if (wrong := slot.error or _unknown(slot))]


def _slots(text: str) -> list[Slot]:
    return [piece for piece in template.read(text) if isinstance(piece, Slot)]


def _unknown(slot: Slot) -> str:
    if not slot.name or slot.name in NAMES:
        return ""
    near = get_close_matches(slot.name, NAMES, 1)
    hint = f'perhaps "{near[0]}"' if near else "names begin with ticket, customer, account or agent"
    return f'nothing is called "{slot.name[:60]}"; {hint}'


def run(
    macro: Macro,
    context: Mapping[str, object],
    answers: Mapping[str, str] | None = None,
    *,
    zone: tzinfo = UTC,
) -> Result:
    """What the macro does to the ticket of `context`, with `answers` for its blanks.

    Raises Refused when it has to know the time or the agent and `context` does not say.
    """
    if not says(macro):
        return Result(_sets(macro, context, strict=True), None, None)
    reply, note, link, *items = (
        template.fill(template.read(text), context, answers=answers, zone=zone)
        for text in (macro.reply, macro.note, macro.link, *macro.checklist)
    )
    every = (reply, note, link, *items)
    return Result(
        sets=(
            *_sets(macro, context, strict=True), *_links(link.text),
            *_todos([one.text for one in items], context),
        ),
        reply=reply.text if macro.reply else None,
        note=note.text if macro.note else None,
        missing=tuple(dict.fromkeys(name for one in every for name in one.missing)),
        blanks=tuple(dict.fromkeys(name for one in every for name in one.unanswered)),
        used_default=tuple(dict.fromkeys(name for one in every for name in one.used_default)),
    )  # fmt: skip


def _links(text: str) -> list[tuple[str, str]]:
    rows = (" ".join(row.split()) for row in text.split("\n"))
    return [(f"{todos.LINKS}.{todos.key(row)}", row) for row in rows if row]


def _todos(texts: list[str], context: Mapping[str, object]) -> list[tuple[str, str]]:
    now = context.get("now")
    if texts and not isinstance(now, int):
        raise Refused("The macro adds a checklist, and the time is not known; run it with a clock.")
    found: list[tuple[str, str]] = []
    for text in texts:
        try:
            one = todos.item(text[: todos.LONGEST])
        except DocError:
            continue  # nothing is left where a value is missing, which `missing` says
        todo = todos.begun(one, now=now if isinstance(now, int) else 0)
        found.append((f"{todos.SPACE}.{todo.key}", todos.write(todo)))
    return found


def _sets(
    macro: Macro, context: Mapping[str, object], *, strict: bool = False
) -> tuple[tuple[str, str | int | None], ...]:
    sets: list[tuple[str, str | int | None]] = []
    if macro.status:
        sets.append(("status", macro.status))
    if macro.priority is not None:
        sets.append(("priority", macro.priority))
    if macro.type:
        sets.append(("type", macro.type))
    if macro.assignee is not None:
        sets.append(("assignee", _me(context, strict) if macro.assignee == "me" else macro.assignee or None))
    if macro.group is not None:
        sets.append(("grp", macro.group or None))
    sets += [(f"tag.{tag}", 1) for tag in macro.add]
    sets += [(f"tag.{tag}", None) for tag in macro.remove]
    if macro.snooze:
        sets.append(("snooze_until", _wake(macro.snooze, context, strict)))
    return tuple(sets)


def _me(context: Mapping[str, object], strict: bool) -> str:
    name = template.look_up(context, "agent.name")
    if strict and not (isinstance(name, str) and name):
        raise Refused("The macro assigns to whoever runs it, and no agent is known; name the agent.")
    return name if isinstance(name, str) else ""


def _wake(span: str, context: Mapping[str, object], strict: bool) -> int:
    now = context.get("now")
    if strict and not isinstance(now, int):
        raise Refused("The macro snoozes the ticket, and the time is not known; run it with a clock.")
    match = SPAN.fullmatch(span)
    length = int(match[1]) * _SECONDS[match[2]] if match else 0
    return (now if isinstance(now, int) else 0) + length
