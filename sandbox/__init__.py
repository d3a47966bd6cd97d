"""A local Slack for trying and testing any Slack app; it knows nothing of the bot.

`running` starts one in a test; `python -m sandbox` starts one to look at.
"""

from sandbox.driver import Called, running
from sandbox.driver import LocalSlack as Slack
from sandbox.eyes import Actor, Answer, Form, Home, Note
from sandbox.people import NotThere
from sandbox.refusal import Refusal
from sandbox.slack import Rules

__all__ = ["Actor", "Answer", "Called", "Form", "Home", "NotThere", "Note", "Refusal", "Rules", "Slack", "running"]
