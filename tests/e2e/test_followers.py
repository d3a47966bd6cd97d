"""Following, hearing of changes, recording what happened, and coming home, in the shipped bot."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

import sandbox
from sandbox.eyes import Actor
from tests.e2e.stage import MANIFEST, RESPONDER, ROOT, STEWARD, Stage, running_bot
from tests.factories import COMPLETE, failure_mode, write_catalog

SECURITY, READER, GUEST = "security-reviewer", "reader", "guest"
OOM = "torch.cuda.OutOfMemoryError: CUDA out of memory. gpu oom again on the big batch"


@pytest.fixture(scope="module", params=["socket mode, SQLite", "HTTP, PostgreSQL"])
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Run the bot with a security reviewer, and changes told two seconds after they rest."""
    settings = {"FAULTLINE_NOTICE_DELAY": "PT2S"}
    if request.param.startswith("HTTP"):
        settings |= {"TRANSPORT": "http", "DATABASE_URL": request.getfixturevalue("database_url")}
    with ExitStack() as stack:
        slack = stack.enter_context(sandbox.running(manifest=MANIFEST))
        settings["FAULTLINE_REVIEWERS"] = json.dumps({"security": slack.user(SECURITY).id})
        slack.channel("general", members=[RESPONDER, STEWARD, SECURITY, READER])
        bot = stack.enter_context(running_bot(slack, tmp_path_factory.mktemp("bot"), **settings))
        yield Stage(slack, bot)
        slack.settled()
        assert slack.refusals() == []  # nothing the bot sent in any of these tests


def newcomer(stage: Stage, name: str) -> Actor:
    """Return somebody of the general channel who has followed and seen nothing yet."""
    stage.slack.channel("general", members=[name])
    return stage.slack.user(name)


def change_file(stage: Stage, folder: Path, entry_id: str, **changes: Any) -> None:
    """Change an entry's file as a steward does in Git, and import it."""
    catalog = write_catalog(folder / f"{entry_id}-{len(changes)}-{abs(hash(str(changes)))}")
    (catalog / "vocabulary.yaml").write_bytes((ROOT / "catalog" / "vocabulary.yaml").read_bytes())
    [path] = (ROOT / "catalog" / "entries").glob(f"{entry_id}-*.yaml")
    document = yaml.safe_load(path.read_text())
    (catalog / "entries" / path.name).write_text(yaml.safe_dump({**document, **changes}))
    stage.bot.faultline("import", str(catalog))


def bring_in_secret(stage: Stage, folder: Path, **more: Any) -> None:
    """Import an entry that only security reviewers and the steward may know of."""
    given = {"slug": "zanzibar-hole", "title": "Zanzibar hole", "visibility": "restricted", "domain": "security"}
    prose = {
        "symptom": "The zanzibar check is skipped.",
        "aliases": ["zanzibar bypass", "open zanzibar", "no zanzibar"],
    }
    document = failure_mode(9002, **{**COMPLETE, **given, **prose, **more})
    catalog = write_catalog(folder, document)
    (catalog / "vocabulary.yaml").write_bytes((ROOT / "catalog" / "vocabulary.yaml").read_bytes())
    stage.bot.faultline("import", str(catalog))


def notices(stage: Stage, person: Actor) -> list[str]:
    """Return the change notices that were posted to the person."""
    stage.slack.settled()
    messages = [message for message in person.visible(dm=True) if "concerns you" in str(message.body)]
    return [str(message.body["text"]) + str(message.body["blocks"]) for message in messages if message.thread is None]


def opened(person: Actor, entry_id: str) -> Any:
    card = person.command(f"/failure show {entry_id}", channel="general").sees(entry_id)
    person.clicks("Open the whole entry", card)
    return person.modal(entry_id)


def forged(person: Actor, thing: Any, button: str, **instead: Any) -> None:
    """Press a button with something else in it than what was drawn."""
    block, element = person.element(thing.body["blocks"], button, first=True)
    person.person.act(thing, block, {**element, **instead})


def test_who_follows_an_entry_hears_of_its_changes_in_one_quiet_message(stage: Stage, tmp_path: Path) -> None:
    follower = newcomer(stage, "quiet-follower")
    follower.command("/failure subscribe fm 16", channel="general").sees("You follow")

    change_file(stage, tmp_path, "FM-0016", summary="Memory of the accelerator runs out, said anew.")
    heard = follower.sees("said anew", dm=True)
    stage.slack.settled()

    assert "FM-0016" in heard.text
    assert "you follow it" in heard.text
    assert len(notices(stage, follower)) == 1
    assert "<!" not in str(heard.blocks).replace("<!date", "")


