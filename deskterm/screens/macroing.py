"""The macro picker: what is shown beside a macro is the plan itself, and enter does exactly that plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from deskterm import plans
from deskterm.acts import name
from deskterm.plans import Plan
from deskterm.safe import clean, wrap
from deskterm.widgets.paint import Role, Run
from deskterm.widgets.picker import Choice, Picker, PickerBox, Question
from store.errors import DocError, Refused, StoreError
from store.model import Ticket
from store.reads import docs
from store.rules import macros
from store.rules.macros import Macro

if TYPE_CHECKING:
    from deskterm.screens.main import MainScreen

_FIELDS = {"grp": "group", "snooze_until": "snoozed", "_deleted": "bin", "unread": "unread"}
_SHOWN_LETTERS = 3


class MacroPicker:
    def __init__(self, screen: MainScreen) -> None:
        self.screen = screen
        self.desk = screen.desk

    def ask(self, some: Sequence[Ticket]) -> None:
        """Choose a macro for these tickets; blanks are asked for one by one."""
        known = self._macros()
        if not known:
            raise Refused("There are no macros yet; `deskterm edit macro NAME` writes one.")
        chosen = [ticket.id for ticket in some]

        def preview(choice: Choice) -> list[list[Run]]:
            return shown(plans.make_macro(self.desk, known[choice.id], chosen))

        async def then(picked: PickerBox.Picked | None) -> None:
            if picked is not None and picked.ids:
                await self._fill(known[picked.ids[0]], chosen, {})

        question = Question(
            f"Macro for {clean(name(some))}", self._choices(known), foot="enter apply   / filter   esc close"
        )
        self.screen.desk_app.push_screen(Picker(question, preview=preview, symbols=self.screen.look), then)

    def ask_text(self) -> None:
        """Choose a macro whose text goes into the composer at the cursor."""
        letter = self.screen.composing.letter
        assert letter is not None
        known = {key: macro for key, macro in self._macros().items() if macro.reply or macro.note}

        async def then(picked: PickerBox.Picked | None) -> None:
            if picked is None or not picked.ids:
                return
            plan = plans.make_macro(self.desk, known[picked.ids[0]], [letter.ticket.id])
            step = plan.steps[0]
            text = step.letter.text if step.letter else step.note or ""
            self.screen.composer.insert(text)
            self.screen.composer.focus_text()

        question = Question("Text of a macro", self._choices(known))
        self.screen.desk_app.push_screen(Picker(question, symbols=self.screen.look), then)

    async def _fill(self, macro: Macro, chosen: list[str], answers: dict[str, str]) -> None:
        """Ask for the next blank, or do it."""
        left = [blank for blank in macros.blanks(macro) if blank not in answers]
        if not left:
            await self._apply(plans.make_macro(self.desk, macro, chosen, answers))
            return

        async def then(picked: PickerBox.Picked | None) -> None:
            if picked is not None:
                await self._fill(macro, chosen, {**answers, left[0]: picked.typed})

        question = Question(f"{clean(macro.name)} asks: {clean(left[0])}", (), free="this", instant=False)
        self.screen.desk_app.push_screen(Picker(question, symbols=self.screen.look), then)

    async def _apply(self, plan: Plan) -> None:
        screen = self.screen
        try:
            done = await screen.desk_app.commit(lambda: plans.apply(self.desk, plan))
        except StoreError as error:
            screen.tell(str(error), bad=True)
            return
        screen.list.drop_selection()
        screen.refresh_all()
        screen.done(done)

    def _macros(self) -> dict[str, Macro]:
        """The macros that can be read, by doc id, starred ones first."""
        found: dict[str, Macro] = {}
        for doc in docs.of_kind(self.desk.conn, "macro"):
            try:
                found[doc.id] = macros.parse(doc.body)
            except DocError:
                continue
        return dict(sorted(found.items(), key=lambda item: not item[1].starred))

    def _choices(self, known: dict[str, Macro]) -> tuple[Choice, ...]:
        return tuple(
            Choice(eid, f"{'* ' if macro.starred else '  '}{clean(macro.name)}", macro.key)
            for eid, macro in known.items()
        )


def shown(plan: Plan) -> list[list[Run]]:
    """A plan as the picker draws it: what would change, what would leave, what is in the way."""
    lines: list[list[Run]] = [[(plan.counted(), Role.TITLE)], []]
    lines += _changes(plan)
    problems = list(dict.fromkeys(step.problem for step in plan.steps if step.problem))
    lines += [[(f"! {clean(problem)}", Role.WARN)] for problem in problems[:3]]
    letters = [step for step in plan.steps if step.letter]
    for step in letters[:_SHOWN_LETTERS]:
        assert step.letter is not None
        lines += [[], [(f"to {clean(', '.join(step.letter.to)) or 'nobody'}", Role.CUSTOMER)]]
        lines += [[(line, Role.TEXT)] for line in wrap(step.letter.text, 56)[:12]]
    if len(letters) > _SHOWN_LETTERS:
        lines += [[], [(f"and {len(letters) - _SHOWN_LETTERS:,} more letters", Role.DIM)]]
    notes = [step for step in plan.steps if step.note is not None]
    for step in notes[:1]:
        lines += [[], [("note, only your team sees it", Role.NOTE)]]
        lines += [[(line, Role.TEXT)] for line in wrap(step.note or "", 56)[:8]]
    return lines


def _changes(plan: Plan) -> list[list[Run]]:
    """Field changes, the same ones on many tickets counted together."""
    counts: dict[tuple[str, str, str], int] = {}
    for step in plan.steps:
        for field in step.changes:
            key = (field.name, _value(field.before), _value(field.after))
            counts[key] = counts.get(key, 0) + 1
    return [
        [
            (f"  {_label(name):<10} ", Role.DIM),
            (_said(name, before, after), Role.TEXT),
            (_times(count, plan), Role.DIM),
        ]
        for (name, before, after), count in sorted(counts.items())
    ]


def _label(name: str) -> str:
    return "tags" if name.startswith("tag.") else _FIELDS.get(name, name.partition(".")[0])


def _said(name: str, before: str, after: str) -> str:
    if name.startswith("tag."):
        return f"{'+' if after != '-' else '-'} {clean(name[4:])}"
    return f"{clean(before)} → {clean(after)}"


def _value(value: object) -> str:
    return "-" if value is None else str(value)


def _times(count: int, plan: Plan) -> str:
    return f"  ×{count:,}" if len(plan.steps) > 1 else ""
