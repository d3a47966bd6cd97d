"""What another tool reports of an incident, as the JSON that it posts."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal, TypeVar, cast

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from workflows.entries.parts import SeverityLevel, without_unstorable_characters
from workflows.errors import InvalidForm
from workflows.incidenttools import Status
from workflows.situations import MAX_SERVICE, MAX_SERVICES, Change, Clearable

CLEARED_BY_NULL: Final[Sequence[Clearable]] = ("severity", "commander")


def plain(value: Any) -> Any:
    """Return text without capitals and dashes, so that SEV-2 is sev2."""
    return value.strip().lower().replace("-", "") if isinstance(value, str) else value


def _storable(value: Any) -> Any:
    return without_unstorable_characters(value) if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_storable), StringConstraints(strip_whitespace=True, min_length=1)]
Report = TypeVar("Report", bound=BaseModel)
Service = Annotated[Text, StringConstraints(max_length=MAX_SERVICE)]


class IncidentReport(BaseModel):
    """One report: what is left out stays as it is, and null clears severity and commander."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    channel: Annotated[Text, StringConstraints(max_length=80)]
    severity: Annotated[SeverityLevel | None, BeforeValidator(plain)] = None
    status: Annotated[Status | None, BeforeValidator(plain)] = None
    commander: Annotated[str, StringConstraints(pattern=r"^[UW][A-Z0-9]{2,29}$")] | None = None
    services: Annotated[list[Service], Field(max_length=MAX_SERVICES)] | None = None
    times: Mapping[Literal["detected", "mitigation_started", "mitigated", "resolved"], AwareDatetime] = {}
    source: Annotated[Text, StringConstraints(max_length=60)] = "the webhook"

    @property
    def change(self) -> Change:
        """What is to change of the incident."""
        nulls = {name for name in self.model_fields_set if getattr(self, name) is None}
        return Change(
            status=self.status,
            severity=self.severity,
            commander=self.commander,
            services=list(dict.fromkeys(self.services)) if self.services is not None else None,
            times=cast("Mapping[str, Any]", self.times),
            cleared=[name for name in CLEARED_BY_NULL if name in nulls],
        )


def report_of(kind: type[Report], body: bytes) -> Report:
    """Return the report that was posted; raises InvalidForm with a sentence for each field that is wrong."""
    try:
        return kind.model_validate_json(body)
    except ValidationError as invalid:
        wrong = {
            ".".join(str(one) for one in error["loc"]) or "body": error["msg"]
            for error in invalid.errors(include_input=False, include_url=False, include_context=False)
        }
        raise InvalidForm(wrong) from None
