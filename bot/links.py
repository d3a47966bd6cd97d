"""Asking addresses on the web whether they still answer, without being led anywhere we should not go.

An entry is written by people, so its links could point at machines that only this host can reach. Only addresses that
resolve to public ones are asked, unless the installer says that links into the own network are to be checked too. The
check and the request resolve the name apart, so a name that changes between the two could still slip through; what
comes back is never shown to anybody, only its status.
"""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import httpx

from workflows.entries.links import State

TIMEOUT = httpx.Timeout(10)
MAX_REDIRECTS = 5
NOT_ALLOWED = frozenset({401, 403})
GONE = frozenset({404, 410})
SERVER_ERROR = 500
REDIRECT = frozenset({301, 302, 303, 307, 308})
FOR_GOOD = frozenset({301, 308})


@dataclass(frozen=True)
class AskedWeb:
    """Asks with `client`; `own_network` says whether private addresses may be asked as well."""

    client: httpx.Client
    own_network: bool = False

    def state_of(self, uri: str) -> State | None:
        """Return how the address answered: a redirection for good is `moved`; None where it cannot be told now."""
        moved, at = False, uri
        for _ in range(MAX_REDIRECTS):
            if not self._may_ask(at):
                return None
            try:
                # A stream that is closed at once: the status is all that is wanted, and a body may be endless.
                with self.client.stream("GET", at, follow_redirects=False) as answer:
                    status, onward = answer.status_code, answer.headers.get("location")
            except (httpx.HTTPError, httpx.InvalidURL):
                return None
            if status not in REDIRECT or not onward:
                return _state(status, moved=moved)
            moved = moved or status in FOR_GOOD
            at = urljoin(at, onward)
        return None

    def _may_ask(self, uri: str) -> bool:
        try:
            parts = urlsplit(uri)
            if parts.scheme not in {"http", "https"} or not parts.hostname:
                return False
            port = parts.port or (443 if parts.scheme == "https" else 80)
            found = socket.getaddrinfo(parts.hostname, port, proto=socket.IPPROTO_TCP)
        except (OSError, ValueError):
            return False
        addresses = [ipaddress.ip_address(one[4][0]) for one in found]
        return bool(addresses) and all(self._is_reachable(address) for address in addresses)

    def _is_reachable(self, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
        if address.is_global:
            return True
        # Link-local addresses hold the credentials of cloud machines; nobody's evidence lies there.
        return self.own_network and not address.is_link_local


def asked_web(*, own_network: bool) -> AskedWeb:
    """Return what asks the web, under our own name."""
    return AskedWeb(httpx.Client(timeout=TIMEOUT, headers={"user-agent": "Faultline link check"}), own_network)


def _state(status: int, *, moved: bool) -> State | None:
    if status in GONE:
        return "gone"
    if status in NOT_ALLOWED:
        return "forbidden"
    if status >= SERVER_ERROR or status == httpx.codes.TOO_MANY_REQUESTS:
        return None
    return "moved" if moved else "ok"
