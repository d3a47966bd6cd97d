"""People and bots."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from sandbox.calls import Call
from sandbox.refusal import Refusal
from sandbox.state import Json, User


def described(call: Call, user: User) -> Json:
    """Return a user as Slack describes one."""
    now = call.workspace.clock().astimezone(ZoneInfo(user.tz))
    described: Json = {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "color": "9f69e7",
        "real_name": user.real_name,
        "tz": user.tz,
        "tz_label": now.tzname() or user.tz,
        "tz_offset": int((now.utcoffset() or timedelta(0)).total_seconds()),
        "profile": _profile(call, user),
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": False,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "is_stranger": user.is_stranger,
        "updated": user.updated,
    }
    return {name: value for name, value in described.items() if name != "is_stranger" or value}


def _profile(call: Call, user: User) -> Json:
    profile: Json = {
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.name,
        "display_name_normalized": user.name,
        "status_text": user.status_text,
        "status_emoji": user.status_emoji,
        "status_expiration": 0,
        "avatar_hash": "",
        "team": user.team_id,
    }
    if user.is_bot:
        profile |= {"api_app_id": user.app_id, "bot_id": user.bot_id, "always_active": True}
    elif "users:read.email" in call.caller.scopes or call.caller.kind == "user":
        profile["email"] = user.email
    return profile


def info(call: Call) -> Json:
    """Describe one user."""
    return {"user": described(call, call.workspace.user(call.text("user")))}


def list_(call: Call) -> Json:
    """Describe everybody, those who left too."""
    everybody = [one for one in call.state.users.values() if not one.is_stranger]
    items, cursor = call.page(everybody)
    return {"members": [described(call, one) for one in items], "cache_ts": call.workspace.now(), **cursor}


def by_email(call: Call) -> Json:
    """Find a person by address."""
    address = call.text("email").lower()
    for user in call.state.users.values():
        if user.email.lower() == address and not user.deleted:
            return {"user": described(call, user)}
    raise Refusal("users_not_found")
