"""Sign-offs, as people give them: asked with a difference, talked over in threads, decided once, seen by the author."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

import sandbox
from tests.e2e.drafts import drafted
from tests.e2e.stage import MANIFEST, RESPONDER, ROOT, STEWARD, Stage, running_bot
from tests.factories import COMPLETE, failure_mode, write_catalog

PEER, SECURITY, SECOND, READER = "peer", "security-reviewer", "second-reviewer", "reader"
APPROVED = "{}\n• *a peer*: :white_check_mark: Approved by"
COLLEAGUES = (RESPONDER, STEWARD, PEER, SECURITY, SECOND, READER)


@pytest.fixture(scope="module", params=["socket mode, SQLite", "HTTP, PostgreSQL"])
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Run the bot with a steward, a champion, and two who review for security."""
    with ExitStack() as stack:
        slack = stack.enter_context(sandbox.running(manifest=MANIFEST))
        slack.channel("general", members=COLLEAGUES)
        settings = {
            "FAULTLINE_CHAMPIONS": slack.user(PEER).id,
            "FAULTLINE_REVIEWERS": json.dumps({"security": f"{slack.user(SECURITY).id}, {slack.user(SECOND).id}"}),
        }
        if request.param.startswith("HTTP"):
            settings |= {"TRANSPORT": "http", "DATABASE_URL": request.getfixturevalue("database_url")}
        bot = stack.enter_context(running_bot(slack, tmp_path_factory.mktemp("signoffs"), **settings))
        yield Stage(slack, bot)


def shown(stage: Stage, entry_id: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(stage.bot.faultline("show", entry_id, "--json"))
    return found


def test_reviewers_talk_it_over_and_one_of_them_decides(stage: Stage) -> None:
    entry_id = drafted(stage, "Key rotation fails requests")
    author, security, second = (stage.slack.user(name) for name in (RESPONDER, SECURITY, SECOND))

    author.command(f"/failure review {entry_id} security: is the key safe?", channel="general").sees("asked for")
    question = security.sees("Key rotation fails requests", dm=True)
    assert "is the key safe?" in question.text
    security.clicks("See all of it", question)
    assert "Requests fail while the batch is large." in security.modal("Sign-off").text
    security.says("Who owns the key? <!channel>", thread=question)

    relayed = second.sees("Who owns the key?", dm=True)
    assert relayed.message.thread
    told = author.sees("Who owns the key?", dm=True)
    author.says("The platform rota does.", thread=told)
    security.sees("The platform rota does.", dm=True)

    security.clicks("Approve", question)
    author.sees("Approved by", dm=True)
    for reviewer in (security, second):
        done = reviewer.sees("Approved by", dm=True)
        assert "actions" not in [block["type"] for block in done.blocks]


def test_a_forged_press_approves_nothing(stage: Stage) -> None:
    entry_id = drafted(stage, "Forged sign-off")
    author, security, reader = (stage.slack.user(name) for name in (RESPONDER, SECURITY, READER))
    author.command(f"/failure review {entry_id} security", channel="general").sees("asked for")
    question = security.sees("Forged sign-off", dm=True)

    for forger in (author, reader, stage.slack.user(STEWARD)):
        forger.presses_as_is("Approve", question)
        forger.presses_as_is("Request changes", question)
        forger.presses_as_is("See all of it", question)
    stage.slack.settled()

    assert "Approve" in str(question.blocks)
    with pytest.raises(AssertionError):
        reader.modal("", within=timedelta(0))
    reader.does_not_see("Forged sign-off")
    security.clicks("Approve", question)
    author.sees("Approved by", dm=True)


def test_requested_changes_bring_the_draft_back_and_a_slower_colleague_loses_no_text(stage: Stage) -> None:
    entry_id = drafted(stage, "Wants changes")
    author, security, second = (stage.slack.user(name) for name in (RESPONDER, SECURITY, SECOND))
    author.command(f"/failure review {entry_id} security", channel="general").sees("asked for")
    forms = []
    for reviewer in (security, second):
        reviewer.clicks("Request changes", reviewer.sees("Wants changes", dm=True))
        forms.append(reviewer.modal("What has to change?"))

    forms[0].fill("What has to change?", "Name the owner of the key.").submit()
    forms[1].fill("What has to change?", "And the rollback, please.").submit()

    assert not forms[0].is_open
    assert "was decided or called off in the meantime" in str(forms[1].errors)
    author.sees("Name the owner of the key.", dm=True)
    second.sees("asked for changes on", dm=True)


def test_a_complete_draft_is_approved_by_a_peer_and_published_from_the_steward_s_message(
    stage: Stage, tmp_path: Path
) -> None:
    draft = failure_mode(9002, slug="peer-approved", title="Peer approved", status="draft", **COMPLETE)
    folder = write_catalog(tmp_path / "own", draft)
    (folder / "vocabulary.yaml").write_bytes((ROOT / "catalog" / "vocabulary.yaml").read_bytes())
    stage.bot.faultline("import", str(folder))
    steward, peer = stage.slack.user(STEWARD), stage.slack.user(PEER)

    steward.command("/failure review FM-9002", channel="general").sees("a peer")
    peer.command("/failure review", channel="general").sees("1 sign-off(s) wait for you")
    peer.clicks("Approve", peer.sees("Peer approved", dm=True))
    steward.clicks("Publish", steward.sees(APPROVED.format("`FM-9002` *Peer approved*"), dm=True))
    stage.slack.settled()

    assert shown(stage, "FM-9002")["status"] == "published"
    peer.command("/failure review", channel="general").sees("Nobody waits for your sign-off")


def test_an_amendment_of_the_steward_is_shown_to_a_peer_as_its_difference(stage: Stage) -> None:
    steward, peer = stage.slack.user(STEWARD), stage.slack.user(PEER)
    card = steward.command("/failure show FM-0034", channel="general").sees("FM-0034")
    steward.clicks("Suggest a correction", card)
    steward.picks("Symptom", steward.modal("Which part is wrong?"))
    form = steward.modal("Why?")
    form.fill("Symptom", "Quite another picture.").fill("Why?", "seen at night").submit()

    question = peer.sees("seen at night", dm=True)

    assert "Quite another picture." in question.text
    peer.clicks("Approve", question)
    title = f"`FM-0034` *{shown(stage, 'FM-0034')['title']}*"
    steward.clicks("Approve and publish", steward.sees(APPROVED.format(title), dm=True))
    stage.slack.settled()
    assert shown(stage, "FM-0034")["symptom"] == "Quite another picture."


def test_words_outside_the_threads_of_sign_offs_are_left_in_peace(stage: Stage) -> None:
    security = stage.slack.user(SECURITY)
    stage.slack.settled()
    before = len(stage.slack.calls("chat.postMessage"))

    note = security.says("hello bot", dm=True)
    security.says("are you there?", thread=note)
    stage.slack.settled()

    assert len(stage.slack.calls("chat.postMessage")) == before


def test_nothing_the_bot_sent_was_refused_and_nothing_failed(stage: Stage) -> None:
    stage.slack.settled()

    assert stage.slack.refusals() == []
    assert "a bug" not in stage.bot.log.read_text()
    assert "could not be delivered" not in stage.bot.log.read_text()
