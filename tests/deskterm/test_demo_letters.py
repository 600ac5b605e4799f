"""The practice desk's mail: always the same, all readable, its promises alive at any moment."""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from channels.letter import Letter
from channels.mime.parse import parse
from deskterm.demo.company import (
    ACCOUNTS,
    COLLEAGUES,
    CUSTOMERS,
    HOURS,
    KESTREL,
    MAREK,
    QUEUES,
    SUPPORT,
    opening,
)
from deskterm.demo.docs import macros
from deskterm.demo.files import png
from deskterm.demo.letters import letters, scenes, timeline
from deskterm.demo.scene import Noted, Received, Replied, Scene, Set, Solved
from deskterm.demo.tale import POLICY
from store.model import Status
from store.registry import BY_NAME, known
from store.rules import macros as rules
from store.rules.calendars import read_calendar
from store.rules.hours import Hours
from store.rules.promises import Act, Due, Event
from store.rules.query import parse as parse_query
from store.rules.sla import due
from store.rules.threads import Candidate, Claims, Evidence, Join, Known, decide, groups, ids_of

NOW = opening(1_773_300_000)
OPEN_HOURS = Hours(read_calendar(HOURS))


@cache
def read_letters() -> tuple[Letter, ...]:
    return tuple(parse(raw) for raw in letters(NOW))


def fields(scene: Scene) -> dict[str, object]:
    """What was last set on the scene's ticket."""
    found: dict[str, object] = {}
    for step in scene.steps:
        if isinstance(step, Set):
            found[step.field] = step.value
        elif isinstance(step, Solved):
            found["status"] = "solved"
    return found


def promise(scene: Scene) -> Due | None:
    """The next promise to break, as the desk would reckon it."""
    events: list[Event] = []
    for step in scene.steps:
        if isinstance(step, Received):
            automatic = parse(step.raw).automatic
            act = Act.AUTO if automatic else Act.CUSTOMER if events else Act.CREATED
            status = Status.OPEN if events else Status.NEW
            events.append(Event(step.at, act, None if act is Act.AUTO else status, None if events else 3))
        elif isinstance(step, Replied):
            events.append(Event(step.at, Act.REPLY))
        elif isinstance(step, Solved):
            events.append(Event(step.at, Act.CHANGE, Status.SOLVED))
        elif isinstance(step, Set) and step.field == "status":
            events.append(Event(step.at, Act.CHANGE, Status(str(step.value))))
        elif isinstance(step, Set) and step.field == "priority":
            events.append(Event(step.at, Act.CHANGE, None, int(str(step.value))))
    return due(events, hours=OPEN_HOURS, policy=POLICY)


def minutes_left(scene: Scene, now: int) -> int | None:
    found = promise(scene)
    if found is None:
        return None
    return (OPEN_HOURS.between(now, found.at) - OPEN_HOURS.between(found.at, now)) // 60


def evidence(letter: Letter, *, ids: dict[str, Known], held: dict[str, Candidate]) -> Evidence:
    own = ids_of(letter.message_id, letter.references, letter.in_reply_to)
    bounce = letter.bounce
    returned = bounce.original_message_id if bounce else ""
    return Evidence(
        own,
        letter.sender[0].addr,
        letter.subject,
        tuple(ids[msgid] for msgid in {*own.cited, returned} if msgid in ids),
        tuple(held.values()),
        returned=returned,
        returned_for=bounce.recipients if bounce else (),
    )