def test_who_was_only_shown_it_hears_of_it_too_until_they_want_no_more(stage: Stage, tmp_path: Path) -> None:
    responder = stage.slack.user(RESPONDER)
    opened(responder, "FM-0017").close()
    stage.slack.settled()

    change_file(stage, tmp_path, "FM-0017", summary="Ranks wait for each other, said anew.")
    heard = responder.sees("Ranks wait for each other, said anew", dm=True)
    responder.clicks("Stop telling me about this", heard)
    responder.sees("hear no more", dm=True)
    change_file(stage, tmp_path, "FM-0017", summary="Ranks wait for each other, a third time.")
    change_file(stage, tmp_path, "FM-0018", summary="Told to nobody, since nobody follows it.")
    follower = newcomer(stage, "later-follower")
    follower.command("/failure subscribe FM-0019", channel="general").sees("You follow")
    change_file(stage, tmp_path, "FM-0019", summary="A later change that somebody hears of.")
    follower.sees("A later change", dm=True)

    assert "shown it lately" in heard.text
    assert not any("a third time" in said for said in notices(stage, responder))


def test_following_is_listed_and_ended_and_a_misspelt_domain_gets_the_right_one(stage: Stage) -> None:
    reader = newcomer(stage, "lister")

    reader.command("/failure subscribe domain sevring", channel="general").sees("subscribe domain serving")
    reader.command("/failure subscribe serving", channel="general").sees("the domain *serving*")
    listed = reader.command("/failure subscribe", channel="general").sees("You follow 1 thing")
    reader.clicks("Stop following", listed)

    reader.sees("You follow domain serving no more", channel="general")
    reader.command("/failure subscribe", channel="general").sees("You follow nothing yet")


def test_an_opened_entry_is_followed_with_one_press(stage: Stage) -> None:
    reader = newcomer(stage, "opener")
    form = opened(reader, "FM-0030")

    reader.clicks("Follow", form)
    form.sees("Stop following")
    reader.clicks("Stop following", form)
    form.sees("Suggest a correction")
    stage.slack.settled()
    form.close()

    reader.command("/failure subscribe", channel="general").sees("You follow nothing yet")


def test_an_occurrence_is_recorded_and_impossible_times_are_refused_with_the_text_kept(stage: Stage) -> None:
    responder = stage.slack.user(RESPONDER)
    sheet = opened(responder, "FM-0024")
    responder.clicks("Here", sheet)
    responder.clicks("Record an occurrence", sheet.sees("0 occurrence(s) here"))
    form = responder.modal("Say what is known and leave the rest empty")
    form.fill("When did it start?", "2026-03-01T12:00").fill("When was it contained?", "2026-03-01T11:00")
    form.fill("What did you learn?", "Warm the replicas before they take traffic.").choose("How bad was it?", "sev1")

    form.submit()
    refused = dict(form.errors)
    kept = str(form.values)
    form.fill("When was it contained?", "2026-03-01T12:40").submit()

    assert refused == {"When was it contained?": "This is before it started; correct one of the two."}
    assert "Warm the replicas" in kept
    sheet = responder.modal("1 occurrence(s) here")
    assert "Contained after 40 min" in sheet.text
    assert "Warm the replicas" in sheet.text
    sheet.close()


def test_a_confirmation_counts_as_an_occurrence_until_it_is_undone(stage: Stage) -> None:
    responder = stage.slack.user(RESPONDER)
    stage.slack.channel("inc-counted", members=[RESPONDER], bot=True)
    responder.says(OOM, channel="inc-counted")

    responder.clicks("This is it", responder.sees("happened before", channel="inc-counted"), beside="FM-0016")
    confirmed = responder.sees("This is it*, says", channel="inc-counted")
    sheet = opened(responder, "FM-0016")
    responder.clicks("Here", sheet)
    sheet.sees("1 occurrence(s) here")
    sheet.close()
    responder.clicks("Undo", confirmed)
    stage.slack.settled()

    sheet = opened(responder, "FM-0016")
    responder.clicks("Here", sheet)
    sheet.sees("0 occurrence(s) here").close()


def test_home_shows_what_waits_and_leads_to_everything(stage: Stage) -> None:
    steward = stage.slack.user(STEWARD)
    stage.bot.faultline("reviews", "--request", "FM-0025", "--reason", "a new model was released")
    steward.sees("FM-0025", dm=True)

    home = steward.opens_home().sees("a new model was released")
    steward.clicks("Search", home)
    form = steward.modal("Search the catalog").fill("What are you seeing?", "cuda out of memory")
    form.submit()
    form.sees("FM-0016").close()
    steward.picks("FM-0021", home, "Type an id or a title")
    steward.modal("FM-0021").close()
    steward.picks("llm", home, "Choose a domain")
    steward.modal("Domain llm").sees("published entries").close()
    steward.clicks("New entry", home)
    steward.modal("New entry").close()
    steward.clicks("Still right", home)

    home.sees("Nothing.")


def test_following_shows_at_home_and_ends_there(stage: Stage) -> None:
    reader = newcomer(stage, "home-goer")
    reader.command("/failure subscribe domain platform", channel="general").sees("You follow")

    home = reader.opens_home().sees("the domain *platform*")
    reader.clicks("Stop following", home)

    home.sees("Nothing yet.")


