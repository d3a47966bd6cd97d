"""The catalog in Slack: drafts and gates, two editors, corrections, merging, restricted entries, forged presses."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import sandbox
from tests.e2e.drafts import drafted
from tests.e2e.stage import MANIFEST, RESPONDER, ROOT, STEWARD, Stage, running_bot
from tests.factories import COMPLETE, failure_mode, write_catalog

PEER, SECURITY, READER = "peer", "security-reviewer", "reader"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Run the bot with a steward, a champion who reviews, and a security reviewer."""
    folder: Path = tmp_path_factory.mktemp("catalog")
    with sandbox.running(manifest=MANIFEST) as slack:
        roles = {
            "FAULTLINE_CHAMPIONS": slack.user(PEER).id,
            "FAULTLINE_REVIEWERS": json.dumps({"security": slack.user(SECURITY).id}),
        }
        slack.channel("general", members=[RESPONDER, STEWARD, PEER, SECURITY, READER])
        with running_bot(slack, folder, **roles) as bot:
            yield Stage(slack, bot)


def status_of(stage: Stage, entry_id: str) -> str:
    return str(json.loads(stage.bot.faultline("show", entry_id, "--json"))["status"])


def test_a_new_entry_is_a_draft_with_a_desk_that_says_what_comes_next(stage: Stage) -> None:
    entry_id = drafted(stage, "Large batches fail")
    author = stage.slack.user(RESPONDER)

    author.command(f"/failure edit {entry_id}", channel="general")
    desk = author.modal("Large batches fail")

    assert "Worth most next" in desk.text
    assert "Before it can be published" in desk.text
    author.clicks("Edit", desk, beside="How people find it")
    form = author.modal("The words, error lines")
    form.fill("Aliases", "batch too big\nlarge batch dies\nbatch oom").submit()
    assert "of 100" in author.modal("Large batches fail").text
    assert json.loads(stage.bot.faultline("show", entry_id, "--json"))["aliases"][0] == "batch too big"


def test_two_people_who_edit_one_draft_lose_nothing_and_see_what_clashes(stage: Stage) -> None:
    entry_id = drafted(stage, "Edited by two")
    author, steward = stage.slack.user(RESPONDER), stage.slack.user(STEWARD)
    forms = []
    for person in (author, steward):
        person.command(f"/failure edit {entry_id}", channel="general")
        person.clicks("Edit", person.modal("Edited by two"), beside="What it is")
        forms.append(person.modal("What people see, and how bad it is."))

    forms[0].fill("Symptom", "The author's new words.").submit()
    forms[1].fill("Symptom", "The steward's new words.").submit()
    clash = steward.modal("changed the same in the meantime")
    clash_text = clash.text
    clash.fill("Symptom", "Both: the author's and the steward's.").submit()

    assert "The author's new words." in clash_text
    shown = json.loads(stage.bot.faultline("show", entry_id, "--json"))
    assert shown["symptom"] == "Both: the author's and the steward's."


def test_items_are_added_changed_and_removed_in_lists_of_their_own(stage: Stage) -> None:
    entry_id = drafted(stage, "With a remedy")
    author = stage.slack.user(RESPONDER)
    author.command(f"/failure edit {entry_id}", channel="general")
    author.clicks("Edit", author.modal("With a remedy"), beside="Mitigations")
    author.clicks("Add one", author.modal("What to do, in order"))
    form = author.modal("Preconditions")
    form.fill("Title", "Shrink the batch").choose("Kind", "contain").fill("Owner", "serving rota")
    form.fill("Steps", "Set the batch size to 1\nConfirm that requests succeed").submit()
    listed = author.modal("Shrink the batch")
    author.clicks("Time, way back", listed)
    back = author.modal("Expected time: minutes until contained, median")
    back.fill("Rollback", "Set it back").fill("Rollback: estimated min", "soon").submit()

    assert any("number" in str(error) for error in back.errors.values())
    back.fill("Rollback: estimated min", "5").submit()
    kept = json.loads(stage.bot.faultline("show", entry_id, "--json"))["mitigations"]
    assert (kept[0]["title"], kept[0]["rollback"]["estimated_min"]) == ("Shrink the batch", 5)
    author.clicks("Remove", author.modal("Shrink the batch"))
    stage.slack.settled()
    assert json.loads(stage.bot.faultline("show", entry_id, "--json"))["mitigations"] == []


