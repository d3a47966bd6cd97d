"""What people meet when something breaks: honest sentences, nothing lost, nothing twice."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import psutil
import pytest

import sandbox
from store import Store
from tests.e2e.stage import MANIFEST, RESPONDER, ROOT, STEWARD, environment_of, running_bot
from tests.postgres import postgres
from workflows.clock import system_clock

OOM = "torch.cuda.OutOfMemoryError: CUDA out of memory. gpu oom again on the big batch"
SOON = sandbox.Rules(retry_after=(timedelta(milliseconds=200), timedelta(seconds=2), timedelta(seconds=4)))


@pytest.fixture
def slack() -> Iterator[sandbox.Slack]:
    with sandbox.running(manifest=MANIFEST, port=0, rules=SOON) as running:
        yield running


@pytest.fixture
def hanging_url() -> Iterator[str]:
    """A PostgreSQL of its own, which a test may freeze."""
    with postgres() as url:
        yield url


@contextmanager
def held(database: Path) -> Iterator[None]:
    """Hold the database's write lock, as a backup or a stuck process would."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


@contextmanager
def frozen(url: str) -> Iterator[None]:
    """Stop every process of the PostgreSQL behind the URL; it then answers nothing, not even no."""
    folder = url.partition("host=")[2]
    server = next(one for one in psutil.process_iter() if one.name() == "postgres" and folder in one.cmdline())
    processes = [server, *server.children(recursive=True)]
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()


def card_posts(slack: sandbox.Slack) -> int:
    return sum("happened before" in str(call.arguments) for call in slack.calls("chat.postMessage"))


def test_a_form_stays_open_with_its_text_while_the_database_is_away(slack: sandbox.Slack, tmp_path: Path) -> None:
    slack.channel("general", members=[RESPONDER])
    responder = slack.user(RESPONDER)
    with running_bot(slack, tmp_path):
        responder.command("/failure write-up", channel="general")
        form = responder.modal("What happened")
        form.fill("Name the failure mode", "Lost?").fill("What did people see?", "A lot").choose(
            "How bad was it?", "sev3"
        )
        with held(tmp_path / "faultline.db"):
            form.submit()
            assert "cannot reach its database" in " ".join(form.errors.values())
            assert form.is_open
        form.submit()

        responder.modal("What helped")


def test_a_database_that_hangs_costs_nobody_an_answer_or_a_text(
    slack: sandbox.Slack, tmp_path: Path, hanging_url: str
) -> None:
    slack.channel("general", members=[RESPONDER])
    responder = slack.user(RESPONDER)
    with running_bot(slack, tmp_path, DATABASE_URL=hanging_url):
        responder.command("/failure write-up", channel="general")
        form = responder.modal("What happened")
        form.fill("Name the failure mode", "Kept").fill("What did people see?", "A lot").choose(
            "How bad was it?", "sev3"
        )
        with frozen(hanging_url):
            responder.command("/failure watch", channel="general").sees("cannot reach its database")
            responder.command("/failure search cuda out of memory", channel="general").sees("FM-0016")
            form.submit()
            assert "cannot reach its database" in " ".join(form.errors.values())
        form.submit()

        responder.modal("What helped")


def test_a_command_that_needs_the_database_gets_an_honest_sentence_and_search_goes_on(
    slack: sandbox.Slack, tmp_path: Path
) -> None:
    slack.channel("general", members=[RESPONDER])
    responder = slack.user(RESPONDER)
    with running_bot(slack, tmp_path), held(tmp_path / "faultline.db"):
        responder.command("/failure watch", channel="general").sees("cannot reach its database")
        responder.command("/failure search cuda out of memory", channel="general").sees("FM-0016")


def test_a_message_said_while_the_database_is_away_counts_as_soon_as_it_is_back(
    slack: sandbox.Slack, tmp_path: Path
) -> None:
    slack.channel("inc-away", members=[RESPONDER], bot=True)
    responder = slack.user(RESPONDER)
    with running_bot(slack, tmp_path):
        with held(tmp_path / "faultline.db"):
            responder.says(OOM, channel="inc-away")
            responder.does_not_see("happened before", channel="inc-away")

        responder.sees("happened before", channel="inc-away")
        slack.settled()
        assert card_posts(slack) == 1


def test_an_event_delivered_twice_makes_one_card(slack: sandbox.Slack, tmp_path: Path) -> None:
    slack.channel("inc-twice", members=[RESPONDER], bot=True)
    responder = slack.user(RESPONDER)
    with running_bot(slack, tmp_path):
        slack.faults.deliver_twice(times=3)
        for text in (OOM, OOM, OOM):
            responder.says(text, channel="inc-twice")
        responder.sees("happened before", channel="inc-twice")
        slack.settled()

    assert card_posts(slack) == 1


