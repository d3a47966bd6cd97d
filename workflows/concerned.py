"""Who is asked for something without holding a role: where they live and whether they have left matters as well."""

from store import Store


def concerned(store: Store) -> frozenset[str]:
    """Return whom reviews were handed to, who owns open write-ups and actions, and who verified entries last."""
    with store.read() as tx:
        return tx.reviews.assigned() | tx.writeups.owners() | tx.entries.verifiers()
