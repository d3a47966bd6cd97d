"""A major write-up of a new failure mode, in the three parts that three people write."""

from sandbox.eyes import Actor, Form


def begun(first: Actor, channel: str) -> None:
    """Say what happened, blaming somebody, and leave the rest to others."""
    first.command("/failure write-up", channel=channel)
    form = first.modal("What did people see?").fill("Name the failure mode", "Tokenizer cache serves old words")
    form.fill("What did people see?", "Somebody forgot to clear a cache").choose("How bad was it?", "sev1").submit()
    first.modal("By how much at least?").close()


def continued(second: Actor, channel: str) -> Form:
    """Go on up to the form that asks why, and return it with its answers, not yet sent."""
    second.clicks("Continue", second.sees("1 of 9 parts", channel=channel))
    second.modal("By how much at least?").submit()
    second.modal("What happened when").submit()
    why = second.modal("What set it off?").choose("What kind of cause?", "capacity")
    why.choose("What set it off?", "load").choose("Who should own the entry?", "serving")
    return why.fill("What was wrong before anything happened?", "The cache outlives the vocabulary")


def finished(third: Actor, channel: str) -> None:
    """Answer what is left, be asked for the cause in place of the blame, and submit it as a new entry."""
    third.clicks("Continue", third.sees("4 of 9 parts", channel=channel))
    third.modal("How was it noticed?").submit()
    third.modal("What contained it?").submit()
    third.modal("Where did you get lucky?").submit()
    lessons = third.modal("What should others know")
    lessons.fill("What should others know, in general terms?", "Tie a cache to its vocabulary").submit()
    third.modal("Follow-up actions").submit()
    last = third.modal("What becomes of").sees("What made it likely that this happened to them?")
    last.choose("It becomes", "new").submit()
