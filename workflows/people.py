"""Who acts, and who answers for what."""

from collections.abc import Mapping
from dataclasses import dataclass

from workflows.errors import NotAllowed

EVERY_DOMAIN = "default"


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
class Stewards:
    """Who answers for each domain of the catalog: {domain: Slack user id}, with `default` for the rest."""

    by_domain: Mapping[str, str]
    admins: frozenset[str] = frozenset()

    def of(self, domain: str) -> str | None:
        """Return the steward of the domain, or None where nobody was named."""
        return self.by_domain.get(domain) or self.by_domain.get(EVERY_DOMAIN)

    def may_steward(self, actor: Actor, domain: str) -> bool:
        """Return whether the person may decide over entries of the domain."""
        if actor.is_external:
            return False
        return actor.is_operator or actor.user_id == self.of(domain) or actor.user_id in self.admins


def require_colleague(actor: Actor) -> None:
    """Raise NotAllowed for people of other workspaces, who get nothing of the catalog."""
    if actor.is_external:
        msg = "The catalog is for members of this workspace; ask a colleague there to look it up for you."
        raise NotAllowed(msg)
