"""`faultline demo`: the shipped bot and a local Slack, each in a process of its own, and a real incident to watch.

The demo knows Slack only through its Web API, as any other program would: the people of the incident post with tokens
of their own.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.forms.markup import as_typed
from bot.manifest import manifest_path
from bot.refusals import error_of
from bot.settings import ROOT
from bot.stopping import StopSignal, stop_signal
from workflows.errors import UserError
from workflows.workdays import WEEKDAYS

INCIDENT = ROOT / "catalog" / "incidents" / "cloudflare-2025-11-18.yaml"
STEWARD = "steward"
RESPONDER = "responder"
REVIEWED = "FM-0001"
# Who is behind the roles that the entries of the incident name.
ROTAS = {
    "owner of the generator, with the platform on-call": "jonas",
    "platform on-call": "jonas",
    "platform on-call rota": "jonas",
    "generator-owner rota": "ana",
    "config-owner rota": "ana",
    "incident-commander rota": "mei",
}
PRACTICE = "inc-practice"  # where drills are played
START = 30.0  # seconds until the bot must answer


@dataclass(frozen=True)
class LocalSlack:
    """What the sandbox says of itself when it has started."""

    url: str
    api_url: str
    bot_token: str
    app_token: str
    people: Mapping[str, Mapping[str, str]]

    def client_of(self, person: str) -> WebClient:
        """Return a client that acts as this person."""
        return WebClient(token=self.people[person]["token"], base_url=self.api_url)


@dataclass(frozen=True)
class Demo:
    """One run of the demo; `tell` says a sentence to whoever started it."""

    port: int
    data: Path
    tell: Callable[[str], None]

    def run(self) -> None:
        """Start everything, play the incident, and stay until Ctrl-C or SIGTERM; then stop in order."""
        transcript = yaml.safe_load(INCIDENT.read_text())
        self.data.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            stop = stack.enter_context(stop_signal())
            slack = stack.enter_context(self._sandbox(sorted({STEWARD, RESPONDER, *transcript["people"]})))
            bot = stack.enter_context(self._bot(slack, stop))
            self._introduce(slack, transcript)
            if self._play(slack, transcript, stop):
                self._ask_for_review(slack)
            while not stop.wait(0.5):
                if bot.poll() is not None:
                    msg = f"The bot stopped by itself; its log is {self.data / 'faultline.log'}."
                    raise UserError(msg)
        self.tell("Stopped. `make demo` starts again where you left off.")

    @contextmanager
    def _sandbox(self, people: list[str]) -> Iterator[LocalSlack]:
        command = [
            sys.executable, "-m", "sandbox", "--json", "--port", str(self.port), "--manifest", str(manifest_path()),
            "--people", ",".join(people), "--state", str(self.data / "slack.json"),
        ]  # fmt: skip
        with _process(command, stdout=subprocess.PIPE) as process:
            line = process.stdout.readline() if process.stdout else b""
            if not line:
                msg = f"The local Slack did not start; if port {self.port} is taken, name another: make demo PORT=8788."
                raise UserError(msg)
            started = json.loads(line)
            yield LocalSlack(**{name: started[name] for name in LocalSlack.__dataclass_fields__})

    @contextmanager
    def _bot(self, slack: LocalSlack, stop: StopSignal) -> Iterator["subprocess.Popen[bytes]"]:
        log_path = self.data / "faultline.log"
        with log_path.open("ab") as log:
            environment = {**os.environ, **self._environment(slack)}
            command = [sys.executable, "-m", "bot", "run"]
            with _process(command, stdout=subprocess.PIPE, stderr=log, env=environment) as process:
                self._await_start(process, log_path, stop)
                yield process

    def _await_start(self, process: "subprocess.Popen[bytes]", log_path: Path, stop: StopSignal) -> None:
        giving_up = threading.Timer(START, process.terminate)
        giving_up.start()
        line = process.stdout.readline() if process.stdout else b""
        giving_up.cancel()
        if not line and not stop.is_asked:
            tail = "\n".join(log_path.read_text(errors="replace").splitlines()[-5:])
            msg = f"The bot did not start. The end of {log_path}:\n{tail}"
            raise UserError(msg)

    def _environment(self, slack: LocalSlack) -> dict[str, str]:
        return {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "FAULTLINE_SLACK_API_URL": slack.api_url,
            "DATABASE_URL": self._database_url(),
            "FAULTLINE_STEWARDS": json.dumps({"default": slack.people[STEWARD]["id"]}),
            "FAULTLINE_ROTAS": json.dumps({role: slack.people[one]["id"] for role, one in ROTAS.items()}),
            "FAULTLINE_SWEEP_INTERVAL": "PT2S",
            # Whoever tries it at night or on a Sunday sees the same.
            "FAULTLINE_WORKING_HOURS": "0-24",
            "FAULTLINE_WORKING_DAYS": ",".join(WEEKDAYS),
            "FAULTLINE_PORT": "0",
            "FAULTLINE_HOST": "127.0.0.1",
            "FAULTLINE_CATALOG_DIR": str(ROOT / "catalog"),
        }

    def _database_url(self) -> str:
        return f"sqlite:///{(self.data / 'faultline.db').resolve()}"

    def _introduce(self, slack: LocalSlack, transcript: Mapping[str, Any]) -> None:
        channel = transcript["channel"]
        self.tell(
            f"\n  The local Slack is at {slack.url}\n\n"
            f"  1. {slack.url}/?as={RESPONDER}&channel={channel}\n"
            f"     {transcript['title']}: the messages arrive now; watch the card appear in the thread, press\n"
            "     This is it, and the entry's remedy becomes a checklist with a clock. Type /failure status, brief,\n"
            "     explain, search <what you see>, and write it up with /failure write-up.\n"
            f"     In #{PRACTICE}: /failure drill FM-0016 plays a practice incident.\n"
            f"  2. {slack.url}/?as={STEWARD}\n"
            "     Be the steward: a review waits in the direct messages with Faultline.\n\n"
            f"  Data is kept in {self.data}. Ctrl-C stops everything.\n"
        )

    def _play(self, slack: LocalSlack, transcript: Mapping[str, Any], stop: StopSignal) -> bool:
        """Post the messages that no earlier start posted, at their times, and return whether there were any."""
        responder = slack.client_of(RESPONDER)
        channel_id, practice_id = (_channel(responder, name) for name in (transcript["channel"], PRACTICE))
        for person in slack.people:
            for joined in (channel_id, practice_id):
                slack.client_of(person).conversations_join(channel=joined)
        history = responder.conversations_history(channel=channel_id, limit=200)
        told = {as_typed(str(said.get("text"))) for said in history["messages"]}
        missing = [message for message in transcript["messages"] if message["text"] not in told]
        past = float(missing[0]["after_seconds"]) if missing else 0.0
        for message in missing:
            if stop.wait(max(0.0, float(message["after_seconds"]) - past)):
                return False
            past = float(message["after_seconds"])
            slack.client_of(message["from"]).chat_postMessage(channel=channel_id, text=message["text"])
        return bool(missing)

    def _ask_for_review(self, slack: LocalSlack) -> None:
        command = [
            sys.executable,
            "-m",
            "bot",
            "reviews",
            "--request",
            REVIEWED,
            "--reason",
            "the demo wants to show you a review",
        ]
        environment = {**os.environ, **self._environment(slack), "FAULTLINE_LOG_LEVEL": "ERROR"}
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command


def _channel(client: WebClient, name: str) -> str:
    """Return the id of the channel, created now where no earlier start did."""
    try:
        return str(client.conversations_create(name=name)["channel"]["id"])
    except SlackApiError as refused:
        if error_of(refused) != "name_taken":
            raise
    mine = client.users_conversations(limit=200)["channels"]
    return next(str(channel["id"]) for channel in mine if channel["name"] == name)


@contextmanager
def _process(command: list[str], **options: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a program for the block, in a session of its own so that Ctrl-C reaches only us and we stop it in order."""
    with subprocess.Popen(command, start_new_session=True, **options) as process:  # noqa: S603 - our own programs
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
