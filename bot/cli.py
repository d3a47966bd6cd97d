"""The `faultline` command."""

import gc
import json
import os
import sys
from collections.abc import Mapping
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.table import Table
from threadpoolctl import threadpool_limits

from bot.alone import turn
from bot.auditing import as_instant, trail_lines, trail_table
from bot.build import offline, open_store
from bot.demo import Demo
from bot.doctor import examine
from bot.evaluating import evaluate as measure
from bot.exchange import ExportFormat, Source, columns_of, told_changes, told_export
from bot.exports import channel_names, read_history
from bot.lessons import lessons
from bot.linting import LintFormat, told
from bot.logs import settings_with_logs
from bot.models import model_folder, semantic
from bot.past import difference_table, revision_as_json, revision_table
from bot.peers.table import peers as all_peers
from bot.replay import judge_history, replay_history
from bot.reviewing import reviewing
from bot.running import running
from bot.searching import searching
from bot.settings import Settings, settings_table
from bot.stopping import StopSignal, stop_signal
from bot.undelivered import outbox
from bot.writing import writing
from store import Damaged, Unavailable, migration_state
from workflows.clock import system_clock
from workflows.errors import UserError
from workflows.evaluation.engines import Faultline
from workflows.evaluation.material import read_material
from workflows.evaluation.noise import known_noises
from workflows.exchange.page import entry_page
from workflows.exchange.portrait import entry_as_json
from workflows.people import OPERATOR
from workflows.quality.linting import lint as lint_files
from workflows.search.synonyms import Synonyms

cli = typer.Typer(
    help="Faultline: a Slack bot that keeps a machine-learning team from paying twice for the same failure.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
cli.add_typer(lessons)
cli.add_typer(searching)
cli.add_typer(writing)
cli.add_typer(reviewing)
cli.add_typer(outbox, name="outbox")
cli.add_typer(semantic, name="semantic")
console = Console()

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


def main() -> None:
    """Run the command; a person's mistake ends with one sentence and exit code 1."""
    threadpool_limits(limits=1)  # the arrays are small; several threads only wait for each other on a busy machine
    try:
        cli()
    except UserError as mistake:
        _complain(mistake.sentence)
    except Unavailable:
        _complain("The database does not answer; check DATABASE_URL and that the database runs.")
    except Damaged as damage:
        _complain(f"The database file cannot be read ({damage}); restore a backup, or name another in DATABASE_URL.")


@cli.command()
def run(
    *,
    http: Annotated[
        bool, typer.Option("--http", help="Take Slack's requests over HTTP instead of Socket Mode.")
    ] = False,
    stand_by: Annotated[
        bool, typer.Option("--stand-by", help="Where another one runs on the SQLite file, wait and take over.")
    ] = False,
) -> None:
    """Run the bot: Slack, the scheduler and the web server in one process."""
    settings = settings_with_logs()
    with stop_signal() as stop, turn(settings.store_url, stop, stands_by=_tell if stand_by else None) as is_ours:
        if is_ours:
            _run(settings, stop, over_http=http)


def _run(settings: Settings, stop: StopSignal, *, over_http: bool) -> None:
    with running(settings, over_http=over_http) as address:
        _tell(f"Faultline is running; health at {address}/healthz. Ctrl-C stops it.")
        stop.wait()
        _tell("Stopping: finishing what was begun.")


@cli.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    store = open_store(settings_with_logs())
    state = migration_state(store.engine)
    store.close()
    _tell(f"The database is at revision {state.current}, the newest.")


@cli.command()
def doctor() -> None:
    """Check tokens, scopes, events, database and clock, and say how to mend what is wrong."""
    findings = examine(settings_with_logs())
    marks = {"ok": "[green]ok[/]", "warning": "[yellow]look[/]", "wrong": "[red]wrong[/]"}
    table = Table(show_header=False, box=None, pad_edge=False)
    for finding in findings:
        table.add_row(marks[finding.state], finding.subject, finding.sentence)
    console.print(table)
    if any(finding.state == "wrong" for finding in findings):
        raise typer.Exit(1)


@cli.command(name="import")
def import_(
    paths: Annotated[
        list[Path],
        typer.Argument(help="A folder with vocabulary.yaml and entries/*.yaml, or files of --from.", metavar="PATH..."),
    ],
    *,
    source: Annotated[Source, typer.Option("--from", help="What it is; of others' catalogs drafts are made.")] = (
        Source.CATALOG
    ),
    mapping: Annotated[Path | None, typer.Option(help="For a CSV: a YAML file of lines `field: column`.")] = None,
    named: Annotated[list[str] | None, typer.Option("--map", help="For a CSV: FIELD=COLUMN.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would change, field by field; no more.")
    ] = False,
) -> None:
    """Take entries into the catalog, all or none; what is unchanged is left alone."""
    columns = columns_of(mapping, named or [])
    if source is Source.CATALOG and len(paths) > 1:
        _complain("One catalog folder is imported at a time; run the command once for each.")
    with offline(settings_with_logs()) as workflows:
        if source is Source.CATALOG:
            report = workflows.imports.import_folder(paths[0], OPERATOR, dry_run=dry_run)
        else:
            report = workflows.imports.import_source(source.value, paths, OPERATOR, columns=columns, dry_run=dry_run)
    for line in told_changes(report, dry_run=dry_run):
        _tell(line)


@cli.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Folder to write into; with YAML it may hold files already.")],
    *,
    form: Annotated[ExportFormat, typer.Option("--format", help="What to write.")] = ExportFormat.YAML,
    include_drafts: Annotated[bool, typer.Option(help="Unpublished entries too.")] = False,
    include_restricted: Annotated[bool, typer.Option(help="Entries that not everybody may see, too.")] = False,
    prune: Annotated[bool, typer.Option(help="Remove YAML files of entries that are gone from the catalog.")] = False,
) -> None:
    """Write the catalog's entries into a folder; unchanged YAML files are left alone."""
    with offline(settings_with_logs()) as workflows:
        exported = workflows.exports.export(
            folder,
            form.value,
            OPERATOR,
            with_drafts=include_drafts,
            with_restricted=include_restricted,
            prune=prune,
        )
    for line in told_export(exported, folder):
        _tell(line)


@cli.command()
def lint(
    paths: Annotated[list[Path], typer.Argument(help="Catalog folders, or single entry files.", metavar="PATH...")],
    *,
    form: Annotated[LintFormat, typer.Option("--format", help="For people, programs or code hosts.")] = LintFormat.TEXT,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on what is only flagged, too.")] = False,
    vocabulary: Annotated[
        Path | None, typer.Option(help="Your own vocabulary file; needed for files that lie in no catalog.")
    ] = None,
) -> None:
    """Judge entries in files, without a database: exit code 1 when something blocks."""
    gc.disable()  # one run whose memory only grows: over thousands of entries, collecting costs a fifth of the time
    try:
        found = lint_files(paths, system_clock().date(), vocabulary)
    finally:
        gc.enable()
    typer.echo(told(found, form))
    if found.blocking or (strict and found.problems):
        raise typer.Exit(1)


@cli.command()
def show(entry: Annotated[str, typer.Argument(help="An id such as FM-0012.")], *, as_json: AsJson = False) -> None:
    """Show one entry."""
    with offline(settings_with_logs()) as workflows:
        found = workflows.catalog.entry(entry, OPERATOR)
    if as_json:
        _print_json(entry_as_json(found))
    else:
        console.print(Markdown(entry_page(found, {})))


@cli.command()
def entries(*, as_json: AsJson = False) -> None:
    """List the published entries."""
    with offline(settings_with_logs()) as workflows:
        published = workflows.catalog.published()
    if as_json:
        _print_json([entry_as_json(entry) for entry in published])
        return
    table = Table(box=None, pad_edge=False)
    for column in ("id", "severity", "failure mode", "domain"):
        table.add_column(column)
    for entry in published:
        document = entry.document
        table.add_row(document.id, document.severity.typical, document.title, document.domain)
    console.print(table)


