"""Entries grow old: when they are to be verified, who is asked when and how often, and what people answer."""
