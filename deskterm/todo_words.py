"""Items and links of a ticket in words, the same in plans, history, shell and screen. Pure."""

from __future__ import annotations

from datetime import tzinfo

from deskterm.moments import shown
from deskterm.safe import clean
from store.rules import todos
from store.rules.todos import Todo


def words(todo: Todo, *, zone: tzinfo, now: int | None = None) -> str:
    """`Call back, due 2026-09-25 09:00`; with `now`, what is late says so."""
    text = clean(todo.text)
    if todo.done is not None:
        return f"{text}, done {shown(todo.done, zone=zone)}"
    if todo.due is None:
        return text
    late = "was due" if now is not None and todo.due <= now else "due"
    return f"{text}, {late} {shown(todo.due, zone=zone)}"


def said(field: str, value: object, *, zone: tzinfo) -> str:
    """A value of the log's `todo.` and `link.` fields in words; empty for nothing."""
    space, _, key = field.partition(".")
    if space != todos.SPACE:
        return clean(str(value)) if value is not None else ""
    todo = todos.read(key, value)
    return words(todo, zone=zone) if todo is not None else ""


def is_one(field: str) -> bool:
    """Whether a field of the log is an item or a link."""
    return field.partition(".")[0] in (todos.SPACE, todos.LINKS)


def changed(field: str, before: object, after: object, *, zone: tzinfo) -> str:
    """A change of one: `+ Call back, due ...`, or `-` before what is gone."""
    text = said(field, after if after is not None else before, zone=zone)
    return f"{'+' if after is not None else '-'} {text}"


LABELS = {todos.SPACE: "to do", todos.LINKS: "link"}
