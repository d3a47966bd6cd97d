"""Starts bots quickly: it imports the bot once, and each bot is a fork that calls the shipped `main`.

    python -m benchmarks.chaos.nursery

Reads one order a line from its input, {"arguments": …, "environment": …, "log": …}, and answers each with the pid. To
import the bot takes seconds of processor time; a thousand kills would otherwise measure nothing but imports.
"""

import json
import os
import signal
import sys
from typing import Any

from benchmarks.chaos.unguarded import run_unguarded
from bot.cli import main


def serve() -> None:
    """Start what is asked for until the input ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel forgets children that ended; nobody asks for their end
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _become_bot(json.loads(line))
        print(pid, flush=True)


def _become_bot(order: dict[str, Any]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for standard in (1, 2):
        os.dup2(log, standard)
    os.close(0)
    os.setsid()
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv = ["faultline", *order["arguments"]]
    if order["without"]:
        run_unguarded(order["without"])
    else:
        main()
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    serve()
