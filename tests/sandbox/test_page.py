"""The workspace in a browser: what people see there, and what they do, over real HTTP with a real app behind."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from sandbox.driver import LocalSlack, running

MANIFEST: dict[str, Any] = {
    "display_information": {"name": "Tryout"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_read_only_enabled": True},
        "bot_user": {"display_name": "Tryout"},
        "slash_commands": [{"command": "/try", "description": "Tries things", "usage_hint": "form | <words>"}],
        "shortcuts": [{"name": "Keep it", "type": "message", "callback_id": "keep", "description": "Keeps a message"}],
    },
    "oauth_config": {"scopes": {"bot": ["commands", "chat:write", "channels:history", "im:history"]}},
    "settings": {
        "event_subscriptions": {"bot_events": ["app_home_opened"]},
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
    },
}


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def options(*names: str) -> list[dict[str, Any]]:
    return [{"text": plain(name), "value": name} for name in names]


FORM = {
    "type": "modal",
    "callback_id": "form",
    "title": plain("Write-up"),
    "submit": plain("Save"),
    "blocks": [
        {
            "type": "input",
            "block_id": "name",
            "label": plain("What failed?"),
            "element": {"type": "plain_text_input", "action_id": "v"},
        },
        {
            "type": "input",
            "block_id": "like",
            "optional": True,
            "label": plain("Like"),
            "element": {"type": "external_select", "action_id": "v", "min_query_length": 1},
        },
    ],
}

CARD: list[dict[str, Any]] = [
    {"type": "header", "text": plain("A card :fire:")},
    {"type": "section", "text": {"type": "mrkdwn", "text": "*bold* <script>alert(1)</script>"}},
    {
        "type": "actions",
        "block_id": "row",
        "elements": [
            {"type": "button", "action_id": "open", "text": plain("Open")},
            {"type": "static_select", "action_id": "pick", "options": options("low", "high")},
        ],
    },
]


def app_of(client: WebClient) -> App:
    """The app behind the page: a command, a form that wants a good name, a select, a shortcut, a home tab."""
    app = App(client=client, signing_secret="none", token_verification_enabled=False, process_before_response=True)

    def tried(ack: Any, command: dict[str, Any]) -> None:
        if command["text"] == "form":
            client.views_open(trigger_id=command["trigger_id"], view=FORM)
        if command["text"] == "card":
            client.chat_postMessage(channel=command["channel_id"], text="card", blocks=CARD)
        ack(f"You said *{command['text']}*")

    def opened(ack: Any, body: dict[str, Any]) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=FORM)
        ack()

    def picked(ack: Any, action: dict[str, Any], body: dict[str, Any]) -> None:
        client.chat_postMessage(channel=body["channel"]["id"], text=f"Picked {action['selected_option']['value']}")
        ack()

    def saved(ack: Any, view: dict[str, Any], body: dict[str, Any]) -> None:
        name = view["state"]["values"]["name"]["v"]["value"]
        if "good" not in name:
            ack(response_action="errors", errors={"name": "Say something <good>."})
            return
        client.chat_postMessage(channel=body["user"]["id"], text=f"Saved {name}")
        ack()

    def kept(ack: Any, shortcut: dict[str, Any]) -> None:
        message = shortcut["message"]
        client.chat_postMessage(channel=shortcut["channel"]["id"], thread_ts=message["ts"], text="Kept")
        ack()

    def looked(event: dict[str, Any]) -> None:
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": CARD[:1]})

    app.command("/try")(tried)
    app.action("open")(opened)
    app.action("pick")(picked)
    app.options("v")(lambda ack, payload: ack(options=options(f"{payload['value']} one", f"{payload['value']} two")))
    app.view("form")(saved)
    app.shortcut("keep")(kept)
    app.event("app_home_opened")(looked)
    return app


@dataclass(frozen=True)
class Browser:
    """What a browser does with the page, for one person in one place."""

    http: httpx.Client
    place: dict[str, str]

    def look(self, **place: str) -> str:
        return self.http.get("/", params={**self.place, **place}).raise_for_status().text

    def do(self, deed: str, /, **fields: Any) -> str:
        return self.http.post(f"/{deed}", data={**self.place, **fields}).raise_for_status().text

    def at(self, **place: str) -> "Browser":
        return Browser(self.http, {**self.place, **place})


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with running(MANIFEST) as local:
        local.channel("inc-7", ["responder", "steward"], bot=True)
        yield local


@pytest.fixture
def app(slack: LocalSlack) -> Iterator[None]:
    client = WebClient(token=slack.bot_token, base_url=slack.api_url)
    handler = SocketModeHandler(app_of(client), slack.app_token, web_client=client, ping_interval=0.1)
    handler.connect()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
    slack.connected()
    # Closing waits until the reader looks up, every three seconds unless told otherwise.
    session = handler.client.current_session
    assert session
    assert session.sock
    session.sock.settimeout(0.1)
    yield
    handler.close()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped


@pytest.fixture
def browser(slack: LocalSlack) -> Iterator[Browser]:
    with httpx.Client(base_url=slack.url, timeout=10) as http:
        yield Browser(http, {"as": "responder", "channel": "inc-7"})


def words(markup: str) -> str:
    """What a reader reads of a piece of HTML, on one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def first(pattern: str, markup: str) -> str:
    found = re.search(pattern, markup)
    assert found, f"{pattern} is not in {words(markup)}"
    return found[1]


