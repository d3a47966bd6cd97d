"""The web server: health, readiness, and Slack over HTTP."""
