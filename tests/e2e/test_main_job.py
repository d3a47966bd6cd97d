"""The main job, as people do it: search, suggestion, feedback, write-up to draft, nudge to verification."""

import json

from tests.e2e.stage import RESPONDER, STEWARD, Stage

PANIC = (
    "thread fl2_worker_thread panicked: called Result::unwrap() on an Err value, right after the 5min feature refresh"
)
OOM = "torch.cuda.OutOfMemoryError: CUDA out of memory."
BIGGER = "that features file is twice as big as yesterday, duplicate rows? somebody touched the clickhouse grants"


def test_a_search_is_answered_only_to_whoever_asked(stage: Stage) -> None:
    responder = stage.slack.user(RESPONDER)
    stage.slack.channel("general", members=[RESPONDER, STEWARD])

    answer = responder.command("/failure search cuda out of memory", channel="general")

    answer.sees("FM-0016")
    answer.sees("First:")
    stage.slack.user(STEWARD).does_not_see("FM-0016", channel="general")


def test_a_misspelled_subcommand_is_understood_and_an_unknown_one_gets_what_is_possible(stage: Stage) -> None:
    responder = stage.slack.user(RESPONDER)
    stage.slack.channel("general", members=[RESPONDER])

    responder.command("/failure serach cuda out of memory", channel="general").sees("Understood as")
    responder.command("/failure dance", channel="general").sees("/failure write-up")


def test_the_whole_entry_opens_in_a_form(stage: Stage) -> None:
    responder = stage.slack.user(RESPONDER)
    stage.slack.channel("general", members=[RESPONDER])
    card = responder.command("/failure show 16", channel="general").sees("FM-0016")

    responder.clicks("Open the whole entry", card)

    form = responder.modal("FM-0016")
    assert "Roll back" in form.text
    form.close()


def test_an_incident_gets_one_card_that_people_judge(stage: Stage) -> None:
    slack = stage.slack
    slack.channel("inc-features", members=[RESPONDER], bot=True)
    responder = slack.user(RESPONDER)

    responder.says("morning all, standup in ten", channel="inc-features")
    responder.does_not_see("happened before", channel="inc-features")
    responder.says(PANIC, channel="inc-features")
    responder.says(BIGGER, channel="inc-features")
    card = responder.sees("FM-0007", channel="inc-features")
    responder.clicks("Not this", card, beside="FM-0007")
    responder.sees("not this, says", channel="inc-features")

    slack.settled()
    posts = [call for call in slack.calls("chat.postMessage") if "happened before" in str(call.arguments)]
    assert [call.arguments["channel"] for call in posts].count(card.channel) == 1


def test_a_card_can_be_confirmed_and_undone(stage: Stage) -> None:
    slack = stage.slack
    slack.channel("inc-confirm", members=[RESPONDER], bot=True)
    responder = slack.user(RESPONDER)
    responder.says(
        "torch.cuda.OutOfMemoryError: CUDA out of memory. gpu oom again on the big batch", channel="inc-confirm"
    )

    card = responder.sees("happened before", channel="inc-confirm")
    responder.clicks("This is it", card, beside="FM-0016")
    confirmed = responder.sees("This is it*, says", channel="inc-confirm")
    responder.clicks("Undo", confirmed)

    responder.sees("Not this", channel="inc-confirm")


def test_a_write_up_becomes_a_draft_that_its_author_finds_again(stage: Stage) -> None:
    responder = stage.slack.user(RESPONDER)
    stage.slack.channel("general", members=[RESPONDER])

    responder.command("/failure write-up", channel="general")
    form = responder.modal("What happened")
    form.fill("Name the failure mode", "Feature file doubles in size").submit()
    assert form.errors
    form.fill("What did people see?", "5xx in waves").choose("How bad was it?", "sev1").submit()
    responder.modal("By how much at least?").fill("Which figure moved?", "refused requests").submit()
    responder.modal("Timeline").submit()
    form = responder.modal("Why it could happen")
    form.choose("What kind of cause?", "data-contract")
    form.fill("What was wrong before anything happened?", "Nothing bounded the size of the file")
    form.choose("What set it off?", "config-push").choose("Who should own the entry?", "data").submit()
    responder.modal("How it was noticed").choose("How was it noticed?", "An alert fired").submit()
    form = responder.modal("What helped")
    form.fill("What contained it? Give the remedy a name", "Push the last good file")
    form.fill("The steps, one per line", "Stop the generator\nPush the last good file")
    form.fill("Who carries it out?", "edge on-call").submit()
    responder.modal("Luck and difficulty").submit()
    responder.modal("Lessons for others").fill("What should others know", "Bound what is generated").submit()
    responder.modal("Follow-up actions").submit()
    responder.modal("What becomes of").choose("It becomes", "A new entry").submit()

    assert "saved as a draft" in responder.modal("Submitted").text
    responder.command("/failure drafts", channel="general").sees("Feature file doubles in size")


