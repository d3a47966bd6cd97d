"""Words of people that were confirmed to be about an entry, or not to be; their text is never changed, only removed."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from store.changes import tell
from store.models import CounterRow, ExampleRow
from store.records import record_of

COUNTER = "examples"
AT_ONCE = 500  # ids in one query; databases bound how many values a statement may have


@dataclass(frozen=True)
class ExampleRecord:
    """One text: `kind` says what people said of it, and with a negative `weight` it speaks against the entry.

    `said_as` is the message's `ts` within the incident, `learned_from` the person whose verdict it was.
    """

    id: int
    entry_id: str
    kind: str
    text: str
    weight: float
    incident_id: int | None
    channel_id: str | None
    said_as: str
    learned_from: str
    learned_at: datetime


class Examples:
    """Examples within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, examples: Iterable[dict[str, Any]]) -> None:
        """Keep the examples, each given by the fields of its record without the id."""
        rows = [ExampleRow(**values) for values in examples]
        self._session.add_all(rows)
        self._session.flush()
        self._changed(len(rows))

    def find(self, *, entry_id: str | None = None, incident_id: int | None = None) -> list[ExampleRecord]:
        """Return the examples that fit everything given, newest first."""
        query = select(ExampleRow).order_by(ExampleRow.learned_at.desc(), ExampleRow.id.desc())
        for column, wanted in ((ExampleRow.entry_id, entry_id), (ExampleRow.incident_id, incident_id)):
            if wanted is not None:
                query = query.where(column == wanted)
        return [record_of(ExampleRecord, row) for row in self._session.scalars(query)]

    def get(self, example_id: int) -> ExampleRecord | None:
        """Return the example, or None."""
        row = self._session.get(ExampleRow, example_id)
        return record_of(ExampleRecord, row) if row else None

    def some(self, example_ids: Collection[int]) -> list[ExampleRecord]:
        """Return the examples with these ids, in no order."""
        wanted = sorted(example_ids)
        return [
            record_of(ExampleRecord, row)
            for start in range(0, len(wanted), AT_ONCE)
            for row in self._session.scalars(
                select(ExampleRow).where(ExampleRow.id.in_(wanted[start : start + AT_ONCE]))
            )
        ]

    def holders(self) -> dict[int, str]:
        """Return the entry of each example by the example's id, without reading their texts."""
        return {one: entry_id for one, entry_id in self._session.execute(select(ExampleRow.id, ExampleRow.entry_id))}

    def state(self) -> int:
        """Return a number that is higher whenever any example was added, removed or handed over."""
        return self._session.scalar(select(CounterRow.value).where(CounterRow.name == COUNTER)) or 0

    def weigh(self, incident_id: int, entry_id: str, weight: float) -> None:
        """Let what speaks for the entry in an incident count so much.

        They become new rows, since whoever holds examples in memory knows them by their number.
        """
        found = self.find(entry_id=entry_id, incident_id=incident_id)
        changed = [one for one in found if one.kind == "confirmed" and one.weight != weight]
        for one in changed:
            self._remove(ExampleRow.id == one.id)
        kept = [{name: value for name, value in vars(one).items() if name != "id"} for one in changed]
        self.add({**one, "weight": weight} for one in kept)

    def remove(self, example_id: int) -> bool:
        """Remove one example; return whether there was one."""
        return self._remove(ExampleRow.id == example_id) > 0

    def remove_of(self, incident_id: int, *, entry_id: str | None = None, said_as: str | None = None) -> int:
        """Remove what was learned from an incident, of one entry or one message where given; return how many."""
        condition = ExampleRow.incident_id == incident_id
        if entry_id is not None:
            condition &= ExampleRow.entry_id == entry_id
        if said_as is not None:
            condition &= ExampleRow.said_as == said_as
        return self._remove(condition)

    def hand_over(self, source: str, target: str) -> None:
        """Make the examples of one entry those of another; what both learned from an incident stays the other's."""
        known = select(ExampleRow.incident_id).where(ExampleRow.entry_id == target, ExampleRow.incident_id.is_not(None))
        self._remove((ExampleRow.entry_id == source) & ExampleRow.incident_id.in_(known))
        moved = update(ExampleRow).where(ExampleRow.entry_id == source).values(entry_id=target)
        rows = self._session.execute(
            moved.returning(ExampleRow.id), execution_options={"synchronize_session": False}
        ).all()
        self._changed(len(rows))

    def _remove(self, condition: ColumnElement[bool]) -> int:
        removed = delete(ExampleRow).where(condition).returning(ExampleRow.id)
        count = len(self._session.execute(removed, execution_options={"synchronize_session": False}).all())
        self._session.expire_all()
        self._changed(count)
        return count

    def _changed(self, how_many: int) -> None:
        if not how_many:
            return
        counter = self._session.get(CounterRow, COUNTER, with_for_update=True, populate_existing=True)
        if counter is None:
            counter = CounterRow(name=COUNTER, value=0)
            self._session.add(counter)
        counter.value += 1
        self._session.flush()
        tell(self._session)
