"""The workspace in a browser: what people see of the local Slack, and what they do in it."""
