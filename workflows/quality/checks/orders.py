"""Whether a step of a checklist orders something: “Repoint the alias”, and not “The alias” or “Checking the alias”."""

import re
from typing import Final

SHORT: Final = 3  # words: a longer step holds its verb somewhere, and guessing which word it is would cry wolf
# What begins a statement or a thing, not an order.
STATING: Final = frozenset(
    """a an the this that these those it its they there we you i he she our your their my is are was were be
    someone somebody everyone everybody""".split()  # noqa: SIM905 - a list of quoted strings, one a line, is no easier to read
)
NAMING: Final = re.compile(r"^\w{2,}(ings?|tions?|ness|ities|ity|ances?|ences?|ships?)$")
VERBS_LIKE_NOUNS: Final = frozenset(
    """balance bring caution condition fence ping position provision question reference ring sequence silence station
    string mention ship decommission partition quarantine distance advance enhance finance""".split()  # noqa: SIM905 - the same
)
VERBS: Final = frozenset(
    """abort accept acknowledge activate add adjust agree alert allow announce answer append apply approve archive ask
    assign attach audit backfill block break bring build bypass call cancel cap capture catch change check choose clean
    clear close collect communicate compare complete compress compute configure confirm connect contact contain convert
    copy cordon correct count create cut deactivate decide declare decrease deduplicate delay delete deploy derive
    detect diff disable disconnect discard do double drain drop dump duplicate edit eject emit empty enable end enforce
    engage escalate estimate evacuate evaluate evict exclude exercise exit expand expire export extend fail fetch file
    filter find fire fix flag flip flush follow force fork freeze gate get give go grant group halt halve hand hide hold
    identify ignore import increase inform inject insert inspect install invalidate investigate invite isolate join keep
    kill label launch let limit link list load lock log look loosen lower make mark mask match measure merge migrate
    mirror mitigate monitor mount move mute name notify note observe offer open order overwrite page park patch pause
    pick pin ping place plan plot post prepare press prevent print promote protect prune publish pull purge push put
    quarantine query queue quit raise read rebalance rebuild recall recompute reconcile reconnect record recover
    recreate recycle reduce refit refresh refuse register reject release reload remove rename renew repair repeat
    replace replay replicate repoint report reproduce request require rerun reschedule resend reset reshard resize
    resolve respond restart restore restrict resume retain retire retrain retry return reuse reveal revert review
    revoke rewrite roll rotate route run sample save say scale scan schedule scrub seal search secure seed select send
    separate serve set shed shift shorten show shrink shut sign silence skip slow snapshot sort split stage stagger
    start state stop store strip submit suspend swap switch sync take tag tell terminate test throttle tighten toggle
    trace track train transfer trigger trim truncate try turn undo unload unlock unmount unpin untag update upgrade
    upload use vacuum validate verify view visit wait wake walk warm warn watch weight wipe wire withdraw work write
    """.split()  # noqa: SIM905 - the same
)
PREFIXES: Final = re.compile(r"^(re|pre|un|de|load|red|roll|scale|shadow|dry|fail|force)-")


def is_order(step: str) -> bool:
    """Return whether the step tells somebody to do something; in doubt it does."""
    found = re.findall(r"[\w'-]+", step.casefold())
    if not found or found[0] in STATING:
        return False
    first = found[0]
    if step.rstrip().endswith("?"):
        return first in VERBS
    if NAMING.search(first) and first not in VERBS_LIKE_NOUNS and first not in VERBS:
        return False
    return len(found) > SHORT or bool(PREFIXES.match(first)) or any(word in VERBS for word in found[:SHORT])
