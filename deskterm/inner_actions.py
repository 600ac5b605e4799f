"""The actions of the screens one goes to: history, search, settings, customer, rules, what waits to go out.

Part of the list in actions.py. Moving in their lists is the same action everywhere.
"""

from __future__ import annotations

from deskterm.action import (
    CUSTOMER,
    DESK_THEN,
    DRAFTS,
    ERRORS,
    HISTORY,
    NOTHING,
    OUTBOX,
    RULES,
    SEARCH,
    SETTINGS,
    THEN,
    TRIAL,
    UNDO,
    Action,
)

PENDING = "Drafts, outbox, errors"
_PENDING = (DRAFTS, OUTBOX, ERRORS)
_GROUPS = {
    HISTORY: "In the history",
    THEN: "A ticket as it was",
    DESK_THEN: "A queue as it was, with ← → too",
    SEARCH: "In the search",
    SETTINGS: "In the settings",
    RULES: "Rules and promises",
    TRIAL: "A rule on trial",
    CUSTOMER: "On the customer",
    DRAFTS: PENDING,
    OUTBOX: PENDING,
    ERRORS: PENDING,
}


def _inner(
    name: str, words: str, keys: str, *places: str, rank: int = 0, undo: str = NOTHING, shell: str = "",
    help: str = "",
) -> Action:  # fmt: skip
    """One action; `keys` with blanks between."""
    group = _GROUPS[places[0]]
    return Action(name, words, tuple(keys.split()), places, undo, group, rank, shell, help)


_HISTORY = (
    _inner(
        "history.then",
        "the ticket then",
        "enter right left",
        HISTORY,
        rank=1,
        shell="deskterm show N --as-of T",
    ),
    _inner("history.now", "the ticket now", "o", HISTORY, rank=2, shell="deskterm show N"),
    _inner(
        "history.undo", "undo this alone", "z u", HISTORY, THEN, rank=3, undo="Z", shell="deskterm undo ENTRY"
    ),
    _inner(
        "history.queue",
        "the queue then",
        "t",
        HISTORY,
        rank=4,
        shell="deskterm ls --as-of T",
        help="The queue you came from, as it was when this happened.",
    ),
    _inner(
        "history.copy", "copy", "y", HISTORY, rank=5, shell="deskterm history N", help="All that is listed."
    ),
    _inner(
        "history.export",
        "export",
        "E",
        HISTORY,
        rank=6,
        shell="deskterm history N --jsonl",
        help="All that is listed, as CSV.",
    ),
    _inner("then.before", "before", "left [", THEN, DESK_THEN, rank=1, shell="deskterm show N --as-of T"),
    _inner("then.after", "after", "right ]", THEN, DESK_THEN, rank=2, shell="deskterm show N --as-of T"),
    _inner("then.now", "the ticket now", "enter o", THEN, rank=4, shell="deskterm show N"),
    _inner("then.day_before", "a day before", "{", DESK_THEN, rank=3, shell="deskterm ls --as-of T"),
    _inner("then.day_after", "a day after", "}", DESK_THEN, rank=4, shell="deskterm ls --as-of T"),
    _inner("then.ticket", "the ticket then", "enter", DESK_THEN, rank=5, shell="deskterm show N --as-of T"),
    _inner("then.ticket_now", "the ticket now", "o", DESK_THEN, rank=6, shell="deskterm show N"),
)

_SEARCH = (
    _inner("search.open", "open", "enter o", SEARCH, rank=1, shell="deskterm show N"),
    _inner("search.list", "all as a list", "l", SEARCH, rank=2, shell="deskterm ls QUERY"),
    _inner(
        "search.queue", "save as a queue", "A", SEARCH, rank=3, undo=UNDO, shell="deskterm edit queue NAME"
    ),
    _inner(
        "search.narrow",
        "narrow",
        "tab",
        SEARCH,
        rank=4,
        shell="deskterm ls QUERY",
        help="What the hits have, with how many; enter adds it to the words.",
    ),
    _inner("search.words", "other words", "/", SEARCH, rank=5, shell="deskterm search WORDS"),
)

_SETTINGS = (
    _inner("setting.change", "change", "enter", SETTINGS, rank=1, undo=UNDO, shell="deskterm config"),
    _inner("setting.default", "default", "d", SETTINGS, rank=2, undo=UNDO),
    _inner("setting.undo", "undo", "z u", SETTINGS, rank=3, undo="change it again"),
    _inner(
        "setting.edit",
        "config.toml in $EDITOR",
        "E",
        SETTINGS,
        rank=4,
        undo="edit it again",
        shell="deskterm config",
        help="Comments are kept; a mistake changes nothing.",
    ),
)

_RULES = (
    _inner(
        "rule.switch",
        "switch on or off",
        "s",
        RULES,
        TRIAL,
        rank=5,
        undo=UNDO,
        shell="deskterm rules on NAME",
    ),
    _inner("rule.try", "try it on the past", "enter t", RULES, rank=6, shell="deskterm rules backtest NAME"),
    _inner("rule.edit", "edit in $EDITOR", "e", RULES, rank=7, undo=UNDO, shell="deskterm edit rule NAME"),
    _inner("rule.new", "new rule", "n", RULES, rank=8, undo=UNDO, shell="deskterm edit rule NAME"),
    _inner("rule.packs", "add a pack", "a", RULES, rank=9, undo=UNDO, shell="deskterm docs add NAME"),
    _inner("trial.right", "right", "y", TRIAL, rank=1),
    _inner("trial.wrong", "wrong", "n", TRIAL, rank=2),
    _inner("trial.unmark", "no mark", "x", TRIAL, rank=3),
    _inner("trial.open", "go to the ticket", "enter", TRIAL, rank=4, shell="deskterm show N"),
)

_CUSTOMER = (
    _inner("customer.open", "open", "enter o", CUSTOMER, rank=1, shell="deskterm show N"),
    _inner("customer.list", "all as a list", "l", CUSTOMER, rank=2, shell="deskterm ls customer:ADDRESS"),
    _inner(
        "customer.merge",
        "merge",
        "M",
        CUSTOMER,
        rank=3,
        undo=UNDO,
        shell="deskterm merge --customers ADDRESS INTO",
        help="This person has another address too: all their tickets come here.",
    ),
    _inner(
        "customer.part", "part again", "U", CUSTOMER, rank=4, undo=UNDO, help="The address under the cursor."
    ),
)

_PENDING_LISTS = (
    _inner("pending.open", "what to do", "enter", *_PENDING, rank=1, undo=UNDO, shell="deskterm outbox"),
    _inner("pending.ticket", "the ticket", "o", *_PENDING, rank=2, shell="deskterm show N"),
    _inner("pending.back", "call back", "z u", OUTBOX, rank=3, undo="Z", shell="deskterm undo"),
    _inner(
        "shelf.again",
        "read the shelf again",
        "r",
        ERRORS,
        rank=4,
        help="What can be read by now comes in like any letter.",
    ),
    _inner("shelf.save", "save its bytes", "O", ERRORS, rank=5),
)

INNER: tuple[Action, ...] = (*_HISTORY, *_SEARCH, *_SETTINGS, *_RULES, *_CUSTOMER, *_PENDING_LISTS)
"""Every one of them, in the order of the key table."""
