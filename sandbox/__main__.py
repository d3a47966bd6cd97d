"""Start a local Slack on this machine: `python -m sandbox --manifest manifest.yml`."""

import argparse
import json
import os
import select
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from sandbox.driver import LocalSlack
from sandbox.events_api import NotVerified
from sandbox.keeping import Keeper, NotAState, read
from sandbox.manifest import NotAManifest, load
from sandbox.server import PortTaken, Server
from sandbox.slack import NotOptional, Rules, Slack
from sandbox.state import SLACKBOT, Json


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until Ctrl-C or SIGTERM; return 0, or 1 after one sentence that says what is wrong."""
    wanted = _parser().parse_args(arguments)
    stop = _stop_signal()
    try:
        with ExitStack() as stack:
            _start(wanted, stack)
            select.select([stop], [], [])
    except (NotAManifest, NotAState, NotOptional, NotVerified, PortTaken, OSError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


def _stop_signal() -> int:
    """Return a pipe that becomes readable at Ctrl-C or SIGTERM.

    A handler must not set an event: arriving while the main thread is inside the event's wait, it would lock up.
    """
    readable, writable = os.pipe()
    os.set_blocking(writable, False)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os.write(writable, b"!"))
    return readable


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m sandbox", description="A local Slack with one app installed.")
    parser.add_argument("--manifest", type=Path, required=True, help="the app's manifest, YAML or JSON")
    parser.add_argument("--port", type=int, default=8787, help="0 takes any free one (default: %(default)s)")
    parser.add_argument("--host", default="127.0.0.1", help="default: %(default)s, which only this machine reaches")
    parser.add_argument("--people", default="", help="names of people to begin with, with commas between")
    parser.add_argument("--state", type=Path, help="a file to keep the workspace in")
    parser.add_argument("--withhold", default="", help="optional scopes not to grant, with commas between")
    parser.add_argument("--request-url", help="deliver to this address instead of over Socket Mode")
    parser.add_argument("--rate-limits", action="store_true", help="count calls as Slack does")
    parser.add_argument("--json", action="store_true", help="say what an app needs as one line of JSON")
    return parser


def _start(wanted: argparse.Namespace, stack: ExitStack) -> None:
    state = read(wanted.state) if wanted.state else None
    rules = Rules(rate_limits=wanted.rate_limits)
    slack = Slack(load(wanted.manifest), _names(wanted.withhold), state, rules)
    local = LocalSlack(slack)
    server = Server(slack, wanted.host, wanted.port)
    server.start()
    stack.callback(server.stop)
    for name in _names(wanted.people):
        local.user(name)
    if wanted.state:
        keeper = Keeper(slack.workspace, wanted.state)
        keeper.start()
        stack.callback(keeper.stop)
    if wanted.request_url:
        local.deliver_to(wanted.request_url)
    facts = _facts(local)
    sys.stdout.write(f"{json.dumps(facts)}\n" if wanted.json else _words(facts))
    sys.stdout.flush()


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _facts(local: LocalSlack) -> Json:
    state = local.slack.workspace.state
    people = [one for one in state.users.values() if not one.is_bot and one.id != SLACKBOT]
    return {
        "url": local.url,
        "api_url": local.api_url,
        "bot_token": local.bot_token,
        "app_token": local.app_token,
        "signing_secret": local.signing_secret,
        "bot_user_id": local.bot_user_id,
        "team_id": local.team_id,
        "channels": {one.name: one.id for one in state.channels.values() if not one.is_dm},
        "people": {one.name: {"id": one.id, "token": one.token} for one in people},
    }


def _words(facts: Json) -> str:
    lines = [f"A local Slack is at {facts['url']}", "", "The app reaches it with:"]
    lines += [f"  {name:15} {facts[name]}" for name in ("api_url", "bot_token", "app_token", "signing_secret")]
    lines += ["", "People:", *(f"  {name:15} {one['token']}" for name, one in facts["people"].items())]
    return "\n".join([*lines, "", "Ctrl-C stops it.", ""])


if __name__ == "__main__":
    sys.exit(main())
