"""Commands, buttons, menus, shortcuts, windows and the home tab, with a Bolt app behind."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest
from slack_sdk.errors import SlackApiError

import sandbox
from tests.sandbox.apps import bolt as new_app
from tests.sandbox.apps import button, buttons, client, connected, manifest, modal, plain
from tests.sandbox.apps import field as input_field

SOON = timedelta(milliseconds=300)


LETTERS = {"trigger_actions_on": ["on_character_entered"]}
TYPED = input_field(
    "What?",
    "what",
    {"type": "plain_text_input", "action_id": "answer", "dispatch_action_config": LETTERS},
    dispatch_action=True,
)


@dataclass
class Stage:
    """A local Slack, and what reached the app."""

    slack: sandbox.Slack
    bodies: list[dict[str, Any]] = field(default_factory=list)

    def last(self, kind: str) -> dict[str, Any]:
        return next(one for one in reversed(self.bodies) if kind in (one.get("type"), one.get("command")))

    def show(self, channel: str, *blocks: dict[str, Any], reader: str = "ada") -> sandbox.Note:
        """Let the app post a message and a person see it."""
        place = self.slack.channel(channel, members=[reader], bot=True)
        client(self.slack).chat_postMessage(channel=place.id, text="a card", blocks=list(blocks))
        return self.slack.user(reader).sees("a card", channel=channel)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with sandbox.running(manifest(events=["app_home_opened"])) as slack:
        stage, app = Stage(slack), new_app(slack)

        @app.middleware
        def keep(body: dict[str, Any], next: Any) -> None:  # noqa: A002 - the name by which Bolt hands it over
            stage.bodies.append(body)
            next()

        app.command("/try")(command)
        app.command("/escaped")(command)
        app.view("form")(submitted)
        app.view("second")(lambda ack: ack(response_action="clear"))
        app.view_closed("form")(lambda ack: ack())
        app.action("answer")(lambda ack: ack())
        app.action("pressed")(pressed)
        app.action("chosen")(lambda ack, respond, action: (ack(), respond(action["selected_option"]["value"])))
        app.action("suggested")(lambda ack: ack())
        app.options("suggested")(lambda ack, payload: ack(options=[{"text": plain(payload["value"]), "value": "1"}]))
        app.shortcut("anywhere")(opened)
        app.shortcut("on-it")(lambda ack, respond, shortcut: (ack(), respond(f"on {shortcut['message']['text']}")))
        app.event("app_home_opened")(at_home)
        with connected(slack, app):
            yield stage


def command(ack: Any, command: dict[str, Any], respond: Any, client: Any) -> None:
    match command["text"].split():
        case ["say", *words]:
            ack(" ".join(words))
        case ["all", *words]:
            ack(text=" ".join(words), response_type="in_channel")
        case ["later", *words]:
            ack()
            respond(" ".join(words))
        case ["form"]:
            ack()
            client.views_open(trigger_id=command["trigger_id"], view=modal("A form", notify_on_close=True))
        case ["typing"]:
            ack()
            client.views_open(trigger_id=command["trigger_id"], view=modal("Typing", TYPED))
        case ["broken"]:
            ack(blocks=[{"type": "section"}], text="broken")
        case _:
            ack()


def submitted(ack: Any, view: dict[str, Any]) -> None:
    match view["state"]["values"]["what"]["answer"]["value"]:
        case "wrong":
            ack(response_action="errors", errors={"what": "That is wrong."})
        case "lost":
            ack(response_action="errors", errors={"where": "Nobody sees this."})
        case "next":
            ack(response_action="update", view=modal("Step two", callback="second"))
        case "above":
            ack(response_action="push", view=modal("On top", callback="second"))
        case _:
            ack()


def pressed(ack: Any, respond: Any, body: dict[str, Any]) -> None:
    ack()
    match body["actions"][0]["value"]:
        case "replace":
            respond(replace_original=True, text="replaced", blocks=[])
        case "delete":
            respond(delete_original=True)
        case "whisper":
            respond("only for you", replace_original=False)


def opened(ack: Any, client: Any, shortcut: dict[str, Any]) -> None:
    ack()
    client.views_open(trigger_id=shortcut["trigger_id"], view=modal("Any"))


def at_home(client: Any, event: dict[str, Any]) -> None:
    client.views_publish(user_id=event["user"], view={"type": "home", "blocks": buttons(button("At home"))})


def test_a_command_is_answered_to_whoever_typed_it(stage: Stage) -> None:
    stage.slack.channel("commands", members=["ada", "eve"])
    ada = stage.slack.user("ada")

    answer = ada.command("/try say hello there", channel="commands")

    answer.sees("hello there")
    stage.slack.user("eve").does_not_see("hello there")
    body = stage.last("/try")
    assert (body["text"], body["channel_name"], body["user_id"]) == ("say hello there", "commands", ada.id)
    assert {"trigger_id", "response_url", "api_app_id", "team_id", "team_domain", "token"} <= set(body)


def test_an_answer_may_be_for_all_and_may_come_later(stage: Stage) -> None:
    stage.slack.channel("answers", members=["ada", "eve"])

    stage.slack.user("ada").command("/try all together", channel="answers")
    stage.slack.user("eve").sees("together", channel="answers")

    stage.slack.user("ada").command("/try later alligator", channel="answers").sees("alligator")


def test_a_command_can_ask_for_ids_instead_of_names(stage: Stage) -> None:
    channel, eve = stage.slack.channel("escaping", members=["ada"]), stage.slack.user("eve")

    stage.slack.user("ada").command("/escaped to @eve in #escaping and @nobody", channel="escaping")

    assert stage.last("/escaped")["text"] == f"to <@{eve.id}|eve> in <#{channel.id}|escaping> and @nobody"


def test_an_unknown_command_never_reaches_the_app(stage: Stage) -> None:
    answer = stage.slack.user("ada").command("/tyr this")

    assert answer.wrong == "/tyr is not a valid command."
    answer.sees("not a valid command")


def test_an_answer_slack_refuses_is_shown_as_a_failure(stage: Stage) -> None:
    answer = stage.slack.user("ada").command("/try broken")

    assert answer.wrong is not None
    assert "invalid_blocks" in answer.wrong
    assert any("invalid_blocks" in one for one in stage.slack.refusals())


def test_a_button_says_where_it_stands(stage: Stage) -> None:
    note = stage.show("pressing", *buttons(button("Yes", value="whisper"), button("No", "other")))

    answer = stage.slack.user("ada").clicks("Yes", note)

    answer.sees("only for you")
    body = stage.last("block_actions")
    assert body["container"]["message_ts"] == body["message"]["ts"] == note.ts
    assert body["actions"][0]["block_id"] == "buttons"
    assert body["actions"][0]["value"] == "whisper"


def test_a_button_that_is_not_there_cannot_be_pressed(stage: Stage) -> None:
    note = stage.show("absent", *buttons(button("Yes")))

    with pytest.raises(AssertionError, match="'Maybe' is not there; there is 'Yes'"):
        stage.slack.user("ada").clicks("Maybe", note)


def test_an_answer_may_take_the_place_of_the_message(stage: Stage) -> None:
    note = stage.show("replacing", *buttons(button("Replace", value="replace"), button("Delete", "pressed2")))

    stage.slack.user("ada").clicks("Replace", note).sees("replaced")

    assert note.blocks == []


def test_an_answer_may_take_the_message_away(stage: Stage) -> None:
    note = stage.show("deleting", *buttons(button("Delete", value="delete")))

    stage.slack.user("ada").clicks("Delete", note)
    stage.slack.settled()

    assert note.gone
    with pytest.raises(sandbox.NotThere):
        stage.slack.user("ada").clicks("Delete", note)


def test_a_menu_sends_what_was_chosen(stage: Stage) -> None:
    options = [{"text": plain(name.title()), "value": name} for name in ("one", "two")]
    menu = {"type": "static_select", "action_id": "chosen", "options": options, "placeholder": plain("Pick")}
    note = stage.show("choosing", *buttons(menu))

    stage.slack.user("ada").picks("Two", note).sees("two")


def test_a_response_url_takes_five_posts(stage: Stage) -> None:
    stage.slack.channel("five", members=["ada"])
    stage.slack.user("ada").command("/try quietly", channel="five")
    url = stage.last("/try")["response_url"]

    answers = [httpx.post(url, json={"text": f"number {number}"}) for number in range(6)]

    assert [one.status_code for one in answers] == [200] * 5 + [404]
    assert answers[0].text == "ok"
    assert answers[5].json()["error"] == "used_url"


def test_a_form_keeps_what_was_typed_until_it_is_right(stage: Stage) -> None:
    ada = stage.slack.user("ada")
    ada.command("/try form")
    form = ada.modal("A form")

    form.submit()
    assert form.errors == {"What?": "Please complete this required field."}
    form.fill("What?", "wrong").submit()
    assert form.errors == {"What?": "That is wrong."}
    assert form.values["what"]["answer"]["value"] == "wrong"
    form.fill("What?", "right").submit()

    assert not form.is_open
    assert form.errors == {}


def test_a_form_becomes_another_or_gets_one_on_top(stage: Stage) -> None:
    ada = stage.slack.user("ada")
    ada.command("/try form")
    ada.modal("A form").fill("What?", "above").submit()
    above = ada.modal("On top")
    assert len(stage.slack.slack.workspace.views(ada.id)) == 2

    above.fill("What?", "done").submit()

    assert stage.slack.slack.workspace.views(ada.id) == []

    ada.command("/try form")
    form = ada.modal("A form").fill("What?", "next").submit()
    assert form.is_open
    form.sees("Step two").close()


def test_an_error_for_no_field_is_trouble(stage: Stage) -> None:
    ada = stage.slack.user("ada")
    ada.command("/try form")

    form = ada.modal("A form").fill("What?", "lost").submit()

    assert form.is_open
    assert "We had some trouble connecting" in str(form.wrong)
    assert any("no input block has the block_id where" in one for one in stage.slack.refusals())
    form.close()


def test_closing_is_told_when_asked_for(stage: Stage) -> None:
    ada = stage.slack.user("ada")
    ada.command("/try form")

    ada.modal("A form").fill("What?", "half a sentence").close()

    body = stage.last("view_closed")
    assert (body["view"]["callback_id"], body["is_cleared"]) == ("form", False)
    # Slack keeps what stood in it to itself.
    assert body["view"]["state"] == {"values": {}}


def test_a_field_that_asks_for_it_tells_of_every_letter_with_all_that_stands_in_the_form(stage: Stage) -> None:
    ada = stage.slack.user("ada")
    ada.command("/try typing")

    ada.modal("Typing").fill("What?", "half a sent").close()

    body = stage.last("block_actions")
    (told,) = body["actions"]
    assert (told["block_id"], told["value"]) == ("what", "half a sent")
    assert body["view"]["state"]["values"]["what"]["answer"]["value"] == "half a sent"


def test_shortcuts_work_anywhere_and_on_messages(stage: Stage) -> None:
    ada = stage.slack.user("ada")
    note = stage.show("shortcuts", {"type": "divider"})

    ada.shortcut("anywhere")
    ada.modal("Any").close()
    ada.shortcut("on-it", note).sees("on a card")

    assert stage.last("message_action")["message_ts"] == note.ts
    with pytest.raises(sandbox.NotThere):
        ada.shortcut("nowhere")


def test_the_home_tab_is_published_when_opened(stage: Stage) -> None:
    home = stage.slack.user("eve").opens_home().sees("At home")

    stage.slack.user("eve").clicks("At home", home)

    assert stage.last("block_actions")["container"] == {"type": "view", "view_id": home.view.id}


def test_the_app_suggests_while_somebody_types(stage: Stage) -> None:
    menu = {"type": "external_select", "action_id": "suggested", "placeholder": plain("Type")}
    note = stage.show("suggesting", *buttons(menu))
    ada = stage.slack.user("ada")

    offered = ada.person.suggestions(note.message, note.blocks[0], note.blocks[0]["elements"][0], "abc")

    assert offered == [{"text": plain("abc"), "value": "1"}]
    assert stage.last("block_suggestion")["value"] == "abc"


def test_a_form_offers_what_the_app_suggests_and_people_by_name(stage: Stage) -> None:
    suggested = {"type": "external_select", "action_id": "suggested"}
    person = {"type": "users_select", "action_id": "answer"}
    view = modal("Lookups", input_field("Like", "like", suggested), input_field("Who", "who", person))
    ada, eve = stage.slack.user("ada"), stage.slack.user("eve")
    client(stage.slack).views_open(trigger_id=stage.slack.slack.triggers.issue(ada.id), view=view)

    form = ada.modal("Lookups").choose("Like", "nccl").choose("Who", "eve")

    assert form.values["like"]["suggested"]["selected_option"] == {"text": plain("nccl"), "value": "1"}
    assert form.values["who"]["answer"]["selected_user"] == eve.id


def refused(stage: Stage, method: str, **args: object) -> str:
    with pytest.raises(SlackApiError) as raised:
        client(stage.slack).api_call(method, json=args)
    return str(raised.value.response["error"])


def test_a_trigger_serves_once_and_only_a_known_one(stage: Stage) -> None:
    trigger = stage.slack.slack.triggers.issue(stage.slack.user("ada").id)

    view = client(stage.slack).views_open(trigger_id=trigger, view=modal("Once"))["view"]

    assert view["state"] == {"values": {}}
    assert refused(stage, "views.open", trigger_id=trigger, view=modal("Twice")) == "exchanged_trigger_id"
    assert refused(stage, "views.open", trigger_id="1.2.3", view=modal("Never")) == "invalid_trigger_id"
    assert refused(stage, "views.open", trigger_id=trigger, view={"type": "modal"}) == "invalid_arguments"


def test_a_trigger_gets_old() -> None:
    with sandbox.running(manifest(events=[]), rules=sandbox.Rules(trigger_lasts=timedelta(seconds=-1))) as slack:
        trigger = slack.slack.triggers.issue(slack.user("ada").id)

        assert refused(Stage(slack), "views.open", trigger_id=trigger, view=modal("Late")) == "expired_trigger_id"


def test_an_update_with_an_old_hash_is_refused(stage: Stage) -> None:
    trigger = stage.slack.slack.triggers.issue(stage.slack.user("ada").id)
    web = client(stage.slack)
    view = web.views_open(trigger_id=trigger, view=modal("First", external_id="mine"))["view"]

    newer = web.views_update(external_id="mine", hash=view["hash"], view=modal("Second"))["view"]

    assert newer["id"] == view["id"]
    again = {"view_id": view["id"], "hash": view["hash"], "view": modal("Third")}
    assert refused(stage, "views.update", **again) == "hash_conflict"
    assert refused(stage, "views.update", view_id="V0NONE", view=modal("Third")) == "not_found"


def test_a_stack_is_three_high(stage: Stage) -> None:
    eve, web, triggers = stage.slack.user("eve"), client(stage.slack), stage.slack.slack.triggers
    top = web.views_open(trigger_id=triggers.issue(eve.id), view=modal("One"))["view"]["id"]
    for name in ("Two", "Three"):
        top = web.views_push(trigger_id=triggers.issue(eve.id, top), view=modal(name))["view"]["id"]

    assert refused(stage, "views.push", trigger_id=triggers.issue(eve.id, top), view=modal("Four")) == (
        "push_limit_reached"
    )
    eve.modal("Three").close()
    assert eve.modal("Two").is_open


def test_what_stands_in_a_field_at_the_start_is_sent(stage: Stage) -> None:
    options = [{"text": plain(name), "value": name} for name in ("sev1", "sev2")]
    select = {"type": "static_select", "action_id": "answer", "options": options, "initial_option": options[0]}
    text = {"type": "plain_text_input", "action_id": "answer", "initial_value": "as before"}
    view = modal("Started", input_field("Severity", "severity", select), input_field("Notes", "notes", text))
    ada = stage.slack.user("ada")
    client(stage.slack).views_open(trigger_id=stage.slack.slack.triggers.issue(ada.id), view=view)

    form = ada.modal("Started")

    assert form.values["severity"]["answer"]["selected_option"]["value"] == "sev1"
    assert form.values["notes"]["answer"]["value"] == "as before"
    form.choose("Severity", "sev2")
    assert form.values["severity"]["answer"]["selected_option"]["value"] == "sev2"
    with pytest.raises(AssertionError, match="not offered"):
        form.choose("Severity", "sev9")


def test_waiting_in_vain_says_what_was_there_instead(stage: Stage) -> None:
    stage.slack.channel("vain", members=["ada"])
    ada = stage.slack.user("ada")
    ada.says("only this", channel="vain")

    with pytest.raises(AssertionError, match=r"(?s)waited for 'something else' and saw instead.*only this"):
        ada.sees("something else", channel="vain", within=SOON)
    with pytest.raises(AssertionError, match="does see 'only this'"):
        ada.does_not_see("only this", channel="vain")
