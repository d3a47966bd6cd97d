"""What every part of an entry's document is made of: kinds of text, moments, links, and the base they share."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

ENTRY_ID = r"^FM-[0-9]{4,6}$"

SeverityLevel = Literal["sev1", "sev2", "sev3", "sev4"]
Certainty = Literal["known", "likely", "guess"]
Basis = Literal["measured", "estimated"]


def without_unstorable_characters(text: str) -> str:
    """Return the text without NUL and lone surrogates, which PostgreSQL and UTF-8 refuse."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def _written_out(value: Any) -> Any:
    """Take an unquoted YAML date for the text it was written as."""
    return value.isoformat() if isinstance(value, date | datetime) else value


def _storable(value: Any) -> Any:
    return without_unstorable_characters(value) if isinstance(value, str) else value


# Before blanks are stripped: taking a character out afterwards could leave new ones at the edge.
Stored = BeforeValidator(_storable)
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), Stored]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=3000), Stored]
Term = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9/-]*$", max_length=60)]
EntryId = Annotated[str, StringConstraints(pattern=ENTRY_ID)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Window = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,6}(s|m|h|d|w)$")]
Uri = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>]+$", max_length=2000)]
# A date or time of ISO 8601 that is as precise as what is known: 2025, 2025-11, 2025-11-18, 2025-11-18T11:20Z.
Moment = Annotated[
    str,
    BeforeValidator(_written_out),
    StringConstraints(
        pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01])"
        r"(T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?(Z|[+-][0-9]{2}:[0-9]{2})?)?)?)?$"
    ),
]


class Part(BaseModel):
    """A frozen piece of the document that refuses fields it does not know, so a typo in YAML is an error.

    Infinite numbers are refused as well: JSON has none, so no database could keep them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Link(Part):
    """Something that lies elsewhere, with what it is for in this entry; the link carries the text."""

    title: Line
    text: Line
    uri: Uri | None = None
