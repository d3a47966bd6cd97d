"""What the use cases need from the outside; bot/ brings the real ones, tests bring fakes."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Channel:
    """A channel as Slack describes it: its name is empty where it has none or is hidden from us.

    `is_shared` says that people of other workspaces are in it; `is_member` whether we are, None where Slack hides it.
    """

    name: str
    is_shared: bool = False
    is_private: bool = False
    is_member: bool | None = None


class ChannelDirectory(Protocol):
    """Knows the channels of the workspace."""

    def about(self, channel_id: str) -> Channel:
        """Return what is known of the channel; raises Unavailable when Slack does not say in time."""
        ...


class DeliveryBell(Protocol):
    """Tells the messenger that messages are waiting, so that they leave at once instead of at its next round."""

    def ring(self) -> None:
        """Wake the messenger; never blocks and never fails."""
        ...


class Workspace(Protocol):
    """Knows the people of the workspace, from memory: it answers at once and never asks Slack while somebody waits."""

    def members_of(self, group_id: str) -> frozenset[str]:
        """Return the active members of a user group; none for a group nobody knows."""
        ...

    def is_active(self, user_id: str) -> bool:
        """Return False for people known to have left; who is not known counts as active."""
        ...

    def is_away(self, user_id: str) -> bool:
        """Return whether the person's status says that they are on leave or ill."""
        ...

    def zone_of(self, user_id: str) -> str:
        """Return the time zone of the person, such as Europe/Berlin; nothing for who is not known."""
        ...

    def is_informed(self) -> bool:
        """Return whether the workspace was asked at least once."""
        ...
