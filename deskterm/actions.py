"""Every action once: its id, words, keys, where it applies and how it is undone.

The screen, the palette, the hints line, the help, `deskterm keys` and the key table of the README all
read this list. No Textual, and no idea how an action is carried out.
"""

from __future__ import annotations

from collections.abc import Mapping

from deskterm.action import (
    ANYWHERE,
    ASKS,
    CONVERSATION,
    HELD,
    LIST,
    NOTHING,
    ROWS,
    SEARCH,
    TEXT,
    THEN,
    TYPED_BACK,
    UNDO,
    WRITING,
    Action,
    keys_shown,
)
from deskterm.inner_actions import INNER

_EVERYWHERE = (
    Action("help.keys", "keys", ("?",), group="Everywhere", rank=99, shell="deskterm keys"),
    Action("command.open", "commands", (":", "ctrl+p"), group="Everywhere", rank=98),
    Action(
        "nav.back", "back", ("escape",), group="Everywhere", help="One step: the filter, selection, pane."
    ),
    Action("nav.close", "close", ("q",), group="Everywhere", help="On the main screen: quit."),
    Action("app.quit", "quit", ("ctrl+q",), group="Everywhere"),
    Action("nav.pane", "next pane", ("tab", "shift+tab"), group="Moving"),
    Action("view.zoom", "zoom", ("+", "_"), group="Moving", help="A bigger, a smaller pane."),
    Action("view.customer", "customer", ("P",), group="Moving", rank=40),
    Action("change.undo", "undo", ("z", "u"), undo="Z", group="Everywhere", rank=30, shell="deskterm undo"),
    Action("change.redo", "redo", ("Z",), undo=UNDO, group="Everywhere", shell="deskterm undo --redo"),
    Action("desk.refresh", "check mail, sort", ("ctrl+r",), group="Everywhere", shell="deskterm sync"),
    Action("view.redraw", "redraw", ("ctrl+l",), group="Everywhere"),
    Action("app.suspend", "suspend", ("ctrl+z",), group="Everywhere", help="`fg` brings the desk back."),
)


def _go(name: str, words: str, key: str, shell: str = "") -> Action:
    return Action(f"go.{name}", words, (f"g {key}",), group="Go", shell=shell)


_TOUR = Action(
    "demo.tour",
    "practice tour",
    ("g t",),
    group="Go",
    shell="deskterm demo --tour",
    help="A morning step by step on the practice desk; the same key leaves it.",
)

_GO = (
    _go("mine", "mine", "i", "deskterm ls assignee:me"),
    _go("unassigned", "unassigned", "u", "deskterm ls assignee:none"),
    _go("all", "all open", "a", "deskterm ls"),
    _go("waiting", "waiting", "w", "deskterm ls is:waiting"),
    _go("snoozed", "snoozed", "s", "deskterm ls is:snoozed"),
    _go("drafts", "drafts", "d"),
    _go("outbox", "outbox", "o", "deskterm outbox"),
    Action("go.search", "search", ("g /",), group="Go", shell="deskterm search WORDS"),
    _go("customer", "this customer", "c", "deskterm ls customer:ADDRESS"),
    _go("history", "history", "h", "deskterm history"),
    _go("errors", "errors", "e", "deskterm doctor"),
    Action("go.settings", "settings", ("g ,",), undo=UNDO, group="Go", shell="deskterm config"),
    Action(
        "go.rules",
        "rules and promises",
        ("g R",),
        undo=UNDO,
        group="Go",
        shell="deskterm rules",
        help="Switch, edit and try them on the past.",
    ),
    Action(
        "desk.live",
        "going live",
        ("g l",),
        undo=UNDO,
        group="Go",
        shell="deskterm live",
        help="Shadow mode, live for some senders, or for all.",
    ),
    _TOUR,
)