class TestCompany:
    def test_it_has_the_people_the_desk_promises(self) -> None:
        assert len(ACCOUNTS) == 6
        assert 24 <= len(CUSTOMERS) <= 30
        assert len({person.email for person in CUSTOMERS}) == len(CUSTOMERS)
        assert all(person.email.endswith(".example") for person in CUSTOMERS)
        assert {company.tier for company in ACCOUNTS} == {"Enterprise", "Growth", "Starter"}

    def test_renewals_move_with_the_clock(self) -> None:
        assert KESTREL.renewal(NOW + 86_400) - KESTREL.renewal(NOW) == 86_400
        assert KESTREL.renewal(NOW) > NOW

    def test_its_queues_and_macros_are_right(self) -> None:
        assert [name for name, _ in QUEUES] == [
            "Mine", "Unassigned", "Team", "Waiting", "Snoozed", "All open",
        ]  # fmt: skip
        for _, query in QUEUES:
            parse_query(query)
        read = [rules.parse(text) for text in macros()]
        assert len(read) >= 12
        assert [rules.lint(macro) for macro in read] == [[] for _ in read]
        keys = [macro.key for macro in read if macro.key]
        assert len(keys) == len(set(keys))
        assert {"Password reset", "Escalate to Tier 2", "Escalate to Engineering"} <= {m.name for m in read}

    @given(st.integers(1_600_000_000, 2_000_000_000))
    def test_the_day_begins_at_twenty_to_eleven_on_an_open_day(self, now: int) -> None:
        start = opening(now)
        assert start <= now < start + 4 * 86_400
        assert OPEN_HOURS.is_open(start)
        assert start % 86_400 == 10 * 3600 + 40 * 60


class TestScenes:
    def test_there_are_enough_of_every_state(self) -> None:
        played = scenes(NOW)
        assert 60 <= len(played) <= 80
        assert len({scene.key for scene in played}) == len(played)
        states = Counter(
            "snoozed" if "snooze_until" in fields(scene) else str(fields(scene).get("status", "new"))
            for scene in played
        )
        for state in ("new", "open", "waiting", "hold", "solved", "closed", "spam", "snoozed"):
            assert states[state] >= (1 if state == "spam" else 3), (state, states)
        assert sum(fields(scene).get("assignee") == MAREK.name for scene in played) >= 20
        longest = max(sum(isinstance(s, Received | Replied) for s in scene.steps) for scene in played)
        assert longest == 12

    def test_promises_are_alive(self) -> None:
        awake = [scene for scene in scenes(NOW) if "snooze_until" not in fields(scene)]
        left = [minutes for scene in awake if (minutes := minutes_left(scene, NOW)) is not None]
        assert sum(minutes < 0 for minutes in left) >= 3
        assert sum(0 <= minutes <= 60 for minutes in left) >= 6
        assert sum(60 < minutes <= 440 for minutes in left) >= 12
        assert sum(minutes > 440 for minutes in left) >= 2

    @given(st.integers(1_600_000_000, 2_000_000_000))
    @settings(max_examples=8, deadline=None)
    def test_promises_break_when_the_tale_says_whatever_the_hour(self, now: int) -> None:
        by_key = {scene.key: scene for scene in scenes(now)}
        for key, minutes in (("export-stops", -12), ("webhooks-500", 9), ("seats-downgrade", -4)):
            assert minutes_left(by_key[key], now) == minutes

    @given(st.integers(1_600_000_000, 2_000_000_000))
    @settings(max_examples=8, deadline=None)
    def test_nothing_lies_ahead_and_every_scene_begins_with_its_letter(self, now: int) -> None:
        for scene in scenes(now):
            moments = [step.at for step in scene.steps]
            assert moments == sorted(moments)
            assert moments[-1] <= now, scene.key
            assert isinstance(scene.steps[0], Received)
            wake = fields(scene).get("snooze_until")
            assert wake is None or (isinstance(wake, int) and wake > now)

    def test_steps_name_fields_and_people_that_exist(self) -> None:
        names = {colleague.name for colleague in COLLEAGUES}
        for _, step in timeline(NOW):
            if isinstance(step, Set):
                assert known(BY_NAME["ticket"], step.field)
                assert step.field != "status" or step.value in set(Status)
                assert step.field != "assignee" or step.value in names
            if not isinstance(step, Received):
                assert step.agent in names
            if isinstance(step, Replied | Noted):
                assert step.text == step.text.strip()
                assert "   " not in step.text

    def test_the_same_moment_gives_the_same_bytes_and_another_moves_them(self) -> None:
        assert timeline(NOW) == timeline(NOW)
        moved = timeline(NOW + 7 * 86_400)
        assert {step.at - 7 * 86_400 for _, step in moved} == {step.at for _, step in timeline(NOW)}


