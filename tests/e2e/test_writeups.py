"""The after-action write-up as people meet it, through the local Slack."""

import json
from pathlib import Path

from slack_sdk import WebClient

import sandbox
from bot import ids
from tests.e2e.major import begun, continued, finished
from tests.e2e.stage import MANIFEST, RESPONDER, STEWARD, Stage, running_bot


def test_the_timeline_and_the_follow_up_actions_are_kept_line_by_line(stage: Stage) -> None:
    author = stage.slack.user("writeup-author")
    stage.slack.channel("writeup-lists", members=["writeup-author", RESPONDER])
    author.command("/failure write-up", channel="writeup-lists")
    form = author.modal("What happened").fill("Name the failure mode", "Lists of a write-up")
    form.fill("What did people see?", "Lines").choose("How bad was it?", "sev1").submit()
    author.modal("By how much at least?").submit()

    author.clicks("Add a point", author.modal("What happened when"))
    author.modal("Point of the timeline").fill("What happened?", "The cache filled up").submit()
    listed = author.modal("What happened when").sees("The cache filled up")
    author.clicks("Change", listed, beside="The cache filled up")
    point = author.modal("Point of the timeline").fill("What happened?", "The feature cache filled up")
    point.choose("When?", "2026-01-05T10:30").submit()
    author.modal("What happened when").sees("2026-01-05 10:30")
    author.modal("What happened when").sees("The feature cache filled up").close()

    drafts = author.command("/failure drafts", channel="writeup-lists").sees("Lists of a write-up")
    author.clicks("Continue", drafts)
    assert "The feature cache filled up" in author.modal("What happened when").text


def test_what_was_typed_into_a_form_that_was_closed_by_mistake_stands_there_again(stage: Stage) -> None:
    author = stage.slack.user("typist")
    stage.slack.channel("writeup-typist", members=["typist"])
    author.command("/failure write-up", channel="writeup-typist")
    form = author.modal("What did people see?").fill("Name the failure mode", "Words that were nearly lost")
    form.choose("How bad was it?", "sev1").fill("What did people see?", "Half a sentence and").close()

    drafts = author.command("/failure drafts", channel="writeup-typist").sees("Untitled write-up")
    author.clicks("Continue", drafts)
    form = author.modal("You closed this form before it was saved")
    assert form.values["symptom"][ids.ANSWER]["value"] == "Half a sentence and"
    assert form.values["severity"][ids.ANSWER]["selected_option"]["value"] == "sev1"
    form.submit()

    author.clicks("Add a point", after(author, "What happened when"))
    author.modal("Point of the timeline").fill("What happened?", "The cache fil").close()
    author.clicks("Add a point", author.modal("What happened when"))
    point = author.modal("You closed this form before it was saved")
    point.fill("What happened?", "The cache filled up").choose("When?", "2026-01-05T10:30").submit()

    listed = author.modal("What happened when").sees("The cache filled up")
    author.clicks("Change", listed, beside="The cache filled up")
    author.modal("Point of the timeline").choose("And it", "up").submit()
    author.modal("What happened when").sees("2026-01-05 10:30")


def test_the_forms_that_end_a_write_up_show_again_what_stood_in_them_when_they_were_closed(stage: Stage) -> None:
    author = stage.slack.user("undecided")
    stage.slack.channel("writeup-undecided", members=["undecided"], bot=True)
    author.command("/failure write-up", channel="writeup-undecided")
    form = author.modal("What did people see?").fill("Name the failure mode", "Nobody knows yet what it becomes")
    form.choose("How bad was it?", "sev4").fill("What did people see?", "Odd things").submit()
    author.modal("What helped").close()

    message = author.sees("1 of 2 parts", channel="writeup-undecided")
    author.clicks("Not doing", message)
    author.modal("Why not?").fill("Why not?", "It was a dri").close()
    author.clicks("Not doing", message)
    form = author.modal("You closed this form before it was saved")
    assert form.values["reason"][ids.ANSWER]["value"] == "It was a dri"
    form.close()

    author.clicks("All parts", message)
    author.clicks("Submit…", author.modal("1 of 2 parts"))
    author.modal("What becomes of").choose("It becomes", "new").close()
    author.clicks("Submit…", author.modal("1 of 2 parts"))
    form = author.modal("You closed this form before it was saved")
    assert [one["value"] for one in form.values["becomes"][ids.ANSWER]["selected_options"]] == ["new"]