_IN_LIST = (
    Action("list.down", "next", ("j", "down"), (LIST, ROWS), group="Moving"),
    Action("list.up", "previous", ("k", "up"), (LIST, ROWS), group="Moving"),
    Action("list.half_down", "half a page down", ("ctrl+d",), (LIST, ROWS), group="Moving"),
    Action("list.half_up", "half a page up", ("ctrl+u",), (LIST, ROWS), group="Moving"),
    Action("list.page_down", "page down", ("pagedown",), (LIST, ROWS), group="Moving"),
    Action("list.page_up", "page up", ("pageup",), (LIST, ROWS), group="Moving"),
    Action("list.top", "top", ("g g", "home"), (LIST, ROWS), group="Moving"),
    Action("list.bottom", "bottom", ("G", "end"), (LIST, ROWS), group="Moving"),
    Action("list.filter", "filter", ("/",), (LIST, ROWS), group="Moving", rank=10, shell="deskterm ls QUERY"),
    Action("queue.before", "queue before", ("[",), (LIST, CONVERSATION), group="Moving"),
    Action("queue.after", "queue after", ("]",), (LIST, CONVERSATION), group="Moving"),
    Action("queue.number", "queue by number", ("1-9",), (LIST,), group="Moving"),
    Action("list.sort", "sort", ("S",), (LIST,), group="Moving", shell="deskterm ls --sort NAME"),
    Action("ticket.open", "read", ("enter", "o"), (LIST,), group="Moving", rank=11, shell="deskterm show N"),
    Action(
        "view.line_down",
        "scroll the conversation",
        ("J",),
        (LIST, CONVERSATION, SEARCH, THEN),
        group="Moving",
    ),
    Action("view.line_up", "scroll it back", ("K",), (LIST, CONVERSATION, SEARCH, THEN), group="Moving"),
    Action("view.page_down", "page down in it", ("space",), (LIST, CONVERSATION, ROWS), group="Moving"),
    Action("view.page_up", "page up in it", ("b",), (LIST, CONVERSATION, ROWS), group="Moving"),
    Action("select.one", "select", ("x",), (LIST,), group="Selecting", rank=9),
    Action("select.range", "select from here", ("v",), (LIST,), group="Selecting"),
    Action("select.all", "all in filter", ("*",), (LIST,), group="Selecting"),
)

_BOTH = (LIST, CONVERSATION)

_TICKET = (
    Action("ticket.solve", "solve", ("e",), _BOTH, UNDO, rank=1, shell="deskterm set N status=solved"),
    Action("ticket.wait", "wait", ("w",), _BOTH, UNDO, rank=2, shell="deskterm set N status=waiting"),
    Action("ticket.snooze", "snooze", ("h",), _BOTH, UNDO, rank=3, shell="deskterm snooze N WHEN"),
    Action("ticket.status", "status", ("s",), _BOTH, UNDO, shell="deskterm set N status=STATUS"),
    Action("ticket.priority", "priority", ("p",), _BOTH, UNDO, shell="deskterm set N priority=1"),
    Action("ticket.assign", "assign", ("a",), _BOTH, UNDO, rank=7, shell="deskterm set N assignee=NAME"),
    Action("ticket.take", "take it", ("i",), _BOTH, UNDO, shell="deskterm set N assignee=me"),
    Action("ticket.tag", "tag", ("t",), _BOTH, UNDO, rank=8, shell="deskterm set N tag=+NAME"),
    Action(
        "ticket.todo",
        "to do",
        ("X",),
        _BOTH,
        UNDO,
        shell="deskterm todo N",
        help="Tick items off, or add one, such as 2d: Call back.",
    ),
    Action("macro.open", "macro", ("m",), _BOTH, UNDO, rank=6, shell="deskterm macro NAME QUERY"),
    Action("change.repeat", "again", (".",), _BOTH, UNDO, help="The last act, on this ticket."),
    Action("reply.inline", "reply", ("r",), _BOTH, HELD, rank=4, shell="deskterm reply N"),
    Action("reply.editor", "reply in $EDITOR", ("R",), _BOTH, HELD, shell="deskterm reply N"),
    Action("note.new", "note", ("n",), _BOTH, UNDO, rank=5, shell="deskterm note N"),
    Action("reply.forward", "forward", ("f",), _BOTH, HELD, shell="deskterm forward N"),
    Action("ticket.new", "new ticket", ("c",), _BOTH, HELD, shell="deskterm new"),
    Action("ticket.unread", "unread", ("U",), _BOTH, UNDO, shell="deskterm set N unread=yes"),
    Action("ticket.spam", "spam", ("!",), _BOTH, UNDO, shell="deskterm set N status=spam"),
    Action("ticket.bin", "bin", ("#",), _BOTH, UNDO, shell="deskterm set N bin=yes"),
    Action("ticket.merge", "merge into", ("M",), _BOTH, UNDO, shell="deskterm merge N M"),
    Action("ticket.split", "take letters out", ("T",), _BOTH, UNDO, shell="deskterm split N LETTER"),
    Action("ask.accept", "yes to what it asks", ("A",), _BOTH, UNDO, shell="deskterm accept N"),
    Action("ask.dismiss", "no to what it asks", ("N",), _BOTH, UNDO, shell="deskterm accept N --no"),
    Action("ticket.history", "history", ("H",), _BOTH, shell="deskterm history N"),
)


def _copy(name: str, words: str, key: str) -> Action:
    return Action(f"copy.{name}", words, (f"y {key}",), _BOTH, group="Copying", shell="deskterm show N")


