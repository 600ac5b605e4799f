"""The screen of rules and promises: switch, edit and try them. Counting is done beside the screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from deskterm import doc_texts, pack, rulebook
from deskterm.action import RULES
from deskterm.automation import arm
from deskterm.counting import many
from deskterm.desk import Desk, Done
from deskterm.screens.editing import edit_text
from deskterm.screens.keyed import Act
from deskterm.screens.lists import ListScreen
from deskterm.screens.ruled import FigureItem, PolicyItem, Ruled, RuleItem
from deskterm.screens.trying import ReviewScreen
from deskterm.symbols import Symbols
from deskterm.widgets.paint import Role, Run
from deskterm.widgets.picker import Choice, PickerBox, Question
from store.errors import DocError, Refused, StoreError
from store.model import Doc
from store.reads.baseline import Baseline
from store.reads.rule_stats import Stat

NO_RULES = "No rule yet. `a` brings a pack of them, `n` begins one of your own."
NO_DOC = "There is no rule and no policy of yours under the cursor."


class RulesScreen(ListScreen[Ruled, str]):
    """Its result is the id of a ticket to go to, or None."""

    PLACE = RULES

    def __init__(self, desk: Desk, kept: dict[str, str], *, symbols: Symbols) -> None:
        """`kept` holds texts with mistakes by the id of their doc; it outlives the screen."""
        super().__init__("Rules and promises", (), symbols=symbols)
        self.desk = desk
        self.kept = kept
        self._stats: dict[str, Stat] | None = None
        self._figures: Sequence[Baseline] | None = None

    def on_mount(self) -> None:
        self.load()
        self.run_worker(self._count(), exclusive=True)

    async def _count(self) -> None:
        """What takes long on a large desk, in the reader's thread."""
        self._stats = await self.desk_app.read(lambda: rulebook.did(self.desk))
        self.load()
        self._figures = await self.desk_app.read(lambda: rulebook.reached(self.desk))
        self.load()

    def load(self) -> None:
        """Read rules and policies again; the cursor stays on its one."""
        under = self.item.doc.id if self.item is not None and self.item.doc is not None else ""
        stats = self._stats
        head = f"Rules, with what they did in {rulebook.STATS_DAYS} days"
        found: list[Ruled] = [
            RuleItem(one, None if stats is None else stats.get(one.doc.id, Stat()), "" if n else head)
            for n, one in enumerate(rulebook.rules(self.desk))
        ]
        found += [
            PolicyItem(one, "" if n else "Promises, the first that fits holds")
            for n, one in enumerate(rulebook.policies(self.desk))
        ]
        found.append(FigureItem(self._figures, f"Reached in {rulebook.PAST_DAYS} days, in open time"))
        if under:
            self.at = next(
                (n for n, one in enumerate(found) if one.doc is not None and one.doc.id == under), 0
            )
        self.items = found
        self.draw()

    def about(self) -> Sequence[Run]:
        if self.item is not None and self.item.doc is not None and self.item.doc.id in self.kept:
            return [("its new text has a mistake and is kept; e opens it again", Role.WARN)]
        if not any(isinstance(one, RuleItem) for one in self.items):
            return [(NO_RULES, Role.DIM)]
        return [("switching acts on what comes from now on", Role.DIM)]

    def acts(self) -> dict[str, Act]:
        return {
            **super().acts(),
            "rule.switch": lambda: self._switch(self._doc()),
            "rule.edit": lambda: self._edit(self._doc()),
            "rule.try": lambda: self._try(self._doc()),
            "rule.new": self._ask_name,
            "rule.packs": self._packs,
            "change.undo": lambda: self._commit(self.desk.undo),
            "change.redo": lambda: self._commit(self.desk.redo),
        }

    def why_off(self, action: str) -> str:
        own = action in ("rule.switch", "rule.edit", "rule.try")
        if own and (self.item is None or self.item.doc is None):
            return NO_DOC
        if action == "rule.try" and self._doc().kind != "rule":
            return "A policy is not tried on the past; the figures below say what was reached."
        return ""

    def _doc(self) -> Doc:
        if self.item is None or self.item.doc is None:
            raise Refused(NO_DOC)
        return self.item.doc

    async def _commit(self, work: Callable[[], Done]) -> None:
        done = await self.desk_app.commit(work)
        self.load()
        self.tell(done.words)

    def _ask_name(self) -> None:
        """Ask how a new rule is called; it begins in the editor with an example."""

        async def then(picked: PickerBox.Picked | None) -> None:
            if picked is None:
                return
            try:
                await self._edit(rulebook.new(self.desk, picked.typed))
            except StoreError as error:
                self.tell(str(error), bad=True)

        foot, hint = "enter opens $EDITOR   esc leave it", "an example stands there to be changed"
        self.ask(Question("A new rule", (), foot, False, free="name", hint=hint), then)

    def _packs(self) -> None:
        """Ask which pack to take in; those the desk has are grey."""

        async def then(picked: PickerBox.Picked | None) -> None:
            if picked is None:
                return
            try:
                one = pack.named(picked.ids[0])
                await self._commit(lambda: pack.take_in(self.desk, one))
            except StoreError as error:
                self.tell(str(error), bad=True)

        choices = tuple(self._choice(one) for one in pack.every())
        self.ask(Question("Take in a pack", choices), then)

    def _choice(self, one: pack.Pack) -> Choice:
        news = len(pack.fresh(self.desk, one))
        off = "" if news else "the desk has everything of it"
        return Choice(one.name, one.name, detail=many(news, "new doc"), off=off, help=f"{one.words}.")

    async def _switch(self, doc: Doc) -> None:
        if not doc.active:
            _readable(doc)
        await self._commit(lambda: pack.switch(self.desk, doc, on=not doc.active))

    async def _edit(self, doc: Doc) -> None:
        """In $EDITOR; a text with a mistake is kept for the next time and changes nothing."""
        before = self.kept.get(doc.id, doc.body)
        text = edit_text(self.desk_app, before, name=f"{doc.kind}-", ending=doc_texts.KINDS[doc.kind])
        text = text if text is not None else self.kept.get(doc.id)
        if text is None:
            self.tell("Nothing was changed.")
            return
        await self.keep(doc, text)

    async def keep(self, doc: Doc, text: str) -> None:
        """Keep an edited text on the desk, or here while it has a mistake."""
        try:
            done = await self.desk_app.commit(lambda: rulebook.save(self.desk, doc, text))
        except DocError as error:
            self.kept[doc.id] = text
            raise Refused(f"{rulebook.placed(error)} Nothing was changed; {self._again(doc)}") from None
        except Refused as error:
            self.kept[doc.id] = text
            raise Refused(f"{error} {self._again(doc)}") from None
        self.kept.pop(doc.id, None)
        self.load()
        self.tell(done.words)

    def _again(self, doc: Doc) -> str:
        there = any(item.doc is not None and item.doc.id == doc.id for item in self.items)
        return "e opens your text again." if there else "n and the same name open your text again."

    def _try(self, doc: Doc) -> None:
        """What the rule would have done, to be looked through."""
        _readable(doc)

        def then(ticket: str | None) -> None:
            if ticket:
                self.dismiss(ticket)
            else:
                self.load()

        self.desk_app.push_screen(ReviewScreen(self.desk, doc, arm(doc), symbols=self.look), then)


def _readable(doc: Doc) -> None:
    """Raises Refused for a doc with a mistake."""
    try:
        doc_texts.check(doc.kind, doc.name, doc.body)
    except DocError as error:
        raise Refused(f"The {doc.kind} {doc.name} cannot be read: {rulebook.placed(error)}") from None
