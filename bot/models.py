"""The sentence model: a folder, or a name of the Hugging Face hub whose files were fetched into the data folder before.

Nothing is downloaded while the bot runs, unless FAULTLINE_SEMANTIC_DOWNLOAD allows it: a start must not depend on a
server elsewhere, and what runs here should be what was looked at.
"""

import re
import shutil
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Final

import typer

from bot.logs import settings_with_logs
from bot.settings import Settings, variable_of
from workflows.errors import UserError
from workflows.search.semantic import WANTED, SentenceEncoder

SMALL: Final = "sentence-transformers/all-MiniLM-L6-v2"  # 90 MB, Apache-2.0: what search is measured with
FILES: Final = (*WANTED, "1_Pooling/config.json")
HUB_NAME: Final = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")

semantic = typer.Typer(help="The sentence model with which entries are found by meaning.", no_args_is_help=True)


@semantic.callback()
def model() -> None:
    """Keep `fetch` a word of its own, though it is the only one so far."""


@semantic.command("fetch")
def fetch_model(
    name: Annotated[str, typer.Argument(help="A name of the hub, or a folder; without one that of the settings.")] = "",
    *,
    to: Annotated[
        Path | None, typer.Option(help="The folder to put it in; without one it is found by its name.")
    ] = None,
    revision: Annotated[str, typer.Option(help="A commit, tag or branch of the hub.")] = "main",
) -> None:
    """Fetch a sentence model, once, and look whether it runs here; HF_ENDPOINT names another hub."""
    settings = settings_with_logs()
    wanted = name or settings.semantic_model or SMALL
    folder = fetch(wanted, to or kept_in(settings, wanted), revision=revision)
    typer.echo(f"{wanted} is in {folder}; {variable_of('semantic_model')}={folder if to else wanted} switches it on.")


def model_folder(settings: Settings) -> Path | None:
    """Return the folder of the configured model, None where there is none.

    Raises UserError for a name of the hub that was not fetched, and may not be fetched now.
    """
    named = settings.semantic_model
    if named is None:
        return None
    if Path(named).is_dir() or not HUB_NAME.fullmatch(named):
        return Path(named)  # whoever loads it says what is missing there
    folder = kept_in(settings, named)
    if folder.is_dir():
        return folder
    if settings.semantic_download:
        return fetch(named, folder)
    msg = (
        f"The sentence model {named} is neither a folder nor was it fetched yet: run `faultline semantic fetch` once, "
        f"or set {variable_of('semantic_download')}=true."
    )
    raise UserError(msg)


def kept_in(settings: Settings, name: str) -> Path:
    """Return the folder in which a model of the hub is kept."""
    return settings.data_dir / "models" / re.sub(r"[^\w.-]+", "--", name).strip("-.")


def fetch(name: str, folder: Path, *, revision: str = "main", endpoint: str | None = None) -> Path:
    """Put the model's files, from a folder or the hub, into the folder, all or none; raises UserError when it cannot.

    `endpoint` is another hub's address; without it HF_ENDPOINT counts, or huggingface.co.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent) as temporary:
        fetched = Path(temporary) / "model"
        if Path(name).is_dir():
            _copy(Path(name), fetched)
        else:
            _download(name, fetched, revision, endpoint)
        SentenceEncoder.load(fetched)
        if folder.exists():
            shutil.rmtree(folder)
        fetched.chmod(0o755)
        fetched.rename(folder)
    return folder


def _copy(source: Path, target: Path) -> None:
    for name in FILES:
        if (source / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, target / name)
    target.mkdir(exist_ok=True)


def _download(name: str, target: Path, revision: str, endpoint: str | None) -> None:
    if not HUB_NAME.fullmatch(name):
        msg = f"{name} is neither a folder nor a name of the hub, such as {SMALL}."
        raise UserError(msg)
    if find_spec("huggingface_hub") is None:
        msg = "Fetching a model needs the extra packages: pip install 'faultline[semantic]'."
        raise UserError(msg)
    from huggingface_hub import hf_hub_download  # noqa: PLC0415 - of the extra, and half a second of every start
    from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError  # noqa: PLC0415 - as above

    for file in FILES:
        try:
            hf_hub_download(name, file, revision=revision, local_dir=target, endpoint=endpoint)
        except EntryNotFoundError:
            continue  # whether it can do without, the model says when it is loaded
        except (HfHubHTTPError, OSError, ValueError) as refused:
            reason = next(iter(str(refused).strip().splitlines()), type(refused).__name__)
            msg = f"The hub does not give {name} at {revision} ({reason}); check the name, the network and HF_ENDPOINT."
            raise UserError(msg) from refused
    shutil.rmtree(target / ".cache", ignore_errors=True)  # the hub's own notes
