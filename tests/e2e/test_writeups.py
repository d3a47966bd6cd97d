"""The after-action write-up as people meet it, through the local Slack."""

from tests.e2e.stage import RESPONDER, Stage


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
