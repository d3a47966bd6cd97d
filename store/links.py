"""Whether the links that entries cite still answer."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from store.insertion import insert_once
from store.models import LinkCheckRow


class LinkChecks:
    """Answers of links within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def note(self, uri: str, state: str, at: datetime) -> None:
        """Note how the address answered: ok, moved, gone or forbidden."""
        if not insert_once(self._session, LinkCheckRow, uri=uri, state=state, checked_at=at):
            self._session.execute(
                update(LinkCheckRow).where(LinkCheckRow.uri == uri).values(state=state, checked_at=at)
            )

    def state_of(self, uri: str) -> str | None:
        """Return how the address answered last, or None where it was never asked."""
        return self._session.scalar(select(LinkCheckRow.state).where(LinkCheckRow.uri == uri))

    def all(self) -> Mapping[str, tuple[str, datetime]]:
        """Return how every address answered, and when it was asked."""
        return {row.uri: (row.state, row.checked_at) for row in self._session.scalars(select(LinkCheckRow))}
