"""The Web API over HTTP: reads a request, finds out who calls, and lets the method answer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.calls import Caller, MissingScope, decoded
from sandbox.limits import RateLimited
from sandbox.methods import METHODS, perform
from sandbox.refusal import Refusal
from sandbox.slack import Slack
from sandbox.spoiling import spoiled, too_many
from sandbox.state import Json

DIRECTION = {"bot": "from_bot", "app": "from_bot", "user": "from_person", "other_bot": "from_person"}


def identify(slack: Slack, token: str) -> Caller:
    """Return whose token it is; refuses none and one nobody has."""
    if not token:
        raise Refusal("not_authed")
    state = slack.workspace.state
    app = state.credentials
    bot = state.users[app.bot_user_id]
    if token == app.bot_token:
        return Caller("bot", bot, frozenset(slack.granted))
    if token == app.app_token:
        return Caller("app", bot, frozenset({"connections:write"}))
    for user in state.users.values():
        if user.token and user.token == token:
            if user.deleted:
                raise Refusal("account_inactive")
            return Caller("other_bot" if user.is_bot else "user", user, frozenset())
    raise Refusal("invalid_auth")


def refused(refusal: Refusal, method: str) -> Json:
    """Return what Slack answers when it refuses."""
    answer: Json = {"ok": False, "error": refusal.error}
    if refusal.error == "unknown_method":
        answer["req_method"] = method
    if isinstance(refusal, MissingScope):
        answer |= {"needed": refusal.needed, "provided": refusal.provided}
    if refusal.messages:
        messages = list(refusal.messages)
        answer |= {
            "errors": [one.removeprefix("[ERROR] ") for one in messages],
            "response_metadata": {"messages": messages},
        }
    return answer


@dataclass(frozen=True)
class WebApi:
    """Answers `/api/<method>`."""

    slack: Slack

    async def answer(self, request: Request) -> Response:
        """Answer one call."""
        name = request.path_params["method"]
        self._count(1)
        try:
            return await spoiled(self.slack, request, name, lambda: self._perform(request, name))
        finally:
            self._count(-1)

    async def _perform(self, request: Request, name: str) -> Response:
        args: Json = {}
        direction, headers = "from_bot", dict[str, str]()
        try:
            args, token = await _read(request)
            caller = identify(self.slack, token)
            direction = DIRECTION[caller.kind]
            headers = _scope_headers(name, caller)
            if name in METHODS and caller.kind == "bot":
                self.slack.limits.count(name, METHODS[name].tier, token, str(args.get("channel") or ""))
            answer = perform(self.slack, name, caller, decoded(args))
        except Refusal as refusal:
            answer = refused(refusal, name)
        except RateLimited as limited:
            self.slack.workspace.record("web_api", direction, name, args=args, answer={"error": "ratelimited"})
            return too_many(limited.retry_after)
        self.slack.workspace.record("web_api", direction, name, args=args, answer=answer)
        return JSONResponse(answer, headers=headers)

    def _count(self, change: int) -> None:
        with self.slack.workspace.changed:
            self.slack.calls_under_way += change
            self.slack.workspace.changed.notify_all()


def _scope_headers(name: str, caller: Caller) -> dict[str, str]:
    headers = {"X-OAuth-Scopes": ",".join(sorted(caller.scopes))}
    if name in METHODS and METHODS[name].scopes:
        headers["X-Accepted-OAuth-Scopes"] = ",".join(METHODS[name].scopes)
    return headers


async def _read(request: Request) -> tuple[Json, str]:
    """Return the arguments without the token, and the token."""
    args: dict[str, Any] = dict(request.query_params)
    if request.method == "POST":
        args |= await _body(request)
    token = str(args.pop("token", ""))
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    return args, value.strip() if kind.lower() == "bearer" else token


async def _body(request: Request) -> Mapping[str, Any]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind == "application/json":
        try:
            body = json.loads(await request.body() or b"{}")
        except ValueError:
            raise Refusal("invalid_json") from None
        if not isinstance(body, dict):
            raise Refusal("json_not_object")
        return body
    if kind in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        async with request.form() as form:
            return {name: value for name, value in form.items() if isinstance(value, str)}
    if await request.body():
        raise Refusal("invalid_post_type")
    return {}
