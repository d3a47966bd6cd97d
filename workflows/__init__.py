"""The use cases, in the words of their users."""