class TestLetters:
    def test_every_letter_is_whole(self) -> None:
        for raw, letter in zip(letters(NOW), read_letters(), strict=True):
            assert raw.count(b"\n") == raw.count(b"\r\n")
            assert letter.defects == (), letter.subject
            assert letter.message_id
            assert letter.date is not None
            assert [address.addr for address in letter.to] == [SUPPORT]
            assert letter.text.strip()

    def test_dates_are_those_of_the_steps(self) -> None:
        for _, step in timeline(NOW):
            if isinstance(step, Received):
                assert parse(step.raw).date == step.at

    def test_ids_alone_hold_every_scene_together_and_apart(self) -> None:
        rows: list[tuple[str, Letter]] = [
            (key, parse(step.raw)) for key, step in timeline(NOW) if isinstance(step, Received)
        ]
        ids = [ids_of(letter.message_id, letter.references, letter.in_reply_to) for _, letter in rows]
        for group in groups(ids):
            assert len({rows[place][0] for place in group}) == 1
        assert len(groups(ids)) == len(scenes(NOW)) + 1, "only the bounce stands alone"

    def test_the_thread_rules_make_one_ticket_of_every_scene(self) -> None:
        """Played as intake would, with participants gathered on the way."""
        held: dict[str, Candidate] = {}
        ids: dict[str, Known] = {}
        claims: list[str] = []
        for key, step in timeline(NOW):
            if isinstance(step, Replied):
                ids[step.message_id] = Known(step.message_id, key, ours=True)
            if not isinstance(step, Received):
                continue
            letter = parse(step.raw)
            got = decide(evidence(letter, ids=ids, held=held))
            if not isinstance(got, Join):
                assert key not in held
                held[key] = Candidate(key, f"#{len(held) + 1}", step.at, frozenset(), len(held) + 1)
                claims += [key] if isinstance(got, Claims) else []
            else:
                assert got.ticket == key, got.why
            people = {address.addr for address in (*letter.sender, *letter.to, *letter.cc)} - {SUPPORT}
            held[key] = replace(held[key], participants=held[key].participants | people)
            ids[letter.message_id] = Known(letter.message_id, key)
        assert claims == ["forged-claim"]
        assert len(held) == len(scenes(NOW))

    def test_it_has_what_real_mail_has(self) -> None:
        mail = read_letters()
        assert sum(letter.automatic for letter in mail) >= 3
        assert sum(letter.mailing_list for letter in mail) == 1
        assert sum(b"text/html" in letter.raw for letter in mail) >= 2
        assert any(letter.folds for letter in mail)
        types = {part.type for letter in mail for part in letter.parts}
        assert {"image/png", "text/csv", "application/pdf", "text/plain"} <= types
        subjects = " ".join(letter.subject for letter in mail)
        for sign in ("質問", "مشكلة", "שאלה", "Вопрос", "🎉", "\x1b[2J", "[/b]", "{{ customer.name }}"):
            assert sign in subjects
        assert any(letter.subject == "" for letter in mail)

    def test_the_bounce_returns_one_of_our_replies(self) -> None:
        bounces = [letter.bounce for letter in read_letters() if letter.bounce]
        ours = {step.message_id for _, step in timeline(NOW) if isinstance(step, Replied)}
        assert [bounce.recipients for bounce in bounces] == [("rosa@postbox.example",)]
        assert bounces[0].dead_address
        assert bounces[0].original_message_id in ours

    def test_its_picture_is_a_picture(self) -> None:
        raw = next(raw for raw in letters(NOW) if b"screen.png" in raw)
        part = next(part for part in parse(raw).parts if part.name == "screen.png")
        data = png("screen.png")[2]
        assert part.size == len(data)
        width, height = struct.unpack(">II", data[16:24])
        body = data[data.index(b"IDAT") + 4 : data.index(b"IEND") - 8]
        assert len(zlib.decompress(body)) == height * (1 + 3 * width)


@pytest.mark.parametrize("key", ["export-stops", "edi-twelve", "angry-cancel"])
def test_known_scenes_stay(key: str) -> None:
    assert key in {scene.key for scene in scenes(NOW)}
