"""The shipped bot in a process of its own, talking to the local Slack over real HTTP and WebSocket."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sandbox
from workflows.clock import system_clock

ROOT = Path(__file__).parents[2]
MANIFEST = ROOT / "manifest.yml"
RESPONDER, STEWARD = "responder", "steward"


@dataclass(frozen=True)
class RunningBot:
    """A bot that runs: its process, the address of its web server, and the settings it was started with."""

    process: "subprocess.Popen[str]"
    address: str
    environment: Mapping[str, str]
    log: Path

    def faultline(self, *arguments: str) -> str:
        """Run a command of the bot on the same database, and return what it printed; it must succeed."""
        done = self.attempt(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def attempt(self, *arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of the bot with some settings changed, whatever comes of it."""
        command = [sys.executable, "-m", "bot", *arguments]
        environment = {**self.environment, **settings}
        return subprocess.run(
            command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
        )


@dataclass(frozen=True)
class Stage:
    """A local Slack and the bot in it."""

    slack: sandbox.Slack
    bot: RunningBot


@contextmanager
def running_bot(slack: sandbox.Slack, folder: Path, **settings: str) -> Iterator[RunningBot]:
    """Run the shipped bot against this Slack for the block; it must stop in order when told to."""
    environment = {**os.environ, **environment_of(slack, folder), **settings}
    command = [sys.executable, "-m", "bot", "run"]
    if environment.get("TRANSPORT") == "http":
        command.append("--http")
    log_path = folder / "faultline.log"
    with (
        log_path.open("a") as log,
        subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True) as process,
        _stopping(process),
    ):
        assert process.stdout is not None
        started = process.stdout.readline()
        assert "running" in started, log_path.read_text()
        address = started.partition("health at ")[2].partition("/healthz")[0]
        if environment.get("TRANSPORT") == "http":
            slack.deliver_to(f"{address}/slack/events")
        yield RunningBot(process, address, environment, log_path)


@contextmanager
def _stopping(process: "subprocess.Popen[str]") -> Iterator[None]:
    try:
        yield
    finally:
        process.terminate()
        process.communicate(timeout=20)


def environment_of(slack: sandbox.Slack, folder: Path) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "FAULTLINE_SLACK_API_URL": slack.api_url,
        "FAULTLINE_STEWARDS": json.dumps({"default": slack.user(STEWARD).id}),
        "FAULTLINE_SWEEP_INTERVAL": "PT1S",
        # Tests run at night and on Sundays as well.
        "FAULTLINE_WORKING_HOURS": "0-24",
        "FAULTLINE_WORKING_DAYS": "monday,tuesday,wednesday,thursday,friday,saturday,sunday",
        "FAULTLINE_DATA_DIR": str(folder),
        "FAULTLINE_PORT": "0",
        "FAULTLINE_LOG_FORMAT": "json",
    }


@dataclass
class MovedClock:
    """The real time, moved forward by as much as a test wants."""

    ahead: timedelta = field(default=timedelta())

    def __call__(self) -> datetime:
        return system_clock() + self.ahead


def tokens(slack: sandbox.Slack) -> dict[str, Any]:
    return {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "FAULTLINE_SLACK_API_URL": slack.api_url,
    }
