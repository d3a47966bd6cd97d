"""The manifest: how an app describes itself to Slack, and what is wrong with one.

Source: docs.slack.dev/reference/app-manifest and Slack's published JSON schema of it.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.scopes import EVENTS, SCOPES

Text = Annotated[str, Field(min_length=1)]
Url = Annotated[str, Field(pattern=r"^https?://", max_length=3000)]
RequestUrl = Annotated[str, Field(pattern=r"^https?://", max_length=3500)]
ScopeList = Annotated[list[Annotated[str, Field(max_length=50)]], Field(max_length=255)]
EventList = Annotated[list[Annotated[str, Field(max_length=50)]], Field(max_length=100)]
Network = Annotated[str, Field(pattern=r"^(\d{1,3}\.){3}\d{1,3}(/(3[0-2]|[12]?\d))?$")]
Domain = Annotated[str, Field(pattern=r"^[-a-z0-9.]+[a-z0-9]$", max_length=255)]

LOWER_CASE = re.compile(r"^/[^A-Z\s/]+$")


class NotAManifest(Exception):
    """A manifest Slack would not take; `problems` name each place."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("Slack would refuse this manifest:\n" + "\n".join(f"  {problem}" for problem in problems))
        self.problems = problems


class Part(BaseModel):
    """A part of a manifest: no field Slack does not know, no number or text it would have to convert."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Metadata(Part):
    """The version of the format."""

    schema_version: int | None = None
    min_version: int | None = None
    major_version: int | None = None
    minor_version: int | None = None


class Display(Part):
    """What people read about the app."""

    name: Annotated[Text, Field(max_length=35)]
    description: Annotated[Text, Field(max_length=140)] | None = None
    background_color: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{3}([0-9a-fA-F]{3})?$")] | None = None
    long_description: Annotated[str, Field(min_length=175, max_length=4000)] | None = None


class AppHome(Part):
    """The app's own page and its direct messages."""

    home_tab_enabled: bool = False
    messages_tab_enabled: bool = True
    messages_tab_read_only_enabled: bool = True


class BotUser(Part):
    """The app as somebody who speaks."""

    display_name: Annotated[Text, Field(max_length=80)]
    always_online: bool = False


class SlashCommand(Part):
    """A command people type."""

    command: Annotated[str, Field(min_length=2, max_length=32, pattern=r"^/")]
    url: Url | None = None
    description: Annotated[Text, Field(max_length=2000)]
    usage_hint: Annotated[Text, Field(max_length=1000)] | None = None
    should_escape: bool = False


class Shortcut(Part):
    """An entry of the menu of a message, or of the workspace."""

    name: Annotated[Text, Field(max_length=24)]
    type: Literal["message", "global"]
    callback_id: Annotated[Text, Field(max_length=255)]
    description: Annotated[Text, Field(max_length=150)]


class Features(Part):
    """Where people meet the app."""

    app_home: AppHome = AppHome()
    bot_user: BotUser | None = None
    slash_commands: Annotated[list[SlashCommand], Field(min_length=1, max_length=50)] | None = None
    shortcuts: Annotated[list[Shortcut], Field(min_length=1, max_length=10)] | None = None
    unfurl_domains: Annotated[list[Domain], Field(min_length=1, max_length=5)] | None = None
    functions: Any = None
    workflow_steps: Any = None
    assistant_view: Any = None
    agent_view: Any = None


class Scopes(Part):
    """What the app may do; an installation may withhold the optional ones."""

    bot: ScopeList = []
    user: ScopeList = []
    bot_optional: ScopeList = []
    user_optional: ScopeList = []


class OAuth(Part):
    """How the app is installed."""

    redirect_urls: Annotated[list[Annotated[str, Field(max_length=2500)]], Field(max_length=1000)] | None = None
    scopes: Scopes = Scopes()
    token_management_enabled: bool | None = None
    pkce_enabled: bool | None = None


class Subscriptions(Part):
    """What the app hears of."""

    request_url: RequestUrl | None = None
    bot_events: EventList = []
    user_events: EventList = []
    metadata_subscriptions: list[dict[str, str]] | None = None


class Interactivity(Part):
    """Where clicks and forms go."""

    is_enabled: bool
    request_url: RequestUrl | None = None
    message_menu_options_url: RequestUrl | None = None


class Settings(Part):
    """The switches."""

    allowed_ip_address_ranges: Annotated[list[Network], Field(min_length=1, max_length=10)] | None = None
    event_subscriptions: Subscriptions = Subscriptions()
    interactivity: Interactivity = Interactivity(is_enabled=False)
    incoming_webhooks: Any = None
    siws_links: Any = None
    org_deploy_enabled: bool = False
    socket_mode_enabled: bool = False
    token_rotation_enabled: bool = False
    is_hosted: bool | None = None
    is_mcp_enabled: bool | None = None
    hermes_app_type: str | None = None
    function_runtime: str | None = None


