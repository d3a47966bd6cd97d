"""Bodies of requests, read only as far as they may go."""

from fastapi import Request


async def bounded_body(request: Request, most: int) -> bytes | None:
    """Return the body, or None where it has more bytes than that; what is beyond is not read."""
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > most:
            return None
    return bytes(received)
