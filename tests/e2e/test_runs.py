"""A live incident from the first message to the remedy that worked, with a clock that tests can move."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import sandbox
from bot.build import running
from bot.settings import Settings
from sandbox.driver import LocalSlack
from sandbox.eyes import Actor, Note
from tests.e2e.stage import MANIFEST
from workflows.clock import system_clock

OOM = "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 20 MiB, workers restart since the upgrade"
TITLE = "Make it fit"  # of the remedy that contains FM-0016


@dataclass
class MovedClock:
    """The real time, moved forward by as much as a test wants."""

    ahead: timedelta = field(default=timedelta())

    def __call__(self) -> datetime:
        return system_clock() + self.ahead


@dataclass(frozen=True)
class Incident:
    """A local Slack with the bot in it, and the clock of the bot."""

    slack: LocalSlack
    clock: MovedClock

    def begin(self, channel: str, *people: str, private: bool = False) -> tuple[Actor, Note]:
        """Return a responder in a new incident, and the card there."""
        self.slack.channel(channel, members=people, bot=True, private=private)
        responder = self.slack.user(people[0])
        responder.says(OOM, channel=channel)
        return responder, responder.sees("happened before", channel=channel)

    def later(self, **by: int) -> None:
        """Move the bot's clock."""
        self.clock.ahead += timedelta(**by)


@pytest.fixture(scope="module", params=["socket mode, SQLite", "HTTP, PostgreSQL"])
def incident(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Incident]:
    over_http = request.param.startswith("HTTP")
    folder: Path = tmp_path_factory.mktemp("bot")
    with ExitStack() as stack:
        slack = stack.enter_context(sandbox.running(manifest=MANIFEST, port=0))
        given = {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "FAULTLINE_SLACK_API_URL": slack.api_url,
            "sweep_interval": timedelta(seconds=1),
            "data_dir": folder,
            "port": 0,
            "rotas": json.dumps(
                {
                    "serving on-call": slack.user("oncall").id,
                    "serving-platform rota": slack.group("platform", members=["platform"]).id,
                    "incident-commander rota": slack.user("commander").id,
                }
            ),
        }
        if over_http:
            given["DATABASE_URL"] = request.getfixturevalue("database_url")
        clock = MovedClock()
        address = stack.enter_context(running(Settings(**given), over_http=over_http, clock=clock))  # type: ignore[arg-type]  # settings read these types
        if over_http:
            slack.deliver_to(f"{address}/slack/events")
        yield Incident(slack, clock)


def test_a_full_incident_with_fallback_rollback_and_escalation_by_time(incident: Incident) -> None:
    responder, card = incident.begin("inc-full", "responder", "second", "oncall")
    second = incident.slack.user("second")

    responder.clicks("This is it", card, beside="FM-0016")
    checklist = responder.sees(TITLE, channel="inc-full")
    responder.sees("Look here first", channel="inc-full")
    responder.clicks("Done", checklist, beside="1. Halve")
    second.clicks("Done", second.sees("1 of 5", channel="inc-full"), beside="2. If it starts")
    incident.later(minutes=15)
    responder.sees("help is needed", channel="inc-full")
    incident.later(minutes=30)
    responder.sees("takes longer than expected", channel="inc-full")
    responder.clicks("It did not work", responder.sees("Look here first", channel="inc-full"))
    responder.clicks("Try the fallback", responder.sees("did not work", channel="inc-full"))
    responder.clicks("It did not work", responder.sees("fallback under way", channel="inc-full"))
    responder.clicks("Roll back…", responder.sees("Roll back…", channel="inc-full"))
    responder.modal("Roll back?").submit()
    rolling = responder.sees("Way back", channel="inc-full")
    responder.clicks("Done", rolling, beside="1. Pin the engine")
    incident.later(minutes=15)
    incident.slack.user("commander").sees("Help is needed", dm=True)
    responder.clicks("Rolled back", responder.sees("Way back", channel="inc-full"))
    asked = responder.sees("Did it help?", channel="inc-full")
    responder.clicks("Partly", asked)
    responder.modal("How it went").fill("What differed from the entry?", "The flag has another name").submit()
    responder.sees("The flag has another name", channel="inc-full")

    incident.slack.settled()
    assert incident.slack.refusals() == []
    posted = [str(one.arguments) for one in incident.slack.calls("chat.postMessage")]
    assert sum("Look here first" in one for one in posted) == 1
    assert sum(incident.slack.user("oncall").id in one and TITLE in one for one in posted) == 1


def test_two_responders_at_once_are_harmless(incident: Incident) -> None:
    responder, card = incident.begin("inc-two", "responder", "second")
    second = incident.slack.user("second")
    responder.clicks("This is it", card, beside="FM-0016")
    seen = responder.sees(TITLE, channel="inc-two")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda one: one.presses_as_is("It worked", seen), [responder, second]))

    second.sees("ended by", channel="inc-two")
    incident.slack.settled()
    posted = [str(one.arguments) for one in incident.slack.calls("chat.postMessage")]
    channel = incident.slack.channel("inc-two").id
    assert sum("Did it help?" in one and channel in one for one in posted) == 1
    assert incident.slack.refusals() == []


def test_a_private_channel_gets_its_checklist_as_well(incident: Incident) -> None:
    responder, card = incident.begin("inc-secret", "responder", private=True)

    responder.clicks("This is it", card, beside="FM-0016")

    responder.sees("Look here first", channel="inc-secret")


def test_a_step_that_does_not_apply_is_said_with_a_reason(incident: Incident) -> None:
    responder, card = incident.begin("inc-step", "responder")
    responder.clicks("This is it", card, beside="FM-0016")

    responder.clicks("About a step…", responder.sees("Look here first", channel="inc-step"))
    form = responder.modal("About a step").choose("Which step?", "remedy|3")
    form.choose("How does it stand?", "skipped").fill("A comment", "no gateway here").submit()

    responder.sees("no gateway here", channel="inc-step")
    responder.command("/failure runs", channel="inc-step").sees("1 of 5 steps done")
