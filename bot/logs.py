"""Logs: one line an event, for people or for machines, with every secret taken out first."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from bot.settings import Settings, read_settings

# Slack's token kinds, bearer headers, and passwords inside database URLs.
SECRETS = re.compile(r"xox[a-z]-[\w.-]+|xapp-[\w.-]+|(?i:bearer\s+)[\w.~+/=-]{8,}|(?<=://)([^:/@\s]+):[^@/\s]+(?=@)")


def configure_logs(*, level: str, as_json: bool) -> None:
    """Send every log line of this process, ours and the libraries', to stderr."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        without_secrets,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for chatty in ("slack_bolt", "slack_sdk", "apscheduler", "uvicorn", "alembic"):
        # These log request bodies, every job run and every start-up step at INFO; bodies hold what people wrote.
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # The client reports every failed call before it raises; whoever catches it says what matters.
    logging.getLogger("slack_sdk").setLevel(logging.CRITICAL)


def settings_with_logs() -> Settings:
    """Return the settings, with logs configured as they say."""
    settings = read_settings()
    configure_logs(level=settings.log_level, as_json=settings.log_format == "json")
    return settings


def without_secrets(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Return the log line with tokens, bearer values and database passwords replaced, in every field."""
    return {key: redacted(value) for key, value in line.items()}


def redacted(value: Any) -> Any:
    """Return the value with secrets replaced in its text; containers are redacted as their text."""
    if isinstance(value, bool | int | float | type(None)):
        return value
    if isinstance(value, logging.LogRecord):
        return value
    text = value if isinstance(value, str) else str(value)
    clean = SECRETS.sub("[secret]", text)
    return value if clean == text else clean
