"""One local Slack: the workspace, the one app installed in it, and the ways between the two."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sandbox.clock import Clock, system_clock
from sandbox.delivery import ACKNOWLEDGE_WITHIN, RETRY_AFTER, Courier
from sandbox.events import Announcer
from sandbox.events_api import HttpDelivery, addresses
from sandbox.faults import Faults
from sandbox.founding import found
from sandbox.limits import Limits
from sandbox.manifest import Manifest
from sandbox.socket_mode import SocketMode
from sandbox.state import Credentials, State
from sandbox.triggers import TRIGGER_LASTS, Triggers
from sandbox.workspace import Workspace


class NotOptional(Exception):
    """Somebody wants to withhold a scope that the manifest does not call optional."""


@dataclass(frozen=True)
class Rules:
    """What a test may turn: the clock, how long Slack waits, whether it counts calls."""

    clock: Clock = system_clock
    acknowledge_within: timedelta = ACKNOWLEDGE_WITHIN
    retry_after: Sequence[timedelta] = RETRY_AFTER
    trigger_lasts: timedelta = TRIGGER_LASTS
    rate_limits: bool = False


class Slack:
    """Everything the server and the people share."""

    def __init__(
        self,
        manifest: Manifest,
        withheld: Collection[str] = (),
        state: State | None = None,
        rules: Rules | None = None,
    ) -> None:
        rules = rules or Rules()
        if surplus := set(withheld) - set(manifest.oauth_config.scopes.bot_optional):
            raise NotOptional(f"the manifest does not call these scopes optional: {', '.join(sorted(surplus))}")
        self.manifest = manifest
        self.granted = set(manifest.scopes - set(withheld))
        self.workspace = Workspace(state or found(manifest, rules.clock), rules.clock)
        bot = self.workspace.user(self.credentials.bot_user_id)
        bot.name, bot.real_name = manifest.handle, manifest.name
        self.faults = Faults()
        self.limits = Limits(rules.rate_limits)
        self.triggers = Triggers(rules.clock, rules.trigger_lasts)
        self.courier = Courier(self.workspace, self.faults, rules.acknowledge_within, rules.retry_after)
        self.socket_mode = SocketMode(self.workspace, self.faults)
        self.courier.way = self.socket_mode
        if not manifest.settings.socket_mode_enabled:
            self.courier.way = HttpDelivery(self.workspace, addresses(manifest), rules.acknowledge_within)
        self.announcer = Announcer(self.workspace, manifest, self.granted, self.courier)
        self.url = ""
        self.calls_under_way = 0
        self.cut: Callable[[tuple[str, int]], None] = lambda _client: None

    @property
    def credentials(self) -> Credentials:
        """What the app identifies itself with."""
        return self.workspace.state.credentials

    @property
    def api_url(self) -> str:
        """The base address of the Web API, with its last slash."""
        return f"{self.url}/api/"

    def response_url(self, path: str) -> str:
        """Return the address at which an interaction can be answered."""
        return f"{self.url}/commands/{self.workspace.state.team.id}/{path}"

    def grant(self, scopes: Collection[str]) -> None:
        """Grant scopes that were withheld; raises `NotOptional` for others."""
        if surplus := set(scopes) - self.manifest.scopes:
            raise NotOptional(f"the manifest does not ask for these scopes: {', '.join(sorted(surplus))}")
        self.granted.update(scopes)

    def deliver_to(self, url: str) -> None:
        """Deliver everything to one address once it has answered the challenge; raises `NotVerified`."""
        way = HttpDelivery(self.workspace, lambda _parcel: url, self.courier.within)
        way.verify(url)
        self.courier.way = way