def ts_of(markup: str, text: str) -> str:
    """The name of the last message that contains a text."""
    message = next(part for part in reversed(markup.split("<article ")) if text in part)
    return first(r'name="message" value="([^"]+)"', message)


def test_the_page_shows_channels_people_and_the_app(browser: Browser) -> None:
    page = words(browser.look())

    for shown in ("#inc-7", "general", "Steward", "Tryout", "/try form | <words> Tries things", "3 members"):
        assert shown in page


def test_a_script_in_a_message_is_something_one_reads(browser: Browser) -> None:
    seen = browser.do("say", text="*nan* <script>alert(1)</script> & <b>")

    assert "<strong>nan</strong> &lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;" in seen
    assert "<script>alert" not in browser.look()


def test_what_somebody_else_says_appears_without_reload(browser: Browser) -> None:
    browser.look()

    browser.at(**{"as": "steward"}).do("say", text="Looking")

    assert "Looking" in browser.do("live")


def test_when_nothing_has_changed_nothing_is_sent(browser: Browser) -> None:
    seen = dict(re.findall(r'name="(seen-\w+)" value="(\w+)"', browser.look()))

    answer = browser.http.post("/live", data={**browser.place, **seen})

    assert (answer.status_code, answer.text) == (204, "")


def test_only_the_regions_that_changed_are_sent(browser: Browser) -> None:
    seen = dict(re.findall(r'name="(seen-\w+)" value="(\w+)"', browser.look()))

    answer = browser.do("say", text="hello", **seen)

    assert re.findall(r'hx-target="#(\w+)"', answer) == ["stream", "seen"]


@pytest.mark.usefixtures("app")
def test_a_command_is_answered_to_its_author_alone(browser: Browser) -> None:
    answer = words(browser.do("say", text="/try this"))

    assert "Only visible to you" in answer
    assert "You said this" in answer
    assert "You said" not in browser.look(**{"as": "steward"})


def test_a_command_in_a_thread_is_refused_as_slack_does(browser: Browser) -> None:
    thread = ts_of(browser.do("say", text="start"), "start")

    answer = browser.at(thread=thread).do("say", text="/try this", reply="1")

    assert "/try is not supported in threads" in answer


@pytest.mark.usefixtures("app")
def test_a_button_opens_a_form_that_comes_back_with_its_error_and_then_is_taken(browser: Browser) -> None:
    card = browser.do("say", text="/try card")
    form = browser.do("press", message=ts_of(card, "A card"), press="row/open")
    view = first(r'name="view" value="([^"]+)"', form)

    empty = browser.do("submit", view=view)
    wrong = browser.do("submit", view=view, **{"name/v": "bad"})
    right = browser.do("submit", view=view, **{"name/v": "a good one"})

    assert "Please complete this required field." in empty
    assert "Say something &lt;good&gt;." in wrong
    assert 'role="dialog"' not in right
    assert "Saved a good one" in browser.look(channel="@tryout")


@pytest.mark.usefixtures("app")
def test_a_menu_of_the_app_offers_what_it_suggests_and_keeps_what_was_chosen(browser: Browser) -> None:
    view = first(r'name="view" value="([^"]+)"', browser.do("say", text="/try form"))

    offered = browser.do("suggestions", view=view, press="like/v", query="lo")
    chosen = html.unescape(first(r'value="([^"]+)"', offered))
    again = browser.do("suggestions", view=view, press="like/v", query="x", **{"like/v": chosen})

    assert words(offered) == "lo one lo two"
    assert words(again) == "lo one x one x two"
    assert again.count("checked") == 1


@pytest.mark.usefixtures("app")
def test_choosing_in_a_menu_tells_the_app_at_once(browser: Browser) -> None:
    card = browser.do("say", text="/try card")

    answer = browser.do("press", message=ts_of(card, "A card"), press="row/pick", **{"row/pick": "high"})

    assert "Picked high" in answer


@pytest.mark.usefixtures("app")
def test_a_choice_nobody_offered_is_a_sentence(browser: Browser) -> None:
    card = browser.do("say", text="/try card")

    answer = browser.do("press", message=ts_of(card, "A card"), press="row/pick", **{"row/pick": "huge"})

    assert "This cannot be chosen here." in answer


