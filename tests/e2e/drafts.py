"""Drafts, written as a responder writes them in Slack."""

from tests.e2e.stage import RESPONDER, Stage


def drafted(stage: Stage, title: str) -> str:
    """Have the responder write a new entry in its short form, and return its id."""
    author = stage.slack.user(RESPONDER)
    author.command("/failure new", channel="general")
    form = author.modal("New entry")
    form.fill("Title", title).fill("Symptom", "Requests fail while the batch is large.")
    form.choose("Severity: typical", "sev3").choose("Severity: worst credible", "sev2")
    form.choose("Cause category", "capacity").choose("Domain", "serving").submit()
    desk = author.modal(title)
    found = desk.text.partition("Edit FM-")[2][:4]
    desk.close()
    return f"FM-{found}"
