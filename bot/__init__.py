"""Surfaces: Slack, HTTP and the command line, and the wiring between them; no business rule lives here."""
