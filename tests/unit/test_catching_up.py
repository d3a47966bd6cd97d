"""What was said while we were away, page by page, and no further than the bounds that are told."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from slack_sdk import WebClient

from bot.catching_up import PAGE, PAGES, REPLY_PAGES, THREADS, CatchingUp
from bot.identity import Identity
from store import Store
from tests.factories import House, house


@dataclass
class PastOfOneChannel:
    """A Slack that tells what was said in one channel: `said` by ts, the newest first, and `replies` by thread."""

    base: int
    said: Mapping[str, Mapping[str, Any]]
    replies: Mapping[str, int] = field(default_factory=dict)
    replying: str = "U1"
    pages: int = 0
    asked: list[str] = field(default_factory=list)

    def users_conversations(self, **_: Any) -> list[dict[str, Any]]:
        return [{"channels": [{"id": "CINC", "name": "inc-42"}]}]

    def conversations_history(self, **_: Any) -> Iterator[dict[str, Any]]:
        return self._paged([self.said[ts] for ts in sorted(self.said, reverse=True)])

    def conversations_replies(self, *, ts: str, **_: Any) -> Iterator[dict[str, Any]]:
        self.asked.append(ts)
        count = self.replies.get(ts, 1)
        return self._paged(
            [message(f"{ts}{place:02d}", thread_ts=ts, user=self.replying) for place in range(1, count + 1)]
        )

    def _paged(self, messages: list[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        for begin in range(0, len(messages), PAGE):
            self.pages += 1
            yield {"messages": messages[begin : begin + PAGE], "has_more": begin + PAGE < len(messages)}


def message(ts: str, **more: str) -> Mapping[str, Any]:
    return {"type": "message", "user": "U1", "ts": ts, "text": f"said at {ts}", **more}


def away(store: Store, tmp_path: Path, count: int, **more: Any) -> tuple[House, PastOfOneChannel]:
    """Return a house that knows of nothing, and a channel in which `count` messages were said meanwhile."""
    lived = house(store, tmp_path)
    base = int(lived.clock().timestamp())
    said = {f"{base}.{place:06d}": message(f"{base}.{place:06d}", **more) for place in range(count)}
    return lived, PastOfOneChannel(base, said)


def caught_up(lived: House, past: PastOfOneChannel) -> int:
    identity = Identity("UBOT", "BBOT", "T1")
    client = cast("WebClient", past)
    return CatchingUp(client, lived.incidents, lived.situations, identity, lived.clock).run()


def test_more_than_a_page_is_read(store: Store, tmp_path: Path) -> None:
    lived, past = away(store, tmp_path, PAGE + 3)

    assert caught_up(lived, past) == PAGE + 3


def test_a_second_start_takes_nothing_in_twice(store: Store, tmp_path: Path) -> None:
    lived, past = away(store, tmp_path, 5)
    caught_up(lived, past)

    assert caught_up(lived, past) == 0


def test_the_newest_pages_are_read_and_no_more(store: Store, tmp_path: Path) -> None:
    lived, past = away(store, tmp_path, 3)
    stamps = [f"{past.base}.{place:06d}" for place in range(PAGE * (PAGES + 2))]
    past.said = {ts: message(ts, subtype="channel_join") for ts in stamps}

    caught_up(lived, past)

    assert past.pages == PAGES


def test_of_many_threads_those_with_the_newest_replies_are_read(store: Store, tmp_path: Path) -> None:
    lived, past = away(store, tmp_path, 0)
    past.said = {
        ts: message(ts, subtype="channel_join", latest_reply=f"{past.base + place}.000001")
        for place in range(THREADS + 5)
        for ts in [f"{past.base}.{place:06d}"]
    }

    caught_up(lived, past)

    assert len(past.asked) == THREADS
    assert past.asked[0] == f"{past.base}.{THREADS + 4:06d}"


def test_of_a_long_thread_no_more_than_its_pages_are_read(store: Store, tmp_path: Path) -> None:
    lived, past = away(store, tmp_path, 1, latest_reply="9999999999.000001", subtype="channel_join")
    past.replies, past.replying = dict.fromkeys(past.said, PAGE * (REPLY_PAGES + 1)), "UBOT"

    caught_up(lived, past)

    assert past.pages == 1 + REPLY_PAGES


def test_where_nobody_listens_nothing_is_read(store: Store, tmp_path: Path) -> None:
    lived, past = away(store, tmp_path, 2)
    lived.incidents.listening.unwatch("CINC", "inc-42", decided_by="U1")

    assert (caught_up(lived, past), past.pages) == (0, 0)


def test_a_thread_that_was_named_is_read_however_old_it_is(store: Store, tmp_path: Path) -> None:
    lived, past = away(store, tmp_path, 2)
    old = f"{past.base - 900_000}.000100"
    past.replies = {old: 3}
    lived.incidents.listening.watch("CINC", "inc-42", decided_by="U1", scope="named", thread_ts=old)

    assert caught_up(lived, past) == 3
    assert past.asked == [old]
