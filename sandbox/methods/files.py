"""Files: uploaded in three steps, then shared.

Source: docs.slack.dev/messaging/working-with-files (getUploadURLExternal, the upload, completeUploadExternal).
"""

from sandbox.blockkit import check_message
from sandbox.calls import Call
from sandbox.posting import publish
from sandbox.refusal import Refusal
from sandbox.state import File, Json
from sandbox.workspace import new_id


def described(call: Call, file: File) -> Json:
    """Return a file as Slack describes one."""
    return {
        "id": file.id, "created": file.created, "timestamp": file.created, "name": file.name, "title": file.title,
        "size": file.length, "user": file.user, "mode": "hosted", "channels": list(file.channels),
        "url_private": f"{call.slack.url}/files/{file.id}/{file.name}",
        "url_private_download": f"{call.slack.url}/files/{file.id}/download/{file.name}",
        "permalink": f"{call.slack.url}/files/{file.id}/{file.name}",
    }  # fmt: skip


def upload_url(call: Call) -> Json:
    """Return where to send the bytes."""
    name, length = call.text("filename"), call.number("length", 0)
    if length < 1:
        raise Refusal("invalid_arguments", "[ERROR] must be greater than 0 [json-pointer:/length]")
    file = File(new_id("F"), name, name, length, call.user.id, call.workspace.now())
    call.state.files[file.id] = file
    call.workspace.touch()
    return {"upload_url": f"{call.slack.url}/upload/v1/{file.id}", "file_id": file.id}


def complete_upload(call: Call) -> Json:
    """Finish an upload, and share it where asked."""
    wanted = call.args.get("files")
    if not (wanted and isinstance(wanted, list) and all(isinstance(one, dict) for one in wanted)):
        raise Refusal("invalid_arguments", "[ERROR] must provide an array of objects [json-pointer:/files]")
    files = [_uploaded(call, one) for one in wanted]
    ids = call.listed("channels") or call.listed("channel_id")
    for id_ in ids:
        channel = call.workspace.channel(id_)
        call.must_be_in(channel)
        if call.has("blocks"):
            check_message({"blocks": call.args["blocks"]})
        for file in files:
            file.channels.append(channel.id)
        said = {"text": call.args.get("initial_comment", ""), "thread_ts": call.args.get("thread_ts")}
        message = publish(call.slack, call.user, channel, said | {"blocks": call.args.get("blocks")})
        message.body["files"] = [described(call, file) for file in files]
    call.workspace.touch()
    return {"files": [described(call, file) for file in files]}


def _uploaded(call: Call, wanted: Json) -> File:
    file = call.state.files.get(str(wanted.get("id")))
    if file is None or file.id not in call.workspace.contents:
        raise Refusal("file_not_found")
    file.title = str(wanted.get("title") or file.name)
    file.is_complete = True
    return file


def info(call: Call) -> Json:
    """Describe one file."""
    file = call.state.files.get(call.text("file"))
    if file is None or not file.is_complete:
        raise Refusal("file_not_found")
    return {"file": described(call, file)}
