"""The replicas of the bot: started, killed and paused as if by a careless machine."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
LOOK_SECONDS = 0.05  # between two looks whether a replica ended
STOP_SECONDS = 20
EXPECTED = ("{", "Faultline is running", "Another Faultline", "Stopping:", "running without")


@dataclass
class Replica:
    """One place in which a bot runs; whoever ends in it is followed by the next."""

    number: int
    log: Path
    process: psutil.Process | None = None
    paused: bool = False

    @property
    def lives(self) -> bool:
        """Whether a process runs here, paused or not."""
        return self.process is not None and self.process.is_running()


@dataclass
class Herd:
    """All replicas, kept at their number by a thread."""

    nursery: "subprocess.Popen[str]"
    replicas: list[Replica]
    arguments: list[str]
    environment: Mapping[str, str]
    without: str
    kills: int = 0
    pauses: int = 0
    starts: int = 0
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def keep(self) -> None:
        """Start whatever ended, until `stop`; for a thread of its own."""
        while not self._stopping.is_set():
            for replica in self.replicas:
                with self._guard:
                    if not replica.lives and not self._stopping.is_set():
                        self._start(replica)
            time.sleep(LOOK_SECONDS)

    def kill_one(self) -> None:
        """Kill one that runs, as soon as there is one: SIGKILL, which it cannot notice."""
        before = self.kills
        while self.kills == before and not self._stopping.wait(LOOK_SECONDS):
            with self._guard:
                running = [one for one in self.replicas if one.lives and not one.paused]
                if running:
                    self._kill(random.choice(running))

    def pause_one(self, seconds: float) -> None:
        """Stop one for so long, as a frozen virtual machine is, and let it go on; returns after that."""
        with self._guard:
            running = [one for one in self.replicas if one.lives and not one.paused]
            if not running:
                return
            replica = random.choice(running)
            replica.paused = True
            self._signal(replica, signal.SIGSTOP)
        time.sleep(seconds)
        with self._guard:
            self._signal(replica, signal.SIGCONT)
            replica.paused = False
            self.pauses += 1

    def errors(self) -> list[str]:
        """Return what the logs of all replicas call an error, and what is no line of a log, such as a complaint."""
        logs = [one.log.read_text(errors="replace") for one in self.replicas if one.log.exists()]
        lines = [line for log in logs for line in log.splitlines()]
        return [line.strip() for line in lines if '"level": "error"' in line or not line.startswith(EXPECTED)]

    def stop(self) -> None:
        """Ask all to stop in order, and wait for it; whoever does not is killed, and that is an error."""
        self._stopping.set()
        with self._guard:
            processes = [one.process for one in self.replicas if one.process and one.lives]
            for process in processes:
                process.terminate()
            _, late = psutil.wait_procs(processes, timeout=STOP_SECONDS)
            for process in late:
                process.kill()
            if late:
                msg = f"{len(late)} bots did not stop within {STOP_SECONDS} s of being asked to"
                raise TimeoutError(msg)

    def _start(self, replica: Replica) -> None:
        assert self.nursery.stdin is not None
        assert self.nursery.stdout is not None
        order = {
            "arguments": self.arguments,
            "environment": dict(self.environment),
            "log": str(replica.log),
            "without": self.without,
        }
        self.nursery.stdin.write(json.dumps(order) + "\n")
        self.nursery.stdin.flush()
        pid = int(self.nursery.stdout.readline())
        try:
            replica.process = psutil.Process(pid)
        except psutil.NoSuchProcess:  # it ended already; the next look starts another
            replica.process = None
        self.starts += 1

    def _kill(self, replica: Replica) -> None:
        if self._signal(replica, signal.SIGKILL) and replica.process is not None:
            replica.process.wait(timeout=STOP_SECONDS)
            self.kills += 1

    @staticmethod
    def _signal(replica: Replica, number: signal.Signals) -> bool:
        try:
            if replica.process is not None:
                replica.process.send_signal(number)
                return True
        except psutil.NoSuchProcess:
            pass
        return False


@contextmanager
def herd(size: int, folder: Path, arguments: list[str], settings: Mapping[str, str], without: str) -> Iterator[Herd]:
    """Run so many replicas for the block, and stop them in order."""
    command = [sys.executable, "-m", "benchmarks.chaos.nursery"]
    environment = {**os.environ, **settings}
    with (
        (folder / "nursery.log").open("w") as log,
        subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        ) as nursery,
    ):
        replicas = [Replica(number, folder / f"replica-{number}.log") for number in range(size)]
        kept = Herd(nursery, replicas, arguments, environment, without)
        keeper = threading.Thread(target=kept.keep, name="keeper")
        keeper.start()
        try:
            yield kept
        finally:
            kept.stop()
            keeper.join()
