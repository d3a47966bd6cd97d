"""Every setting, once: read at the edge of the program and passed on as plain values.

docs/settings.md is drawn from this class (`faultline settings`), and a test keeps the two equal.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.setting_kinds import (
    AppToken,
    BotToken,
    Countries,
    DatabaseUrl,
    Holders,
    HoldersByKey,
    Hours,
    Interval,
    Intervals,
    LongSecret,
    Names,
    Texts,
    Url,
    Weekday,
    Weekdays,
    Zone,
)
from workflows.errors import UserError
from workflows.people import is_person
from workflows.reviews.cadence import Cadence
from workflows.reviews.nudging import DigestHour
from workflows.reviews.workplaces import Workplaces
from workflows.workdays import WEEKDAYS, WorkingHours

ROOT = Path(__file__).resolve().parent.parent
SLACK_API = "https://slack.com/api/"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Settings(BaseSettings):
    """What can be set, by environment variable or in a file `.env` in the working folder."""

    model_config = SettingsConfigDict(
        env_prefix="FAULTLINE_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    slack_bot_token: BotToken | None = Field(
        None,
        validation_alias="SLACK_BOT_TOKEN",
        description="Bot token (xoxb-…): api.slack.com/apps, your app, “OAuth & Permissions”, once it is installed.",
    )
    slack_app_token: AppToken | None = Field(
        None,
        validation_alias="SLACK_APP_TOKEN",
        description="App-level token (xapp-…) for Socket Mode: “Basic Information”, “App-Level Tokens”, "
        "scope connections:write.",
    )
    slack_signing_secret: SecretStr | None = Field(
        None,
        validation_alias="SLACK_SIGNING_SECRET",
        description="Signing secret, only for `--http`: “Basic Information”, “App Credentials”.",
    )
    database_url: DatabaseUrl | None = Field(
        None,
        validation_alias="DATABASE_URL",
        description="postgresql://user:password@host/name, or sqlite:///path; the default is a SQLite file in the "
        "data folder.",
    )
    data_dir: Path = Field(Path("data"), description="Folder for the SQLite file; created when missing.")
    catalog_dir: Path = Field(
        ROOT / "catalog",
        description="Folder with vocabulary.yaml and entries/*.yaml, imported at the first start.",
    )
    slack_api_url: Url = Field(
        SLACK_API,
        validation_alias=AliasChoices("FAULTLINE_SLACK_API_URL", "SLACK_API_URL"),
        description="Where Slack's Web API is; points the whole bot at a stand-in for trying and testing.",
    )
    host: str = Field("127.0.0.1", description="Address the web server listens on; 0.0.0.0 in a container.")
    port: int = Field(8080, ge=0, le=65535, description="Port of the web server (health, readiness, Slack over HTTP).")
    public_url: Url | None = Field(
        None,
        description="Where people reach the web server from outside, such as https://faultline.example.org; without it "
        "nobody gets a calendar of their reviews.",
    )
    webhook_secret: LongSecret | None = Field(
        None,
        description="Secret (16 characters or more) with which other tools post what they know of incidents to "
        "`/incidents`, of releases to `/releases` and of alarms to `/alarms`, and ask for write-ups at `/write-ups`; "
        "without one nothing is taken.",
    )
    incident_channels: Names = Field(
        ["inc-*", "inc_*", "incident-*", "incident_*", "sev[0-9]*", "*-sev[0-9]", "outage-*", "pd-*", "dispatch-*"],
        description="Name patterns of the channels to listen in without being asked, separated by commas. The default "
        "covers the names that incident.io, FireHydrant, Rootly, PagerDuty and Dispatch give.",
    )
    suggestion_threshold: float = Field(
        0.8, ge=0, le=1, description="How sure (0 to 1) a match must be before the bot speaks up in an incident."
    )
    semantic_model: str | None = Field(
        None,
        description="Sentence-embedding model: a folder (all-MiniLM-L6-v2 or another BERT in the layout of "
        "sentence-transformers), or a name of the Hugging Face hub fetched with `faultline semantic fetch`; with it "
        "entries are found by meaning too. Needs `faultline[semantic]`.",
    )
    semantic_download: bool = Field(
        False, description="Whether a start may fetch a model of the hub that is not here yet; else it only says so."
    )
    incident_quiet: timedelta = Field(
        timedelta(hours=12),
        gt=timedelta(),
        description="After how long without a message an incident is over, as an ISO 8601 duration; what is said then "
        "opens a new one with a card of its own.",
    )
    messages_kept: Interval = Field(
        timedelta(days=90),
        description="How long after an incident's last message its messages are kept, as an ISO 8601 duration.",
    )
    messages_outlast_write_up: bool = Field(
        False, description="Whether messages are kept that long even when the incident is written up."
    )
    vocabulary: Path | None = Field(
        None, description="A file with terms of your own, in the form of catalog/vocabulary.yaml; it only adds."
    )
    synonyms: Path | None = Field(
        None,
        description="A file with synonyms of your own, in the form of catalog/synonyms.yaml; it only adds.",
    )
    mark_emoji: str = Field(
        "pushpin",
        pattern=r"^[a-z0-9_+'-]{1,100}$",
        description="The reaction that puts a message of an incident on the write-up's timeline, without colons.",
    )
    writeup_template: Path | None = Field(
        None,
        description="A file with the steps and fields of your write-ups, in the form of "
        "workflows/writeups/template.yaml.",
    )
    stewards: HoldersByKey = Field(
        {},
        description='Who answers for each domain, as JSON: {"serving": "U0123", "default": "S0456"}. Slack ids of '
        "people (U…) or user groups (S…), several separated by commas; so too in the settings below.",
    )
    backups: HoldersByKey = Field({}, description="Who answers for each domain while its steward is away, as JSON.")
    reviewers: HoldersByKey = Field(
        {}, description='Who signs off for each discipline, as JSON: {"security": "S0123", "compliance": "U0456"}.'
    )
    champions: Holders = Field([], description="Who keeps the bar for entries, and may do what any steward may.")
    admins: Holders = Field([], description="Who may do everything, and sees restricted entries.")
    contributors: Holders = Field(["*"], description="Who may draft entries and suggest corrections; `*` is everybody.")
    readers: Holders = Field(
        ["*"], description="Who may read the catalog; `*` is everybody of the workspace, never people of other ones."
    )
    rotas: HoldersByKey = Field(
        {},
        description='Who is behind the roles that entries name as owners and in escalation paths, as JSON: {"serving '
        'on-call": "S0123", "incident-commander rota": "U0456"}. A role that is not named is written out, and nobody '
        "is pinged.",
    )
    escalate: bool = Field(
        True,
        description="Whether a remedy's escalation path is asked by itself when its waits are over; else only by hand.",
    )
    sampling: int = Field(
        3, ge=0, le=100, description="How many published entries a month are picked for peer review; 0 switches it off."
    )
    review_interval: Interval = Field(
        timedelta(days=90), description="How long a verification lasts, as an ISO 8601 duration such as P90D."
    )
    cadences: Intervals = Field(
        {"sev1": timedelta(days=45)},
        description="How long a verification lasts in special cases, by severity, domain or `domain/severity`, "
        'as JSON: {"sev1": "P45D", "security": "P60D"}. An entry may name its own interval.',
    )
    digest_day: Weekday = Field("tuesday", description="On which weekday stewards get the digest of what is due.")
    digest_hour: int = Field(10, ge=0, le=23, description="At which hour of a steward's own zone the digest comes.")
    working_days: Weekdays = Field(
        [],
        description="On which weekdays people are asked for reviews, separated by commas; empty: on those of their "
        "country's week. Never on public holidays.",
    )
    working_hours: Hours = Field("9-17", description="In which hours of their own zone people are asked for reviews.")
    time_zone: Zone = Field("UTC", description="The zone of people of whom Slack does not say where they live.")
    holidays: Countries = Field(
        {},
        description='Whose public holidays a person keeps where not those of their zone\'s country, as JSON: {"U0123": '
        '"US-CA", "default": "DE"}; `default` is for zones that lie in no country.',
    )
    team_channels: Texts = Field(
        {},
        description="Channels that hear of reviews which neither steward nor backup answered, by domain, as JSON: "
        '{"serving": "C0123", "default": "C0456"}.',
    )
    check_links: bool = Field(
        False, description="Whether the bot asks, about once a month each, if the public links of entries still answer."
    )
    check_own_network: bool = Field(
        False, description="Whether links to private addresses are asked as well; never to link-local ones."
    )
    sweep_interval: Interval = Field(
        timedelta(seconds=15), description="How often due reviews are looked for, as an ISO 8601 duration."
    )
    notice_delay: timedelta = Field(
        timedelta(minutes=10),
        description="How long an entry must rest before those who follow it are told of its changes, as an ISO 8601 "
        "duration.",
    )
    gaps_kept: timedelta = Field(
        timedelta(days=180),
        ge=timedelta(),
        description="How long a search that found nothing is kept, masked, for `faultline gaps`, as an ISO 8601 "
        "duration; `PT0S` keeps none.",
    )
    gaps_name_people: bool = Field(False, description="Whether who searched is kept with it, to count people.")
    digest_channel: str = Field(
        "", description="Id of the channel (C…) for the monthly digest of the catalog; empty for none."
    )
    replicas: int = Field(
        1, ge=1, description="How many processes run under Socket Mode; a warning is logged when Slack counts more."
    )
    trial_haste: float = Field(
        1,
        ge=1,
        le=20,
        description="Only with a Slack on this machine, for trials such as `make chaos`: how many times sooner the "
        "messenger loses its patience.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="The least grave line logged.")
    log_format: Literal["console", "json"] = Field("console", description="`console` for people, `json` for machines.")

    @model_validator(mode="after")
    def _haste_is_for_trials(self) -> "Settings":
        if self.trial_haste > 1 and urlsplit(self.slack_api_url).hostname not in LOOPBACK:
            # The real Slack may act on a request for as long as the unhurried patience allows it.
            msg = "FAULTLINE_TRIAL_HASTE is for a Slack on this machine; leave it out, or messages are posted twice"
            raise ValueError(msg)
        return self

    @property
    def roles(self) -> dict[str, tuple[str, ...]]:
        """Who holds which role, by the role's name as workflows/people.py draws it."""
        by_kind = {"steward": self.stewards, "backup": self.backups, "reviewer": self.reviewers}
        plain = {
            "reader": self.readers,
            "contributor": self.contributors,
            "champion": self.champions,
            "admin": self.admins,
        }
        named = {f"{kind}:{key}": tuple(ids) for kind, mapped in by_kind.items() for key, ids in mapped.items()}
        return {**{role: tuple(ids) for role, ids in plain.items()}, **named}

    @property
    def cadence(self) -> Cadence:
        """How long a verification lasts."""
        return Cadence(self.review_interval, self.cadences)

    @property
    def digest(self) -> DigestHour:
        """When digests come."""
        return DigestHour(WEEKDAYS.index(self.digest_day), self.digest_hour)

    @property
    def workplaces(self) -> Workplaces:
        """When people work."""
        start, _, end = self.working_hours.partition("-")
        days = frozenset(WEEKDAYS.index(day) for day in self.working_days) or None
        return Workplaces(self.time_zone, WorkingHours(days, int(start), int(end)), self.holidays)

    @property
    def named_people(self) -> frozenset[str]:
        """The people who hold a role by name."""
        return frozenset(one for ids in self.roles.values() for one in ids if is_person(one))

    @property
    def named_groups(self) -> frozenset[str]:
        """The user groups that hold a role."""
        return frozenset(one for ids in self.roles.values() for one in ids if one.startswith("S"))

    @property
    def store_url(self) -> str:
        """The database to open, with its password."""
        if self.database_url is None:
            return f"sqlite:///{self.data_dir / 'faultline.db'}"
        url = self.database_url.get_secret_value()
        # Hosting platforms hand out postgres://, which SQLAlchemy does not know.
        return url.replace("postgres://", "postgresql://", 1) if url.startswith("postgres://") else url


