"""What stewards say of themselves: when they are away, and that they want their reviews in a calendar."""

from dataclasses import dataclass

from bot.blocks.elements import Rendered
from bot.blocks.reviews import absence_told, calendar_address, calendar_told
from bot.forms.calls import CommandCall
from workflows.errors import UserError
from workflows.people import require_colleague
from workflows.reviews.absences import Absences, typed_absence
from workflows.reviews.calendars import Calendars


@dataclass(frozen=True)
class StewardListeners:
    """`public_url` is where the web server is reached from outside, or empty."""

    absences: Absences
    calendars: Calendars
    public_url: str

    def away(self, call: CommandCall) -> Rendered:
        """`/failure away`: tells it; with days behind it, or `off`, changes it."""
        require_colleague(call.actor)
        if not call.rest:
            return absence_told(self.absences.of(call.actor))
        if call.rest.lower() in {"off", "back", "end", "no"}:
            self.absences.end(call.actor)
            return absence_told(None)
        return absence_told(self.absences.begin(typed_absence(call.rest), call.actor))

    def calendar(self, call: CommandCall) -> Rendered:
        """`/failure calendar`: opens one where there is none; `new` replaces it, `off` closes it."""
        require_colleague(call.actor)
        word = call.rest.lower()
        if word in {"off", "close", "end"}:
            self.calendars.close(call.actor)
            return calendar_told(is_open=False)
        if word not in {"", "new"}:
            msg = "Say `/failure calendar`, with `new` behind it for another address, or `off` to close it."
            raise UserError(msg)
        if not self.public_url:
            msg = (
                "Calendars need an address that your calendar program can reach; ask whoever installed Faultline to "
                "set FAULTLINE_PUBLIC_URL."
            )
            raise UserError(msg)
        if not word and self.calendars.is_open(call.actor):
            return calendar_told(is_open=True)
        return calendar_address(f"{self.public_url}calendar/{self.calendars.open(call.actor)}.ics")
