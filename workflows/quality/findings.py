"""What is wrong with an entry: where it stands, how grave it is, and what to do about it."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

Level = Literal["blocks", "flags"]


class Flaw(NamedTuple):
    """What a single check says: the dotted path of the field, such as mitigations.0.rollback, and a whole sentence."""

    place: str
    sentence: str


@dataclass(frozen=True)
class Finding:
    """A flaw with the check that found it and how grave it is.

    What blocks keeps the entry from being published; what flags is shown and may stay.
    """

    check: str
    level: Level
    place: str
    sentence: str
