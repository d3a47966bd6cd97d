"""How the audit trail looks in a terminal, and for machines."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from rich.table import Table

from store.audit import AuditRecord

MAX_VALUE = 60  # characters of one field in the table; --json holds everything


def as_instant(moment: datetime | None) -> datetime | None:
    """Return a moment that was typed without a zone as one of UTC."""
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def trail_table(deeds: Sequence[AuditRecord]) -> Table:
    """Return the deeds as a table, newest first, with the names of the fields that each changed."""
    table = Table(box=None, pad_edge=False)
    for column in ("at (UTC)", "actor", "action", "subject", "what"):
        table.add_column(column, overflow="fold")
    for deed in deeds:
        table.add_row(f"{deed.at:%Y-%m-%d %H:%M:%S}", deed.actor, deed.action, deed.subject, _what(deed))
    return table


def trail_lines(deeds: Sequence[AuditRecord]) -> str:
    """Return the deeds as JSON, one a line, newest first, with everything before and after."""
    return "\n".join(json.dumps(_as_json(deed), ensure_ascii=False) for deed in deeds)


def _what(deed: AuditRecord) -> str:
    before, after = deed.before or {}, deed.after or {}
    if not before and len(after) > 1:
        return f"{len(after)} fields"
    return "; ".join(f"{name}: {_short(before.get(name))} → {_short(after.get(name))}" for name in {**before, **after})


def _short(value: Any) -> str:
    text = "nothing" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MAX_VALUE else f"{text[: MAX_VALUE - 1]}…"


def _as_json(deed: AuditRecord) -> dict[str, Any]:
    return {**vars(deed), "at": deed.at.isoformat()}