def test_people_of_other_workspaces_get_an_empty_polite_home_and_nothing_else(stage: Stage) -> None:
    guest = stage.slack.user(GUEST, is_stranger=True)

    home = guest.opens_home().sees("Ask a colleague there")

    assert [block["type"] for block in home.view.body["blocks"]] == ["header", "section"]


def test_domains_are_told_with_their_owners(stage: Stage) -> None:
    told = stage.slack.user(READER).command("/failure domains", channel="general").sees("Steward:")

    assert stage.slack.user(STEWARD).id in told.text
    assert "published" in told.text


def test_a_restricted_entry_never_leaks_and_forged_ids_are_refused(stage: Stage, tmp_path: Path) -> None:
    reader, reviewer = newcomer(stage, "outsider"), stage.slack.user(SECURITY)
    for person in (reader, reviewer):
        person.command("/failure subscribe domain security", channel="general").sees("You follow")
    bring_in_secret(stage, tmp_path / "first")
    bring_in_secret(stage, tmp_path / "second", summary="The zanzibar check can be skipped by anybody; sev1.")
    reviewer.sees("anybody; sev1", dm=True)
    allowed = reviewer.command("/failure show FM-9002", channel="general").sees("Zanzibar hole")
    sheet = opened(reviewer, "FM-9002")
    stage.slack.settled()

    for words in ("search zanzibar bypass", "show FM-9002", "subscribe FM-9002", "domains", "subscribe", "drafts"):
        reader.command(f"/failure {words}", channel="general")
    reader.presses_as_is("Open the whole entry", allowed)
    home = reader.opens_home().sees("You follow")
    menu = home.sees("Open an entry").view
    block, picker = reader.element(menu.body["blocks"], "Type an id or a title")
    suggested = str([reader.person.suggestions(menu, block, picker, typed) for typed in ("zanz", "9002", "")])
    reader.person.act(menu, block, picker, [json.dumps(option("FM-9002"))])
    forged(reader, sheet.view, "Follow", value="entry|FM-9002|overview")
    forged(reader, sheet.view, "History", action_id="record_occurrence", value="FM-9002")
    reader.picks("security", home, "Choose a domain")
    browsed = reader.modal("Domain security").text
    stage.slack.settled()

    assert "FM-9002" not in suggested
    assert "FM-9002" not in browsed
    assert "anzibar" not in str(home.view.body)
    reader.does_not_see("Zanzibar hole")
    assert not any("FM-9002" in said for said in notices(stage, reader))
    with pytest.raises(AssertionError):
        reader.modal("anzibar", within=timedelta(0))
    reader.command("/failure subscribe", channel="general").sees("You follow 1 thing")


@pytest.mark.parametrize("value", ["entry|FM-9999", "entry|", "planet|mars", "domain|nowhere", "x" * 1500, "tag|\x00"])
def test_a_crafted_follow_is_answered_with_a_sentence(stage: Stage, value: str) -> None:
    reader = stage.slack.user(READER)
    stage.slack.settled()
    before = reader.command("/failure subscribe", channel="general").sees("You follow").text

    home = reader.opens_home().sees("Open an entry")
    forged(reader, home.view, "Search", action_id="follow", value=value)

    assert reader.command("/failure subscribe", channel="general").sees("You follow").text == before


def test_the_trail_tells_who_did_what(stage: Stage, tmp_path: Path) -> None:
    change_file(stage, tmp_path, "FM-0026", summary="A shift of the data, told anew.")
    told = stage.bot.faultline("audit", "--subject", "FM-0026", "--action", "entry.import", "--json").splitlines()
    table = stage.bot.faultline("audit", "--limit", "3")
    nothing = stage.bot.faultline("audit", "--since", "2999-01-01")

    deeds = [json.loads(line) for line in told]
    assert [deed["actor"] for deed in deeds] == ["operator", "operator"]
    assert "told anew" in deeds[0]["after"]["summary"]
    assert "entry." in table
    assert "Nothing in the audit trail fits" in nothing


def test_without_the_scopes_for_people_home_asks_for_one_press_and_the_doctor_names_groups(tmp_path: Path) -> None:
    withheld = {"users:read", "usergroups:read"}
    with sandbox.running(manifest=MANIFEST, withhold=withheld) as slack, running_bot(slack, tmp_path) as bot:
        reader = slack.user(READER)
        home = reader.opens_home().sees("Show my home")
        reader.clicks("Show my home", home)
        home.sees("What are you seeing?")
        stranger = slack.user(GUEST, is_stranger=True)
        door = stranger.opens_home().sees("Show my home")
        stranger.clicks("Show my home", door)
        slack.settled()
        examined = bot.attempt("doctor", FAULTLINE_STEWARDS='{"default": "S0123"}')

        assert "Show my home" in str(door.view.body)
        assert examined.returncode == 1
        assert "roles are held by S0123" in " ".join(examined.stdout.split())


def option(value: str) -> Mapping[str, Any]:
    return {"text": {"type": "plain_text", "text": value}, "value": value}
