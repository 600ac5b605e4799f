"""Delivery reports of many servers and languages, and letters that only speak of delivery."""

from __future__ import annotations

import pytest

from channels.mime.parse import parse
from tests.channels.bounces_of_servers import NOT_REPORTS, REPORTS


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_says_about_whom_about_what_and_whether_the_address_is_dead(name: str) -> None:
    raw, temporary, dead, recipients, original = REPORTS[name]
    report = parse(raw.encode()).bounce
    if temporary is None:
        assert report is None
        return
    assert report is not None
    assert (report.temporary, report.dead_address) == (temporary, dead)
    assert (report.recipients, report.original_message_id) == (recipients, original)


@pytest.mark.parametrize("name", NOT_REPORTS)
def test_a_letter_that_only_speaks_of_delivery_is_no_report(name: str) -> None:
    assert parse(NOT_REPORTS[name].encode()).bounce is None
