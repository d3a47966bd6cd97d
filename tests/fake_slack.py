"""A Slack of a few lines for the messenger's tests: it keeps what is posted, and breaks as it is told to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from store import inside_a_transaction
from tests.doubles import StillClock


def answer(data: dict[str, Any], *, status: int = 200, **headers: str) -> SlackResponse:
    return SlackResponse(
        client=None,
        http_verb="POST",
        api_url="",
        req_args={},
        data=data,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        status_code=status,
    )


def refusal(error: str, *, status: int = 200, **headers: str) -> SlackApiError:
    return SlackApiError(  # type: ignore[no-untyped-call]  # slack_sdk leaves it without annotations
        error, answer({"ok": False, "error": error}, status=status, **headers)
    )


@dataclass
class FakeSlack(WebClient):
    """What stands in each channel, and what is to go wrong with the next calls of a method.

    `before` goes wrong instead of the call, `after` once it had its effect; `meanwhile` happens while it is answered.
    """

    clock: StillClock
    said: list[dict[str, Any]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    before: dict[str, list[Exception]] = field(default_factory=dict)
    after: dict[str, list[Exception]] = field(default_factory=dict)
    meanwhile: Callable[[str], None] = lambda _method: None
    page: int = 100

    def __hash__(self) -> int:
        return id(self)

    def api_call(self, api_method: str, **given: Any) -> SlackResponse:
        assert not inside_a_transaction(), "Slack was called inside a transaction"
        arguments = {**(given.get("params") or {}), **(given.get("json") or {})}
        self.calls.append(api_method)
        self.meanwhile(api_method)
        _break(self.before, api_method)
        data = getattr(self, "_" + api_method.replace(".", "_"))(arguments)
        _break(self.after, api_method)
        return answer({"ok": True, **data}, Date=format_datetime(self.clock.now))

    def count(self, method: str) -> int:
        return self.calls.count(method)

    @property
    def texts(self) -> list[str]:
        return [str(one["text"]) for one in self.said]

    def _chat_postMessage(self, arguments: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - Slack's name of the method
        ts = f"{self.clock.now.timestamp():.0f}.{len(self.said):06d}"
        self.said.append({**arguments, "ts": ts})
        return {"channel": arguments["channel"], "ts": ts}

    def _chat_update(self, arguments: dict[str, Any]) -> dict[str, Any]:
        standing = next((one for one in self.said if one["ts"] == arguments["ts"]), None)
        if standing is None:
            raise refusal("message_not_found")
        standing["text"] = arguments["text"]
        return {"channel": arguments["channel"], "ts": arguments["ts"]}

    def _conversations_open(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return {"channel": {"id": f"D{arguments['users']}"}}

    def _conversations_history(self, arguments: dict[str, Any]) -> dict[str, Any]:
        found = [one for one in reversed(self.said) if one["channel"] == arguments["channel"]]
        recent = [one for one in found if float(one["ts"]) >= float(arguments["oldest"])]
        start = int(arguments.get("cursor") or 0)
        more = str(start + self.page) if start + self.page < len(recent) else ""
        return {"messages": recent[start : start + self.page], "response_metadata": {"next_cursor": more}}

    def _conversations_replies(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return {"messages": [one for one in self.said if one.get("thread_ts") == arguments["ts"]]}


def _break(plan: dict[str, list[Exception]], method: str) -> None:
    if waiting := plan.get(method):
        raise waiting.pop(0)


@dataclass
class StillUptime:
    """An uptime that moves only when told to."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds
