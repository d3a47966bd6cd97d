"""A folder on disk that gets whole files or none, and never anything outside itself."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from workflows.errors import UserError

NEW_FILE_MODE = 0o644


@dataclass(frozen=True)
class TargetFolder:
    """Where an export goes; files are named relative to it, with slashes."""

    root: Path

    def write(self, name: str, content: str | bytes) -> bool:
        """Put the content there and return whether that changed anything; raises UserError where it cannot be put.

        The file is written beside its place and moved there, so that whoever is killed or reads leaves and sees whole
        files.
        """
        path = self._place(name)
        data = content.encode() if isinstance(content, str) else content
        with _told(path):
            if path.is_file() and path.read_bytes() == data:
                return False
            path.parent.mkdir(parents=True, exist_ok=True)
            mode = path.stat().st_mode & 0o777 if path.exists() else NEW_FILE_MODE
            with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".faultline-", suffix=".tmp", delete=False) as new:
                try:
                    new.write(data)
                    new.flush()
                    os.fchmod(new.fileno(), mode)
                    Path(new.name).replace(path)
                except OSError:
                    Path(new.name).unlink(missing_ok=True)
                    raise
        return True

    def remove(self, name: str) -> None:
        """Remove the file; raises UserError where it cannot be removed."""
        path = self._place(name)
        with _told(path):
            path.unlink(missing_ok=True)

    def _place(self, name: str) -> Path:
        """Return the real place of the file; raises UserError for one outside, also by way of a link."""
        parts = PurePosixPath(name).parts
        with _told(self.root / name):
            root = self.root.resolve()
            path = root.joinpath(*parts).resolve()
        if PurePosixPath(name).is_absolute() or ".." in parts or root not in path.parents:
            msg = f"{self.root / name} lies outside {self.root}, so nothing is written there; take the link out."
            raise UserError(msg)
        return path


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, RuntimeError) as failed:  # RuntimeError: Python 3.12 and older on a loop of links
        reason = getattr(failed, "strerror", None) or failed
        msg = f"{path} cannot be written ({reason}); name another folder or make room there."
        raise UserError(msg) from None
