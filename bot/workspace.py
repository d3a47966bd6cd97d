"""The people of the workspace, kept in memory: members of the user groups that hold roles, and who has left.

Also where those who hold roles live, and who of them is away.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.refusals import error_of, is_rate_limit, is_slacks_own_trouble

log = structlog.get_logger(__name__)
MOST_OTHERS = 200  # people asked about in one round besides those with a role; users.info answers over 100 a minute


@dataclass
class _Known:
    """What Slack said last; replaced as a whole, so readers need no lock."""

    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    left: frozenset[str] = frozenset()
    zones: Mapping[str, str] = field(default_factory=dict)
    away: frozenset[str] = frozenset()
    is_informed: bool = False


@dataclass(frozen=True)
class SlackWorkspace:
    """Asks Slack for the named people and groups when told to, and answers from memory in between.

    `others` names those of whom it matters as well where they live and whether they have left, without a role.

    Without the optional scopes usergroups:read and users:read it knows no groups and nobody's leaving; `faultline
    doctor` says so.
    """

    client: WebClient
    people: Collection[str]
    groups: Collection[str]
    scopes: frozenset[str]
    others: Callable[[], Collection[str]] = frozenset
    _known: _Known = field(default_factory=_Known)

    def members_of(self, group_id: str) -> frozenset[str]:
        """Return the members of the user group, as Slack said last; none for a group it did not name."""
        return self._known.groups.get(group_id, frozenset())

    def is_active(self, user_id: str) -> bool:
        """Return False for people whom Slack called deactivated."""
        return user_id not in self._known.left

    def refresh(self) -> None:
        """Ask Slack again; what it does not tell now stays as it was."""
        is_told = self._refresh_groups() if self.groups and "usergroups:read" in self.scopes else True
        if "users:read" in self.scopes:
            members = {person for group in self._known.groups.values() for person in group}
            named = sorted({*self.people, *members})
            others = sorted(set(self.others()) - set(named))[:MOST_OTHERS]
            # Each is asked, also after one of whom Slack told nothing.
            told = [self._refresh_person(person) for person in (*named, *others)]
            is_told = is_told and all(told[: len(named)])
        self._known.is_informed = self._known.is_informed or is_told

    def is_away(self, user_id: str) -> bool:
        """Return whether the person's status says that they are on leave or ill."""
        return user_id in self._known.away

    def zone_of(self, user_id: str) -> str:
        """Return the time zone that the person set in Slack; nothing for who is not known."""
        return self._known.zones.get(user_id, "")

    def is_informed(self) -> bool:
        """Return whether Slack told of everybody who holds a role at least once since the start."""
        return self._known.is_informed

    def _refresh_groups(self) -> bool:
        """Note who is in which user group, and return whether Slack answered."""
        try:
            found = self.client.usergroups_list(include_users=True)["usergroups"]
        except SlackApiError as refused:
            log.warning("Slack does not tell who is in which user group", error=error_of(refused))
            return not _may_tell_later(refused)
        except (OSError, HTTPException) as broken:
            log.warning("Slack does not tell who is in which user group", error=str(broken))
            return False
        self._known.groups = {
            group["id"]: frozenset(group.get("users") or ()) for group in found if group["id"] in self.groups
        }
        return True

    def _refresh_person(self, user_id: str) -> bool:
        """Note what Slack says of the person now, and return whether it answered.

        What it does not tell stays as it was.
        """
        known = self._known
        try:
            told: Mapping[str, Any] = self.client.users_info(user=user_id)["user"]
        except SlackApiError as refused:
            if error_of(refused) == "user_not_found":
                known.left |= {user_id}
            return not _may_tell_later(refused)
        except (OSError, HTTPException):
            return False
        known.left = known.left | {user_id} if told.get("deleted") else known.left - {user_id}
        known.away = known.away | {user_id} if _says_away(told.get("profile") or {}) else known.away - {user_id}
        known.zones = {**known.zones, user_id: str(told.get("tz") or "")}
        return True


def _may_tell_later(refused: SlackApiError) -> bool:
    """Return whether Slack did not answer for now; a refusal that stays is an answer."""
    return is_rate_limit(refused) or is_slacks_own_trouble(refused)


# What Slack itself offers as statuses for leave and illness, and what people write there.
AWAY_EMOJI = frozenset({":palm_tree:", ":face_with_thermometer:", ":beach_with_umbrella:", ":desert_island:", ":baby:"})
AWAY_WORDS = re.compile(
    r"\b(vacation(ing)?|(on|annual|parental|sick) leave|out of (the )?office|ooo|pto|off sick|out sick|sabbatical|"
    r"urlaub|krank|elternzeit|vacances|cong[eé]s?|vacaciones)\b",
    re.IGNORECASE,
)


def _says_away(profile: Mapping[str, Any]) -> bool:
    """Return whether a person's status says that they are on leave or ill; Slack takes away what has run out."""
    is_meant = profile.get("status_emoji") in AWAY_EMOJI
    return is_meant or bool(AWAY_WORDS.search(str(profile.get("status_text") or "")))


class NobodyKnown:
    """Stands in for the workspace where there is no Slack, as on the command line."""

    def members_of(self, group_id: str) -> frozenset[str]:
        """Return nobody."""
        del group_id
        return frozenset()

    def is_active(self, user_id: str) -> bool:
        """Return True: nobody is known to have left."""
        return bool(user_id)

    def is_away(self, user_id: str) -> bool:
        """Return False: nobody is known to be away."""
        return not user_id

    def zone_of(self, user_id: str) -> str:
        """Return nothing: nobody says where people live."""
        del user_id
        return ""

    def is_informed(self) -> bool:
        """Return False: without Slack nobody is to be told anything."""
        return False