def test_several_figures_and_the_people_who_took_part_are_asked_for_in_one_form(stage: Stage) -> None:
    author = stage.slack.user("figures-author")
    stage.slack.channel("writeup-figures", members=["figures-author", RESPONDER])
    author.command("/failure write-up", channel="writeup-figures")
    form = author.modal("What did people see?").fill("Name the failure mode", "Two figures moved")
    form.fill("What did people see?", "Less was sold").choose("How bad was it?", "sev1")
    form.choose("Who took part?", "figures-author", RESPONDER).submit()

    form = author.modal("Which figure moved?").fill("Which figure moved?", "conversion").choose("Which way?", "down")
    author.clicks("Another figure", form)
    form.sees("Which figure moved? (2)")
    assert form.values["kpi"][ids.ANSWER]["value"] == "conversion"
    form.fill("Which figure moved? (2)", "revenue").choose("Which way? (2)", "down")
    form.fill("By how much at least? (2)", "5").fill("By how much at most? (2)", "3").submit()
    assert form.errors == {"By how much at most? (2)": "This is less than the least; correct one of the two."}
    form.fill("By how much at most? (2)", "7").submit()
    author.modal("What happened when").close()

    note = author.sees("Two figures moved", dm=True)
    author.clicks("All parts", note)
    page = author.modal("conversion · ")
    assert "revenue" in page.text
    author.clicks("As a document", page)
    author.modal("is in your direct messages")
    (sent,) = [one for one in author.visible(dm=True) if one.body.get("files")]
    document = author.slack.workspace.contents[sent.body["files"][0]["id"]].decode()
    assert f"**Who took part?**  \nfigures-author, {RESPONDER}" in document


def after(author: sandbox.Actor, title: str) -> sandbox.Form:
    """Send the forms before the one with this title as they stand."""
    author.modal("By how much at least?").submit()
    return author.modal(title)


def test_a_minor_incident_becomes_another_case_in_four_clicks(stage: Stage) -> None:
    author = stage.slack.user("minor-author")
    stage.slack.channel("inc-minor-writeup", members=["minor-author"], bot=True)
    author.says("torch.cuda.OutOfMemoryError: CUDA out of memory, gpu oom again", channel="inc-minor-writeup")
    card = author.sees("happened before", channel="inc-minor-writeup")
    author.clicks("This is it", card, beside="FM-0016")
    author.command("/failure status sev3 resolved", channel="inc-minor-writeup")
    note = author.sees("Write-up: ", channel="inc-minor-writeup")

    author.clicks("Continue", note)
    author.modal("What happened").submit()
    author.modal("What helped").submit()
    author.modal("What becomes of").submit()

    assert "another case of" in author.modal("Submitted").text
    author.sees("It became another case of", channel="inc-minor-writeup")


def test_three_people_write_a_major_incident_up_with_a_crash_in_between_into_a_new_entry(tmp_path: Path) -> None:
    with sandbox.running(manifest=MANIFEST, port=0) as slack:
        first, second, third = (slack.user(name) for name in ("first", "second", "third"))
        with running_bot(slack, tmp_path) as bot:
            slack.channel("inc-major-writeup", members=["first", "second", "third"], bot=True)
            first.says("The tokenizer serves old words, gpu oom", channel="inc-major-writeup")
            slack.settled()
            begun(first, "inc-major-writeup")
            continued(second, "inc-major-writeup").submit()
            second.modal("How was it noticed?").close()
            second.sees("4 of 9 parts", channel="inc-major-writeup")
            slack.settled()
            bot.process.kill()
            bot.process.wait()
        with running_bot(slack, tmp_path):
            finished(third, "inc-major-writeup")

            assert "is saved as a draft" in third.modal("Submitted").text
            told = third.sees("It became the draft", channel="inc-major-writeup")
            assert all(person.id in str(told.message.body) for person in (first, second, third))


def test_a_change_is_reviewed_as_a_diff_published_and_announced_where_the_incident_happened(stage: Stage) -> None:
    author, steward = stage.slack.user("change-author"), stage.slack.user(STEWARD)
    stage.slack.channel("inc-change-writeup", members=["change-author"], bot=True)
    last = written_up(author, "inc-change-writeup")
    last.choose("It becomes", "amendment:FM-0016").submit()
    assert "a suggested change of" in author.modal("Submitted").text

    proposal = steward.sees("Sessions are never closed", dm=True)
    assert "Evict the oldest session" in proposal.text
    steward.clicks("Approve", proposal)

    told = author.sees("was changed by what was written up here", channel="inc-change-writeup")
    assert author.id in str(told.message.body)
    author.sees("It became a published change of", channel="inc-change-writeup")
    shown = json.loads(stage.bot.faultline("show", "FM-0016", "--json"))
    assert "Evict the oldest session" in str(shown)