def test_a_killed_bot_delivers_what_it_owed_when_it_is_back(slack: sandbox.Slack, tmp_path: Path) -> None:
    steward = slack.user(STEWARD)
    with running_bot(slack, tmp_path) as bot:
        bot.process.kill()
        bot.process.wait()
        bot.faultline("reviews", "--request", "FM-0001")
    with running_bot(slack, tmp_path):
        steward.sees("FM-0001", dm=True)
        slack.settled()

    assert sum("FM-0001" in str(call.arguments) for call in slack.calls("chat.postMessage")) == 1


def test_a_bot_that_is_asked_to_stop_finishes_and_records_what_it_is_posting(
    slack: sandbox.Slack, tmp_path: Path
) -> None:
    slack.channel("inc-stop", members=[RESPONDER], bot=True)
    with running_bot(slack, tmp_path) as bot:
        slack.faults.delay("chat.postMessage", timedelta(seconds=2))
        slack.user(RESPONDER).says(OOM, channel="inc-stop")
        slack.slack.workspace.wait_for(lambda: slack.faults.waiting == [] or None, timedelta(seconds=10))

        bot.process.terminate()
        code = bot.process.wait(timeout=30)
        standing = json.loads(bot.faultline("outbox", "--json"))

    assert code == 0
    assert card_posts(slack) == 1
    # On a working day after ten a steward's digest may be among them: it counts by the clock on the wall.
    assert standing["counts"]["done"] == len(slack.calls("chat.postMessage"))
    assert standing["counts"]["sending"] == standing["counts"]["unknown"] == 0


def test_an_admin_hears_of_a_message_that_got_stuck_sees_it_in_the_terminal_and_drops_it(
    slack: sandbox.Slack, tmp_path: Path
) -> None:
    admin = slack.user("admin")
    with running_bot(slack, tmp_path, FAULTLINE_ADMINS=admin.id) as bot:
        store = Store.open(f"sqlite:///{tmp_path / 'faultline.db'}")
        with store.begin() as tx:
            tx.outbox.owe_once("new", kind="of_a_newer_version", subject="1", address=admin.id, at=system_clock())
        store.close()

        note = admin.sees("One message could not be delivered", dm=True)
        figures = httpx.get(f"{bot.address}/metrics").text
        bot.faultline("outbox", "drop", "1", "--reason", "we went back to the older version")
        standing = json.loads(bot.faultline("outbox", "--json"))

    assert "of_a_newer_version" in str(note.blocks)
    assert 'faultline_owed_messages{state="failed"} 1' in figures
    assert "faultline_slack_connections 1" in figures
    assert (standing["counts"]["failed"], standing["counts"]["dropped"], standing["stuck"]) == (0, 1, [])


def test_a_second_bot_on_the_same_file_says_so_and_stops(slack: sandbox.Slack, tmp_path: Path) -> None:
    with running_bot(slack, tmp_path) as bot:
        done = bot.attempt("run")

    assert done.returncode == 1
    assert "Another Faultline already runs" in done.stderr


def test_a_bot_that_stands_by_takes_over_from_one_that_was_killed(slack: sandbox.Slack, tmp_path: Path) -> None:
    with running_bot(slack, tmp_path) as bot:
        command = [sys.executable, "-m", "bot", "run", "--stand-by"]
        with subprocess.Popen(command, env=bot.environment, cwd=ROOT, stdout=subprocess.PIPE, text=True) as second:
            assert second.stdout is not None
            waiting = second.stdout.readline()
            bot.process.kill()
            running = second.stdout.readline()
            second.terminate()
            second.communicate(timeout=20)

    assert "standing by" in waiting
    assert "running" in running
    assert second.returncode == 0


def test_a_bot_that_stands_by_can_be_stopped(slack: sandbox.Slack, tmp_path: Path) -> None:
    with running_bot(slack, tmp_path) as bot:
        command = [sys.executable, "-m", "bot", "run", "--stand-by"]
        with subprocess.Popen(command, env=bot.environment, cwd=ROOT, stdout=subprocess.PIPE, text=True) as second:
            assert second.stdout is not None
            second.stdout.readline()
            second.terminate()

    assert second.returncode == 0


