"""What people paste that nobody planned for, by name; each must be answered, in bounded time."""

import base64
import random
from typing import Final

from hypothesis import strategies as st

LONGEST: Final = 40_000  # characters of Slack's longest message
_CHANCE: Final = random.Random(0)
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


def _random_words(count: int, letters: int) -> str:
    return " ".join("".join(_CHANCE.choices(_LETTERS, k=letters)) for _ in range(count))


TRACE: Final = "\n".join(
    f'  File "/srv/app/module_{number}/runner.py", line {number}, in callWrapper_{number}\n    raise KeyError({number})'
    for number in range(400)
)
ZALGO: Final = "".join(letter + "\u0300\u0316\u0345\u0489\u033f" * 8 for letter in "the loss is nan ")

BAD_TEXTS: Final = {
    "nothing": "",
    "only blanks": " \t\n\u00a0\u2003" * 100,
    "a long paste": ("cuda out of memory on node 7; loss is nan; " * 1_000)[:LONGEST],
    "a million characters": "gpu memory " * 100_000,
    "one-letter words": "a b c d e f g h i j " * 2_000,
    "only emoji": "🔥👩‍🚀🏳️‍🌈 :fire: " * 3_000,
    "only a stack trace": f"Traceback (most recent call last):\n{TRACE}"[:LONGEST],
    "mixed scripts": "потеря loss 损失 はNaN です नुकसान الخسارة " * 600,
    "right to left": "\u202eالذاكرة נגמר הזיכרון gpu\u202c " * 800,
    "zalgo": ZALGO * 60,
    "base64": base64.b64encode(_CHANCE.randbytes(30_000)).decode(),
    "hexadecimal": _CHANCE.randbytes(20_000).hex(),
    "ten thousand identical words": "memory " * 10_000,
    "one word without end": "memoryleak" * 4_000,
    "camel humps": "MemoryLeak" * 4_000,
    "distinct short words": _random_words(40_000, 4),
    "distinct long words": _random_words(40_000, 12),
    "nearly words of the catalog": " ".join(f"memoory{one}{other}" for one in _LETTERS for other in _LETTERS) * 20,
    "brackets": "(((((([[[[{{{{" * 3_000,
    "markup that never ends": "<https://" * 4_000,
    "mentions": "<@U0123456> <#C1|x> <!here> " * 1_500,
    "regular expressions": "(a+)+$ (.*)*x (?:a|a)*b [[:alpha:]]{1000} \\ \\b(\\w+)+!" * 600,
    "fit for exploding patterns": "a" * LONGEST,
    "nul": "\x00gpu\x00 out of memory\x00" * 1_000,
    "lone surrogates": "\ud800 gpu \udfff memory \udc00" * 1_000,
    "control characters": "".join(map(chr, range(32))) * 1_000,
    "beyond the basic plane": "𝖌𝖕𝖚 𝔪𝔢𝔪𝔬𝔯𝔶 " * 1_000,
    "SQL": "'; DROP TABLE entries; -- %s %(x)s {0} ${x} " * 900,
    "numbers": " ".join(str(number) for number in range(8_000)),
}  # fmt: skip

PATTERNS_THAT_EXPLODE: Final = (
    r"(a+)+$", r"(a|a)*b", r"(.*)*x", r"(a|aa)+$", r"(\w+\s?)+!$", r"((a*)*)*c", r"(x+x+)+y", r".*.*.*.*=.*",
    r"^(([a-z])+.)+[A-Z]([a-z])+$", r"(?:a?){50}a{50}", r"(([a-z]*)*)*\d", r"\b(\w+)\b.*\b(\w+)\b.*!!",
)  # fmt: skip

bad_texts: st.SearchStrategy[str] = st.one_of(
    st.sampled_from(sorted(BAD_TEXTS.values())),
    st.text(max_size=2_000),
    st.text(st.characters(categories=["Cs", "Cc", "Cf", "Mn", "So", "Lo", "Nd"]), max_size=500),
    st.tuples(st.text(min_size=1, max_size=12), st.integers(1, 8_000)).map(lambda some: (some[0] * some[1])[:LONGEST]),
    st.lists(st.sampled_from(sorted(BAD_TEXTS.values())).map(lambda text: text[:3_000]), max_size=4).map("\n".join),
)
