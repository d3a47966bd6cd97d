"""Announcing that a version of a model family was released."""

from dataclasses import dataclass

from bot.blocks.elements import Rendered
from bot.blocks.releases import released
from bot.forms.calls import CommandCall
from workflows.people import require_colleague
from workflows.triggers import Triggers


@dataclass(frozen=True)
class ReleaseListeners:
    """The command."""

    triggers: Triggers

    def announce(self, call: CommandCall) -> Rendered:
        """`/failure release`: a family of the vocabulary, then the version."""
        require_colleague(call.actor)
        family, _, version = call.rest.strip().partition(" ")
        return released(self.triggers.release(family, version, call.actor, is_major=True))