def test_a_missing_or_refused_token_ends_the_start_with_one_sentence(slack: sandbox.Slack, tmp_path: Path) -> None:
    with running_bot(slack, tmp_path) as bot:
        other = str(tmp_path / "other")
        missing = bot.attempt("run", SLACK_BOT_TOKEN="", FAULTLINE_DATA_DIR=other)
        refused = bot.attempt("run", SLACK_BOT_TOKEN="xoxb-nobody", FAULTLINE_DATA_DIR=other)
        unopened = bot.attempt("run", SLACK_APP_TOKEN="xapp-nobody", FAULTLINE_DATA_DIR=other)
        unwritable = bot.attempt("run", FAULTLINE_DATA_DIR="/proc/nothing")
        bookless = bot.attempt("entries", FAULTLINE_CATALOG_DIR=str(tmp_path))
        nowhere = bot.attempt("run", FAULTLINE_SLACK_API_URL="http://127.0.0.1:1/api/", FAULTLINE_DATA_DIR=other)

    expected = {
        "SLACK_BOT_TOKEN is not set": missing,
        "does not accept SLACK_BOT_TOKEN": refused,
        "does not accept SLACK_APP_TOKEN": unopened,
        "set FAULTLINE_DATA_DIR": unwritable,
        "holds no vocabulary.yaml": bookless,
        "cannot be reached": nowhere,
    }
    for words, done in expected.items():
        assert done.returncode == 1
        assert words in done.stderr.strip().splitlines()[-1]
        assert "Traceback" not in done.stderr


def test_a_damaged_database_ends_the_start_with_one_sentence(slack: sandbox.Slack, tmp_path: Path) -> None:
    (tmp_path / "faultline.db").write_bytes(b"This is no database. " * 1_000)
    settings = {**os.environ, **environment_of(slack, tmp_path)}

    done = subprocess.run(
        [sys.executable, "-m", "bot", "run"], env=settings, cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "restore a backup" in done.stderr.strip().splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_a_form_that_slack_does_not_open_is_told_and_opens_the_next_time(slack: sandbox.Slack, tmp_path: Path) -> None:
    slack.channel("general", members=[RESPONDER])
    responder = slack.user(RESPONDER)
    with running_bot(slack, tmp_path):
        slack.faults.fail("views.open", 500)
        responder.command("/failure write-up", channel="general").sees("Slack has trouble")
        slack.faults.rate_limit("views.open", retry_after=30)
        responder.command("/failure write-up", channel="general").sees("Slack has trouble")

        responder.command("/failure write-up", channel="general")

        responder.modal("What happened")


def test_the_doctor_finds_a_healthy_bot_healthy_and_names_what_is_missing(slack: sandbox.Slack, tmp_path: Path) -> None:
    with running_bot(slack, tmp_path) as bot:
        healthy = bot.attempt("doctor")
        broken = bot.attempt("doctor", SLACK_BOT_TOKEN="xoxb-nobody")

    assert healthy.returncode == 0, healthy.stdout
    assert "all 3 needed scopes are granted" in healthy.stdout
    assert broken.returncode == 1
    assert "does not accept SLACK_BOT_TOKEN" in " ".join(broken.stdout.split())


def test_without_the_optional_scopes_search_goes_on_and_the_doctor_says_what_is_off(tmp_path: Path) -> None:
    withheld = {"channels:history", "groups:history", "im:history", "channels:read", "groups:read", "channels:join"}
    with sandbox.running(manifest=MANIFEST, port=0, withhold=withheld) as bare, running_bot(bare, tmp_path) as bot:
        bare.channel("general", members=[RESPONDER])
        bare.user(RESPONDER).command("/failure search cuda out of memory", channel="general").sees("FM-0016")
        bare.user(RESPONDER).command("/failure watch", channel="general").sees("ask an administrator to grant")

        assert "not granted" in bot.attempt("doctor").stdout


def test_a_card_that_was_deleted_is_posted_anew_with_the_next_change(slack: sandbox.Slack, tmp_path: Path) -> None:
    slack.channel("inc-8", members=[RESPONDER], bot=True)
    responder = slack.user(RESPONDER)
    with running_bot(slack, tmp_path):
        responder.says(OOM, channel="inc-8")
        card = responder.sees("happened before", channel="inc-8")
        with slack.slack.workspace.changing():
            next(one for one in slack.messages("inc-8") if one.ts == card.ts).gone = True
        responder.says("NCCL watchdog timeout, all ranks hang in allreduce", channel="inc-8")

        again = responder.sees("happened before", channel="inc-8")

    assert again.ts != card.ts
    assert card_posts(slack) == 2
