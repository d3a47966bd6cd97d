"""Pure functions from what Slack sends to values of ours; nothing here talks to anyone."""
