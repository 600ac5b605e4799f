"""The text form of a macro: TOML between `+++` lines, then the reply, there and back.

Pure. Knows which fields a macro may have and how to say what is wrong with them; does not know what a
placeholder means or what running one does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from store.errors import DocError, QueryError
from store.model import PRIORITIES, TYPES, Status
from store.rules import query, todos
from store.rules.doctext import Doc, Section, quoted
from store.rules.fields import TAG

LONGEST_DOC = 64_000
FENCE = "+++"
FIELDS = (
    "name", "key", "starred", "status", "priority", "type", "assignee", "group", "tags", "snooze", "note",
    "link", "checklist", "if", "then",
)  # fmt: skip

SPAN = re.compile(r"(\d{1,4})([mhdw])")


@dataclass(frozen=True, slots=True)
class Macro:
    name: str
    reply: str = ""
    """Text for the customer, with placeholders; empty means no letter."""
    note: str = ""
    """Text for the team, with placeholders; empty means no note."""
    key: str = ""
    """The letter that runs it after `m`, or empty."""
    starred: bool = False
    status: str = ""
    priority: int | None = None
    type: str = ""
    assignee: str | None = None
    """An agent's name, `me` for whoever runs it, empty for nobody, None for as it is."""
    group: str | None = None
    add: tuple[str, ...] = ()
    """Tags it adds."""
    remove: tuple[str, ...] = ()
    snooze: str = ""
    """How long to sleep, such as `30m`, `4h`, `2d`, `1w`."""
    link: str = ""
    """A line with an address of the web, with placeholders; several lines are several links."""
    checklist: tuple[str, ...] = ()
    """Items such as `Call back` or `2d: Call back`, with placeholders."""
    only: str = ""
    """A query (`if` in the text) that a ticket has to answer; empty for every ticket."""
    then: tuple[str, ...] = ()
    """Macros, by name, that run after it."""
    line: int = field(default=0, compare=False)
    """First line of the reply in the text it was read from; 0 when it was not read."""
    head: str = field(default="", compare=False, repr=False)
    """The fields as they stand there, line by line from its first."""
    at: Mapping[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]], compare=False)
    """Line and column of the fields that are checked once the whole macro is known."""


def parse(text: str) -> Macro:
    """A macro from its text: TOML between two `+++` lines, then the reply. Raises DocError."""
    if len(text) > LONGEST_DOC:
        raise DocError(f"The macro is longer than {LONGEST_DOC:,} characters; split it.")
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    end = _closing_fence(lines)
    head = "\n".join(["", *lines[1:end]])
    doc = Doc(head)
    doc.known(doc.table, FIELDS)
    macro = _from_doc(doc)
    body = lines[end + 1 :]
    skipped = next((n for n, line in enumerate(body) if line.strip()), 0)
    reply = "\n".join(body[skipped:]).rstrip()
    return replace(macro, reply=reply, line=end + 2 + skipped, head=head, at=_places(doc))


def _places(doc: Doc) -> dict[str, tuple[int, int]]:
    found = {name: doc.wrong("", name) for name in ("note", "link", "checklist", "then") if name in doc.table}
    return {name: (place.line, place.column) for name, place in found.items()}


def _closing_fence(lines: list[str]) -> int:
    if not lines or lines[0].strip() != FENCE:
        raise DocError('A macro begins with a line "+++", then its fields, then "+++" and the reply.')
    for number, line in enumerate(lines[1:], start=1):
        if line.strip() == FENCE:
            return number
    raise DocError('The fields are never closed; put a line "+++" after them.', line=len(lines))


def _from_doc(doc: Doc) -> Macro:
    top = Section(doc)
    name = " ".join(top.text("name").split())
    if not name:
        raise DocError('A macro needs a name, as in name = "Ask for logs".', line=2)
    return replace(
        acts_of(top), name=name, key=_one_letter(top, "key"), starred=top.yes("starred"),
        link=_link(top), checklist=checklist(top, "checklist"), only=_query(top), then=_then(top, name),
    )  # fmt: skip


def acts_of(part: Section) -> Macro:
    """What a section says is to be done, as a macro without a name. Raises DocError."""
    add, remove = _tags(part)
    return Macro(
        name="",
        reply=part.text("reply").strip("\n").rstrip(),
        note=part.text("note").strip("\n").rstrip(),
        status=part.one_of("status", tuple(status.value for status in Status)),
        priority=_priority(part),
        type=part.one_of("type", TYPES),
        assignee=part.text("assignee").strip() if "assignee" in part.table else None,
        group=part.text("group").strip() if "group" in part.table else None,
        add=add,
        remove=remove,
        snooze=_span(part, "snooze"),
    )


