"""Reviews and reminders as people live them, with a clock that tests move: once, at their hour, to the right person."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from icalendar import Calendar

from sandbox.eyes import Actor
from tests.e2e.year import BEGINNING, DIGEST, MINUTE, SECRET, TWO_SWEEPS, Year, year


@pytest.fixture(params=["socket mode, SQLite", "HTTP, PostgreSQL"])
def database(request: pytest.FixtureRequest) -> str | None:
    return request.getfixturevalue("own_database_url") if request.param.startswith("HTTP") else None


def test_the_digest_comes_on_tuesday_at_ten_and_every_button_on_its_rows_is_heard(
    database: str | None, tmp_path: Path
) -> None:
    tuesday = BEGINNING + timedelta(days=1, hours=1)
    with year(tmp_path, 8, database_url=database, review_every="7d") as lived:
        steward, colleague = lived.person("steward"), lived.person("colleague")
        lived.pass_quietly(tuesday - MINUTE)
        steward.does_not_see("to verify this week", dm=True)

        lived.reach(tuesday)
        digest = steward.sees("8 entries of yours to verify this week", dm=True)
        steward.clicks("Still right", digest, beside="Ovens")
        steward.picks("A week", digest, beside="Bridges")
        steward.picks("A month", digest, beside="Clocks")
        steward.picks("Until a day", digest, beside="Drums")
        steward.modal("Until when?").choose("Until when?", "2026-04-14").submit()
        steward.clicks("Needs a change", digest, beside="Engines")
        steward.modal("Needs a change").fill("What has to change?", "The pump has another name").submit()
        steward.clicks("Hand over", digest, beside="Ferries")
        steward.modal("Who looks at it instead of you?").choose("Who looks at it", "colleague").submit()
        steward.clicks("Deprecate", digest, beside="Gardens")
        steward.modal("Why?").fill("Why?", "Nobody has gardens any more").submit()

        asked = colleague.sees("Is this entry still right?", dm=True)
        assert "Ferries" in asked.text
        colleague.clicks("Still right", asked)
        colleague.sees("Verified by", dm=True)
        answered = steward.sees("Nobody has gardens any more", dm=True).text
        for word in ("Verified by", "Snoozed until", "The pump has another name", "handed it over"):
            assert word in answered
        assert answered.count("Snoozed until") == 3
        assert lived.posts("of yours to verify this week") == 1
        steward.command("/failure show FM-0006").sees("verified")
        lived.slack.settled()
        # The one that nobody answered is listed as well, though its day has not come yet.
        left = steward.command("/failure reviews").sees("1 review waits for you")
        assert "Harbours fail" in left.text


def test_unanswered_it_goes_from_step_to_step_to_silence_and_one_answer_is_seen_everywhere(
    database: str | None, tmp_path: Path
) -> None:
    def at(month: int, day: int) -> datetime:
        return datetime(2026, month, day, 10, tzinfo=UTC)

    with year(tmp_path, 1, database_url=database) as lived:
        steward, backup, champion = (lived.person(name) for name in ("steward", "backup", "champion"))
        steps: list[tuple[datetime, Actor, str]] = [
            (DIGEST, steward, "1 entry of yours to verify this week"),
            (at(6, 8), steward, "overdue for a review"),
            (at(6, 15), backup, "you are the backup for"),
            (at(6, 22), lived.person("colleague"), "of this team's overdue"),
            (at(7, 1), champion, "that nobody has verified"),
        ]
        for count, (moment, person, words) in enumerate(steps):
            lived.pass_quietly(moment - MINUTE)
            assert lived.posts("Ovens fail") == count, words
            lived.reach(moment)
            person.sees(words)
        lived.pass_quietly(at(9, 30))
        assert lived.posts("Ovens fail") == len(steps)

        champion.clicks("Still right", champion.sees("that nobody has verified", dm=True))

        for _, person, words in steps:
            assert "Verified by" in person.sees("Verified by").text, words
        lived.slack.settled(quiet=TWO_SWEEPS)
        assert lived.posts("Ovens fail") == len(steps)
        shown = [text for text in every_message(lived) if "Ovens fail" in text]
        assert ["Verified by" in text for text in shown] == [True] * len(steps)


def every_message(lived: Year) -> list[str]:
    people = [lived.person(name) for name in ("steward", "backup", "champion")]
    direct = [str(message.body) for person in people for message in person.visible(dm=True)]
    return direct + [str(message.body) for message in lived.person("colleague").visible("serving-team")]


def test_a_release_makes_entries_of_its_family_due_by_command_and_by_webhook_once(
    tmp_path: Path, own_database_url: str
) -> None:
    with year(tmp_path, 2, database_url=own_database_url, dimensions={"model_family": ["llm"]}) as lived:
        steward = lived.person("steward")
        lived.reach(datetime(2026, 3, 5, 12, tzinfo=UTC))

        steward.command("/failure release llm 5.0").sees("2")
        told = httpx.post(
            f"{lived.address}/releases", json={"family": "llm", "version": "5.0"},
            headers={"Authorization": f"Bearer {SECRET}"},
        ).json()  # fmt: skip
        lived.reach(datetime(2026, 3, 10, 10, tzinfo=UTC))

        assert told == {"due": 0}
        steward.sees("2 entries of yours", dm=True)
        assert "llm 5.0 was released" in steward.sees("2 entries of yours", dm=True).text
        lived.pass_quietly(datetime(2026, 3, 10, 16, tzinfo=UTC))
        assert lived.posts("llm 5.0 was released") == 1


def test_whoever_is_away_is_passed_over_and_a_calendar_shows_what_is_planned(
    tmp_path: Path, own_database_url: str
) -> None:
    with year(tmp_path, 1, database_url=own_database_url) as lived:
        steward, backup = lived.person("steward"), lived.person("backup")
        shown = steward.command("/failure calendar").sees("Your reviews as a calendar").text
        path = shown.partition("https://faultline.example.org")[2].partition("```")[0].strip()
        (event,) = Calendar.from_ical(httpx.get(f"{lived.address}{path}").content).walk("VEVENT")
        assert event.decoded("dtstart").isoformat() == "2026-05-31"
        steward.command("/failure calendar off").sees("no calendar")
        assert httpx.get(f"{lived.address}{path}").status_code == 404

        steward.command("/failure away 2026-05-20 2026-06-30").sees("from 2026-05-20 until 2026-06-30")
        lived.reach(DIGEST)
        backup.sees("to verify this week", dm=True)
        steward.does_not_see("to verify this week", dm=True)
        steward.command("/failure away tomorrow").sees("is no day or two")
        steward.command("/failure away off").sees("You are not away")


def test_an_unfinished_write_up_is_asked_for_on_working_mornings_until_somebody_says_no(
    database: str | None, tmp_path: Path
) -> None:
    def at(day: int, hour: int = 10) -> datetime:
        return datetime(2026, 3, day, hour, tzinfo=UTC)

    with year(tmp_path, 1, database_url=database) as lived:
        owner = lived.person("colleague")
        owner.command("/failure write-up", channel="general")
        form = owner.modal("What did people see?").fill("Name the failure mode", "Queue grows")
        form.fill("What did people see?", "Answers late").choose("How bad was it?", "sev3").submit()
        owner.modal("What contained it?").close()
        lived.pass_quietly(at(3, 8))
        assert lived.posts("is not written up yet") == 0

        counts = []
        for day in (3, 5, 6, 9, 10):
            lived.pass_quietly(at(day))
            counts.append(lived.posts("is not written up yet"))
        owner.clicks("Not doing", owner.sees("is not written up yet", dm=True))
        owner.modal("Why not?").fill("Why not?", "The service is gone").submit()
        owner.sees("will not write it: The service is gone", dm=True)
        lived.pass_quietly(at(31))

        assert counts == [1, 1, 2, 2, 3]
        assert lived.posts("is not written up yet") == 3
        owner.does_not_see("is not written up yet", dm=True)
