"""Who can sign off in the name of a discipline, and which role to fill where nobody can."""

import re
from collections.abc import Collection, Iterable

from store.entries import EntryRecord
from workflows.entries.document import FailureMode
from workflows.people import Actor, People

PEER = "peer"  # not a discipline: anybody who answers for anything in the catalog
DISCIPLINE = re.compile(r"[a-z0-9][a-z0-9/-]{0,59}")
REVIEWER = "reviewer:"


def able_to_approve(people: People, record: EntryRecord, discipline: str, authors: Collection[str]) -> list[str]:
    """Return who can approve in the name of the discipline: here, no author, and allowed to see the entry."""
    document = FailureMode.model_validate(record.document)
    return [
        person
        for person in dict.fromkeys(_named(people, record.domain, discipline))
        if person not in authors and people.workspace.is_active(person) and people.may_see(Actor(person), document)
    ]


def role_to_fill(people: People, discipline: str) -> str:
    """Return what to do where nobody can approve in the name of the discipline."""
    if discipline == PEER:
        return "name a backup, a champion or a reviewer (FAULTLINE_BACKUPS, FAULTLINE_CHAMPIONS, FAULTLINE_REVIEWERS)"
    known = sorted(role.removeprefix(REVIEWER) for role in people.named if role.startswith(REVIEWER))
    there = f"; those set are {', '.join(known)}" if known else ""
    return (
        f"somebody who wrote no part of it and may see it has to be named for {discipline[:60]} in "
        f"FAULTLINE_REVIEWERS{there}"
    )


def reviewer_of(discipline: str) -> str:
    """Return what a person who approves in its name is called."""
    return "a colleague who answers for the catalog" if discipline == PEER else f"a reviewer for {discipline}"


def _named(people: People, domain: str, discipline: str) -> Iterable[str]:
    if discipline == PEER:
        # Its stewards come last: they look at the entry regularly anyway.
        stewards = people.stewards_of(domain)
        others = [person for person in people.peers() if person not in stewards]
        return (*people.backups_of(domain), *others, *stewards)
    return people.holders(f"{REVIEWER}{discipline}") if DISCIPLINE.fullmatch(discipline) else ()
