"""What each kind of evidence weighs in ranking: one small set of numbers, tuned on labelled data.

`python -m benchmarks.search_weights SET …` shows what other numbers would do, and how far the choice can be trusted:
it is made on part of the queries and judged on the rest. The surface is flat: any number here may be half or twice as
large and the figures stay within the noise.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Weights:
    """The weight of each kind beside the shared words, of which the best entry has 1.

    `name` is for how much of a title or alias was said, `letters` for kin of words (`crypt`, `encrypted`), `examples`
    for what people confirmed before, `signature` for a log line, `meaning` for a sentence model; a word counts
    `synonym` where only another way of saying it was used.
    """

    name: float = 0.3
    letters: float = 0.45
    examples: float = 2.5
    signature: float = 0.6
    meaning: float = 0.5
    synonym: float = 0.4


AS_TUNED: Final = Weights()
