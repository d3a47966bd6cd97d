"""What people paste by accident reaches the bot as Slack delivers it, and is answered; nothing ends in its log."""

import pytest

from tests.bad_input import BAD_TEXTS
from tests.e2e.stage import RESPONDER, STEWARD, Stage

OOM = "torch.cuda.OutOfMemoryError: CUDA out of memory. gpu oom again on the big batch"
PASTED = ("only emoji", "only a stack trace", "right to left", "zalgo", "base64", "distinct long words", "brackets")


@pytest.mark.parametrize("name", PASTED)
def test_a_command_with_anything_behind_it_is_answered(stage: Stage, name: str) -> None:
    responder = stage.slack.user(RESPONDER)
    stage.slack.channel("general", members=[RESPONDER])

    answer = responder.command(f"/failure search {BAD_TEXTS[name][:3_000]}", channel="general")

    assert "went wrong" not in answer.sees("").text
    assert "Traceback" not in stage.bot.log.read_text()


def test_an_incident_goes_on_after_every_paste(stage: Stage) -> None:
    slack = stage.slack
    slack.channel("inc-pasted", members=[RESPONDER], bot=True)
    responder = slack.user(RESPONDER)

    for name in PASTED:
        responder.says(BAD_TEXTS[name], channel="inc-pasted")
    responder.says(OOM, channel="inc-pasted")

    responder.sees("FM-0016", channel="inc-pasted")
    assert "Traceback" not in stage.bot.log.read_text()


@pytest.mark.parametrize("name", PASTED)
def test_the_search_form_takes_what_fits_into_it(stage: Stage, name: str) -> None:
    steward = stage.slack.user(STEWARD)
    home = steward.opens_home().sees("Search")
    steward.clicks("Search", home)

    form = steward.modal("Search the catalog").fill("What are you seeing?", BAD_TEXTS[name][:500])
    form.submit()

    assert form.is_open
    assert "went wrong" not in form.text
    form.close()
