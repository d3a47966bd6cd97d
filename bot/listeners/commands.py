"""`/failure`: one command, its subcommands in one table, and an answer for whatever is typed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rapidfuzz import fuzz, process
from slack_bolt import Ack

from bot.blocks.elements import Rendered, clip, context, escape, section
from bot.forms.calls import CommandCall, command_call
from bot.ids import COMMAND

NEAR_ENOUGH = 74  # of 100: `serach` is 83 like `search`; words that are no subcommand stay below 60

Handler = Callable[[CommandCall], Rendered | None]


@dataclass(frozen=True)
class Subcommand:
    """What can stand behind `/failure`: its name, what follows it, and a sentence on what it does."""

    name: str
    arguments: str
    sentence: str

    @property
    def usage(self) -> str:
        """How it is typed."""
        return f"{COMMAND} {self.name} {self.arguments}".strip()


SUBCOMMANDS = (
    Subcommand(
        "search",
        "<words>",
        "find failure modes by what you see; spelling mistakes are forgiven, `model:llm severity:sev1` narrows",
    ),
    Subcommand("show", "FM-0012", "show one entry"),
    Subcommand("new", "", "describe a failure mode in two minutes; it is saved as a draft"),
    Subcommand("edit", "FM-0012", "edit a draft, or your working copy of a published entry"),
    Subcommand("history", "FM-0012", "every revision of an entry, and what differs between any two"),
    Subcommand("write-up", "", "write up what happened, in three short saved steps"),
    Subcommand("drafts", "", "your drafts and unfinished write-ups"),
    Subcommand(
        "review", "FM-0012 security", "ask colleagues to sign off; with nothing behind it, what waits for your sign-off"
    ),
    Subcommand("reviews", "all", "entries that wait for your review; `all` or a domain behind it shows other people's"),
    Subcommand("away", "2026-12-21 2027-01-03", "say on which days you are away; alone it tells, `off` ends it"),
    Subcommand(
        "calendar", "", "your reviews as a calendar to subscribe to; `new` gives another address, `off` closes it"
    ),
    Subcommand("release", "llm 5.0", "have the entries of a model family verified, as a version of it was released"),
    Subcommand(
        "status", "mitigated", "how the incident here stands; words behind it change it: `sev2`, `resolved`, `mine`"
    ),
    Subcommand("brief", "", "the incident here in one message for stakeholders: what matched, was tried, is running"),
    Subcommand("runs", "FM-0012", "start an entry's remedy here; alone it lists the remedies under way"),
    Subcommand("explain", "", "why I spoke or was silent here: the best match, its chance, the threshold"),
    Subcommand("mute", "2h", "post nothing here by myself for a while; `off` ends it"),
    Subcommand("threshold", "0.7", "how sure I must be to speak here; alone it tells, `default` takes the usual one"),
    Subcommand("drill", "FM-0012 #channel", "practise an entry; alone it picks one; `stop` ends it"),
    Subcommand(
        "watch",
        "threads",
        "listen in this channel and suggest entries when sure enough; `threads`, or a message's link, narrows it",
    ),
    Subcommand("unwatch", "", "stop listening in this channel"),
    Subcommand("subscribe", "FM-0012", "be told of changes of an entry, a domain or a tag; alone it lists yours"),
    Subcommand("unsubscribe", "FM-0012", "be told no more"),
    Subcommand("domains", "", "who answers for which part of the catalog, and how its entries stand"),
    Subcommand("help", "", "this list"),
)
ALIASES = {
    "follow": "subscribe",
    "unfollow": "unsubscribe",
    "find": "search",
    "get": "show",
    "writeup": "write-up",
    "?": "help",
}


@dataclass(frozen=True)
class CommandListener:
    """Answers `/failure`; `handlers` holds one function a subcommand."""

    handlers: Mapping[str, Handler]
    home_team: str

    def answer(self, ack: Ack, body: dict[str, Any]) -> None:
        """Understand the subcommand, let its handler answer, and acknowledge with the answer."""
        typed = command_call(body, self.home_team)
        call = _parted(typed)
        name, understood = understood_subcommand(call.word)
        if name is None:
            rendered: Rendered | None = usage(call.text)
        else:
            rendered = self.handlers[name](call)
        if rendered is None:
            ack()
            return
        if understood or call != typed:
            rendered = Rendered(rendered.text, [*rendered.blocks, context(f"Understood as `{COMMAND} {name}`.")])
        ack(response_type="ephemeral", **rendered.as_payload())


def _parted(call: CommandCall) -> CommandCall:
    """Return the command with the space that was forgotten: `searchcuda oom` is `search cuda oom`."""
    glued = call.word.removeprefix("search")
    if glued == call.word or len(glued) < 3:  # noqa: PLR2004 - `searches` is a misspelling, no search for `es`
        return call
    return replace(call, text=f"search {glued} {call.rest}")


def understood_subcommand(word: str) -> tuple[str | None, bool]:
    """Return the subcommand meant by a word, and whether a spelling mistake was forgiven; None for no subcommand."""
    if not word:
        return "help", False
    names = [subcommand.name for subcommand in SUBCOMMANDS]
    if word in names:
        return word, False
    if word in ALIASES:
        return ALIASES[word], False
    nearest = process.extractOne(word, names, scorer=fuzz.ratio, score_cutoff=NEAR_ENOUGH)
    return (nearest[0], True) if nearest else (None, False)


def usage(typed: str = "") -> Rendered:
    """Return what is possible, after something that is not."""
    lines = [f"`{escape(subcommand.usage)}`  {escape(subcommand.sentence)}" for subcommand in SUBCOMMANDS]
    if typed.strip():
        words = escape(clip(typed.strip(), 60))
        lines.insert(0, f"`{COMMAND} {words}` is not something I know. To search for it: `{COMMAND} search {words}`")
    text = "\n".join(lines)
    return Rendered(text, [section(text)])


def help_text(_: CommandCall) -> Rendered:
    """Return the list of subcommands."""
    return usage()
