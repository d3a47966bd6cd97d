"""The kinds of value that a setting takes, checked as people write them into an environment variable.

What is refused is said as the end of a sentence that begins “The setting … is wrong:”.
"""

import json
import re
from datetime import timedelta
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

from workflows.workdays import WEEKDAYS, is_known_country, zone_named

# People, people of an Enterprise Grid, user groups; * is everybody.
HOLDER: Final = re.compile(r"[UWS][A-Z0-9]+|\*")
SHORTEST: Final = timedelta(seconds=1)
FEWEST_CHARACTERS: Final = 16  # of a secret that somebody could try to guess over the network


def _names(value: Any) -> Any:
    """Take `a, b, c` for a list, as people write it into an environment variable."""
    return [name.strip() for name in value.split(",") if name.strip()] if isinstance(value, str) else value


def _holders(names: list[str]) -> list[str]:
    """Refuse what is no Slack id, so that nobody waits for a message to a name."""
    wrong = next((name for name in names if not HOLDER.fullmatch(name)), None)
    if wrong is not None:
        msg = (
            f"“{wrong}” is no Slack id; “Copy member ID” in the person's profile gives one (U…), and a user group's "
            "begins with S"
        )
        raise ValueError(msg)
    return names


def _object(value: Any, example: str) -> dict[str, Any]:
    """Take a JSON object from an environment variable; raises ValueError with an example of one."""
    try:
        named = json.loads(value) if isinstance(value, str) else value
    except json.JSONDecodeError:
        named = None
    if not isinstance(named, dict):
        msg = f"it must be JSON such as {example}"
        raise ValueError(msg)  # noqa: TRY004 - pydantic takes only a ValueError for a wrong setting
    return named


def _mapping(value: Any) -> Any:
    """Take a JSON object from an environment variable; `a, b` and `["a", "b"]` are both a list of names."""
    named = _object(value, '{"serving": "U0123", "default": "U0456, U0789"}')
    return {key: _names(names) for key, names in named.items()}


def _durations(value: Any) -> Any:
    return _object(value, '{"sev1": "P45D", "security": "P60D", "security/sev1": "P14D"}')


def _texts(value: Any) -> Any:
    return _object(value, '{"default": "C0123"}')


def _bot_token(token: SecretStr) -> SecretStr:
    return _prefixed(token, "xoxb-", "under “OAuth & Permissions” as “Bot User OAuth Token”")


def _app_token(token: SecretStr) -> SecretStr:
    return _prefixed(token, "xapp-", "under “Basic Information”, “App-Level Tokens”, with the scope connections:write")


def _prefixed(token: SecretStr, prefix: str, where: str) -> SecretStr:
    if not token.get_secret_value().startswith(prefix):
        msg = f"it must begin with {prefix}; you find it on api.slack.com/apps {where}"
        raise ValueError(msg)
    return token


def _database(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://", "postgres://")):
        msg = "it must begin with postgresql:// or sqlite:///"
        raise ValueError(msg)
    return url


def _long_enough(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value()) < FEWEST_CHARACTERS:
        msg = f"it needs {FEWEST_CHARACTERS} characters or more, such as those of `openssl rand -hex 16`"
        raise ValueError(msg)
    return secret


def _lasting(interval: timedelta) -> timedelta:
    if interval < SHORTEST:
        msg = "it must last at least a second, such as PT15S or P90D"
        raise ValueError(msg)
    return interval


def _with_slash(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        msg = "it must begin with https:// or http://"
        raise ValueError(msg)
    return url.rstrip("/") + "/"


def _weekday(name: str) -> str:
    if name.lower() not in WEEKDAYS:
        msg = f"it must be one of {', '.join(WEEKDAYS)}"
        raise ValueError(msg)
    return name.lower()


def _weekdays(names: list[str]) -> list[str]:
    return [_weekday(name) for name in names]


def _hours(text: str) -> str:
    start, _, end = text.partition("-")
    if not (start.isdecimal() and end.isdecimal() and 0 <= int(start) < int(end) <= 24):  # noqa: PLR2004 - a day's hours
        msg = "it must be two full hours such as 9-17"
        raise ValueError(msg)
    return text


def _zone(name: str) -> str:
    if zone_named(name) is None:
        msg = "it must be a time zone such as Europe/Berlin"
        raise ValueError(msg)
    return name


def _countries(named: dict[str, str]) -> dict[str, str]:
    wrong = next((one for one in named.values() if not is_known_country(one)), None)
    if wrong is not None:
        msg = f"“{wrong}” is no country whose holidays are known; write it as DE or US-CA"
        raise ValueError(msg)
    return named


Names = Annotated[list[str], NoDecode, BeforeValidator(_names)]
Holders = Annotated[list[str], NoDecode, BeforeValidator(_names), AfterValidator(_holders)]
HoldersByKey = Annotated[dict[str, Annotated[list[str], AfterValidator(_holders)]], NoDecode, BeforeValidator(_mapping)]
Texts = Annotated[dict[str, str], NoDecode, BeforeValidator(_texts)]
Countries = Annotated[Texts, AfterValidator(_countries)]
BotToken = Annotated[SecretStr, AfterValidator(_bot_token)]
AppToken = Annotated[SecretStr, AfterValidator(_app_token)]
DatabaseUrl = Annotated[SecretStr, AfterValidator(_database)]
LongSecret = Annotated[SecretStr, AfterValidator(_long_enough)]
Url = Annotated[str, AfterValidator(_with_slash)]
Interval = Annotated[timedelta, AfterValidator(_lasting)]
Intervals = Annotated[dict[str, Interval], NoDecode, BeforeValidator(_durations)]
Weekday = Annotated[str, AfterValidator(_weekday)]
Weekdays = Annotated[Names, AfterValidator(_weekdays)]
Hours = Annotated[str, AfterValidator(_hours)]
Zone = Annotated[str, AfterValidator(_zone)]