def read_settings(**given: Any) -> Settings:
    """Return the settings; raises UserError with one sentence a wrong setting, naming it and what to do."""
    try:
        return Settings(**given)
    except ValidationError as invalid:
        sentences = [_sentence(error["loc"], error["msg"]) for error in invalid.errors(include_input=False)]
        raise UserError("\n".join(sentences)) from None


def variable_of(field: str) -> str:
    """Return the environment variable of a setting."""
    alias = Settings.model_fields[field].validation_alias
    if isinstance(alias, AliasChoices):
        return str(alias.choices[0])
    return str(alias) if alias else f"FAULTLINE_{field.upper()}"


def required(value: SecretStr | None, field: str, purpose: str) -> str:
    """Return the secret; raises UserError that names the missing setting and where to get it."""
    if value is None or not value.get_secret_value():
        where = Settings.model_fields[field].description
        msg = f"{variable_of(field)} is not set, and {purpose} needs it. {where}"
        raise UserError(msg)
    return value.get_secret_value()


def settings_table() -> str:
    """Return the table of all settings in Markdown, as it stands in docs/settings.md."""
    rows = [
        f"| `{variable_of(name)}` | {_default(name, field.default)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(["| setting | default | what it does |", "|---|---|---|", *rows])


def _default(name: str, value: Any) -> str:
    if name == "catalog_dir":
        return "the pilot catalog"
    if isinstance(value, timedelta):
        hours, seconds = divmod(value.seconds, 3600)
        return (
            f"`P{value.days}D`" if value.days else f"`PT{hours}H`" if hours and not seconds else f"`PT{value.seconds}S`"
        )
    if isinstance(value, list):
        value = ",".join(value)
    if isinstance(value, dict) and value:
        value = json.dumps({key: f"P{one.days}D" if isinstance(one, timedelta) else one for key, one in value.items()})
    return "" if value in (None, "", {}) else f"`{value}`"


def _sentence(place: tuple[int | str, ...], problem: str) -> str:
    if not place:  # it is about several settings together, and names them
        return f"{problem.removeprefix('Value error, ')}."
    names: Mapping[str, str] = {variable_of(field).lower(): variable_of(field) for field in Settings.model_fields}
    first = str(place[0])
    name = names.get(first.lower()) or (variable_of(first) if first in Settings.model_fields else first)
    return f"The setting {name} is wrong: {problem.removeprefix('Value error, ')}."
