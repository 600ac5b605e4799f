"""Alerts: one key, one trouble; and patterns that nothing makes slow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import DocError
from store.rules.alerts import EXAMPLE, Alarm, alarm, read_alerts
from store.rules.wildcards import read_pattern

NAGIOS = """
from = ["nagios@*.example.com", "*@monitor.example.com"]
subject = ["** * Alert: {key} is {state} **", "{key} - {state} since *"]
recovered = ["OK", "UP"]
within = "2h"
"""


def of(subject: str, *, sender: str = "nagios@ops.example.com") -> Alarm | None:
    return alarm({"nagios": read_alerts(NAGIOS, name="nagios")}, sender=sender, subject=subject)


def test_letters_of_one_trouble_have_one_key() -> None:
    first, again = (
        of("** PROBLEM Service Alert: web1/HTTP is CRITICAL **"),
        of("** X Alert:  WEB1/http is WARNING **"),
    )
    assert first and again and first.key == again.key == "nagios:web1-http" and not first.over
    other = of("** PROBLEM Service Alert: web2/HTTP is CRITICAL **")
    assert other and other.key != first.key and other.within == 7200
    assert (
        (over := of("** RECOVERY Service Alert: web1/HTTP is OK **")) and over.over and over.key == first.key
    )
    assert (plain := of("web1/HTTP - DOWN since 10:00")) and plain.key == first.key


def test_others_and_other_subjects_are_no_alerts() -> None:
    assert of("** PROBLEM Service Alert: web1 is CRITICAL **", sender="nagios@evil.example") is None
    assert of("Question about web1") is None
    assert of("** PROBLEM Service Alert: --- is CRITICAL **") is None, "a key without a word is no key"


def test_without_a_state_the_word_is_looked_for_in_the_subject() -> None:
    docs = {"a": read_alerts('from="*@m.example"\nsubject="{key}: *"\nrecovered=["Resolved"]', name="a")}
    for subject, over in (("Disk: RESOLVED at 10", True), ("Disk: unresolved", False)):
        found = alarm(docs, sender="x@m.example", subject=subject)
        assert found is not None and found.over is over


def test_the_example_can_be_read_and_mistakes_are_shown_in_place() -> None:
    found = alarm(
        {"x": read_alerts(EXAMPLE, name="x")}, sender="a@monitor.example.com", subject="[UP] disk 3"
    )
    assert found is not None and found.over and found.about == "disk 3"
    for text, words in (
        ('from="a"\nsubject="no key"', "needs {key}"),
        ('from="a"\nsubject="{key}{state}"', "side by side"),
        ('from="a"\nsubject="{key} {key}"', "two gaps"),
        ('from="a"\nsubject="{key} {host}"', "no other name"),
        ('subject="{key}!"', "from is missing"),
        ('from="a"\nsubject=[1]', "list of texts"),
        ('from="a"\nsubject="{key}"\nwithin="soon"', "within has to be"),
        ('from="a"\nsubject="{key}"\nsolve=1', "true or false"),
        ('from="a"\nsubject="{key}"\nkeys=1', "not known"),
    ):
        with pytest.raises(DocError, match=words):
            read_alerts(text)


@given(st.lists(st.text("ab", max_size=3), min_size=2, max_size=5), st.text("abX", max_size=12))
def test_a_pattern_matches_what_it_is_made_of(pieces: list[str], extra: str) -> None:
    text = "*".join(piece or "a" for piece in pieces)
    assert read_pattern(text).match(text.replace("*", extra)) is not None


def test_a_pattern_matches_the_whole_text_only() -> None:
    assert read_pattern("a*b").match("ab") == {} and read_pattern("ab*ba").match("aba") is None
    assert read_pattern("a").match("aa") is None and read_pattern("A").match("a") == {}
    assert read_pattern("{key} up").match("Straße UP") == {"key": "strasse"}


def test_the_worst_pattern_on_the_worst_text_is_one_walk() -> None:
    pattern = read_pattern("*a" * 19 + "*b")
    assert pattern.match("a" * 1_000_000) is None
