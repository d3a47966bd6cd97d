"""Running the web server beside everything else in the process."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from workflows.errors import UserError


@contextmanager
def serve(web: FastAPI, host: str, port: int) -> Iterator[str]:
    """Serve for the block and give the address; port 0 takes a free one. Raises UserError when the port is taken."""
    listening = _bound(host, port)
    address = f"http://{host}:{listening.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(web, log_config=None, access_log=False, timeout_graceful_shutdown=10))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="web")
    thread.start()
    try:
        yield address
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def _bound(host: str, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as taken:
        listening.close()
        msg = f"The web server cannot listen on {host}:{port} ({taken.strerror}); set FAULTLINE_PORT to a free one."
        raise UserError(msg) from None
    listening.listen()  # whoever comes before uvicorn is ready waits instead of being refused
    return listening