def test_a_write_up_that_was_left_is_continued_where_it_stopped(stage: Stage) -> None:
    responder = stage.slack.user("second-responder")
    stage.slack.channel("handover", members=["second-responder"])
    responder.command("/failure write-up", channel="handover")
    form = responder.modal("What happened")
    form.fill("Name the failure mode", "Half written").fill("What did people see?", "Something")
    form.choose("How bad was it?", "sev3").submit()
    responder.modal("What helped").close()

    drafts = responder.command("/failure drafts", channel="handover").sees("Half written")
    responder.clicks("Continue", drafts)

    assert "Step 2 of 3" in responder.modal("What helped").text


def test_a_due_review_reaches_its_steward_once_and_the_verification_is_seen(stage: Stage) -> None:
    steward = stage.slack.user(STEWARD)
    stage.slack.channel("general", members=[RESPONDER, STEWARD])

    stage.bot.faultline("reviews", "--request", "FM-0020", "--reason", "a new model was released")
    nudge = steward.sees("FM-0020", dm=True)
    steward.clicks("Still right", nudge)

    steward.sees("Verified by", dm=True)
    steward.command("/failure show FM-0020", channel="general").sees("verified")
    stage.slack.settled()
    nudges = [one for one in stage.slack.calls("chat.postMessage") if "a new model was released" in str(one.arguments)]
    assert len(nudges) == 1


def test_outdated_on_the_card_asks_the_steward_and_a_change_can_be_asked_for(stage: Stage) -> None:
    slack = stage.slack
    slack.channel("inc-outdated", members=[RESPONDER], bot=True)
    responder, steward = slack.user(RESPONDER), slack.user(STEWARD)
    responder.says("NCCL watchdog timeout, all ranks hang in allreduce", channel="inc-outdated")

    responder.clicks("Outdated", responder.sees("happened before", channel="inc-outdated"), beside="FM-0017")
    nudge = steward.sees("marked outdated during an incident", dm=True)
    steward.clicks("Needs a change", nudge)
    steward.modal("Needs a change").fill("What has to change?", "The timeout is set elsewhere now").submit()

    steward.sees("The timeout is set elsewhere now", dm=True)


def test_a_forged_press_verifies_nothing(stage: Stage) -> None:
    responder = stage.slack.user(RESPONDER)
    steward = stage.slack.user(STEWARD)
    stage.bot.faultline("reviews", "--request", "FM-0021")
    nudge = steward.sees("FM-0021", dm=True)

    responder.presses_as_is("Still right", nudge)
    stage.slack.settled()

    assert json.loads(stage.bot.faultline("show", "FM-0021", "--json"))["last_verified_by"] is None
    steward.clicks("Still right", nudge)
    steward.sees("Verified by", dm=True)


def test_nothing_the_bot_sent_was_refused(stage: Stage) -> None:
    responder = stage.slack.user(RESPONDER)
    stage.slack.channel("general", members=[RESPONDER])
    for query in ("", "x" * 10_000, ":fire: 🔥🔥", "```ERROR <b>&amp;</b> <!channel>```", "FM-0001"):
        responder.command(f"/failure search {query}", channel="general")
    for reference in ("", "FM-9999", "<@U1>", "twelve"):
        responder.command(f"/failure show {reference}", channel="general")
    stage.slack.settled()

    assert stage.slack.refusals() == []
