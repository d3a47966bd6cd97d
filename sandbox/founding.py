"""Founding a workspace: the team, its first channel, Slackbot and the app with its credentials."""

import secrets
from datetime import timedelta

from sandbox.clock import Clock
from sandbox.manifest import Manifest
from sandbox.state import SLACKBOT, Channel, Credentials, State, Team, User
from sandbox.workspace import Workspace, new_id

GENERAL = "general"


def found(manifest: Manifest, clock: Clock) -> State:
    """Return a new workspace in which the app of `manifest` is installed."""
    team = Team(new_id("T"), "Sandbox", "sandbox")
    app = Credentials(
        app_id=new_id("A"),
        bot_id=new_id("B"),
        bot_user_id=new_id("U"),
        bot_token=f"xoxb-{_digits()}-{_digits()}-{secrets.token_hex(12)}",
        app_token=f"xapp-1-{new_id('A')}-{_digits()}-{secrets.token_hex(32)}",
        signing_secret=secrets.token_hex(16),
        verification_token=secrets.token_urlsafe(18),
    )
    state = State(team, app)
    state.users[SLACKBOT] = User(SLACKBOT, "slackbot", team.id, "", "Slackbot")
    state.users[app.bot_user_id] = User(
        app.bot_user_id, manifest.handle, team.id, app.bot_token, manifest.name, bot_id=app.bot_id, app_id=app.app_id
    )
    created = int((clock() - timedelta(days=1)).timestamp())
    general = Channel(new_id("C"), GENERAL, "public", SLACKBOT, created, is_general=True)
    state.channels[general.id] = general
    return state


def welcome(workspace: Workspace, name: str, *, tz: str = "Etc/UTC", stranger: bool = False) -> User:
    """Return a new person, who is in #general unless they belong to another company."""
    state = workspace.state
    user = User(
        id=new_id("U"),
        name=name,
        team_id=new_id("T") if stranger else state.team.id,
        token=f"xoxp-{_digits()}-{_digits()}-{secrets.token_hex(16)}",
        real_name=name.replace("-", " ").replace(".", " ").title(),
        email=f"{name}@{'elsewhere' if stranger else state.team.domain}.example",
        tz=tz,
        is_stranger=stranger,
        updated=workspace.now(),
    )
    state.users[user.id] = user
    general = workspace.channel_named(GENERAL)
    if general and not stranger:
        general.members.append(user.id)
    workspace.touch()
    return user


def other_bot(workspace: Workspace, name: str) -> User:
    """Return the bot of another app, such as an alerting service."""
    token = f"xoxb-{_digits()}-{_digits()}-{secrets.token_hex(12)}"
    user = User(new_id("U"), name, workspace.state.team.id, token, name.title(), bot_id=new_id("B"), app_id=new_id("A"))
    workspace.state.users[user.id] = user
    workspace.touch()
    return user


def _digits() -> str:
    return str(secrets.randbelow(9 * 10**12) + 10**12)
