"""Hand-written stand-ins, passed where the real thing would be."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from store import Transaction, inside_a_transaction
from store.entries import EntryRecord
from workflows.errors import Unavailable, UserError
from workflows.matters import Purpose, matter_of
from workflows.people import Actor
from workflows.ports import Channel

# What a transaction may take in tests: its limits are tried in tests/store, and elsewhere a busy machine must not fail
# a test of something else. The price: what hangs is seen only when pytest's own timeout comes.
PATIENT: Final = timedelta(seconds=30)


@dataclass
class StillClock:
    """A clock that moves only when told to, and by `tick` whenever it is read, as real ones do."""

    now: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    tick: timedelta = timedelta()

    def __call__(self) -> datetime:
        self.now += self.tick
        return self.now

    def forward(self, by: timedelta) -> None:
        self.now += by


@dataclass
class CountingBell:
    """Counts its rings, and refuses to be rung inside a transaction: the world waits outside."""

    rings: int = 0

    def ring(self) -> None:
        assert not inside_a_transaction(), "the world was told before the transaction was over"
        self.rings += 1


@dataclass
class KnownChannels:
    """A directory of channels; an unknown channel means that Slack does not answer."""

    names: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    shared: set[str] = field(default_factory=set)

    def about(self, channel_id: str) -> Channel:
        assert not inside_a_transaction(), "Slack was asked inside a transaction"
        self.asked.append(channel_id)
        if channel_id not in self.names:
            msg = "Slack does not answer"
            raise Unavailable(msg)
        return Channel(self.names[channel_id], is_shared=channel_id in self.shared, is_member=True)


@dataclass
class Asked:
    """Notes who was asked to approve what; it writes the question, as the real one does, and tells nobody."""

    colleagues: tuple[str, ...] = ("UPEER",)
    questions: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)

    def ask_within(
        self,
        tx: Transaction,
        record: EntryRecord,
        *,
        purpose: Purpose,
        disciplines: Collection[str],
        asked_by: Actor | None,
        authors: frozenset[str],
        base_revision: int,
        amendment_id: int | None = None,
    ) -> int:
        able = [person for person in self.colleagues if person not in authors]
        if not able:
            msg = "Nobody else can review this; name reviewers in FAULTLINE_REVIEWERS."
            raise UserError(msg)
        self.questions.append((purpose, record.id, tuple(disciplines)))
        amendment = tx.amendments.get(amendment_id) if amendment_id is not None else None
        for discipline in disciplines:
            tx.sign_offs.ask_once(
                key=f"{matter_of(purpose, record, amendment, record.updated_at)}:{discipline}",
                entry_id=record.id,
                amendment_id=amendment_id,
                revision=record.revision,
                base_revision=base_revision,
                purpose=purpose,
                discipline=discipline,
                asked_by=asked_by.user_id if asked_by else None,
                asked_people=able,
                asked_at=record.updated_at,
            )
        return len(able)


@dataclass
class KnownPeople:
    """A workspace: its user groups, who has left or is away, and where people live."""

    groups: dict[str, frozenset[str]] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    away: set[str] = field(default_factory=set)
    zones: dict[str, str] = field(default_factory=dict)
    informed: bool = True

    def is_away(self, user_id: str) -> bool:
        return user_id in self.away

    def zone_of(self, user_id: str) -> str:
        return self.zones.get(user_id, "")

    def is_informed(self) -> bool:
        return self.informed

    def members_of(self, group_id: str) -> frozenset[str]:
        return self.groups.get(group_id, frozenset()) - self.left

    def is_active(self, user_id: str) -> bool:
        return user_id not in self.left
