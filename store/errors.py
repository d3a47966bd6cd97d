"""What can go wrong between us and the database, apart from bugs."""


class Unavailable(Exception):
    """Something outside does not answer in time; the same request may work a moment later."""
