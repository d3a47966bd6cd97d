"""Who one is: auth, team, bots, and the door to Socket Mode."""

from urllib.parse import urlencode

from sandbox.calls import Call
from sandbox.posting import profile
from sandbox.refusal import Refusal
from sandbox.state import Json


def api_test(call: Call) -> Json:
    """Answer with what was sent."""
    if call.has("error"):
        raise Refusal(call.text("error"))
    return {"args": dict(call.args)}


def test(call: Call) -> Json:
    """Say whose token it is."""
    team, user = call.state.team, call.user
    answer: Json = {
        "url": f"https://{team.domain}.slack.com/",
        "team": team.name,
        "user": user.name,
        "team_id": team.id,
        "user_id": user.id,
        "is_enterprise_install": False,
    }
    return answer | ({"bot_id": user.bot_id} if user.is_bot else {})


def open_connection(call: Call) -> Json:
    """Return the address of a WebSocket, for one connection."""
    if not call.slack.manifest.settings.socket_mode_enabled:
        raise Refusal("forbidden_for_socket_mode_disabled")
    query = {"ticket": call.slack.socket_mode.ticket(), "app_id": call.state.credentials.app_id}
    return {"url": f"{call.slack.url.replace('http', 'ws', 1)}/link/?{urlencode(query)}"}


def team_info(call: Call) -> Json:
    """Describe the company."""
    team = call.state.team
    described = {"id": team.id, "name": team.name, "domain": team.domain, "email_domain": "", "icon": {}}
    return {"team": {**described, "url": f"https://{team.domain}.slack.com/"}}


def bot_info(call: Call) -> Json:
    """Describe a bot by its bot id."""
    for user in call.state.users.values():
        if user.is_bot and user.bot_id == call.text("bot"):
            return {"bot": {**profile(user), "user_id": user.id}}
    raise Refusal("bot_not_found")
