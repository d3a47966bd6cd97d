"""A bot in a local Slack whose time tests move, on one day or over a year, and which they can stop and start again."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sandbox
from bot.running import running
from bot.settings import Settings
from sandbox.driver import LocalSlack
from sandbox.eyes import Actor
from tests.e2e.stage import MANIFEST, MovedClock, tokens
from tests.factories import failure_mode, write_catalog
from workflows.clock import system_clock

SECRET = "a secret that both know"
BEGINNING = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday; a single entry imported then falls due on Sunday, 31 May
DIGEST = datetime(2026, 5, 26, 10, tzinfo=UTC)  # the Tuesday before
MINUTE = timedelta(minutes=1)
TWO_SWEEPS = timedelta(milliseconds=2300)


@dataclass
class Year:
    """A bot with a small catalog in a local Slack, its clock, and those who answer for the catalog."""

    slack: LocalSlack
    clock: MovedClock
    settings: Settings
    over_http: bool
    address: str = ""
    _bot: ExitStack = field(default_factory=ExitStack)

    def start(self) -> None:
        """Let the bot run."""
        self.address = self._bot.enter_context(running(self.settings, over_http=self.over_http, clock=self.clock))
        if self.over_http:
            self.slack.deliver_to(f"{self.address}/slack/events")

    def stop(self) -> None:
        """Stop the bot in order."""
        self._bot.close()

    def reach(self, moment: datetime) -> None:
        """Let the bot's time come."""
        self.clock.ahead = moment - system_clock()

    def pass_quietly(self, moment: datetime) -> None:
        """Let the bot's time come, and whatever it then does be over."""
        self.reach(moment)
        self.slack.settled(quiet=TWO_SWEEPS)

    def person(self, name: str) -> Actor:
        return self.slack.user(name, tz="UTC")

    def posts(self, words: str) -> int:
        """Return how many messages with these words were posted, wherever."""
        return sum(words in str(one.arguments) for one in self.slack.calls("chat.postMessage"))


@contextmanager
def year(folder: Path, entries: int, *, database_url: str | None = None, **changed: Any) -> Iterator[Year]:
    over_http = database_url is not None
    titles = ["Ovens", "Bridges", "Clocks", "Drums", "Engines", "Ferries", "Gardens", "Harbours"][:entries]
    given: Mapping[str, Any] = {"severity": {"typical": "sev3", "worst_credible": "sev2"}, "review_triggers": []}
    catalog = write_catalog(
        folder / "catalog",
        *(
            failure_mode(n, title=f"{title} fail", slug=title.lower(), **{**given, **changed})
            for n, title in enumerate(titles, start=1)
        ),
    )
    with ExitStack() as stack:
        slack = stack.enter_context(sandbox.running(manifest=MANIFEST, port=0))
        named = {name: slack.user(name, tz="UTC").id for name in ("steward", "backup", "champion", "colleague")}
        team = slack.channel("serving-team", members=["colleague"], bot=True)
        settings = {
            **tokens(slack),
            "stewards": json.dumps({"default": named["steward"]}),
            "backups": json.dumps({"default": named["backup"]}),
            "champions": named["champion"],
            "team_channels": json.dumps({"default": team.id}),
            "sampling": 0,
            "sweep_interval": timedelta(seconds=1),
            "catalog_dir": catalog,
            "data_dir": folder,
            "port": 0,
            "public_url": "https://faultline.example.org",
            "webhook_secret": SECRET,
            **({"database_url": database_url} if database_url else {}),
        }
        lived = Year(slack, MovedClock(BEGINNING - system_clock()), Settings(**settings), over_http)
        stack.callback(lived.stop)
        lived.start()
        yield lived
        slack.settled()
        assert slack.refusals() == []
