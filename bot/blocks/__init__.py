"""Pure functions from what a workflow returns to Slack's Block Kit; elements.py alone knows limits and escaping."""