class Manifest(Part):
    """An app as Slack knows it."""

    metadata: Annotated[Metadata, Field(alias="_metadata")] = Metadata()
    display_information: Display
    features: Features = Features()
    oauth_config: OAuth = OAuth()
    settings: Settings = Settings()
    schema_url: Annotated[str | None, Field(alias="$schema")] = None
    app_directory: Any = None
    functions: Any = None
    workflows: Any = None
    datastores: Any = None
    outgoing_domains: Any = None
    types: Any = None
    external_auth_providers: Any = None
    mcp_servers: Any = None

    @property
    def name(self) -> str:
        """The app's name."""
        return self.display_information.name

    @property
    def handle(self) -> str:
        """The name of the bot user, as it is written after an @."""
        bot = self.features.bot_user
        return re.sub(r"[^a-z0-9._-]+", "", (bot.display_name if bot else self.name).lower().replace(" ", "_"))

    @property
    def scopes(self) -> frozenset[str]:
        """Everything the bot asks for."""
        return frozenset(self.oauth_config.scopes.bot)

    @property
    def events(self) -> frozenset[str]:
        """What the bot subscribes to."""
        return frozenset(self.settings.event_subscriptions.bot_events)

    @property
    def commands(self) -> list[SlashCommand]:
        """The slash commands."""
        return self.features.slash_commands or []

    @property
    def shortcuts(self) -> list[Shortcut]:
        """The shortcuts."""
        return self.features.shortcuts or []


def load(manifest: Path | Mapping[str, Any]) -> Manifest:
    """Return the manifest in a YAML or JSON file, or in a mapping; raises `NotAManifest`."""
    raw = yaml.safe_load(manifest.read_text()) if isinstance(manifest, Path) else manifest
    if problems := check(raw):
        raise NotAManifest(problems)
    return Manifest.model_validate(raw)


def check(manifest: object) -> list[str]:
    """Return what Slack would refuse in a manifest, each with its place; none if it is fit to be installed."""
    if not isinstance(manifest, Mapping):
        return ["(root): must be an object"]
    try:
        return list(_contradictions(Manifest.model_validate(dict(manifest))))
    except ValidationError as found:
        return [f"{'/'.join(str(step) for step in one['loc'])}: {one['msg']}" for one in found.errors()]


def _contradictions(app: Manifest) -> Iterator[str]:
    yield from _scope_faults(app)
    yield from _event_faults(app)
    yield from _command_faults(app)
    if not app.settings.socket_mode_enabled:
        yield from _missing_urls(app)


def _scope_faults(app: Manifest) -> Iterator[str]:
    scopes = app.oauth_config.scopes
    for name, listed in (("bot", scopes.bot), ("bot_optional", scopes.bot_optional)):
        place = f"oauth_config/scopes/{name}"
        yield from (f"{place}: unknown scope {scope!r}" for scope in listed if scope not in SCOPES)
        yield from (f"{place}: {scope!r} stands twice" for scope in sorted(set(listed)) if listed.count(scope) > 1)
    for scope in scopes.bot_optional:
        if scope not in scopes.bot:
            yield f"oauth_config/scopes/bot_optional: {scope!r} must stand in `bot` as well"
    if scopes.bot and app.features.bot_user is None:
        yield "features/bot_user: bot scopes need a bot user"


def _event_faults(app: Manifest) -> Iterator[str]:
    place = "settings/event_subscriptions/bot_events"
    for event in app.settings.event_subscriptions.bot_events:
        if event not in EVENTS:
            yield f"{place}: unknown event {event!r}"
        elif EVENTS[event] and not app.scopes.intersection(EVENTS[event]):
            yield f"{place}: {event!r} needs one of the scopes {', '.join(EVENTS[event])}"


def _command_faults(app: Manifest) -> Iterator[str]:
    if "commands" not in app.scopes:
        for feature, used in (("slash_commands", app.commands), ("shortcuts", app.shortcuts)):
            if used:
                yield f"features/{feature}: needs the scope 'commands'"
    names = [one.command for one in app.commands]
    for index, name in enumerate(names):
        if not LOWER_CASE.match(name):
            yield f"features/slash_commands/{index}/command: must be lower case, without spaces or a second slash"
        if name in names[:index]:
            yield f"features/slash_commands/{index}/command: {name!r} stands twice"
    callbacks = [one.callback_id for one in app.shortcuts]
    for index, callback in enumerate(callbacks):
        if callback in callbacks[:index]:
            yield f"features/shortcuts/{index}/callback_id: {callback!r} stands twice"


def _missing_urls(app: Manifest) -> Iterator[str]:
    settings = app.settings
    if settings.event_subscriptions.bot_events and not settings.event_subscriptions.request_url:
        yield "settings/event_subscriptions/request_url: needed without Socket Mode"
    if settings.interactivity.is_enabled and not settings.interactivity.request_url:
        yield "settings/interactivity/request_url: needed without Socket Mode"
    for index, command in enumerate(app.commands):
        if not command.url:
            yield f"features/slash_commands/{index}/url: needed without Socket Mode"