_COPY = (
    _copy("number", "copy the number", "i"),
    _copy("link", "copy the link", "l"),
    _copy("address", "copy the address", "e"),
    _copy("text", "copy the text", "t"),
    _copy("msgid", "copy the Message-ID", "m"),
)

_CONVERSATION = (
    Action(
        "view.unfold", "unfold", (">",), (CONVERSATION, LIST, THEN), group="Moving", help="And fold again."
    ),
    Action("file.open", "open attachment", ("o 1-9",), (CONVERSATION,), group="Moving", rank=12),
    Action("file.save", "save attachment", ("O 1-9",), (CONVERSATION,), group="Moving"),
)

_TEXT_BOX = (
    Action("text.editor", "$EDITOR", ("ctrl+e",), (TEXT,), TYPED_BACK, "Writing", rank=2),
    Action("text.macro", "macro", ("ctrl+o",), (TEXT,), TYPED_BACK, "Writing", rank=3),
    Action("text.leave", "leave text", ("escape",), (TEXT,), group="Writing", rank=1),
    Action("text.undo", "undo typing", ("ctrl+z",), (TEXT,), "ctrl+y", "Writing"),
    Action("text.send", "send", ("ctrl+enter", "alt+enter"), (TEXT,), HELD, "Writing"),
)


def _write(name: str, words: str, key: str, undo: str = NOTHING, shell: str = "") -> Action:
    return Action(f"write.{name}", words, (key,), (WRITING,), undo, "Writing", shell=shell)


_COMMAND_ROW = (
    _write("send_solve", "send + solve", "y", HELD, "deskterm reply N --then solved"),
    _write("send", "send + keep open", "Y", HELD, "deskterm reply N"),
    _write("send_wait", "send + wait", "w", HELD, "deskterm reply N --then waiting"),
    _write("later", "send later", "l", HELD, "deskterm reply N --later WHEN"),
    _write("editor", "edit in $EDITOR", "e"),
    _write("macro", "macro", "m", TYPED_BACK),
    _write("attach", "attach", "a", TYPED_BACK, "deskterm reply N --attach FILE"),
    _write("note", "make it a note", "n", "n", "deskterm note N"),
    _write("to", "to", "t", TYPED_BACK, "deskterm reply N --to ADDRESS"),
    _write("everybody", "reply to all", "A", TYPED_BACK, "deskterm reply N --all"),
    _write("cc", "cc", "c", TYPED_BACK, "deskterm reply N --cc ADDRESS"),
    _write("bcc", "bcc", "b", TYPED_BACK, "deskterm reply N --bcc ADDRESS"),
    _write("inline", "answer inline", "i", TYPED_BACK, "deskterm reply N --inline"),
    _write("quote", "quoting", "Q", "Q"),
    _write("html", "html form", "H", "H", "deskterm reply N --html"),
    _write("keep", "keep draft and close", "q"),
    _write("discard", "discard draft", "D", ASKS),
)

ACTIONS: tuple[Action, ...] = (
    *_TICKET,
    *_IN_LIST,
    *_CONVERSATION,
    *_COPY,
    *_GO,
    *_EVERYWHERE,
    *_TEXT_BOX,
    *_COMMAND_ROW,
    *INNER,
)

BY_ID = {action.id: action for action in ACTIONS}


def hints(*places: str) -> tuple[Action, ...]:
    """What the hints line offers in `places`, most useful first; inside text nothing from elsewhere."""
    found = [action for action in ACTIONS if action.rank and set(places).intersection(action.where)]
    if TEXT not in places:
        found += [action for action in ACTIONS if action.rank and ANYWHERE in action.where]
    return tuple(sorted(found, key=lambda action: action.rank))


def key_table_markdown(own: Mapping[str, tuple[str, ...]] | None = None) -> str:
    """All keys as Markdown tables, one a group: the key table of the README.

    `own` are keys by action id that stand in for ours.
    """
    lines: list[str] = []
    for group in dict.fromkeys(action.group for action in ACTIONS):
        lines += [f"**{group}**", "", "| key | does | undo | in the shell |", "| --- | --- | --- | --- |"]
        lines += [_row(action, own or {}) for action in ACTIONS if action.group == group]
        lines.append("")
    return "\n".join(lines)


def _row(action: Action, own: Mapping[str, tuple[str, ...]]) -> str:
    keys = own.get(action.id, action.keys)
    shown = " ".join(f"`{keys_shown(key)}`" for key in keys).replace("|", "\\|")
    undo = "" if action.undo == NOTHING else action.undo
    shell = f"`{action.shell}`" if action.shell else ""
    return f"| {shown} | {action.words} | {undo} | {shell} |"