def test_a_correction_goes_from_the_reader_to_the_steward_and_back(stage: Stage) -> None:
    reader, steward = stage.slack.user(READER), stage.slack.user(STEWARD)
    card = reader.command("/failure show FM-0031", channel="general").sees("FM-0031")
    reader.clicks("Suggest a correction", card)
    form = reader.modal("Which part is wrong?")
    reader.picks("Summary", form)
    form = reader.modal("Why?")
    form.fill("Summary", "Shorter, with the first move in front.").fill("Why?", "nobody reads the long one").submit()
    assert "Sent to" in reader.modal("Thank you").text

    proposal = steward.sees("nobody reads the long one", dm=True)
    reader.presses_as_is("Approve", proposal)
    stage.slack.settled()
    assert (
        json.loads(stage.bot.faultline("show", "FM-0031", "--json"))["summary"]
        != "Shorter, with the first move in front."
    )
    steward.clicks("Approve", proposal)

    reader.sees("Published by", dm=True)
    steward.sees("Published by", dm=True)
    assert (
        json.loads(stage.bot.faultline("show", "FM-0031", "--json"))["summary"]
        == "Shorter, with the first move in front."
    )
    reader.command("/failure history FM-0031", channel="general")
    assert "nobody reads the long one" in reader.modal("revision(s)").text


def test_a_declined_correction_tells_its_author_why(stage: Stage) -> None:
    reader, steward = stage.slack.user(READER), stage.slack.user(STEWARD)
    reader.clicks("Suggest a correction", reader.command("/failure show FM-0032", channel="general").sees("FM-0032"))
    reader.picks("Not when", reader.modal("Which part is wrong?"))
    reader.modal("Why?").fill("Not when", "Never.").fill("Why?", "I disagree").submit()

    steward.clicks("Decline", steward.sees("I disagree", dm=True))
    steward.modal("Decline").fill("Why?", "the bound is what keeps it useful").submit()

    reader.sees("the bound is what keeps it useful", dm=True)


def test_an_earlier_state_comes_back_as_a_new_one(stage: Stage) -> None:
    steward = stage.slack.user(STEWARD)
    before = json.loads(stage.bot.faultline("show", "FM-0033", "--json"))["summary"]
    steward.clicks("Suggest a correction", steward.command("/failure show FM-0033", channel="general").sees("FM-0033"))
    steward.picks("Summary", steward.modal("Which part is wrong?"))
    steward.modal("Why?").fill("Summary", "Worse.").fill("Why?", "a mistake").submit()
    assert "is changed" in steward.modal("Thank you").text

    steward.command("/failure history FM-0033", channel="general")
    states = steward.modal("2 revision(s)")
    assert "Worse." in states.text
    steward.clicks("Restore", states, beside="imported")
    steward.modal("becomes the newest one").fill("Why?", "it was a mistake").submit()

    steward.modal("3 revision(s)")
    assert json.loads(stage.bot.faultline("show", "FM-0033", "--json"))["summary"] == before


def test_a_double_is_merged_and_its_id_leads_to_the_other(stage: Stage) -> None:
    entry_id = drafted(stage, "Another name for a cold cache")
    steward = stage.slack.user(STEWARD)
    steward.clicks(
        "Open the whole entry", steward.command(f"/failure show {entry_id}", channel="general").sees(entry_id)
    )
    steward.clicks("Merge into another", steward.modal("Another name for a cold cache"))
    form = steward.modal("Which entry stays?")
    form.choose("Which entry stays?", "FM-0024").fill("Why are they one?", "the same").submit()

    assert "is part of" in steward.modal("Merged").text
    assert json.loads(stage.bot.faultline("show", entry_id, "--json"))["id"] == "FM-0024"
    steward.command(f"/failure show {entry_id}", channel="general").sees("FM-0024")


