"""What the app answers to an interaction: in its acknowledgement or at the response URL, shown to people."""

from collections.abc import Mapping
from typing import Any

from sandbox.blockkit import check_message, check_view
from sandbox.methods.views import change, close, show
from sandbox.posting import erase, publish, revise
from sandbox.refusal import Refusal
from sandbox.slack import Slack
from sandbox.state import Json, Message, View
from sandbox.triggers import ResponseUrl


def reply(slack: Slack, place: ResponseUrl, said: Mapping[str, Any]) -> Message | None:
    """Show what the app answers: to the person alone, to all, or in place of the message it is about."""
    workspace = slack.workspace
    bot = workspace.user(slack.credentials.bot_user_id)
    with workspace.changing():
        original = workspace.message(place.channel, place.message) if place.message else None
        if said.get("delete_original"):
            if original is None:
                raise Refusal("message_not_found")
            erase(slack, original)
            return None
        check_message(said)
        if said.get("replace_original") and original is not None:
            removed: Json = {} if "blocks" in said else {"blocks": []}
            revise(slack, original, {**removed, **said}, bot)
            return original
        # An answer does not follow into a thread by itself; the app has to name it (slackapi/bolt-js#2170).
        only_for = None if said.get("response_type") == "in_channel" else place.user
        message = publish(slack, bot, workspace.channel(place.channel), said, only_for)
        if place.message is None:
            # From now on the response URL of a command stands for the answer it has produced.
            place.message = message.ts
        return message


def respond_to_submission(slack: Slack, view: View, answer: object) -> None:
    """Do what the acknowledgement of a submitted form says; without a word, that one form closes."""
    if not isinstance(answer, Mapping) or not answer:
        close(slack, view)
        return
    match answer.get("response_action"):
        case "errors":
            _show_errors(slack, view, answer.get("errors"))
        case "update":
            check_view(answer.get("view") or {})
            change(slack, view, answer["view"])
        case "push":
            check_view(answer.get("view") or {})
            show(slack, view.owner, answer["view"], view)
        case "clear":
            for one in slack.workspace.views(view.owner):
                if one.root == view.root:
                    close(slack, one)
        case other:
            raise Refusal("invalid_arguments", f"[ERROR] unknown response_action {other!r}")


def _show_errors(slack: Slack, view: View, errors: object) -> None:
    inputs = {block.get("block_id") for block in view.body["blocks"] if block["type"] == "input"}
    if not isinstance(errors, Mapping) or not errors:
        raise Refusal("invalid_arguments", "[ERROR] must provide an object [json-pointer:/errors]")
    if strangers := sorted(str(one) for one in errors.keys() - inputs):
        # Slack shows the person its general trouble sentence when an error belongs to no input block.
        raise Refusal("invalid_arguments", f"[ERROR] no input block has the block_id {strangers[0]}")
    view.errors = {str(block): str(sentence) for block, sentence in errors.items()}
    slack.workspace.touch(view)