def _link(part: Section) -> str:
    rows = [" ".join(line.split()) for line in part.text("link").split("\n") if line.strip()]
    if not all(map(todos.is_link, rows)):
        raise part.wrong(
            'link has to hold an address, as in link = "Status https://status.example.com".', "link"
        )
    return "\n".join(rows)


def checklist(part: Section, name: str) -> tuple[str, ...]:
    """The items of a checklist, each checked. Raises DocError."""
    words = part.words(name)
    if len(words) > todos.MOST:
        raise part.wrong(f"{name} has more than {todos.MOST} items; make two of it.", name)
    for word in words:
        try:
            todos.item(word)
        except DocError as error:
            raise part.wrong(str(error), name) from None
    return tuple(" ".join(word.split()) for word in words)


def _query(part: Section) -> str:
    text = " ".join(part.text("if").split())
    try:
        query.parse(text)
    except QueryError as error:
        place = part.wrong("", "if")
        raise DocError(f"if: {error}", place.line, place.column + 1 + error.column) from None
    return text


def _then(part: Section, name: str) -> tuple[str, ...]:
    names = tuple(" ".join(word.split()) for word in part.words("then"))
    if not all(names):
        raise part.wrong('then has to name macros, as in then = ["Thanks and close"].', "then")
    if name.casefold() in (word.casefold() for word in names):
        raise part.wrong("The macro runs itself, which would never end; take it out of then.", "then")
    return names


def _one_letter(part: Section, name: str) -> str:
    value = part.text(name)
    if len(value) > 1 or value.isspace():
        raise part.wrong(f'{name} has to be one letter, as in {name} = "R".', name)
    return value


def _priority(part: Section) -> int | None:
    value = part.table.get("priority")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value not in PRIORITIES:
        raise part.wrong("priority has to be a number from 1 (system down) to 4 (question).", "priority")
    return value


def _span(part: Section, name: str) -> str:
    value = part.text(name).strip()
    if value and not SPAN.fullmatch(value):
        raise part.wrong(f"{name} has to be a span such as 30m, 4h, 2d or 1w, in quotes.", name)
    return value


def _tags(part: Section) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tags to add and to take away; of a tag named twice the last word counts."""
    value = part.table.get("tags", [])
    words = cast(list[object], value) if isinstance(value, list) else [None]
    wanted: dict[str, bool] = {}
    for word in words:
        if not isinstance(word, str) or not TAG.fullmatch(word[1:] if word[:1] in "+-" else word):
            raise part.wrong(
                'tags have to be words in a list, with a minus to take away: ["refund", "-trial"].', "tags"
            )
        wanted[word.lstrip("+-")] = not word.startswith("-")
    return tuple(tag for tag in wanted if wanted[tag]), tuple(tag for tag in wanted if not wanted[tag])


def write(macro: Macro) -> str:
    """The macro's text; `parse` of it gives the same macro."""
    texts = {"key": macro.key, "status": macro.status, "type": macro.type, "snooze": macro.snooze,
             "link": macro.link, "if": macro.only}  # fmt: skip
    rows = [f"name = {quoted(macro.name)}"]
    rows += [f"{name} = {quoted(value)}" for name, value in texts.items() if value]
    if macro.starred:
        rows.append("starred = true")
    if macro.priority is not None:
        rows.append(f"priority = {macro.priority}")
    people = {"assignee": macro.assignee, "group": macro.group}
    rows += [f"{name} = {quoted(value)}" for name, value in people.items() if value is not None]
    tags = [*macro.add, *(f"-{tag}" for tag in macro.remove)]
    if tags:
        rows.append(f"tags = [{', '.join(quoted(tag) for tag in tags)}]")
    lists = {"checklist": macro.checklist, "then": macro.then}
    rows += [f"{name} = [{', '.join(map(quoted, words))}]" for name, words in lists.items() if words]
    if macro.note:
        rows.append(f'note = """\n{_long(macro.note)}\n"""')
    return "\n".join([FENCE, *rows, FENCE, macro.reply, ""])


def _long(text: str) -> str:
    """A text over several lines for TOML; a line that looks like the fence is spelled differently."""
    lines = [quoted(line)[1:-1] for line in text.split("\n")]
    return "\n".join(r"\u002b++" if line.strip() == FENCE else line for line in lines)
