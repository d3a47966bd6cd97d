"""Owed messages reach Slack once, whatever breaks, stops or jumps in between."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.client import RemoteDisconnected
from urllib.error import URLError

import pytest

from benchmarks.chaos.unguarded import Reckless
from bot.blocks.elements import Rendered
from bot.delivery import FEWEST_TRIES, Delivery
from bot.messenger import Bell, Messenger, Watch
from bot.outcomes import LONGEST_WAIT
from bot.pace import PACE, Pace
from bot.patience import Patience
from bot.slack_time import SlackTime
from store import Store
from store.outbox import OwedMessage
from tests.doubles import StillClock
from tests.fake_slack import FakeSlack, StillUptime, refusal

PATIENCE = Patience()
CARD, NUDGE = "incident_card", "review_nudge"


@dataclass
class Scene:
    """A Slack, a database and any number of processes that deliver."""

    store: Store
    clock: StillClock
    slack: FakeSlack
    uptime: StillUptime = field(default_factory=StillUptime)
    words: Callable[[str], Rendered | None] = lambda subject: Rendered(f"about {subject}", [])

    def process(self, clock: StillClock | None = None, patience: Patience = PATIENCE) -> Messenger:
        clock = clock or self.clock
        time, pace = SlackTime(clock, self.uptime), Pace(self.uptime, self.store, clock)
        delivery = Delivery(self.store, self.slack, self.slack, pace, time, self.uptime, patience)
        renderers = {CARD: self.words, NUDGE: self.words}
        return Messenger(self.store, clock, renderers, Bell(), delivery, Watch(patience, self.uptime))

    def owe(self, subject: str = "1", *, address: str = "C1", kind: str = NUDGE, thread: str | None = None) -> None:
        with self.store.begin() as tx:
            tx.outbox.owe_once(
                f"{kind}:{subject}", kind=kind, subject=subject, address=address, thread_ts=thread, at=self.clock()
            )

    def edit(self, subject: str = "1", *, kind: str = NUDGE) -> None:
        with self.store.begin() as tx:
            tx.outbox.edit(f"{kind}:{subject}", at=self.clock())

    def passes(self, span: timedelta) -> None:
        self.clock.forward(span)
        self.uptime.seconds += span.total_seconds()

    def after_the_quarantine(self, process: Messenger) -> int:
        process.deliver_due()  # sees what is held
        self.passes(PATIENCE.quarantine)
        return process.deliver_due()

    def after_the_lease(self, process: Messenger) -> int:
        process.deliver_due()
        self.passes(PATIENCE.lease)
        return process.deliver_due()

    def message(self, subject: str = "1", *, kind: str = NUDGE) -> OwedMessage:
        with self.store.read() as tx:
            found = tx.outbox.get(f"{kind}:{subject}")
        assert found is not None
        return found

    @property
    def state(self) -> str:
        return self.message().state


@pytest.fixture
def scene(store: Store, clock: StillClock) -> Scene:
    return Scene(store, clock, FakeSlack(clock))


def test_an_owed_message_is_posted_once(scene: Scene) -> None:
    scene.owe()
    process = scene.process()

    assert [process.deliver_due(), process.deliver_due()] == [1, 0]
    assert (scene.slack.texts, scene.state) == (["about 1"], "done")


def test_a_message_whose_answer_was_lost_is_found_and_not_posted_again(scene: Scene) -> None:
    scene.owe()
    scene.slack.after["chat.postMessage"] = [RemoteDisconnected("gone")]
    process = scene.process()
    process.deliver_due()
    assert scene.state == "unknown"

    scene.after_the_quarantine(process)

    assert (scene.slack.texts, scene.state) == (["about 1"], "done")


@pytest.mark.parametrize("trouble", [TimeoutError("late"), refusal("internal_error"), refusal("", status=503)])
def test_a_message_that_never_arrived_is_posted_after_the_quarantine_and_a_look(
    scene: Scene, trouble: Exception
) -> None:
    scene.owe()
    scene.slack.before["chat.postMessage"] = [trouble]
    process = scene.process()
    process.deliver_due()
    scene.passes(PATIENCE.quarantine / 2)
    process.deliver_due()
    assert scene.slack.texts == []

    scene.after_the_quarantine(process)

    assert (scene.slack.texts, scene.slack.count("conversations.history")) == (["about 1"], 1)


def test_nobody_looks_where_the_request_never_left(scene: Scene) -> None:
    scene.owe()
    scene.slack.before["chat.postMessage"] = [URLError(ConnectionRefusedError("refused"))]
    process = scene.process()
    process.deliver_due()

    scene.passes(timedelta(seconds=5))
    process.deliver_due()

    assert (scene.slack.texts, scene.slack.count("conversations.history")) == (["about 1"], 0)


def test_a_process_that_died_after_posting_is_noticed_by_its_lease_and_nothing_is_doubled(scene: Scene) -> None:
    scene.owe()
    scene.slack.after["chat.postMessage"] = [KeyError("the process is killed here")]
    scene.process().deliver_due()

    other = scene.process()
    scene.after_the_lease(other)

    assert (scene.slack.texts, scene.state) == (["about 1"], "done")


def test_a_process_that_died_before_posting_leaves_its_message_to_another(scene: Scene) -> None:
    scene.owe()
    with scene.store.begin() as tx:
        tx.outbox.claim(scene.clock(), slack_now=scene.clock(), limit=1)
    other = scene.process()
    other.deliver_due()
    scene.passes(PATIENCE.lease - timedelta(seconds=1))
    assert other.deliver_due() == 0

    scene.passes(timedelta(seconds=1))
    other.deliver_due()

    assert scene.slack.texts == ["about 1"]


def test_a_process_that_slept_between_claim_and_post_gives_up_at_the_fence(scene: Scene) -> None:
    scene.owe()

    def sleeps(_: str) -> Rendered:
        scene.uptime.seconds += PATIENCE.fence.total_seconds() + 1
        return Rendered("too late", [])

    replace(scene, words=sleeps).process().deliver_due()

    assert (scene.slack.texts, scene.state, scene.message().attempts) == ([], "waiting", 0)


@pytest.mark.parametrize(("patience", "posted"), [(PATIENCE, 1), (Reckless(fence=timedelta(days=1)), 2)])
def test_who_was_frozen_over_its_lease_posts_nothing_and_without_the_fence_would_double_it(
    scene: Scene, patience: Patience, posted: int
) -> None:
    scene.owe()
    other = scene.process()

    def freezes(subject: str) -> Rendered:
        scene.after_the_lease(other)
        scene.passes(2 * PACE)  # else it would still be the other one's turn in the channel
        return Rendered(f"about {subject}", [])

    replace(scene, words=freezes).process(patience=patience).deliver_due()

    assert scene.slack.texts == ["about 1"] * posted


def test_a_process_that_slept_does_not_undo_a_newer_edit(scene: Scene) -> None:
    scene.owe()
    scene.process().deliver_due()
    scene.edit()

    def sleeps(_: str) -> Rendered:
        scene.uptime.seconds += PATIENCE.fence.total_seconds() + 1
        return Rendered("old news", [])

    replace(scene, words=sleeps).process().deliver_due()

    assert scene.slack.count("chat.update") == 0


def test_slack_is_asked_again_only_when_it_said_so(scene: Scene) -> None:
    scene.owe()
    scene.slack.before["chat.postMessage"] = [refusal("ratelimited", status=429, Retry_After="30")]
    process = scene.process()
    process.deliver_due()

    scene.passes(timedelta(seconds=29))
    early = scene.process().deliver_due()
    scene.passes(timedelta(seconds=1))
    process.deliver_due()

    assert (early, scene.slack.texts) == (0, ["about 1"])


def test_a_newer_edit_does_not_hurry_slack(scene: Scene) -> None:
    scene.owe()
    process = scene.process()
    process.deliver_due()
    scene.edit()
    scene.slack.before["chat.update"] = [refusal("ratelimited", status=429, Retry_After="30")]
    process.deliver_due()
    scene.edit()

    scene.passes(timedelta(seconds=29))
    early = process.deliver_due()
    scene.passes(timedelta(seconds=1))

    assert (early, process.deliver_due(), scene.slack.count("chat.update")) == (0, 1, 2)


def test_a_channel_that_slack_wants_to_rest_rests_for_every_process(scene: Scene) -> None:
    for subject in ("1", "2"):
        scene.owe(subject)
    scene.slack.before["chat.postMessage"] = [refusal("rate_limited", Retry_After="30")]
    scene.process().deliver_due()

    assert scene.process().deliver_due() == 0
    assert scene.slack.count("chat.postMessage") == 1


def test_one_channel_gets_one_message_a_second_and_others_do_not_wait_for_it(scene: Scene) -> None:
    for subject in ("1", "2"):
        scene.owe(subject)
    scene.owe("3", address="C2")
    process = scene.process()

    process.deliver_due()
    assert scene.slack.texts == ["about 1", "about 3"]
    scene.passes(timedelta(seconds=1))
    process.deliver_due()

    assert scene.slack.texts == ["about 1", "about 3", "about 2"]
    assert scene.message("2").attempts == 0


def test_what_waits_for_its_channel_is_not_drawn_before_its_turn(scene: Scene) -> None:
    drawn: list[str] = []

    def draw(subject: str) -> Rendered:
        drawn.append(subject)
        return Rendered(f"about {subject}", [])

    scene.words = draw
    for subject in ("1", "2", "3"):
        scene.owe(subject)
    ours, theirs = scene.process(), scene.process()
    ours.deliver_due()
    theirs.deliver_due()
    scene.passes(PACE)
    theirs.deliver_due()
    scene.passes(PACE)
    ours.deliver_due()

    assert sorted(drawn) == ["1", "2", "3"]
    assert sorted(scene.slack.texts) == ["about 1", "about 2", "about 3"]


def test_many_messages_for_one_place_hold_up_nobody_elses(scene: Scene) -> None:
    for number in range(100):
        scene.owe(f"to one {number}")
    scene.owe("to another", address="C2")
    process = scene.process()

    assert [process.deliver_due(), process.deliver_due(), process.deliver_due()] == [1, 1, 0]
    assert scene.slack.texts == ["about to one 0", "about to another"]


def test_a_message_that_cannot_be_looked_up_is_held_and_never_posted_again(scene: Scene) -> None:
    scene.owe()
    scene.slack.after["chat.postMessage"] = [TimeoutError("late")]
    process = scene.process()
    process.deliver_due()
    scene.slack.before["conversations.history"] = [refusal("not_in_channel")]
    scene.after_the_quarantine(process)
    assert scene.state == "uncertain"

    scene.edit()
    scene.passes(timedelta(days=30))
    process.deliver_due()

    assert (scene.slack.texts, scene.state) == (["about 1"], "uncertain")


def test_a_look_up_that_fails_for_now_is_repeated_before_anything_is_posted(scene: Scene) -> None:
    scene.owe()
    scene.slack.after["chat.postMessage"] = [TimeoutError("late")]
    process = scene.process()
    process.deliver_due()
    scene.slack.before["conversations.history"] = [TimeoutError("late"), refusal("internal_error")]
    scene.after_the_quarantine(process)

    for _ in range(3):
        scene.passes(LONGEST_WAIT)
        process.deliver_due()

    assert (scene.slack.texts, scene.state) == (["about 1"], "done")


def test_a_look_up_reads_on_where_much_was_said_since(scene: Scene) -> None:
    scene.owe()
    scene.slack.after["chat.postMessage"] = [TimeoutError("late")]
    process = scene.process()
    process.deliver_due()
    chatter = [{"channel": "C1", "text": "chat", "ts": f"{scene.clock().timestamp():.0f}.1{n:05d}"} for n in range(450)]
    scene.slack.said.extend(chatter)

    scene.after_the_quarantine(process)

    assert scene.slack.texts.count("about 1") == 1
    assert scene.slack.count("conversations.history") == 5


def test_a_reply_in_a_thread_is_looked_up_in_the_thread(scene: Scene) -> None:
    scene.owe(thread="1.0")
    scene.slack.after["chat.postMessage"] = [TimeoutError("late")]
    process = scene.process()
    process.deliver_due()

    scene.after_the_quarantine(process)

    assert (scene.slack.texts, scene.slack.count("conversations.replies")) == (["about 1"], 1)


def test_a_person_is_written_to_in_their_direct_messages_which_a_look_up_finds(scene: Scene) -> None:
    scene.owe(address="U1")
    scene.slack.after["chat.postMessage"] = [TimeoutError("late")]
    process = scene.process()
    process.deliver_due()

    scene.after_the_quarantine(process)

    assert [one["channel"] for one in scene.slack.said] == ["DU1"]
    assert scene.slack.count("conversations.open") == 1


def test_a_conversation_that_cannot_be_opened_for_now_makes_nothing_uncertain(scene: Scene) -> None:
    scene.owe(address="U1")
    scene.slack.before["conversations.open"] = [refusal("internal_error"), TimeoutError("late")]
    process = scene.process()
    for _ in range(3):
        process.deliver_due()
        assert not scene.message().maybe_sent
        scene.passes(LONGEST_WAIT)

    assert scene.slack.texts == ["about 1"]


@pytest.mark.parametrize("error", ["is_archived", "channel_not_found", "invalid_blocks"])
def test_what_slack_refuses_for_good_is_given_up_with_its_reason(scene: Scene, error: str) -> None:
    scene.owe()
    scene.slack.before["chat.postMessage"] = [refusal(error)]
    scene.process().deliver_due()

    assert (scene.state, scene.message().problem) == ("failed", error)


def test_a_revoked_token_is_no_messages_fault(scene: Scene) -> None:
    scene.owe()
    scene.slack.before["chat.postMessage"] = [refusal("token_revoked")] * 3
    process = scene.process()
    for _ in range(4):
        process.deliver_due()
        scene.passes(LONGEST_WAIT)

    assert scene.slack.texts == ["about 1"]


def test_an_hour_of_outage_loses_and_doubles_nothing(scene: Scene) -> None:
    scene.owe()
    scene.slack.before["chat.postMessage"] = [refusal("", status=503)] * 50
    process = scene.process()
    for _ in range(60):
        process.deliver_due()
        scene.passes(timedelta(minutes=1))
    scene.slack.before.clear()

    scene.after_the_quarantine(process)

    assert (scene.slack.texts, scene.state) == (["about 1"], "done")


def test_a_message_is_given_up_after_a_day_of_tries_and_says_why(scene: Scene) -> None:
    scene.owe()
    scene.slack.before["chat.postMessage"] = [refusal("token_revoked")] * 500
    process = scene.process()
    for _ in range(150):
        process.deliver_due()
        scene.passes(LONGEST_WAIT)

    assert scene.state == "failed"
    assert "tries: token_revoked" in str(scene.message().problem)
    assert scene.slack.count("chat.postMessage") > FEWEST_TRIES


def test_downtime_alone_gives_nothing_up(scene: Scene) -> None:
    scene.owe()
    scene.slack.before["chat.postMessage"] = [refusal("token_revoked")]
    scene.process().deliver_due()
    scene.passes(timedelta(days=14))

    scene.process().deliver_due()

    assert scene.slack.texts == ["about 1"]


def test_what_nobody_ever_answered_is_held_as_uncertain_in_the_end(scene: Scene) -> None:
    scene.owe()
    scene.slack.before["chat.postMessage"] = [TimeoutError("late")]
    scene.slack.before["conversations.history"] = [TimeoutError("late")] * 500
    process = scene.process()
    process.deliver_due()
    for _ in range(200):
        process.deliver_due()
        scene.passes(LONGEST_WAIT)

    assert scene.state == "uncertain"


def test_a_bug_in_drawing_a_message_is_given_up_and_shown(scene: Scene) -> None:
    scene.owe()

    def broken(_: str) -> Rendered:
        raise RuntimeError

    replace(scene, words=broken).process().deliver_due()

    assert scene.state == "failed"
    assert "RuntimeError" in str(scene.message().problem)


def test_what_is_no_longer_needed_is_not_sent(scene: Scene) -> None:
    scene.owe()

    replace(scene, words=lambda _: None).process().deliver_due()

    assert (scene.slack.texts, scene.state) == ([], "dropped")


def test_a_deleted_card_is_posted_anew(scene: Scene) -> None:
    scene.owe(kind=CARD)
    process = scene.process()
    process.deliver_due()
    scene.slack.said.clear()
    scene.edit(kind=CARD)
    process.deliver_due()
    scene.passes(timedelta(seconds=1))
    process.deliver_due()

    assert scene.slack.texts == ["about 1"]


JUMPS = (timedelta(days=-2), timedelta(hours=-1), timedelta(hours=1), timedelta(days=2))


@pytest.mark.parametrize("jump", JUMPS)
def test_a_jump_of_the_clock_while_a_post_is_under_way_doubles_nothing(scene: Scene, jump: timedelta) -> None:
    scene.owe()
    others = StillClock(scene.clock.now + jump)

    def other_process_looks(method: str) -> None:
        if method == "chat.postMessage":
            scene.slack.meanwhile = lambda _: None
            scene.process(others).deliver_due()

    scene.slack.meanwhile = other_process_looks
    scene.process().deliver_due()

    assert (scene.slack.texts, scene.state) == (["about 1"], "done")


@pytest.mark.parametrize("jump", JUMPS)
def test_a_jump_of_the_clock_between_a_lost_answer_and_the_look_doubles_nothing(scene: Scene, jump: timedelta) -> None:
    scene.owe()
    wrong = StillClock(scene.clock.now + jump)
    process = scene.process(wrong)
    process.delivery.slack_time.hear({"Date": scene.clock.now.strftime("%a, %d %b %Y %H:%M:%S GMT")})
    scene.slack.after["chat.postMessage"] = [TimeoutError("late")]
    scene.passes(timedelta(seconds=1))
    wrong.forward(max(-jump, timedelta(seconds=1)))  # so that it is due by either clock
    process.deliver_due()

    healed = scene.process()
    scene.after_the_quarantine(healed)

    assert (scene.slack.texts, scene.state) == (["about 1"], "done")


@pytest.mark.parametrize("jump", JUMPS)
def test_a_jump_of_the_clock_delays_what_was_put_off_by_no_more_than_was_asked(scene: Scene, jump: timedelta) -> None:
    scene.owe()
    scene.slack.before["chat.postMessage"] = [refusal("ratelimited", status=429, Retry_After="30")]
    process = scene.process()
    process.deliver_due()

    scene.clock.forward(jump)
    scene.passes(timedelta(seconds=30))
    process.deliver_due()

    assert scene.slack.texts == ["about 1"]


def test_a_clock_that_goes_back_does_not_close_a_channel(scene: Scene) -> None:
    for subject in ("1", "2"):
        scene.owe(subject)
    process = scene.process()
    process.deliver_due()

    scene.clock.forward(timedelta(days=-2))
    scene.passes(timedelta(seconds=1))
    process.deliver_due()

    assert len(scene.slack.texts) == 2


def test_patience_cut_short_keeps_what_holds_between_its_spans() -> None:
    hurried = Patience().hurried(20)

    assert (hurried.fence, hurried.lease) == (timedelta(seconds=0.25), timedelta(seconds=4.5))
    assert hurried.fence + hurried.timeout + hurried.slowest < hurried.lease


@pytest.mark.parametrize(
    "spans",
    [
        {"lease": timedelta(seconds=75)},
        {"fence": timedelta(seconds=20)},
        {"timeout": timedelta(seconds=30)},
        {"quarantine": timedelta(seconds=59)},
    ],
)
def test_spans_under_which_a_message_could_be_posted_twice_are_refused(spans: dict[str, timedelta]) -> None:
    with pytest.raises(ValueError, match="must"):
        Patience(**spans)
