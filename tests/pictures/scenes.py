"""The scenes of the desk: which keys lead there, how large the terminal is and what was set before.

The pictures are taken of them, and the output oracle goes through them in a real terminal.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from deskterm.events import Presence
from deskterm.sync import Health, Loop
from store import blobs, outbox
from store.log.entry import Change
from tests.rigs.stage import Stage

WIDE, MEDIUM, NARROW = (120, 40), (80, 24), (60, 20)
ANSWER = (
    "Hi Dana,\n\nWe found the cause: exports above 10k rows hit a time limit that 2.3 lowered by mistake."
    " I have raised it for your workspace.\n\nBest, Marek"
)

FOREIGN = (
    "株式会社の領収書の宛名を変更してください。よろしくお願いします。\n"
    "שלום, החשבונית לא נכונה (invoice 42).\nمرحبا، الفاتورة غير صحيحة.\n"
    "Zoe\u0308 A\u030angstro\u0308m, हिन्दी, ไทย, 한국어\n👩\u200d👩\u200d👧 🇩🇪 ✈\ufe0f \u202egnp.exe\u202c\n"
)


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture. `keys` as Textual names them, `=words` types words."""

    name: str
    keys: tuple[str, ...] = ()
    size: tuple[int, int] = MEDIUM
    settings: dict[str, object] = field(default_factory=dict[str, object])
    end: Callable[[Stage], Awaitable[None]] | None = None
    """What is done on the screen after the keys, where it is no key."""


async def offline(stage: Stage) -> None:
    """The mailbox has been away for an hour and a half."""
    await _health(
        stage, Health(error="mail.desk.example does not answer.", since=int(stage.clock.now) - 5280)
    )


async def first_read(stage: Stage) -> None:
    await _health(stage, Health(reading=(3120, 12480)))


async def _health(stage: Stage, health: Health) -> None:
    stage.app.loop_ = Loop(stage.desk, health={"support": health})
    stage.main.showing.draw_heading()
    stage.main.showing.counts.draw()
    stage.main.telling.status()


async def kept(stage: Stage) -> None:
    """What was typed is a draft on the disk."""
    await stage.until(lambda: "draft saved" in stage.text)


async def refuse(stage: Stage) -> None:
    """The server takes the reply that waits for none."""
    row = outbox.unsent(stage.desk.conn)[-1]
    with stage.desk.store.write() as tx:
        error = "552 5.3.4 message size exceeds 10 MB"
        tx.commit(outbox.moved(row, outbox.REFUSED, error=error), actor="sender", kind="sending")
    stage.main.showing.refresh()
    stage.main.telling.clear()


async def counted(stage: Stage) -> None:
    """What rules did and what was reached stands on the list."""
    await stage.until(lambda: "counting" not in stage.text and "acted" in stage.text)


async def refused_list(stage: Stage) -> None:
    """The refused reply stands in the list of what went wrong."""
    await refuse(stage)
    await stage.press("g", "e")


async def read_then(stage: Stage) -> None:
    """The ticket as it was stands below the slider."""
    await stage.until(lambda: "Export" in stage.text and "note, private" in stage.text)


async def read_queue(stage: Stage) -> None:
    """The queue as it was stands below the slider."""
    await stage.until(lambda: "policies are those of today" in stage.text)


async def collide(stage: Stage) -> None:
    """Two colleagues are at the ticket, and one of them writes."""
    for name, writing in (("Ann", True), ("Ben", False)):
        here = Presence(name, stage.main.list.line.id, writing)  # type: ignore[union-attr]
        stage.desk.events.heard(here, now=stage.desk.now - 100)
    stage.main.showing.look()


async def mistake(stage: Stage) -> None:
    """A handler of ours failed, and the desk goes on."""
    stage.app.forgives = True
    assert stage.app.stumbled(ZeroDivisionError())
    # The home of a test has another name each time.
    said, _ = stage.main.telling._right[0]
    stage.main.telling.tell(said.replace(str(stage.desk.home), "~/desk"), bad=True)


async def foreign(stage: Stage) -> None:
    """The first ticket is in scripts of every kind: wide, joined, from right to left, combined."""
    line, said = stage.line, stage.main.showing.pane.said[0].message  # type: ignore[union-attr]
    text = blobs.words(FOREIGN)
    stage.desk.commit(
        lambda _: ("edit", [Change(line.id, "subject", "領収書の宛名 שלום مرحبا Zoë 👩\u200d👩\u200d👧"),
                            Change(said.id, "body", text.hash), Change(said.id, "folds", None)], [text]),
        words="",
    )  # fmt: skip
    stage.main.showing.refresh()
    if stage.main.reading:
        await stage.press("b", "b")


async def previewed(stage: Stage) -> None:
    """The macro's result stands beside it."""
    await stage.until(lambda: "would change" in stage.text)


async def searched(stage: Stage) -> None:
    """What was typed is found, and the letter stands beside it."""
    await stage.until(lambda: "found" in stage.text and "@" in stage.text)


