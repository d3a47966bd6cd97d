"""A local Slack for trying and testing any Slack app; it knows nothing of the bot."""
