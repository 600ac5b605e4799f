"""The macro picker: what is shown beside a macro is the plan itself, and enter does exactly that plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from deskterm import chains, known, plans
from deskterm.acts import name
from deskterm.plans import Plan
from deskterm.safe import clean
from deskterm.screens import planned
from deskterm.screens.going_on import GoingOn
from deskterm.widgets.paint import Role, Run
from deskterm.widgets.picker import Choice, PickerBox, Question
from store.errors import Refused, StoreError
from store.rules import macros
from store.rules.macros import Macro

if TYPE_CHECKING:
    from deskterm.screens.acting import Acting
    from deskterm.screens.main import MainScreen

EDIT = "ctrl+e"
MANY_LETTERS = 5
"""Letters beyond which sending them is asked for with a key of its own."""


class MacroPicker:
    def __init__(self, screen: MainScreen, acting: Acting) -> None:
        self.screen = screen
        self.desk = screen.desk
        self.acting = acting

    def ask(self, chosen: Sequence[str]) -> None:
        """Choose a macro for these tickets; blanks are asked for one by one."""
        known_ = self._macros()

        async def preview(choice: Choice, room: int) -> list[list[Run]]:
            return await self._shown(known_[choice.id], chosen, room)

        async def then(picked: PickerBox.Picked) -> None:
            macro = known_[picked.ids[0]]
            if picked.by == EDIT:
                await self._edit(macro, chosen)
            else:
                await self._fill(macro, chosen, {})

        words = (
            clean(name(known.some(self.desk, chosen[:2]))) if len(chosen) == 1 else f"{len(chosen):,} tickets"
        )
        choices = self._choices(known_, chosen)
        foot = f"enter apply   {EDIT} edit its text first   / filter   esc close"
        question = Question(f"Macro for {words}", choices, foot, also=(EDIT,))
        self.acting.ask(question, then, preview=preview)

    def ask_text(self, ticket: str) -> None:
        """Choose a macro whose text goes into the composer at the cursor; its fields are left alone."""
        known_ = {key: macro for key, macro in self._macros().items() if macro.reply or macro.note}

        async def preview(choice: Choice, room: int) -> list[list[Run]]:
            return await self._shown(known_[choice.id], [ticket], room, text_only=True)

        async def then(picked: PickerBox.Picked) -> None:
            self._insert(known_[picked.ids[0]], ticket)

        choices = self._choices(known_, [ticket])
        question = Question("Text of a macro", choices, "enter insert   / filter   esc close")
        self.acting.ask(question, then, preview=preview)

    async def _shown(
        self, macro: Macro, chosen: Sequence[str], room: int, *, text_only: bool = False
    ) -> list[list[Run]]:
        def work() -> tuple[Plan, tuple[str, ...]]:
            left = self._blanks(macro)
            return plans.make_macro(self.desk, macro, chosen, _unfilled(left)), left

        try:
            plan, left = await self.screen.desk_app.read(work)
        except StoreError as error:
            return [[(clean(str(error)), Role.WARN)]]
        return planned.lines(plan, room=room, look=self.screen.look, text_only=text_only, blanks=left)

    def _blanks(self, macro: Macro) -> tuple[str, ...]:
        """Blanks in whose place nothing stands."""
        macro = chains.whole(self.desk.conn, macro)
        filled = macros.defaults(macro)
        return tuple(blank for blank in macros.blanks(macro) if blank not in filled)

    async def _edit(self, macro: Macro, chosen: Sequence[str]) -> None:
        """Its text into the composer, to be gone over before it leaves; its fields are left alone."""
        line = self.screen.list.line
        if line is None or list(chosen) != [line.id]:
            raise Refused("One text at a time can be gone over; `esc` drops the selection.")
        if not (macro.reply or macro.note):
            raise Refused("This macro has no text; enter applies it.")
        await self.screen.composing.begin(note=not macro.reply)
        self._insert(macro, line.id)
        self.screen.telling.tell(
            "Only its text came here; what else the macro would change is left as it is."
        )

    def _insert(self, macro: Macro, ticket: str) -> None:
        """The text at the cursor; a blank stands in it by its name, so that it is seen."""
        plan = plans.make_macro(self.desk, macro, [ticket], _unfilled(self._blanks(macro)))
        self.screen.composer.insert(_text(plan))
        self.screen.composer.focus_text()

    async def _fill(self, macro: Macro, chosen: Sequence[str], answers: Mapping[str, str]) -> None:
        """Ask for the next blank, or do it."""
        macro = chains.whole(self.desk.conn, macro)
        left = [blank for blank in macros.blanks(macro) if blank not in answers]
        if not left:
            await self.acting.over(len(chosen), self._apply(macro, chosen, answers))
            return

        async def then(picked: PickerBox.Picked) -> None:
            await self._fill(macro, chosen, {**answers, left[0]: picked.typed})

        more = f", then {len(left) - 1} more" if len(left) > 1 else ""
        hint = f"goes into the text in place of {clean(left[0])}{more}"
        title = f"{clean(macro.name)}: {clean(left[0])}"
        foot, words = "enter go on   esc leave it", macros.defaults(macro).get(left[0], "")
        question = Question(title, (), foot, False, free="this", hint=hint, typed=words)
        self.acting.ask(question, then)

    async def _apply(self, macro: Macro, chosen: Sequence[str], answers: Mapping[str, str]) -> None:
        """Do it; many letters only after a key that says so."""
        going = GoingOn(self.screen.telling.tell)
        plan = await self.screen.desk_app.read(
            lambda: plans.make_macro(self.desk, macro, chosen, answers, tell=going)
        )
        letters = sum(step.letter is not None for step in plan.steps)
        if letters <= MANY_LETTERS:
            await self._do(plan, macro, answers)
            return

        async def then(picked: PickerBox.Picked) -> None:
            if picked.ids == ("send",):
                await self.acting.over(len(plan.steps), self._do(plan, macro, answers))

        choices = (
            Choice("stay", "change nothing", "k"), Choice("send", f"send {letters:,} letters", "s")
        )  # fmt: skip
        self.acting.ask(Question(f"{clean(macro.name)}: {letters:,} letters would leave", choices), then)

    async def _do(self, plan: Plan, macro: Macro, answers: Mapping[str, str]) -> None:
        going = GoingOn(self.screen.telling.tell)
        done = await self.screen.desk_app.commit(lambda: plans.apply(self.desk, plan, tell=going))

        async def again() -> None:
            await self._fill(macro, await self.acting.found(), answers)

        self.acting.again = again
        self.screen.list.drop_selection()
        self.acting.finished(done)

    def _macros(self) -> dict[str, Macro]:
        found = known.usable_macros(self.desk)
        if not found:
            raise Refused("There are no macros yet; `deskterm edit macro NAME` writes one.")
        return found

    def _choices(self, known_: dict[str, Macro], chosen: Sequence[str]) -> tuple[Choice, ...]:
        return tuple(
            Choice(
                eid, f"{'* ' if macro.starred else '  '}{macro.name}", macro.key, off=self._off(macro, chosen)
            )
            for eid, macro in known_.items()
        )

    def _off(self, macro: Macro, chosen: Sequence[str]) -> str:
        """Why a macro cannot run on these tickets; empty where it can."""
        try:
            macro = chains.whole(self.desk.conn, macro)
        except Refused as refused:
            return str(refused)
        if not macro.only or len(plans.fitting(self.desk, macro, chosen)) == len(set(chosen)):
            return ""
        return plans.not_for(macro)


def _unfilled(blanks: Sequence[str]) -> dict[str, str]:
    """What stands for blanks that nobody filled in yet."""
    return {blank: f"{{{{{blank}}}}}" for blank in blanks}


def _text(plan: Plan) -> str:
    """The words of a plan for one ticket."""
    step = plan.steps[0]
    return step.letter.text if step.letter is not None else step.note or ""
