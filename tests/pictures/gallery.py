"""A gallery of the line-drawn widgets with made-up tickets, to look at and to take pictures of.

`python -m tests.pictures.gallery DIR` writes one SVG (and a PNG where cairosvg is installed) for each
size and theme. No database and no screen of the desk is needed.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from textual.app import App, ComposeResult
from textual.containers import Container, Vertical

import themes
from deskterm import actions
from deskterm.symbols import ASCII, UNICODE, Symbols
from deskterm.widgets.blocks import Block, with_older_collapsed
from deskterm.widgets.composer import Composer, Form
from deskterm.widgets.conversation import Conversation, Head
from deskterm.widgets.guard import LineGuard
from deskterm.widgets.lines import HintsLine, LinePane, Rule, StatusLine, Tab, TabsLine
from deskterm.widgets.paint import Role, Run
from deskterm.widgets.picker import Choice, Picker, Question
from deskterm.widgets.queue_list import Heading, QueueList
from store.model import File, Kind, Line, Status
from tests.deskterm.lines import NOW, MemoryQueue, line

MINUTE = 60

_PEOPLE = (
    ("Dana Reyes", "Export fails after 2.3", 1, -12),
    ("Acme ops", "Webhooks return 500", 1, 9),
    ("J. Okafor", "Invoice shows wrong VAT", 2, 31),
    ("Lin Wei", "SSO loop on Safari", 2, 48),
    ("M. Duarte", "Seat count after downgrade", 2, 115),
    ("Priya N.", "Re: CSV import encoding", 3, 140),
    ("Tom H.", "How to rotate API keys", 3, 185),
    ("b2b@corp.io", "Re: Re: Order 8841", 3, 280),
    ("Yuki Sato", "質問: 領収書の宛名", 4, 370),
    ("Ana B.", "Dark mode request", 4, 422),
    ("דנה כהן", "שאלה על החשבונית", 4, 430),
)


def tickets() -> list[Line]:
    """The queue of the sketches, in the order of its promises."""
    found = [
        line(
            number,
            who=who,
            subject=subject,
            priority=priority,
            due_at=NOW + left * MINUTE,
            warn_at=NOW + (left - 60) * MINUTE,
            unread=number in (2, 5),
        )
        for number, (who, subject, priority, left) in enumerate(_PEOPLE, 1)
    ]
    paused = line(20, who="R. Cole", subject="Waiting: logs from client", status=Status.WAITING, due_at=None)
    return [*found, paused, line(21, who="Sam K.", subject="Thanks!", due_at=None)]


def blocks() -> tuple[Block, ...]:
    """A conversation with a note, quoted text, files, older messages and a letter from right to left."""
    older = tuple(
        Block(f"o{n}", Kind.IN, "Dana Reyes", "Jun 3", "customer", f"An older message, number {n}.")
        for n in range(3)
    )
    quoted = "\n".join(f"> line {n} of what was said before" for n in range(24))
    return with_older_collapsed(
        (
            *older,
            Block(
                "a",
                Kind.IN,
                "Dana Reyes",
                "08:29 today",
                "customer",
                "After the 2.3 upgrade every export of more than 10k rows stops at 64%. We need the June"
                " file for our auditors by noon.",
                files=(
                    File("export.log", "text/plain", 14_000, "a"),
                    File("screen.png", "image/png", 2_100_000, "b"),
                ),
            ),
            Block(
                "b", Kind.NOTE, "me", "09:02 today", "note, private", "Same as #4098? asked Ann. Bug LIN-381."
            ),
            Block(
                "c",
                Kind.IN,
                "Dana Reyes",
                "09:36 today",
                "customer",
                "Any news? Our call is at 11.\n\n" + quoted + "\n-- \nDana Reyes\nAcme Corp",
                folds=(("q", 2, 25), ("s", 26, 28)),
            ),
        ),
        keep=3,
    )


def head(symbols: Symbols) -> Head:
    """What stands above the messages."""
    return Head(
        "#4127 Export fails after 2.3",
        (
            ((f" open  P1  mail  tags: export, 2.3  {symbols.to} me", Role.DIM),),
            ((" first reply due 09:29 ", Role.TEXT), ("(missed by 12m)", Role.LATE)),
        ),
    )


def customer(symbols: Symbols) -> list[list[Run]]:
    """The customer pane of the sketches."""
    text, dim = Role.TEXT, Role.DIM
    bar = symbols.full * 14 + symbols.rest * 4
    return [
        [(" Dana Reyes", Role.CUSTOMER)],
        [(" dana@acme.test", dim)],
        [(" Acme Corp      ", text), ("Enterprise", Role.GOOD)],
        [],
        [(" ARR       ", dim), ("$212,000", text)],
        [(" renewal   ", dim), ("in 15 days  !", Role.WARN)],
        [(" CSM       ", dim), ("Ann Weber", text)],
        [(" plan      ", dim), ("Scale, 240 st.", text)],
        [],
        [(" SLA  Enterprise P1", text)],
        [(" first reply  ", dim), (f"{symbols.late} -0:12", Role.LATE)],
        [(" resolution   ", dim), (f"{symbols.soon} 0:41 left", Role.SOON)],
        [(f" {bar} 79%", Role.SOON)],
        [(" hours  Mon-Fri 09-18 CET", dim)],
        [],
        [(" Before: 6, CSAT 4.5", text)],
        [(f" {symbols.done} ", Role.DONE), ("#4098 Export slow", text)],
        [(f" {symbols.done} ", Role.DONE), ("#3990 Add seats", text)],
        [(f" {symbols.merged} ", dim), ("#3771 SSO (merged)", text)],
    ]


TABS = (
    Tab("Mine", 12),
    Tab("Unassigned", 5, "Unas", fresh=3),
    Tab("Team", 31),
    Tab("Waiting", 18, "Wait"),
    Tab("Snoozed", 7, "Snz"),
    Tab("All open", 73, "All"),
)


class Gallery(App[None]):
    """The main screen in three sizes, from widgets alone."""

    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (80, "-medium"), (120, "-wide")]  # noqa: RUF012
    CSS = """
    #body { layout: horizontal; height: 1fr; }
    #list { width: 49; } #talk { width: 1fr; } #who { width: 27; }
    .-medium #body { layout: vertical; }
    .-medium #list { width: 1fr; height: 9; } .-medium #talk { height: 1fr; } .-medium #who { display: none; }
    .-narrow #talk { display: none; } .-narrow #who { display: none; } .-narrow #list { width: 1fr; }
    """

    def __init__(self, *, theme: str = "dark", symbols: Symbols = UNICODE, width: int = 120) -> None:
        super().__init__(ansi_color=None)
        self.symbols = symbols
        self.wide = width >= 120
        self.narrow = width < 80
        for one in themes.THEMES:
            self.register_theme(one)
        self.theme = theme

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return themes.DEFAULTS

    def get_line_filters(self):
        return [*super().get_line_filters(), LineGuard()]

    def compose(self) -> ComposeResult:
        glyphs = self.symbols
        yield TabsLine(symbols=glyphs, id="tabs")
        with Container(id="body"):
            yield QueueList(symbols=glyphs, now=NOW, alone=self.narrow, id="list")
            yield Conversation(symbols=glyphs, edge=self.wide, compact=not self.wide, id="talk")
            yield LinePane(symbols=glyphs, edge=True, id="who")
        yield Rule(symbols=glyphs, id="rule")
        yield StatusLine(symbols=glyphs, id="status")
        yield HintsLine(symbols=glyphs, id="hints")

    def on_mount(self) -> None:
        self.fill()

    def fill(self) -> None:
        """Hand every widget what it shows."""
        queue = self.query_one(QueueList)
        queue.focus()
        queue.show(MemoryQueue(tickets()), Heading("Mine", bands=self.wide))
        queue.move(1)
        queue.select()
        queue.move(1)
        queue.select()
        queue.move(-2)
        self.query_one(Conversation).show(head(self.symbols), blocks(), draft="2 lines, saved 09:38")
        self.query_one("#who", LinePane).show("Customer", customer(self.symbols))
        self.query_one(Rule).show((49, 93) if self.wide else ())
        self.query_one(TabsLine).show(
            TABS, 0, [("synced 09:41", Role.DIM), ("  out 1", Role.DIM), ("  acme-support", Role.DIM)]
        )
        self.query_one(StatusLine).show(
            [("2 selected", Role.MARK)],
            [("Solved #4119 Billing address", Role.TEXT), (self.symbols.between, Role.DIM), ("z", Role.KEY)],
        )
        self.query_one(HintsLine).show(actions.hints(actions.LIST))


class Writing(Gallery):
    """The same screen while a reply or a note is written."""

    CSS = """
    #body { layout: horizontal; height: 1fr; } #left { width: 1fr; } #who { width: 27; }
    #talk { height: 6; } .-wide #talk { height: 17; }
    .-medium #who { display: none; } .-narrow #who { display: none; }
    """

    def __init__(self, *, note: bool = False, theme: str = "dark", width: int = 120) -> None:
        super().__init__(theme=theme, width=width)
        self.note = note

    def compose(self) -> ComposeResult:
        yield TabsLine(id="tabs")
        with Container(id="body"):
            with Vertical(id="left"):
                yield Conversation(compact=not self.wide, id="talk")
                yield Composer(id="composer")
            yield LinePane(edge=True, id="who")
        yield Rule(id="rule")
        yield StatusLine(id="status")
        yield HintsLine(id="hints")

    def fill(self) -> None:
        self.query_one(Conversation).show(head(UNICODE), blocks())
        self.query_one("#who", LinePane).show("Customer", customer(UNICODE))
        self.query_one(Rule).show((93,) if self.wide else ())
        self.query_one(TabsLine).show(TABS, 0, [("synced 09:41", Role.DIM)])
        self.query_one(StatusLine).show([("WRITING", Role.MARK)], [("mail goes out 10 s after y", Role.DIM)])
        self.query_one(HintsLine).show((*actions.hints(actions.TEXT), actions.BY_ID["help.keys"]))
        composer = self.query_one(Composer)
        composer.open(
            Form(
                "d1",
                "Reply to Dana Reyes, cc none",
                note=self.note,
                sender="Acme Support <help@acme.test>",
                subject="Re: Export fails after 2.3",
                quoted="" if self.note else "quoted: last message, 2 lines",
                files=("june-export.csv 2.1 MB",),
            ),
            "Hi Dana,\n\nWe found the cause: exports above 10k rows hit a time limit that 2.3 lowered by"
            " mistake.\n\nBest, Marek\n",
            at_end=True,
        )
        composer.saved("09:43")


class Choosing(Gallery):
    """The macro picker over the main screen."""

    def fill(self) -> None:
        super().fill()
        names = ("Refund, within 14 days", "Ask for logs", "Refund, annual plan", "Escalate to engineering")
        choices = [Choice(f"m{n}", name, name[0]) for n, name in enumerate(names)]
        choices.append(Choice("off", "Feature request logged", off="Needs a ticket of the type feature."))

        def result(choice: Choice) -> list[list[Run]]:
            return [
                [(choice.label, Role.TITLE)],
                [],
                [("will change 2 tickets", Role.TEXT)],
                [("  status     open → solved", Role.TEXT)],
                [],
                [("! 1 blank to fill: amount", Role.WARN)],
            ]

        question = Question("Macro for 2 selected tickets", tuple(choices), foot="enter apply   esc close")
        self.push_screen(Picker(question, preview=result))


async def picture(app: App[None], *, width: int, height: int, press: tuple[str, ...] = ()) -> str:
    """An SVG of the app at a size, after some keys."""
    async with app.run_test(size=(width, height)) as pilot:
        await pilot.pause()
        for key in press:
            await pilot.press(key)
        await pilot.pause()
        return app.export_screenshot(title="deskterm", simplify=True)


SIZES = ((120, 40), (80, 24), (60, 20))


def main(folder: Path) -> None:
    """Write every picture into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in themes.PALETTES:
        for width, height in SIZES if name == "dark" else SIZES[:1]:
            app = Gallery(theme=name, width=width)
            _keep(
                folder / f"main-{name}-{width}x{height}",
                asyncio.run(picture(app, width=width, height=height)),
            )
    for width, height in SIZES[:2]:
        for note in (False, True):
            name = f"{'note' if note else 'reply'}-{width}x{height}"
            app = Writing(note=note, width=width)
            _keep(folder / name, asyncio.run(picture(app, width=width, height=height)))
        _keep(
            folder / f"macro-{width}x{height}",
            asyncio.run(
                picture(Choosing(width=width), width=width, height=height, press=("slash", "r", "e", "f"))
            ),
        )
    app = Gallery(theme="mono", symbols=ASCII, width=80)
    _keep(folder / "main-ascii-80x24", asyncio.run(picture(app, width=80, height=24)))


def _keep(path: Path, svg: str) -> None:
    path.with_suffix(".svg").write_text(svg, encoding="utf-8")
    try:
        import cairosvg
    except ImportError:
        return
    local = svg.replace("Fira Code, monospace", "DejaVu Sans Mono").replace("textLength", "data-length")
    cairosvg.svg2png(bytestring=local.encode(), write_to=str(path.with_suffix(".png")))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "build/pictures"))
