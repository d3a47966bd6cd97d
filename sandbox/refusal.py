"""A refusal: what Slack answers when it will not take a request, as an exception."""


class Refusal(Exception):
    """Slack's `ok: false`: the `error` code and the `messages` that go into `response_metadata`."""

    def __init__(self, error: str, *messages: str) -> None:
        super().__init__(": ".join((error, *messages[:1])))
        self.error = error
        self.messages = messages