MAIN = (
    Scene("three_panes", size=WIDE),
    Scene("selection", ("x", "x", "j"), WIDE),
    Scene("after_an_act", ("e",)),
    Scene("reading", ("enter",), NARROW),
    Scene("customer_over", ("P",), NARROW),
    Scene("after_g", ("g",)),
    Scene("filter", ("slash", "=tag:invoice")),
    Scene("wrong_word", ("slash", "=color:red", "enter")),
    Scene("queued_reply", ("r", "=Thank you.", "escape", "Y"), WIDE),
)
COMPOSE = (
    Scene("reply", ("r", f"={ANSWER}"), WIDE, end=kept),
    Scene("reply_80x24", ("r", f"={ANSWER}"), end=kept),
    Scene("reply_60x20", ("r", f"={ANSWER}"), NARROW, end=kept),
    Scene("commands", ("r", f"={ANSWER}", "escape"), end=kept),
    Scene("note", ("n", "=Same as the one Orbis had. Bug TB-381.", "escape"), end=kept),
    Scene("warning", ("r", "=The file is attached.", "escape", "y"), end=kept),
)
MACRO = (
    Scene("macro", ("m",), WIDE, end=previewed),
    Scene("blank", ("m", "R")),
    Scene("many_letters", ("asterisk", "m", "D")),
    Scene("tags", ("t", "=pri")),
    Scene("snooze", ("h",)),
)
HELP = (
    Scene("keys", ("question_mark",), WIDE),
    Scene("why_not", ("question_mark", "=again")),
    Scene("palette", ("colon", "=undo")),
)
HISTORY = (
    Scene("ticket", ("p", "4", "t", "=later", "enter", "H", "j"), WIDE),
    Scene("desk", ("e", "g", "h", "j")),
    Scene("then", ("p", "4", "t", "=later", "enter", "H", "enter", "left"), WIDE, end=read_then),
    Scene("narrowed", ("t", "=later", "enter", "g", "h", "slash", "=later", "enter")),
    Scene("queue_then", ("e", "g", "h", "j", "t"), end=read_queue),
)
SEARCH = (
    Scene("hits", ("g", "slash", "=export"), WIDE, end=searched),
    Scene("examples_80x24", ("g", "slash")),
)
RULES = (
    Scene("rules", ("g", "R"), WIDE, end=counted),
    Scene("trial", ("g", "R", "enter"), end=lambda stage: stage.until(lambda: "to look at" in stage.text)),
)
SETTINGS = (
    Scene("fields", ("g", "comma", "j"), WIDE),
    Scene("choice_80x24", ("g", "comma", "slash", "=theme", "enter", "enter")),
    Scene("theme_tried", ("g", "comma", "slash", "=theme", "enter", "enter", "=light")),
    Scene("clash_80x24", ("g", "comma", "slash", "=ticket.s", "enter", "enter", "ctrl+u", "=w")),
)
PENDING = (
    Scene("outbox", ("r", f"={ANSWER}", "escape", "Y", "g", "o")),
    Scene("drafts", ("n", "=Ask Ann first.", "escape", "q", "g", "d")),
    Scene("errors", ("r", "=Here is the file.", "escape", "Y"), end=refused_list),
)
CUSTOMER = (Scene("customer", ("g", "c"), WIDE), Scene("customer_60x20", ("g", "c"), NARROW))
STATES = (
    Scene("empty", ("asterisk", "e"), WIDE),
    Scene("no_hit", ("slash", "=tag:nowhere", "enter")),
    Scene("reading", end=first_read),
    Scene("offline", end=offline),
    Scene("refused", ("r", "=Here is the file.", "escape", "Y"), WIDE, end=refuse),
    Scene("too_small", size=(30, 8)),
    Scene("collision", ("r", "=Hello Dana,"), WIDE, end=collide),
    Scene("mistake", end=mistake),
)
TEXTS = (
    Scene("120x40", ("enter",), WIDE, end=foreign),
    Scene("80x24", ("enter",), end=foreign),
    Scene("60x20", size=NARROW, end=foreign),
    Scene("ascii", ("enter",), settings={"symbols": "ascii"}, end=foreign),
)
AGAIN = (
    Scene("reading", ("enter",), WIDE),
    Scene("reading_mono", ("enter",), settings={"theme": "mono"}),
    Scene("writing_ascii", ("r", f"={ANSWER}", "escape"), settings={"symbols": "ascii"}),
    Scene("writing_light", ("r", f"={ANSWER}"), WIDE, {"theme": "light"}),
    Scene("history_sixteen", ("e", "g", "h", "j"), settings={"theme": "sixteen"}),
    Scene("history_60x20", ("e", "g", "h", "j"), NARROW),
    Scene("keys_60x20", ("question_mark",), NARROW),
    Scene("search_60x20", ("g", "slash", "=export"), NARROW, end=searched),
    Scene("rules_ascii", ("g", "R"), settings={"symbols": "ascii"}, end=counted),
)
"""Screens of the other groups once more, in other sizes, colours and glyphs: the same words."""
LOOKS = (
    Scene("80x24"),
    Scene("60x20", size=NARROW),
    Scene("40x10", size=(40, 10)),
    Scene("160x50", size=(160, 50)),
    Scene("ascii", settings={"symbols": "ascii"}),
    *(
        Scene(theme, settings={"theme": theme})
        for theme in ("light", "contrast", "colour_blind", "sixteen", "mono")
    ),
)

GROUPS = {
    "main": MAIN, "compose": COMPOSE, "macro": MACRO, "help": HELP, "history": HISTORY, "states": STATES,
    "looks": LOOKS, "search": SEARCH, "rules": RULES, "settings": SETTINGS, "pending": PENDING,
    "customer": CUSTOMER,
}  # fmt: skip
