"""The people of the workspace, kept in memory: members of the user groups that hold roles, and who has left."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.refusals import error_of

log = structlog.get_logger(__name__)


@dataclass
class _Known:
    """What Slack said last; replaced as a whole, so readers need no lock."""

    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    left: frozenset[str] = frozenset()


@dataclass(frozen=True)
class SlackWorkspace:
    """Asks Slack for the named people and groups when told to, and answers from memory in between.

    Without the optional scopes usergroups:read and users:read it knows no groups and nobody's leaving; `faultline
    doctor` says so.
    """

    client: WebClient
    people: Collection[str]
    groups: Collection[str]
    scopes: frozenset[str]
    _known: _Known = field(default_factory=_Known)

    def members_of(self, group_id: str) -> frozenset[str]:
        """Return the members of the user group, as Slack said last; none for a group it did not name."""
        return self._known.groups.get(group_id, frozenset())

    def is_active(self, user_id: str) -> bool:
        """Return False for people whom Slack called deactivated."""
        return user_id not in self._known.left

    def refresh(self) -> None:
        """Ask Slack again; what it does not tell now stays as it was."""
        if self.groups and "usergroups:read" in self.scopes:
            self._refresh_groups()
        if "users:read" not in self.scopes:
            return
        members = {person for group in self._known.groups.values() for person in group}
        known_left = {person: self._has_left(person) for person in {*self.people, *members}}
        self._known.left = frozenset(
            person
            for person, has_left in known_left.items()
            if has_left or (has_left is None and person in self._known.left)
        )

    def _refresh_groups(self) -> None:
        try:
            found = self.client.usergroups_list(include_users=True)["usergroups"]
        except SlackApiError as refused:
            log.warning("Slack does not tell who is in which user group", error=error_of(refused))
        except (OSError, HTTPException) as broken:
            log.warning("Slack does not tell who is in which user group", error=str(broken))
        else:
            self._known.groups = {
                group["id"]: frozenset(group.get("users") or ()) for group in found if group["id"] in self.groups
            }

    def _has_left(self, user_id: str) -> bool | None:
        """Return whether the person has left, or None where Slack does not say."""
        try:
            return bool(self.client.users_info(user=user_id)["user"].get("deleted"))
        except SlackApiError as refused:
            return True if error_of(refused) == "user_not_found" else None
        except (OSError, HTTPException):
            return None


class NobodyKnown:
    """Stands in for the workspace where there is no Slack, as on the command line."""

    def members_of(self, group_id: str) -> frozenset[str]:
        """Return nobody."""
        del group_id
        return frozenset()

    def is_active(self, user_id: str) -> bool:
        """Return True: nobody is known to have left."""
        return bool(user_id)
