"""A major write-up as three people live it: over two days, with the bot stopped in the night between."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.e2e.major import begun, continued, finished
from tests.e2e.year import BEGINNING, year

NOON = BEGINNING + timedelta(hours=3)
TUESDAY = datetime(2026, 3, 3, 9, tzinfo=UTC)


@pytest.mark.parametrize("transport", ["socket mode, SQLite", "HTTP, PostgreSQL"])
def test_three_people_write_it_over_two_days_with_a_restart_in_between_into_a_new_entry(
    transport: str, own_database_url: str, tmp_path: Path
) -> None:
    with year(tmp_path, 1, database_url=own_database_url if transport.startswith("HTTP") else None) as lived:
        first, second, third = (lived.person(name) for name in ("first", "second", "third"))
        lived.slack.channel("inc-two-days", members=["first", "second", "third"], bot=True)
        first.says("The tokenizer serves old words", channel="inc-two-days")
        lived.slack.settled()
        begun(first, "inc-two-days")
        left_open = continued(second, "inc-two-days")
        second.sees("3 of 9 parts", channel="inc-two-days")
        lived.reach(NOON)
        lived.slack.settled()
        lived.stop()

        lived.reach(TUESDAY)
        lived.start()
        left_open.submit()  # the form of yesterday
        second.modal("How was it noticed?").close()
        reminder = first.sees("is not written up yet", dm=True)
        assert "Tokenizer cache serves old words" in reminder.text

        finished(third, "inc-two-days")

        assert "is saved as a draft" in third.modal("Submitted").text
        told = third.sees("It became the draft", channel="inc-two-days")
        assert all(person.id in str(told.message.body) for person in (first, second, third))
        first.sees("It became the draft", dm=True)  # the reminder says so too
        assert lived.posts("is not written up yet") == 1
