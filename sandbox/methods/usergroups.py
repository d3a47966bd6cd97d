"""User groups: one name for several people."""

from sandbox.calls import Call
from sandbox.refusal import Refusal
from sandbox.state import Json


def list_(call: Call) -> Json:
    """List the groups, with their people if asked."""
    groups: list[Json] = []
    for group in call.state.groups.values():
        described: Json = {
            "id": group.id, "team_id": call.state.team.id, "is_usergroup": True, "name": group.name,
            "handle": group.handle, "description": "", "is_external": False, "date_delete": 0,
            "user_count": len(group.users),
        }  # fmt: skip
        groups.append(described | ({"users": list(group.users)} if call.flag("include_users") else {}))
    return {"usergroups": groups}


def list_users(call: Call) -> Json:
    """List the people of one group."""
    group = call.state.groups.get(call.text("usergroup"))
    if group is None:
        raise Refusal("no_such_subteam")
    return {"users": list(group.users)}
