"""The after-action write-up as people meet it, through the local Slack."""

from pathlib import Path

import sandbox
from tests.e2e.stage import MANIFEST, RESPONDER, Stage, running_bot


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
    author.modal("Point of the timeline").fill("What happened?", "The feature cache filled up").submit()
    author.modal("What happened when").sees("The feature cache filled up").close()

    drafts = author.command("/failure drafts", channel="writeup-lists").sees("Lists of a write-up")
    author.clicks("Continue", drafts)
    assert "The feature cache filled up" in author.modal("What happened when").text


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
            first.command("/failure write-up", channel="inc-major-writeup")
            form = first.modal("What did people see?").fill("Name the failure mode", "Tokenizer cache serves old words")
            form.fill("What did people see?", "Somebody forgot to clear a cache").choose("How bad was it?", "sev1")
            form.submit()
            first.modal("By how much at least?").close()

            second.clicks("Continue", second.sees("1 of 9 parts", channel="inc-major-writeup"))
            second.modal("By how much at least?").submit()
            second.modal("What happened when").submit()
            why = second.modal("What set it off?").choose("What kind of cause?", "capacity")
            why.choose("What set it off?", "load").choose("Who should own the entry?", "serving")
            why.fill("What was wrong before anything happened?", "The cache outlives the vocabulary").submit()
            second.modal("How was it noticed?").close()
            second.sees("4 of 9 parts", channel="inc-major-writeup")
            slack.settled()
            bot.process.kill()
            bot.process.wait()
        with running_bot(slack, tmp_path):
            third.clicks("Continue", third.sees("4 of 9 parts", channel="inc-major-writeup"))
            third.modal("How was it noticed?").submit()
            third.modal("What contained it?").submit()
            third.modal("Where did you get lucky?").submit()
            lessons = third.modal("What should others know")
            lessons.fill("What should others know, in general terms?", "Tie a cache to its vocabulary").submit()
            third.modal("Follow-up actions").submit()
            last = third.modal("What becomes of").sees("What made it likely that this happened to them?")
            last.choose("It becomes", "new").submit()

            assert "is saved as a draft" in third.modal("Submitted").text
            told = third.sees("It became the draft", channel="inc-major-writeup")
            assert all(person.id in str(told.message.body) for person in (first, second, third))
