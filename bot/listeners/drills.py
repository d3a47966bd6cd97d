"""`/failure drill`: practising an entry."""

from dataclasses import dataclass

from bot.blocks.drills import begun
from bot.blocks.elements import Rendered, section
from bot.forms.calls import CommandCall
from workflows.drills import Drills

STOPS = frozenset({"stop", "end", "off"})


@dataclass(frozen=True)
class DrillListeners:
    """The one command."""

    drills: Drills

    def drill(self, call: CommandCall) -> Rendered:
        """`/failure drill FM-0012 #channel`; without an entry one is picked, `stop` ends what runs here."""
        words = call.rest.split()
        if words and words[0].lower() in STOPS:
            self.drills.stop(call.actor, channel_id=call.channel_id)
            return _said("The drill ends; its result follows in its thread.")
        channel = next((one for one in words if one.startswith("#")), "")
        reference = " ".join(one for one in words if not one.startswith("#"))
        return begun(self.drills.begin(reference, call.actor, channel_id=call.channel_id, channel_name=channel))


def _said(text: str) -> Rendered:
    return Rendered(text, [section(text)])