def test_an_entry_can_be_deprecated_with_a_successor_and_leaves_search(stage: Stage) -> None:
    steward, reader = stage.slack.user(STEWARD), stage.slack.user(READER)
    steward.clicks("Open the whole entry", steward.command("/failure show FM-0041", channel="general").sees("FM-0041"))
    steward.clicks("Deprecate", steward.modal("FM-0041"))
    form = steward.modal("Which entry to use instead?")
    form.fill("Why?", "we retired that system").choose("Which entry to use instead?", "FM-0042").submit()

    assert status_of(stage, "FM-0041") == "deprecated"
    card = reader.command("/failure show FM-0041", channel="general").sees("FM-0041")
    reader.clicks("Open the whole entry", card)
    assert "we retired that system" in reader.modal("Overview").text


def test_publishing_is_blocked_by_a_gate_by_name_and_passes_once_it_is_met(stage: Stage, tmp_path: Path) -> None:
    draft = failure_mode(
        9101, slug="gated", title="Gated draft", status="draft", domain="serving", **{**COMPLETE, "aliases": []}
    )
    folder = write_catalog(tmp_path / "own", draft)
    (folder / "vocabulary.yaml").write_bytes((ROOT / "catalog" / "vocabulary.yaml").read_bytes())
    stage.bot.faultline("import", str(folder))
    steward, peer, reviewer = stage.slack.user(STEWARD), stage.slack.user(PEER), stage.slack.user(SECURITY)
    steward.command("/failure edit FM-9101", channel="general")
    desk = steward.modal("Gated draft")
    assert "at least 3" in desk.text
    steward.clicks("Send to review", desk)
    peer.clicks("Approve", peer.sees("Gated draft", dm=True))

    steward.clicks("Publish", steward.modal("In review"))
    reviewer.sees("Approved by", dm=True)
    refusal = steward.sees("cannot be published yet", dm=True)
    assert "aliases" in refusal.text
    assert status_of(stage, "FM-9101") == "in_review"

    steward.clicks("Edit", steward.modal("In review"), beside="How people find it")
    steward.modal("The words, error lines").fill("Aliases", "gated one\ngated two\ngated three").submit()
    assert status_of(stage, "FM-9101") == "draft"
    steward.clicks("Send to review", steward.modal("A draft; every save is kept."))
    reviewer.clicks("Approve", reviewer.sees("Effects", dm=True))
    steward.clicks("Publish", steward.modal("In review"))

    stage.slack.settled()
    assert status_of(stage, "FM-9101") == "published"
    reviewer.command("/failure search gated two", channel="general").sees("FM-9101")


def test_a_restricted_entry_never_leaks_to_those_without_the_right(stage: Stage, tmp_path: Path) -> None:
    secret = failure_mode(
        9001, slug="zanzibar-weakness", title="Zanzibar weakness", visibility="restricted",
        aliases=["zanzibar bypass", "zanzibar skipped", "no zanzibar"],
        log_signatures=["ZANZIBAR-[0-9]+"], symptom="The zanzibar check is skipped.",
        domain="security", **{key: value for key, value in COMPLETE.items() if key != "aliases"},
    )  # fmt: skip
    folder = write_catalog(tmp_path / "own", secret)
    (folder / "vocabulary.yaml").write_bytes((ROOT / "catalog" / "vocabulary.yaml").read_bytes())
    stage.bot.faultline("import", str(folder))
    reader, reviewer = stage.slack.user(READER), stage.slack.user(SECURITY)
    stage.slack.settled()

    allowed = reviewer.command("/failure show FM-9001", channel="general").sees("Zanzibar weakness")
    for words in ("search zanzibar bypass", "show FM-9001", "edit FM-9001", "history FM-9001", "search ZANZIBAR-12"):
        reader.command(f"/failure {words}", channel="general")
    for button in ("Open the whole entry", "Suggest a correction"):
        reader.presses_as_is(button, allowed)
    stage.slack.channel("inc-zanzibar", members=[READER], bot=True)
    reader.says("ZANZIBAR-17 the zanzibar check is skipped, zanzibar bypass", channel="inc-zanzibar")
    stage.slack.settled()

    reader.does_not_see("Zanzibar weakness")
    with pytest.raises(AssertionError):
        reader.modal("anzibar", within=timedelta(0))
    exported = tmp_path / "exported"
    stage.bot.faultline("export", str(exported))
    assert not list(exported.rglob("*9001*"))


def test_nothing_the_bot_sent_was_refused(stage: Stage) -> None:
    stage.slack.settled()

    assert stage.slack.refusals() == []
