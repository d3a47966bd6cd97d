"""A live incident from the first message to the remedy that worked, with a clock that tests can move."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from slack_sdk import WebClient

import sandbox
from bot.running import running
from bot.settings import Settings
from sandbox.driver import LocalSlack
from sandbox.eyes import Actor, Note
from sandbox.page.answers import elements
from sandbox.reading import parts
from tests.e2e.stage import MANIFEST, MovedClock, running_bot, tokens

OOM = "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 20 MiB, workers restart since the upgrade"
TITLE = "Make it fit"  # of the remedy that contains FM-0016


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
            **tokens(slack),
            "sweep_interval": timedelta(seconds=1),
            "data_dir": folder,
            "port": 0,
            "stewards": json.dumps({"default": slack.user("lead").id}),
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
        address = stack.enter_context(running(Settings(**given), over_http=over_http, clock=clock))
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
    channel = incident.slack.channel("inc-full").id
    posted = [text for one in incident.slack.calls("chat.postMessage") if channel in (text := str(one.arguments))]
    assert sum("Look here first" in one for one in posted) == 1
    assert sum(incident.slack.user("oncall").id in one and TITLE in one for one in posted) == 1


def test_still_right_at_the_end_of_an_incident_counts_where_the_role_allows_it(incident: Incident) -> None:
    responder, card = incident.begin("inc-verified", "responder", "lead")
    lead = incident.slack.user("lead")
    responder.clicks("This is it", card, beside="FM-0016")
    lead.clicks("Done", lead.sees("Look here first", channel="inc-verified"), beside="1. Halve")
    responder.clicks("It worked", responder.sees("1 of 5", channel="inc-verified"))
    seen = []

    for person in (responder, lead):
        person.clicks("It helped", person.sees("Did it help?", channel="inc-verified"))
        person.modal("How it went").choose("Is the entry still right?", "Yes, still right").submit()
        incident.slack.settled()
        shown = person.command("/failure show FM-0016", channel="inc-verified").sees("FM-0016").text
        seen.append("never verified here" in shown)

    assert seen == [True, False]


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


def test_the_commander_sees_how_it_stands_and_a_brief(incident: Incident) -> None:
    responder, card = incident.begin("inc-status", "responder")
    responder.clicks("This is it", card, beside="FM-0016")
    responder.sees("Look here first", channel="inc-status")

    shown = responder.command("/failure status sev1 mine", channel="inc-status").sees("mitigating")
    responder.clicks("Mitigated", shown)
    responder.sees("said by", channel="inc-status")
    form = responder.clicks("Change…", responder.command("/failure status", channel="inc-status").sees("mitigated"))
    del form
    responder.modal("The incident").fill("Affected services", "ranking, search").submit()

    told = responder.command("/failure brief", channel="inc-status").sees("ranking, search")
    for fact in ("sev1", "mitigated", "FM-0016", "Running", "As of"):
        assert fact in told.text
    incident.slack.settled()
    assert incident.slack.refusals() == []


def test_a_bot_of_an_incident_tool_moves_the_status_and_an_alert_is_evidence_enough(incident: Incident) -> None:
    alerts, tool = incident.slack.bot("Alertmanager"), incident.slack.bot("FireHydrant")
    incident.slack.channel("inc-tool", members=["responder", "Alertmanager", "FireHydrant"], bot=True)
    responder = incident.slack.user("responder")

    alerts.says(OOM, channel="inc-tool")
    responder.sees("happened before", channel="inc-tool")
    tool.says("Severity: SEV2\nStatus: Mitigated", channel="inc-tool")
    incident.slack.settled()

    responder.command("/failure status", channel="inc-tool").sees("mitigated")


def test_a_muted_channel_gets_no_card_and_a_rejected_entry_never_returns(incident: Incident) -> None:
    incident.slack.channel("inc-muted", members=["responder"], bot=True)
    responder = incident.slack.user("responder")
    responder.says("good morning, joining the call now", channel="inc-muted")
    incident.slack.settled()

    responder.command("/failure mute 1h", channel="inc-muted").sees("by myself until")
    responder.says(OOM, channel="inc-muted")
    incident.slack.settled()
    responder.does_not_see("happened before", channel="inc-muted")
    responder.command("/failure explain", channel="inc-muted").sees("muted until")
    responder.command("/failure mute off", channel="inc-muted")
    responder.says("same error again", channel="inc-muted")
    card = responder.sees("happened before", channel="inc-muted")
    responder.clicks("Not this", card, beside="FM-0016")
    responder.says(OOM, channel="inc-muted")
    incident.slack.settled()

    responder.command("/failure explain", channel="inc-muted").sees("never shown again here: `FM-0016`")


def test_the_reaction_mutes(incident: Incident) -> None:
    responder, card = incident.begin("inc-reaction", "responder")
    mine = responder.says("hello", channel="inc-reaction")

    responder.reacts("mute", mine)
    incident.slack.settled()
    responder.command("/failure explain", channel="inc-reaction").sees("so I speak")
    responder.reacts("mute", card)
    incident.slack.settled()

    responder.command("/failure explain", channel="inc-reaction").sees("muted until")


def test_what_nothing_fits_becomes_a_stub_with_the_words_people_used(incident: Incident) -> None:
    incident.slack.channel("inc-new", members=["responder"], bot=True)
    responder = incident.slack.user("responder")
    responder.says("the quarterly unicorn export came out upside down", channel="inc-new")
    incident.slack.settled()
    responder.does_not_see("happened before", channel="inc-new")

    responder.clicks("Describe it as new", responder.command("/failure status", channel="inc-new").sees("open"))
    form = responder.modal("A new failure mode").sees("unicorn export")
    form.fill("What did people see?", "Exports are upside down").choose("How bad was it?", "sev3").submit()

    responder.sees("is saved as a draft", dm=True)
    responder.command("/failure drafts", channel="inc-new").sees("Exports are upside down")


def test_a_drill_is_played_found_carried_out_and_kept(incident: Incident) -> None:
    incident.slack.channel("inc-practice", members=["responder", "lead"], bot=True)
    responder, lead = incident.slack.user("responder"), incident.slack.user("lead")
    lead.command("/failure watch", channel="inc-practice")

    lead.command("/failure drill FM-0016", channel="inc-practice").sees("The drill of")
    responder.sees("DRILL, practice only", channel="inc-practice")
    for _ in range(8):
        incident.later(seconds=45)
        incident.slack.settled(quiet=timedelta(milliseconds=1300))
    card = responder.sees("happened before", channel="inc-practice")
    responder.clicks("This is it", card, beside="FM-0016")
    responder.clicks("It worked", responder.sees("Look here first", channel="inc-practice"))
    incident.later(seconds=45)

    responder.sees("DRILL over", channel="inc-practice")
    lead.command("/failure status", channel="inc-practice").sees("DRILL")
    incident.slack.settled()
    assert incident.slack.refusals() == []


def test_what_was_said_while_the_bot_was_away_is_known_and_makes_no_late_noise(tmp_path: Path) -> None:
    with sandbox.running(manifest=MANIFEST, port=0) as slack:
        given = {**tokens(slack), "sweep_interval": timedelta(seconds=1), "data_dir": tmp_path, "port": 0}
        slack.channel("inc-away", members=["responder"], bot=True)
        responder = slack.user("responder")
        with running(Settings(**given), over_http=False):
            first = responder.says("hello, something is slow", channel="inc-away")
            slack.settled()
        responder.says(OOM, channel="inc-away")
        responder.says("a reply that counts as well", thread=first)
        with running(Settings(**given), over_http=False):
            slack.settled(quiet=timedelta(milliseconds=800))
            responder.does_not_see("happened before", channel="inc-away")
            responder.command("/failure explain", channel="inc-away").sees("I read 3 message(s)")
            responder.says("anybody looking?", channel="inc-away")
            responder.sees("happened before", channel="inc-away")
        asked = {one.method for one in slack.calls()}

    assert "conversations.list" not in asked


def test_a_restart_in_the_middle_of_a_run_loses_nothing(tmp_path: Path) -> None:
    clock = MovedClock()
    with sandbox.running(manifest=MANIFEST, port=0) as slack:
        given = {**tokens(slack), "sweep_interval": timedelta(seconds=1), "data_dir": tmp_path, "port": 0}
        lived = Incident(slack, clock)
        with running(Settings(**given), over_http=False, clock=clock):
            responder, card = lived.begin("inc-restart", "responder")
            responder.clicks("This is it", card, beside="FM-0016")
            responder.clicks("Done", responder.sees("Look here first", channel="inc-restart"), beside="1. Halve")
        lived.later(minutes=50)
        with running(Settings(**given), over_http=False, clock=clock):
            responder.sees("takes longer than expected: ", channel="inc-restart")
            responder.clicks("It worked", responder.sees("Look here first", channel="inc-restart"))
            responder.sees("Did it help?", channel="inc-restart")
        posted = [str(one.arguments) for one in slack.calls("chat.postMessage")]

    assert sum("Look here first" in one for one in posted) == 1
    assert sum("takes longer" in one for one in posted) == 1


def test_a_kill_with_steps_half_done_loses_nothing_and_does_nothing_twice(tmp_path: Path) -> None:
    with sandbox.running(manifest=MANIFEST, port=0) as slack:
        with running_bot(slack, tmp_path) as bot:
            responder, card = Incident(slack, MovedClock()).begin("inc-killed", "responder")
            responder.clicks("This is it", card, beside="FM-0016")
            checklist = responder.sees("Look here first", channel="inc-killed")
            responder.clicks("Done", checklist, beside="1. Halve")
            responder.clicks("Done", checklist, beside="2. If it starts")
            slack.settled()  # what is being sent by a bot that dies waits for its lease: tests/e2e/test_trouble.py
            bot.process.kill()
            bot.process.wait()
        with running_bot(slack, tmp_path):
            checklist = responder.sees("2 of 5", channel="inc-killed")
            responder.clicks("Done", checklist, beside="3.")
            responder.clicks("It worked", responder.sees("3 of 5", channel="inc-killed"))
            responder.sees("Did it help?", channel="inc-killed")
            slack.settled()
        posted = [str(one.arguments) for one in slack.calls("chat.postMessage")]

    told = ("happened before", "Look here first", "Did it help?")
    assert [sum(text in one for one in posted) for text in told] == [1, 1, 1]


def test_two_people_who_press_the_same_step_check_it_once(incident: Incident) -> None:
    responder, card = incident.begin("inc-same", "responder", "second")
    responder.clicks("This is it", card, beside="FM-0016")
    seen = responder.sees("Look here first", channel="inc-same")

    drawn = elements(parts(seen.message))
    block, first = next((block, one) for block, one in drawn if one.get("value", "").endswith("|remedy|0"))
    both = (responder, incident.slack.user("second"))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda one: one.person.act(seen.message, block, first), both))

    responder.sees("1 of 5", channel="inc-same")
    incident.slack.settled()
    responder.command("/failure runs", channel="inc-same").sees("1 of 5 steps done")


def test_a_message_that_is_edited_to_nonsense_takes_its_card_back(incident: Incident) -> None:
    incident.slack.channel("inc-edited", members=["responder"], bot=True)
    responder = incident.slack.user("responder")
    said = responder.says(OOM, channel="inc-edited")
    responder.sees("happened before", channel="inc-edited")

    said.edit("lorem ipsum dolor sit amet")

    responder.sees("nothing to suggest here any more", channel="inc-edited")
    responder.command("/failure explain", channel="inc-edited").sees("I read 1 message(s)")


def test_a_commander_hands_over_and_steps_down(incident: Incident) -> None:
    responder, _ = incident.begin("inc-command", "responder", "second")
    second = incident.slack.user("second")

    responder.command("/failure status mine", channel="inc-command").sees(responder.id)
    second.command("/failure status mine", channel="inc-command").sees(second.id)
    responder.command("/failure threshold 0.7", channel="inc-command").sees("Only the incident's commander")
    second.command("/failure threshold 0.7", channel="inc-command").sees("70 %")

    second.command("/failure status nobody", channel="inc-command").sees("Nobody commands it yet")


def test_a_channel_that_is_archived_in_the_middle_holds_nothing_else_up(tmp_path: Path) -> None:
    clock = MovedClock()
    with sandbox.running(manifest=MANIFEST, port=0) as slack:
        given = {**tokens(slack), "sweep_interval": timedelta(seconds=1), "data_dir": tmp_path, "port": 0}
        lived = Incident(slack, clock)
        with running(Settings(**given), over_http=False, clock=clock):
            responder, card = lived.begin("inc-archived", "responder")
            responder.clicks("This is it", card, beside="FM-0016")
            responder.sees("Look here first", channel="inc-archived")
            channel = slack.channel("inc-archived").id
            WebClient(responder.token, base_url=slack.api_url).conversations_archive(channel=channel)

            lived.later(minutes=50)  # the time is over, and people are asked
            slack.settled(quiet=timedelta(milliseconds=1300))  # longer than between two sweeps
            other, _ = lived.begin("inc-after", "other")
            refused = [one for one in slack.calls() if one.answer.get("error") == "is_archived"]

            other.command("/failure status", channel="inc-after").sees("open")
            assert 1 <= len(refused) <= 4  # each message is given up at its first refusal


def test_a_channel_that_is_made_private_goes_on(incident: Incident) -> None:
    responder, card = incident.begin("inc-closed", "responder")
    incident.slack.channel("inc-closed").kind = "private"

    responder.clicks("This is it", card, beside="FM-0016")
    responder.clicks("Done", responder.sees("Look here first", channel="inc-closed"), beside="1. Halve")
    responder.says("the same again: " + OOM, channel="inc-closed")

    responder.sees("1 of 5", channel="inc-closed")
    incident.slack.settled()
    responder.command("/failure explain", channel="inc-closed").sees("I read 2 message(s)")


def test_the_menu_of_a_card_tells_more_and_takes_what_was_not_on_it(incident: Incident) -> None:
    responder, card = incident.begin("inc-more", "responder")

    responder.picks("Why these?", card).sees("I speak from")
    further = responder.picks("Next suggestions", card).sees("Less likely")
    responder.clicks("This is it", further, beside=re.findall(r"FM-\d{4}", further.text)[0])
    responder.sees("This is it*, says", channel="inc-more")
    responder.picks("Mute me for two hours", card).sees("by myself until")
    incident.slack.settled()
    assert incident.slack.refusals() == []