def test_a_case_study_is_born_from_a_reuse_in_another_domain(stage: Stage) -> None:
    author, steward = stage.slack.user("reuse-author"), stage.slack.user(STEWARD)
    stage.slack.channel("inc-reuse-writeup", members=["reuse-author"], bot=True)
    last = written_up(
        author, "inc-reuse-writeup",
        adapted="Batches are cut by tokens instead of images", origin="Vision training", target="Chat serving",
    )  # fmt: skip
    last.choose("It becomes", "occurrence:FM-0016", "case_study:FM-0016").submit()
    assert "a suggested case study for" in author.modal("Submitted").text

    proposal = steward.sees("Batches are cut by tokens instead of images", dm=True)
    steward.clicks("Approve", proposal)

    author.sees("has a new case study", channel="inc-reuse-writeup")
    (story,) = [
        one
        for one in json.loads(stage.bot.faultline("show", "FM-0016", "--json"))["case_studies"]
        if one.get("adapted") == "Batches are cut by tokens instead of images"
    ]
    assert (story["type"], story["origin"]["text"], story["target"]["text"]) == (
        "reuse", "Vision training", "Chat serving",
    )  # fmt: skip
    assert story["situation"]
    assert len(story["timeline"]) > 1


def written_up(
    author: sandbox.Actor, channel: str, *, adapted: str = "", origin: str = "", target: str = ""
) -> sandbox.Form:
    """Recognise FM-0016 in the channel, write the incident up in all its parts, and return the last form."""
    author.says("torch.cuda.OutOfMemoryError: CUDA out of memory, gpu oom again", channel=channel)
    card = author.sees("happened before", channel=channel)
    author.clicks("This is it", card, beside="FM-0016")
    author.command("/failure status sev1 resolved", channel=channel)
    author.clicks("Continue", author.sees("Write-up: ", channel=channel))
    author.modal("What did people see?").submit()
    author.modal("By how much at least?").submit()
    author.modal("What happened when").submit()
    why = author.modal("What set it off?").choose("What set it off?", "load")
    why.fill("What was wrong before anything happened?", "Sessions are never closed").submit()
    author.modal("How was it noticed?").submit()
    response = author.modal("What contained it?").fill("What contained it?", "Evict the oldest session")
    response.fill("The steps, one per line", "List sessions by age\nClose the oldest")
    response.fill("Who carries it out?", "serving rota").fill("How is it undone?", "Sessions open again").submit()
    author.modal("Where did you get lucky?").submit()
    lessons = author.modal("What should others know").fill("What should others know", "Bound what a session keeps")
    if adapted:
        lessons.fill("What was adapted from elsewhere?", adapted).fill("Where did that come from?", origin)
        lessons.fill("Where was it reused?", target)
    lessons.submit()
    author.modal("Follow-up actions").submit()
    return author.modal("What becomes of")


def test_every_path_that_was_abandoned_goes_on_where_it_stopped(tmp_path: Path) -> None:
    with sandbox.running(manifest=MANIFEST, port=0) as slack:
        author, heir = slack.user("leaver"), slack.user("heir")
        with running_bot(slack, tmp_path):
            slack.channel("inc-abandoned", members=["leaver", "heir"], bot=True)
            author.says("The feature store serves rows of last week", channel="inc-abandoned")
            slack.settled()
            author.command("/failure write-up", channel="inc-abandoned")
            author.modal("What did people see?").close()  # nothing was typed yet

            author.clicks("Continue", author.sees("0 of 9 parts", channel="inc-abandoned"))
            form = author.modal("What did people see?").fill("Name the failure mode", "Stale features are served")
            form.fill("What did people see?", "Rows of last week").choose("How bad was it?", "sev1").submit()
            author.modal("By how much at least?").close()
            author.clicks("Not doing", author.sees("1 of 9 parts", channel="inc-abandoned"))
            author.modal("Why not?").fill("Why not?", "A false alarm").submit()
            author.clicks("Write it after all", author.sees("will not write it", channel="inc-abandoned"))
            author.modal("By how much at least?").close()

            author.clicks("Hand over", author.sees("1 of 9 parts", channel="inc-abandoned"))
            author.modal("Who takes it over?").choose("Who takes it over?", "heir").submit()
            note = heir.sees(f"<@{heir.id}> finishes it", channel="inc-abandoned")
            heir.clicks("Continue", note)
            open_since_yesterday = heir.modal("By how much at least?").fill("Which figure moved?", "Share of old rows")
            slack.settled()
        with running_bot(slack, tmp_path):
            open_since_yesterday.submit()
            heir.modal("What happened when").close()
            listed = heir.command("/failure drafts", channel="inc-abandoned").sees("Stale features are served")
            heir.clicks("Continue", listed)
            heir.modal("What happened when").close()
            heir.clicks("All parts", heir.sees("2 of 9 parts", channel="inc-abandoned"))
            page = heir.modal("Share of old rows")
            heir.clicks("Submit…", page)
            last = heir.modal("What becomes of").choose("It becomes", "new").submit()
            assert "your choice is kept" in heir.modal("Why it could happen").text
            last.close()
            heir.clicks("Continue", heir.sees("2 of 9 parts", channel="inc-abandoned"))
            heir.modal("What happened when").submit()
            why = (
                heir.modal("What set it off?").choose("What kind of cause?", "data").choose("What set it off?", "load")
            )
            why.fill("What was wrong before anything happened?", "No age was checked")
            why.choose("Who should own the entry?", "serving").submit()
            heir.modal("How was it noticed?").close()
            heir.clicks("All parts", heir.sees("4 of 9 parts", channel="inc-abandoned"))
            heir.clicks("Submit…", heir.modal("Share of old rows"))
            heir.modal("What becomes of").submit()  # the choice of before still stands

            assert "is saved as a draft" in heir.modal("Submitted").text


