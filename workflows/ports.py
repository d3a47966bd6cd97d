"""What the use cases need from the outside; bot/ brings the real ones, tests bring fakes."""

from typing import Protocol


class ChannelDirectory(Protocol):
    """Knows the channels of the workspace."""

    def name_of(self, channel_id: str) -> str:
        """Return the channel's name; raises Unavailable when Slack does not say in time."""
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
