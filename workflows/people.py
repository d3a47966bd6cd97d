"""Who acts, which roles they hold, and what a role may do.

    reader                  sees the catalog                              everybody of the workspace, unless narrowed
    contributor             drafts, suggests corrections                  everybody of the workspace, unless narrowed
    steward:DOMAIN          decides over the entries of a domain; `steward:default` over the rest
    backup:DOMAIN           the same, while the steward is away
    reviewer:DISCIPLINE     signs off for security, compliance, product, support …
    champion                keeps the bar for entries: may do what any steward may, but not see restricted entries
    admin                   everything

A role is held by people (U…), by user groups (S…), or by everybody of the workspace (*).
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from workflows.entries.document import FailureMode
from workflows.errors import NotAllowed
from workflows.ports import Workspace

EVERYBODY = "*"
EVERY_DOMAIN = "default"
SECURITY = "security"
# How the ids of people begin, docs.slack.dev/reference/objects/user-object; those of channels and groups do not.
BEGINNINGS_OF_PEOPLE: Final = ("U", "W")


@dataclass(frozen=True)
class Actor:
    """The person behind a command or a button, as Slack names them.

    `is_external` is someone of another workspace; `is_operator` is whoever runs the command line beside the database
    and could read it anyway.
    """

    user_id: str
    is_external: bool = False
    is_operator: bool = False


OPERATOR = Actor("operator", is_operator=True)


@dataclass(frozen=True)
class People:
    """Who holds which role: `named` gives for each role the ids of people and user groups, `*` for everybody."""

    named: Mapping[str, tuple[str, ...]]
    workspace: Workspace

    def holders(self, role: str, about: str = "") -> tuple[str, ...]:
        """Return the people who hold the role, user groups spelled out, in the order they were named, each once.

        The members of a group share what comes: who of them stands first differs by the entry that it is `about`.
        """
        return tuple(dict.fromkeys(self._people(self.named.get(role, ()), about)))

    def holds(self, actor: Actor, role: str) -> bool:
        """Return whether the person holds the role; people of other workspaces hold none."""
        if actor.is_external:
            return False
        if actor.is_operator:
            return True
        return EVERYBODY in self.named.get(role, ()) or actor.user_id in self.holders(role)

    def stewards_of(self, domain: str, about: str = "") -> tuple[str, ...]:
        """Return who answers for the domain, or for an entry of it: its stewards, or those of the domains without."""
        return self.holders(f"steward:{domain}", about) or self.holders(f"steward:{EVERY_DOMAIN}", about)

    def backups_of(self, domain: str, about: str = "") -> tuple[str, ...]:
        """Return who answers for the domain, or for an entry of it, when its steward does not."""
        return self.holders(f"backup:{domain}", about) or self.holders(f"backup:{EVERY_DOMAIN}", about)

    def steward_of(self, domain: str, about: str = "") -> str | None:
        """Return the one to turn to: the first steward who has not left, else backup, else nobody."""
        answering = (*self.stewards_of(domain, about), *self.backups_of(domain, about))
        return next((person for person in answering if self.workspace.is_active(person)), None)

    def inactive(self, people: Collection[str]) -> frozenset[str]:
        """Return those of the people who have left the workspace."""
        return frozenset(person for person in people if not self.workspace.is_active(person))

    def may_steward(self, actor: Actor, domain: str) -> bool:
        """Return whether the person may decide over entries of the domain."""
        return self.is_steward(actor, domain) or self.holds(actor, "champion") or self.holds(actor, "admin")

    def is_steward(self, actor: Actor, domain: str) -> bool:
        """Return whether the person answers for the domain, as steward or backup."""
        if actor.is_external:
            return False
        return actor.is_operator or actor.user_id in (*self.stewards_of(domain), *self.backups_of(domain))

    def is_editor(self, actor: Actor) -> bool:
        """Return whether the person answers for anything in the catalog: any steward, reviewer, champion or admin."""
        roles = (role for role in self.named if role not in {"reader", "contributor"})
        return not actor.is_external and any(self.holds(actor, role) for role in roles)

    def answers_for_entries(self, actor: Actor) -> bool:
        """Return whether the person may decide over entries of any domain: steward, backup, champion or admin."""
        roles = (one for one in self.named if one.startswith(("steward:", "backup:")) or one in {"champion", "admin"})
        return not actor.is_external and (actor.is_operator or any(self.holds(actor, role) for role in roles))

    def peers(self) -> tuple[str, ...]:
        """Return everybody who answers for anything in the catalog, each once."""
        roles = [role for role in self.named if role not in {"reader", "contributor"}]
        return tuple(dict.fromkeys(person for role in roles for person in self.holders(role)))

    def disciplines_of(self, actor: Actor) -> frozenset[str]:
        """Return the disciplines for which the person may sign off."""
        reviewing = (role.removeprefix("reviewer:") for role in self.named if role.startswith("reviewer:"))
        return frozenset(discipline for discipline in reviewing if self.holds(actor, f"reviewer:{discipline}"))

    def may_see(self, actor: Actor, document: FailureMode, *, involved: Collection[str] = ()) -> bool:
        """Return whether the person may know that the entry exists; `involved` are those who wrote it.

        Restricted entries are for their domain's stewards, security reviewers, admins and their authors; entries of a
        group for the reviewers of the disciplines it names as well. Drafts are for authors, stewards and reviewers.
        """
        if not self.holds(actor, "reader"):
            return False
        if actor.user_id in involved or self.is_steward(actor, document.domain) or self.holds(actor, "admin"):
            return True
        if document.visibility == "restricted":
            return self.holds(actor, f"reviewer:{SECURITY}")
        disciplines = self.disciplines_of(actor)
        if document.visibility == "group":
            return bool(disciplines & {SECURITY, *document.visible_to})
        unpublished = document.status in {"draft", "in_review", "rejected"}
        return not unpublished or bool(disciplines) or self.holds(actor, "champion")

    def require_reader(self, actor: Actor) -> None:
        """Raise NotAllowed for people of other workspaces, and for whoever may not read the catalog here."""
        require_colleague(actor)
        if not self.holds(actor, "reader"):
            msg = "The catalog is not open to you; ask whoever installed Faultline for the role of a reader."
            raise NotAllowed(msg)

    def require_contributor(self, actor: Actor) -> None:
        """Raise NotAllowed for whoever may not propose anything."""
        self.require_reader(actor)
        if not self.holds(actor, "contributor") and not self.is_editor(actor):
            msg = (
                "You may read the catalog but not write in it; ask an admin of Faultline for the role of a contributor."
            )
            raise NotAllowed(msg)

    def require_steward(self, actor: Actor, domain: str, deed: str) -> None:
        """Raise NotAllowed, naming whom to ask, for whoever may not decide over entries of the domain."""
        if not self.may_steward(actor, domain):
            msg = f"Only a steward of {domain}, a champion or an admin can {deed}."
            raise NotAllowed(msg, ask=self.steward_of(domain))

    def _people(self, named: Collection[str], about: str) -> Iterator[str]:
        for one in named:
            if one.startswith("S"):
                yield from sorted(self.workspace.members_of(one), key=lambda member: _turn(member, about))
            elif one != EVERYBODY:
                yield one


def _turn(member: str, about: str) -> tuple[str, str]:
    """Return where a member of a group stands for an entry; whoever joins or leaves moves no other member's entries.

    Rendezvous hashing: Thaler and Ravishankar, IEEE/ACM Transactions on Networking 6 (1998).
    """
    return (sha256(f"{about}|{member}".encode()).hexdigest() if about else "", member)


def is_person(name: str) -> bool:
    """Return whether the name is Slack's id of a person, not of a channel or a group, nor a name on a command line."""
    return name.startswith(BEGINNINGS_OF_PEOPLE) and name.isupper() and name.isalnum()


def require_colleague(actor: Actor) -> None:
    """Raise NotAllowed for people of other workspaces, who get nothing of the catalog."""
    if actor.is_external:
        msg = "The catalog is for members of this workspace; ask a colleague there to look it up for you."
        raise NotAllowed(msg)
