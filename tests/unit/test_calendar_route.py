"""Stewards subscribe to their reviews as a calendar; the address is a secret of which only a hash is kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
from icalendar import Calendar as Document

from bot.web.app import web_app
from bot.web.calendar import calendar_route
from bot.web.server import serve
from store import Store
from tests.factories import RESPONDER, STEWARD, House, failure_mode, house
from workflows.reviews.calendars import Calendars

HOSTILE = "Feeds; stop, \\n BEGIN:VEVENT\r\nX: “ü” 世界 " + "x" * 40
ENTRIES = failure_mode(1, title=HOSTILE[:80], slug="one"), failure_mode(2, slug="two")


def calendars(lived: House) -> Calendars:
    return Calendars(lived.store, lived.reviews, lived.stewardship)


@contextmanager
def fetching(lived: House) -> Iterator[httpx.Client]:
    web = web_app({}, None, "unused", calendar=calendar_route(calendars(lived), lived.clock))
    with serve(web, "127.0.0.1", 0) as address, httpx.Client(base_url=address, timeout=10) as client:
        yield client


def put_due(lived: House, entry_id: str, days: int) -> None:
    with lived.store.begin() as tx:
        tx.reviews.schedule(entry_id, lived.clock() + timedelta(days=days), "because, of; it\nall")


def test_a_calendar_holds_the_reviews_of_a_year_on_their_days(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, *ENTRIES)
    lived.workspace.zones[STEWARD.user_id] = "Asia/Tokyo"
    put_due(lived, "FM-0001", 30)
    put_due(lived, "FM-0002", -3)
    secret = calendars(lived).open(STEWARD)

    with fetching(lived) as client:
        answers = [client.get(f"/calendar/{secret}.ics") for _ in range(2)]

    assert answers[0].headers["content-type"] == "text/calendar; charset=utf-8"
    assert answers[0].headers["cache-control"] == "private, no-store"
    assert answers[0].content == answers[1].content
    events = {str(one["uid"]): one for one in Document.from_ical(answers[0].content).walk("VEVENT")}
    assert set(events) == {"review-FM-0001@faultline", "review-FM-0002@faultline"}
    place = lived.stewardship.workplace(STEWARD.user_id)
    assert events["review-FM-0001@faultline"].decoded("dtstart") == place.local_date(lived.clock() + timedelta(days=30))
    assert "世界" in str(events["review-FM-0001@faultline"]["summary"])
    assert all(len(line.encode()) <= 75 for line in answers[0].text.split("\r\n"))


def test_whoever_has_no_reviews_has_an_empty_calendar_and_sees_nobody_elses(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, *ENTRIES)
    put_due(lived, "FM-0001", 3)
    secret = calendars(lived).open(RESPONDER)

    with fetching(lived) as client:
        answer = client.get(f"/calendar/{secret}.ics")

    assert (answer.status_code, "VEVENT" in answer.text) == (200, False)


def test_a_replaced_closed_or_invented_address_leads_nowhere(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    replaced = calendars(lived).open(STEWARD)
    kept = calendars(lived).open(STEWARD)
    closed = calendars(lived).open(RESPONDER)
    calendars(lived).close(RESPONDER)

    with fetching(lived) as client:
        codes = {
            secret: client.get(f"/calendar/{secret}.ics").status_code
            for secret in (replaced, kept, closed, "guess", "x" * 5000, "%00", "..%2f..")
        }

    assert codes.pop(kept) == 200
    assert set(codes.values()) == {404}
    assert calendars(lived).is_open(STEWARD)
    assert not calendars(lived).is_open(RESPONDER)


def test_the_calendar_of_somebody_who_left_is_gone(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    secret = calendars(lived).open(STEWARD)
    lived.workspace.left.add(STEWARD.user_id)

    with fetching(lived) as client:
        assert client.get(f"/calendar/{secret}.ics").status_code == 404


def test_the_secret_stands_nowhere_in_the_database(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    secret = calendars(lived).open(STEWARD)

    with store.read() as tx:
        assert tx.stewards.owner_of_calendar(secret) is None
