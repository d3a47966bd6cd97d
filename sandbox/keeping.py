"""Keeping a workspace in a file, so that it can be started again where it was left."""

import os
import threading
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from sandbox.state import State
from sandbox.workspace import Workspace

STATE = TypeAdapter(State)
#: How long changes are gathered before they are written, in seconds.
GATHER = 0.5


class NotAState(Exception):
    """The file does not hold a workspace."""


def read(path: Path) -> State | None:
    """Return the workspace in a file, or None if there is no file yet; raises `NotAState`."""
    try:
        return STATE.validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (ValidationError, OSError) as failure:
        reason = str(failure).splitlines()[0]
        raise NotAState(f"{path} does not hold a workspace ({reason}); move it away to start a new one.") from None


class Keeper:
    """Writes a workspace into its file soon after it has changed, and once more at the end."""

    def __init__(self, workspace: Workspace, path: Path) -> None:
        self._workspace = workspace
        self._path = path
        self._written = -1
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)

    def start(self) -> None:
        """Write now, and whenever something has changed."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._write()
        self._thread.start()

    def stop(self) -> None:
        """Write what is new and return."""
        self._stopping.set()
        self._thread.join()
        self._write()

    def _run(self) -> None:
        while not self._stopping.wait(GATHER):
            self._write()

    def _write(self) -> None:
        with self._workspace.lock:
            version = self._workspace.state.version
            if version == self._written:
                return
            content = STATE.dump_json(self._workspace.state)
        new = self._path.with_name(self._path.name + ".new")
        # The file holds tokens, though made up ones: nobody else on the machine needs to read it.
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path)
        self._written = version
