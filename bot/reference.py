"""Short references by which a person's report and a line in the log find each other."""

import secrets

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without letters and digits that look alike


def new_reference() -> str:
    """Return six characters that are easy to read out over the phone."""
    return "".join(secrets.choice(ALPHABET) for _ in range(6))