def test_a_write_up_is_sent_as_a_document_to_whoever_asks(stage: Stage) -> None:
    author = stage.slack.user("document-author")
    stage.slack.channel("document-writeup", members=["document-author"])
    author.command("/failure write-up", channel="document-writeup")
    form = author.modal("What did people see?").fill("Name the failure mode", "Batches are read twice")
    form.fill("What did people see?", "Loss falls too fast").choose("How bad was it?", "sev3").submit()
    author.modal("What contained it?").close()
    note = author.sees("1 of 2 parts", dm=True)

    author.clicks("All parts", note)
    author.clicks("As a document", author.modal("Batches are read twice"))

    author.modal("is in your direct messages")
    (sent,) = [one for one in author.visible(dm=True) if one.body.get("files")]
    (file,) = sent.body["files"]
    document = author.slack.workspace.contents[file["id"]].decode()
    assert file["name"].endswith("batches-are-read-twice.md")
    assert "# Batches are read twice" in document
    assert "| Owner | document-author |" in document
    number = str(int(file["name"].split("-")[0]))
    assert "| Owner | document-author |" in stage.bot.faultline("writeups", number)
    elsewhere = stage.bot.attempt("writeups", number, FAULTLINE_SLACK_API_URL="http://127.0.0.1:1/api/")
    assert (elsewhere.returncode, f"| Owner | {author.id} |" in elsewhere.stdout) == (0, True)
    assert "People are named by their Slack ids: " in elsewhere.stderr


def test_archiving_the_channel_begins_the_write_up_where_its_people_can_still_be_reached(stage: Stage) -> None:
    author = stage.slack.user("archive-author")
    channel = stage.slack.channel("inc-archived-writeup", members=["archive-author"], bot=True)
    author.says("torch.cuda.OutOfMemoryError: CUDA out of memory, gpu oom again", channel="inc-archived-writeup")
    author.sees("happened before", channel="inc-archived-writeup")

    WebClient(author.token, base_url=stage.slack.api_url).conversations_archive(channel=channel.id)

    author.clicks("Continue", author.sees("Write-up: ", dm=True))
    form = author.modal("What did people see?")
    assert form.values["symptom"][ids.ANSWER]["value"].startswith("torch.cuda.OutOfMemoryError")


def test_a_message_anywhere_becomes_a_write_up_by_its_shortcut(stage: Stage) -> None:
    author = stage.slack.user("shortcut-author")
    stage.slack.channel("shortcut-writeup", members=["shortcut-author"])
    message = author.says("The nightly batch scored nobody", channel="shortcut-writeup")

    author.shortcut("write_up_message", message)
    author.modal("What did people see?").close()
    author.shortcut("write_up_message", message)
    form = author.modal("What did people see?").fill("Name the failure mode", "Nightly scores are missing")
    form.choose("How bad was it?", "sev1").submit()
    author.modal("By how much at least?").submit()

    assert "The nightly batch scored nobody" in author.modal("What happened when").text


def test_a_pinned_message_stands_on_the_timeline(stage: Stage) -> None:
    author = stage.slack.user("pin-author")
    stage.slack.channel("inc-pins", members=["pin-author"], bot=True)
    author.says("torch.cuda.OutOfMemoryError: CUDA out of memory, gpu oom again", channel="inc-pins")
    author.sees("happened before", channel="inc-pins")
    author.pins(author.says("The new batch size doubled the memory", channel="inc-pins"))
    stage.slack.settled()
    author.command("/failure write-up", channel="inc-pins")
    author.modal("What did people see?").choose("How bad was it?", "sev1").fill("Name the failure mode", "Oom").submit()
    author.modal("By how much at least?").submit()

    assert "The new batch size doubled the memory" in author.modal("What happened when").text
