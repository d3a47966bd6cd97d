"""A person's home tab."""

from collections.abc import Mapping

from bot import ids
from bot.blocks.amendments import decisions
from bot.blocks.elements import (
    Block,
    actions,
    button,
    clip,
    context,
    divider,
    escape,
    header,
    home_view,
    menu,
    person,
    section,
    typed_choice,
)
from bot.blocks.entries import card_blocks, day, open_entry
from bot.blocks.reviews import review_buttons
from bot.blocks.subscriptions import followed_lines
from workflows.home import HomePage
from workflows.matters import Purpose

EACH = 5  # things of each kind; the rest are a command away
FOLLOWED = 10
REASON = 150  # characters
PURPOSES: Mapping[Purpose, str] = {
    "publication": "before it is published",
    "amendment": "before it is changed",
    "afterwards": "after an urgent correction",
    "sampling": "as a sample",
}


def home(page: HomePage) -> Block:
    """Return the home tab of somebody who may read the catalog: well below Slack's 100 blocks however much there is."""
    return home_view(
        [
            header("Faultline"),
            section("*What are you seeing?* Search the failure modes this team knows, and what helped last time."),
            _doors(page),
            section("*Open an entry*", accessory=typed_choice(ids.PICK_ENTRY, "Type an id or a title")),
            *_waiting(page),
            *_begun(page),
            *_followed(page),
            *_domains(page),
        ]
    )


def closed_home() -> Block:
    """Return the home tab of people of other workspaces."""
    text = "Faultline keeps the failure catalog of the workspace that shares a channel with you."
    return home_view([header("Faultline"), section(f"{text} Ask a colleague there to look something up for you.")])


def doorstep() -> Block:
    """Return the home tab of somebody whose workspace Slack did not tell us: one press says who they are."""
    show = button("Show my home", ids.SHOW_HOME, "-", style="primary")
    return home_view(
        [header("Faultline"), section("Your drafts, reviews and what you follow."), actions("door", [show])]
    )


def _doors(page: HomePage) -> Block:
    doors = [button("Search", ids.OPEN_SEARCH, "-", style="primary")]
    if page.may_write:
        doors.append(button("New entry", ids.NEW_ENTRY, "-"))
    return actions("doors", [*doors, button("Write up an incident", ids.START_WRITEUP, "-")])


def _waiting(page: HomePage) -> list[Block]:
    blocks: list[Block] = [divider(), header("Waiting for you")]
    if not page.sign_offs and not page.amendments and not page.reviews:
        return [*blocks, context("Nothing.")]
    for asked in page.sign_offs[:EACH]:
        by = f", asked by {person(asked.asked_by)}" if asked.asked_by else ""
        what = f"Your sign-off for {escape(asked.discipline)}, {PURPOSES[asked.purpose]}{by}"
        title = f":memo: *{escape(asked.entry.document.title)}*  `{asked.entry.id}`"
        read = open_entry(asked.entry)
        blocks.append(section(f"{title}\n{what}. You can decide in the message that asked you.", accessory=read))
    for amendment in page.amendments[:EACH]:
        title = f":pencil: *{escape(amendment.entry.document.title)}*  `{amendment.entry.id}`"
        text = f"{title}\n{person(amendment.proposed_by)} suggests: {escape(clip(amendment.reason, REASON))}"
        blocks += [section(text), decisions(amendment)]
    for review in page.reviews[:EACH]:
        blocks += [*card_blocks(review.entry, clip(review.reason, REASON)), review_buttons(review)]
    return [*blocks, *_more(len(page.reviews), "`/failure reviews` lists them all.")]


def _begun(page: HomePage) -> list[Block]:
    blocks: list[Block] = [divider(), header("You began")]
    if not page.unfinished and not page.drafts:
        return [*blocks, context("No drafts and no unfinished write-ups.")]
    for writeup in page.unfinished[:EACH]:
        go_on = button("Continue", ids.CONTINUE_WRITEUP, str(writeup.id))
        blocks.append(section(f":hourglass_flowing_sand: {escape(writeup.title)}, unfinished", accessory=go_on))
    for entry in page.drafts[:EACH]:
        edit = button("Edit", ids.EDIT_ENTRY, entry.id)
        status = entry.status.replace("_", " ")
        blocks.append(section(f":pencil2: {escape(entry.document.title)}  `{entry.id}`, {status}", accessory=edit))
    return [*blocks, *_more(max(len(page.unfinished), len(page.drafts)), "`/failure drafts` lists them all.")]


def _followed(page: HomePage) -> list[Block]:
    blocks: list[Block] = [divider(), header("You follow")]
    if not page.followed:
        return [*blocks, context("Nothing yet. Press Follow in an entry, or `/failure subscribe domain serving`.")]
    for change in page.changes[:EACH]:
        line = f"{day(change.at)}  *{escape(change.entry.document.title)}*  `{change.entry.id}`"
        why = f"{person(change.by)}: {escape(clip(change.reason, REASON))}"
        blocks.append(section(f"{line}\n{why}", accessory=open_entry(change.entry)))
    blocks += followed_lines(page.followed, FOLLOWED)
    return [*blocks, *_more(len(page.followed) - FOLLOWED + EACH, "`/failure subscribe` lists them all.")]


def _domains(page: HomePage) -> list[Block]:
    offered = {name: f"{name} ({count})" for name, count in page.domains}
    if not offered:
        return []
    return [divider(), section("*Browse*", accessory=menu(ids.BROWSE_DOMAIN, "Choose a domain", offered))]


def _more(count: int, where: str) -> list[Block]:
    return [context(f"There is more; {where}")] if count > EACH else []
