"""Whether Socket Mode does its work: how many connections Slack counts, and when it last sent anything.

A connection that Slack still counts though nobody is behind it swallows its share of all commands and buttons, while
everything looks connected (slackapi/python-slack-sdk#1940). Slack tells the number in its `hello`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog

from bot.patience import Uptime, uptime

log = structlog.get_logger(__name__)


@dataclass
class SocketHealth:
    """Listens to what comes over the socket; `replicas` is how many processes there should be."""

    replicas: int
    uptime: Uptime = uptime
    _connections: int = 0
    _heard_at: float = field(default=0.0)

    def __post_init__(self) -> None:
        """Begin to count the silence."""
        self._heard_at = self.uptime()

    def hear(self, message: str) -> None:
        """Take one message as it came over the socket; warns where Slack counts more connections than there can be."""
        self._heard_at = self.uptime()
        said = _hello(message)
        if said is None:
            return
        self._connections = said
        # One that is being replaced is counted beside its successor for a moment.
        if self._connections > self.replicas + 1:
            log.warning(
                "Slack counts more connections than there are replicas: commands and buttons that go to those that "
                "nobody is behind are lost; stop what else uses the app token, or make a new one",
                connections=self._connections,
                replicas=self.replicas,
            )

    def figures(self) -> Mapping[str, float]:
        """Return the figures for `/metrics`."""
        return {
            "faultline_slack_connections": self._connections,
            "faultline_slack_silence_seconds": round(self.uptime() - self._heard_at, 1),
        }


def _hello(message: str) -> int | None:
    if '"hello"' not in message:  # most are events; they are parsed elsewhere
        return None
    try:
        said = json.loads(message)
    except ValueError:
        return None
    is_hello = isinstance(said, dict) and said.get("type") == "hello"
    return int(said.get("num_connections") or 0) if is_hello else None
