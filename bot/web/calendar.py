"""Reviews as a calendar to subscribe to (RFC 5545); who knows the address is its owner.

GET /calendar/SECRET.ics    200 the calendar · 404 no such address (any more) · 503 the database does not answer
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from fastapi import Response
from icalendar import Calendar as Document
from icalendar import Event

from workflows.clock import Clock
from workflows.errors import Unavailable
from workflows.reviews.calendars import Calendar, Calendars
from workflows.reviews.reviews import DueReview

REFRESH = timedelta(hours=6)
HOW = "Answer it in Slack: /failure reviews"


def calendar_route(calendars: Calendars, clock: Clock) -> Callable[[str], Response]:
    """Return the route that answers with somebody's calendar."""

    def calendar(secret: str) -> Response:
        headers = {"Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer"}
        try:
            found = calendars.under(secret)
        except Unavailable:
            return Response("The database does not answer; it is asked again later.\n", 503, headers)
        if found is None:
            return Response("There is no such calendar; `/failure calendar new` opens one.\n", 404, headers)
        return Response(as_icalendar(found, clock()), 200, headers, media_type="text/calendar; charset=utf-8")

    return calendar


def as_icalendar(calendar: Calendar, now: datetime) -> bytes:
    """Return the reviews as days of a calendar; the same review is the same event, whenever it is fetched."""
    document = Document()
    document.add("prodid", "-//Faultline//Reviews//EN")
    document.add("version", "2.0")
    document.add("x-wr-calname", "Reviews of failure modes")
    document.add("refresh-interval", REFRESH, {"VALUE": "DURATION"})
    document.add("x-published-ttl", "PT6H")
    for day, review in calendar.days:
        document.add_component(_event(day, review, now))
    return bytes(document.to_ical())


def _event(day: date, review: DueReview, now: datetime) -> Event:
    entry, severity = review.entry, review.entry.document.severity.typical
    event = Event()
    event.add("uid", f"review-{entry.id}@faultline")
    event.add("dtstamp", now)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", f"Verify {entry.id} {entry.document.title}")
    event.add("description", f"{severity}; due because {review.reason or 'its date has come'}.\n{HOW}")
    event.add("categories", [severity, entry.document.domain])
    event.add("transp", "TRANSPARENT")
    return event
