"""Persistence: the only place that knows SQL.

Store            opens transactions; every noun of the product is an attribute of one
migrate          brings a database to the newest schema
"""

from store.errors import Damaged, Unavailable
from store.schema import Migration, migrate, migration_state
from store.transactions import Store, Transaction, inside_a_transaction

__all__ = [
    "Damaged",
    "Migration",
    "Store",
    "Transaction",
    "Unavailable",
    "inside_a_transaction",
    "migrate",
    "migration_state",
]
