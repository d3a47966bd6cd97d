"""Who is behind the roles that entries name: an entry says “serving on-call”, Slack knows people and user groups."""

from collections.abc import Mapping
from dataclasses import dataclass, field

_SAYING_NOTHING = (" rota", " team")  # “capacity rota” and “capacity” are the same people


@dataclass(frozen=True)
class Rotas:
    """The Slack ids (U…, S…) of those who hold each role; `named` gives them by the role's name in entries."""

    named: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def holders(self, role: str) -> tuple[str, ...]:
        """Return who holds the role, nobody where it is not named; capitals, blanks and “rota” do not matter."""
        wanted = _plain(role)
        return next((ids for name, ids in self.named.items() if _plain(name) == wanted), ())


def _plain(role: str) -> str:
    plain = " ".join(role.casefold().split())
    for word in _SAYING_NOTHING:
        plain = plain.removesuffix(word)
    return plain
