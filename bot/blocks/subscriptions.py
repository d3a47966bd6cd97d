"""What a person follows, and the answers to following and unfollowing."""

from collections.abc import Iterable, Sequence

from bot import ids
from bot.blocks.elements import Block, Rendered, button, clip, context, escape, section
from workflows.subscriptions import USAGE, Followed, Target

SHOWN = 40  # subscriptions in one message
MEANING = 120  # characters


def subscriptions(followed: Sequence[Followed]) -> Rendered:
    """Return the list of what somebody follows, each with a button that ends it."""
    if not followed:
        text = f"You follow nothing yet. Try {USAGE}."
        return Rendered(text, [section(text)])
    blocks = [section(f"*You follow {sum(not one.is_muted for one in followed)} thing(s).*"), *followed_lines(followed)]
    if len(followed) > SHOWN:
        blocks.append(context("There are more; `/failure unsubscribe` with a name ends any of them."))
    return Rendered("You follow: " + "; ".join(escape(_words(one)) for one in followed), blocks)


def followed_lines(followed: Iterable[Followed], limit: int = SHOWN) -> list[Block]:
    """Return a line for each thing somebody follows or has muted, with its button."""
    return [_line(one) for one in list(followed)[:limit]]


def now_following(followed: Followed) -> Rendered:
    """Return the answer to following something."""
    text = (
        f":bell: You follow {_mrkdwn(followed)}. When something published there changes, you get one quiet message. "
        f"`/failure unsubscribe {followed.target.name}` ends it."
    )
    return Rendered(text, [section(text)])


def no_longer_following(target: Target, *, did: bool) -> Rendered:
    """Return the answer to unfollowing something."""
    named = f"{target.kind} {target.name}" if target.kind != "entry" else target.name
    text = f"You follow {named} no more." if did else f"You did not follow {named}; `/failure subscribe` lists what is."
    return Rendered(text, [section(text)])


def told_no_more(entry_id: str) -> Rendered:
    """Return the answer to “Stop telling me about this”."""
    text = f"You will hear no more of changes of {escape(entry_id)}. `/failure subscribe {escape(entry_id)}` undoes it."
    return Rendered(text, [section(text)])


def _line(one: Followed) -> Block:
    if one.is_muted:
        again = button("Tell me again", ids.TELL_AGAIN, one.target.name)
        return section(f":no_bell: {_mrkdwn(one)}: you hear nothing of its changes", accessory=again)
    stop = button("Stop following", ids.UNFOLLOW, f"{one.target.kind}|{one.target.name}")
    return section(f":bell: {_mrkdwn(one)}", accessory=stop)


def _mrkdwn(one: Followed) -> str:
    meaning = escape(clip(one.meaning, MEANING))
    if one.target.kind == "entry":
        return f"`{one.target.name}` {meaning}"
    return f"the {one.target.kind} *{escape(one.target.name)}*" + (f": {meaning}" if meaning else "")


def _words(one: Followed) -> str:
    kind = "" if one.target.kind == "entry" else f"{one.target.kind} "
    return f"{kind}{one.target.name}" + (" (muted)" if one.is_muted else "")