@pytest.mark.usefixtures("app")
def test_a_form_can_be_closed(browser: Browser) -> None:
    view = first(r'name="view" value="([^"]+)"', browser.do("say", text="/try form"))

    assert 'role="dialog"' not in browser.do("close", view=view)


@pytest.mark.usefixtures("app")
def test_a_shortcut_answers_in_the_thread(browser: Browser) -> None:
    ts = ts_of(browser.do("say", text="evidence"), "evidence")

    browser.do("shortcut", message=ts, callback="keep")

    assert "Kept" in browser.look(thread=ts)


@pytest.mark.usefixtures("app")
def test_the_home_tab_is_what_the_app_publishes(slack: LocalSlack, browser: Browser) -> None:
    browser.look(app="1")
    slack.settled()

    assert "A card 🔥" in words(browser.look(app="1"))


def test_ones_own_message_can_be_edited_reacted_to_and_deleted(browser: Browser) -> None:
    ts = ts_of(browser.do("say", text="frist"), "frist")

    edited = words(browser.do("edit", message=ts, text="first"))
    reacted = browser.do("react", message=ts, name="eyes")
    taken_back = browser.do("react", message=ts, name="eyes")
    deleted = browser.do("delete", message=ts)

    assert "first (edited)" in edited
    assert 'aria-pressed="true"' in reacted
    assert "aria-pressed" not in taken_back
    assert "first" not in deleted


def test_a_channel_is_created_and_the_app_invited(slack: LocalSlack, browser: Browser) -> None:
    created = browser.http.post("/create", data={**browser.place, "name": "inc-8", "private": "on"})
    there = browser.at(channel="inc-8")
    there.do("invite", person=slack.bot_user_id)

    assert created.headers["HX-Redirect"] == "/?as=responder&channel=inc-8"
    assert "2 members" in words(there.look())
    assert "inc-8" not in browser.look(**{"as": "steward"})


def test_a_name_slack_refuses_is_a_sentence(browser: Browser) -> None:
    assert "Slack refused this: name taken." in browser.do("create", name="inc-7")


def test_an_app_that_does_not_answer_is_reported_as_slack_does(browser: Browser) -> None:
    answer = browser.do("say", text="/try this")

    assert "/try failed with the error" in words(answer)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"as": "nobody"}, "There is no person called nobody in this workspace."),
        ({"as": "responder", "channel": "<b>"}, "There is no channel called <b> that responder can see."),
        ({"as": "responder", "channel": "@nobody"}, "There is nobody called nobody in this workspace."),
        ({"as": "responder", "channel": "inc-7", "thread": "1.2"}, "There is no such thread in #inc-7."),
    ],
)
def test_an_address_that_leads_nowhere_says_so(browser: Browser, query: dict[str, str], sentence: str) -> None:
    answer = browser.http.get("/", params=query)

    assert answer.status_code == 404
    assert sentence in words(answer.text)


def test_a_private_channel_does_not_exist_for_others(slack: LocalSlack, browser: Browser) -> None:
    slack.channel("secret", ["steward"], private=True)

    assert browser.http.get("/", params={"as": "responder", "channel": "secret"}).status_code == 404
    assert "secret" not in browser.look()


def test_changing_who_one_is_stays_in_the_channel_or_goes_where_that_person_can_be(
    slack: LocalSlack, browser: Browser
) -> None:
    slack.channel("secret", ["steward"], private=True)

    assert "<h2>#inc-7</h2>" in browser.look(**{"as": "steward", "channel": "", "near": "inc-7"})
    assert "<h2>#secret</h2>" not in browser.look(channel="", near="secret")


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}],
)
@pytest.mark.parametrize("deed", ["say", "live", "suggestions", "create"])
def test_another_site_cannot_act_as_anybody(browser: Browser, headers: dict[str, str], deed: str) -> None:
    answer = browser.http.post(f"/{deed}", data={**browser.place, "text": "gotcha", "name": "x"}, headers=headers)

    assert answer.status_code == 403
    assert "gotcha" not in browser.look()


def test_the_pages_own_requests_are_taken(slack: LocalSlack, browser: Browser) -> None:
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": slack.url}

    assert browser.http.post("/say", data={**browser.place, "text": "hi"}, headers=headers).status_code == 200


def test_head_and_odd_requests_are_answered(browser: Browser) -> None:
    assert browser.http.head("/").status_code == 200
    assert browser.http.post("/say", content=b"\xff\xfe").status_code in {200, 204}
    assert browser.http.post("/press", data={**browser.place, "press": "x"}).text.count("This message is gone.") == 1
    assert browser.http.get("/static/page.css").headers["content-type"].startswith("text/css")
