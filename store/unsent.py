"""What people typed into forms of a write-up and did not send."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, select
from sqlalchemy.orm import Session

from store.insertion import insert_or_replace
from store.models import UnsentRow
from store.records import record_of


@dataclass(frozen=True)
class UnsentRecord:
    """What stood in somebody's form last: its answers, and the version of what the form was opened at.

    `base` is what stood in it when it was opened, where no version tells. `stamp` is Slack's own time of the change
    that told us, empty where it named none; `at` is our clock.
    """

    writeup_id: int
    person: str
    form: str
    version: int
    answers: dict[str, Any]
    base: dict[str, Any]
    stamp: str
    at: datetime


class Unsent:
    """Unsent forms within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def keep(self, record: UnsentRecord) -> bool:
        """Keep what stands in a form in place of what stood there before, unless something newer is known."""
        row = UnsentRow
        over = row.at <= record.at
        if record.stamp:
            over = and_(over, row.stamp <= record.stamp)
        return insert_or_replace(self._session, row, over, **vars(record))

    def written_by(self, person: str) -> frozenset[int]:
        """Return the write-ups in whose forms the person left something."""
        row = UnsentRow
        query = select(row.writeup_id, row.answers).where(row.person == person)
        return frozenset(number for number, answers in self._session.execute(query) if any(answers.values()))

    def forms_of(self, writeup_id: int, person: str) -> frozenset[str]:
        """Return the forms of a write-up in which the person left something."""
        row = UnsentRow
        query = select(row.form, row.answers).where(row.writeup_id == writeup_id, row.person == person)
        return frozenset(form for form, answers in self._session.execute(query) if any(answers.values()))

    def drop_before(self, moment: datetime) -> None:
        """Drop what was left in forms before this moment."""
        self._session.execute(delete(UnsentRow).where(UnsentRow.at < moment))

    def forget(self, writeup_id: int, person: str, form: str, *, until: datetime) -> None:
        """Forget what stood in a form, and whatever of it still arrives until then."""
        self.keep(UnsentRecord(writeup_id, person, form, 0, {}, {}, "", until))

    def forget_texts(self, writeup_id: int, texts: Collection[str]) -> None:
        """Drop these texts from whatever stood in the forms of a write-up."""
        for row in self._session.scalars(select(UnsentRow).where(UnsentRow.writeup_id == writeup_id)):
            row.answers = {key: text for key, text in row.answers.items() if text not in texts}
            row.base = {key: text for key, text in row.base.items() if text not in texts}
        self._session.flush()

    def get(self, writeup_id: int, person: str, form: str) -> UnsentRecord | None:
        """Return what somebody left in a form, or None."""
        row = self._session.get(UnsentRow, (writeup_id, person, form), populate_existing=True)
        return record_of(UnsentRecord, row) if row else None
