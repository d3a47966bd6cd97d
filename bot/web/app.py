"""What the web server answers."""

from collections.abc import Callable, Mapping, Sequence

from fastapi import FastAPI, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from slack_bolt import App

from bot.web.events import Route
from bot.web.incidents import IncidentWebhook
from bot.web.metrics import Figures, metrics_route
from bot.web.slack import slack_route


def web_app(
    readiness: Mapping[str, Callable[[], bool]],
    slack: App | None,
    signing_secret: str,
    webhook: IncidentWebhook | None = None,
    events: Mapping[str, Route] | None = None,
    *,
    calendar: Callable[[str], Response] | None = None,
    figures: Sequence[Figures] = (),
) -> FastAPI:
    """Return the web application; `slack` is given where Slack comes over HTTP and left out under Socket Mode.

    `webhook` takes what other tools report of incidents, where a secret is set for them; `events` are the
    routes on which they tell what makes entries due for review; `calendar` answers with somebody's reviews.

    /healthz says that the process lives (restart it when it does not); /readyz says whether it can do its work, by
    asking everything in `readiness`. /metrics gives the `figures`.
    """
    web = FastAPI(title="Faultline", docs_url=None, redoc_url=None, openapi_url=None)

    @web.get("/healthz")
    async def health() -> dict[str, str]:
        return {"status": "alive"}

    @web.get("/readyz")
    async def ready() -> JSONResponse:
        state = {name: await run_in_threadpool(check) for name, check in readiness.items()}
        return JSONResponse(state, status_code=200 if all(state.values()) else 503)

    web.add_api_route("/metrics", metrics_route(figures), methods=["GET"])
    if slack is not None:
        web.add_api_route("/slack/events", slack_route(slack, signing_secret), methods=["POST"])
    if webhook is not None:
        web.add_api_route("/incidents", webhook.route(), methods=["POST"])
    for path, route in (events or {}).items():
        web.add_api_route(path, route, methods=["POST"])
    if calendar is not None:
        web.add_api_route("/calendar/{secret}.ics", calendar, methods=["GET"], response_model=None)
    return web