@cli.command()
def replay(
    path: Annotated[
        Path, typer.Argument(help="A Slack export (folder or zip), or a transcript (.yaml, .jsonl, .txt).")
    ],
    *,
    channel: Annotated[str, typer.Option(help="Only channels whose name matches this pattern.")] = "*",
    labels: Annotated[
        Path | None, typer.Option(help="JSONL of {channel, relevant}: measure how good that would have been.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show for each message of a history what the bot would have shown, with the same code as live."""
    settings = settings_with_logs()
    if labels is not None:
        judged = judge_history(settings, list(read_history(path, channel)), channel_names(path), labels)
        _tell_measured(judged.as_json() if as_json else judged.tables(), judged.report.left_out)
        return
    for shown in replay_history(settings, read_history(path, channel)):
        if as_json:
            typer.echo(json.dumps(shown.as_json(), ensure_ascii=False))
        else:
            _print_replayed(shown.as_json())


@cli.command()
def history(
    entry: Annotated[str, typer.Argument(help="An id such as FM-0012.")],
    *,
    between: Annotated[
        tuple[int, int] | None, typer.Option("--diff", metavar="OLD NEW", help="What differs between two revisions.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List every revision of an entry, or what differs between any two."""
    with offline(settings_with_logs()) as workflows:
        if between is None:
            _, revisions = workflows.history.of(entry, OPERATOR)
            lines = [revision_as_json(one) for one in revisions]
        else:
            lines = [vars(one) for one in workflows.history.compare(entry, *between, OPERATOR).differences]
    if as_json:
        _print_json(lines)
    elif between is None:
        console.print(revision_table(lines))
    else:
        console.print(difference_table(lines) if lines else "Nothing differs.")


@cli.command()
def links(
    *,
    check: Annotated[bool, typer.Option("--check", help="Ask every address that was not asked this month.")] = False,
) -> None:
    """List the links that entries cite and that are dead, after asking them with --check."""
    with offline(settings_with_logs()) as workflows:
        asked = workflows.links.check(most=sys.maxsize) if check else []
        dead = workflows.links.dead()
    for one in dead:
        _tell(f"{one.state}  {one.uri}  cited by {', '.join(one.cited_by)}, asked {one.checked_at:%Y-%m-%d}")
    _tell(f"{len(asked)} asked, {len(dead)} dead." if check else f"{len(dead)} dead.")


@cli.command()
def audit(
    *,
    actor: Annotated[str, typer.Option(help="Only deeds of this person (a Slack id), or of `operator`.")] = "",
    action: Annotated[str, typer.Option(help="Only this kind of deed, such as entry.edit.")] = "",
    subject: Annotated[str, typer.Option(help="Only what was done to this, such as FM-0012.")] = "",
    since: Annotated[datetime | None, typer.Option(help="Only from this moment on (UTC).")] = None,
    until: Annotated[datetime | None, typer.Option(help="Only before this moment (UTC).")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many deeds at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show who did what, newest first; the database itself refuses to change or delete a line of it."""
    with offline(settings_with_logs()) as workflows:
        deeds = workflows.trail.find(
            actor=actor, action=action, subject=subject, since=as_instant(since), until=as_instant(until), limit=limit
        )
    if as_json:
        typer.echo(trail_lines(deeds))
    else:
        console.print(trail_table(deeds) if deeds else "Nothing in the audit trail fits.")


@cli.command()
def evaluate(
    catalog: Annotated[Path, typer.Option(help="JSONL of {id, title, summary, tags}, or a folder of catalog YAML.")],
    queries: Annotated[Path, typer.Option(help="JSONL of {text or messages, relevant}, or incident YAML.")],
    *,
    examples: Annotated[Path | None, typer.Option(help="JSONL of {entry, text}: what was confirmed before.")] = None,
    negatives: Annotated[Path | None, typer.Option(help="Messages that deserve no answer, one a line.")] = None,
    noise: Annotated[str, typer.Option(help="Measure with this damage too: typo, chat, or both with a comma.")] = "",
    peers: Annotated[bool, typer.Option("--peers", help="Measure the engines you could use instead, too.")] = False,
    postgres: Annotated[str, typer.Option(envvar="TEST_PG_URL", help="A PostgreSQL server for its peers.")] = "",
    as_json: AsJson = False,
) -> None:
    """Measure search and suggestions on your own labelled data, beside the engines you could use instead."""
    settings = settings_with_logs()
    noises = known_noises([name for name in noise.split(",") if name])
    material = read_material(catalog, queries, examples=examples, negatives=negatives)
    threshold, model = settings.suggestion_threshold, model_folder(settings)
    synonyms = Synonyms.load(catalog if catalog.is_dir() else settings.catalog_dir, settings.synonyms)
    engines = [
        Faultline(threshold, model, synonyms),
        *(all_peers(threshold, postgres=postgres, model=model) if peers else ()),
    ]
    report = measure(engines, material, noises, threshold)
    _tell_measured(report.as_json() if as_json else report.tables(), report.left_out)


@cli.command()
def settings() -> None:
    """Print the table of all settings, as it stands in docs/settings.md."""
    typer.echo(settings_table())


@cli.command()
def demo(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the local Slack's page.")] = 8787,
    data: Annotated[Path, typer.Option(help="Folder that keeps the demo between two starts.")] = Path("data/demo"),
) -> None:
    """Try everything without a Slack workspace: a local Slack in the browser, with a real incident."""
    _require_sandbox()
    Demo(port=port, data=data, tell=_tell).run()


@cli.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
def sandbox(context: typer.Context) -> None:
    """Start the local Slack alone; `faultline sandbox --help` lists its options."""
    _require_sandbox()
    # The sandbox is a program of its own that knows nothing of the bot, so it takes over this process.
    os.execv(sys.executable, [sys.executable, "-m", "sandbox", *context.args])  # noqa: S606 - our own interpreter


def _require_sandbox() -> None:
    if find_spec("jinja2") is None or find_spec("websockets") is None:
        msg = "The local Slack is an extra that is not installed here; get it with: pip install 'faultline[sandbox]'"
        raise UserError(msg)


def _complain(sentence: str) -> None:
    Console(stderr=True, soft_wrap=True, highlight=False).print(sentence, markup=False)
    sys.exit(1)


def _tell(sentence: str) -> None:
    console.print(sentence, markup=False, highlight=False, soft_wrap=True)


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _tell_measured(told: dict[str, Any] | list[Table], left_out: Mapping[str, str]) -> None:
    if isinstance(told, dict):
        _print_json(told)
        return
    for table in told:
        console.print(table, "")
    for name, reason in left_out.items():
        _tell(f"{name} is left out: {reason}.")


def _print_replayed(shown: dict[str, Any]) -> None:
    card = ", ".join(f"{one['id']} {one['score']:.2f} ({one['why']})" for one in shown["shown"]) or "silent"
    _tell(f"#{shown['channel']} {shown['ts']}  {card}")
