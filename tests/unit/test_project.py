"""The project keeps its own house rules where a test can see them."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def requirement(text: str) -> str:
    return re.split(r"[\[><=!~ ]", text, maxsplit=1)[0]


def test_every_dependency_has_its_line_of_reason_and_no_other_has() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    kinds = {**project["project"]["optional-dependencies"], **project["dependency-groups"]}
    declared = {
        *(requirement(text) for text in project["project"]["dependencies"]),
        *(f"{requirement(text)} ({kind})" for kind, some in kinds.items() for text in some),
    }

    table = (ROOT / "CONTRIBUTING.md").read_text().partition("| package | reason |")[2]
    explained = set(re.findall(r"^\| ([a-z0-9-]+(?: \(\w+\))?) \|", table, flags=re.MULTILINE))

    assert explained == declared


def test_every_make_target_of_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    named = set(
        re.findall(r"(?m:^|`)make ([a-z]+)", (ROOT / "README.md").read_text() + (ROOT / "CONTRIBUTING.md").read_text())
    )

    assert named <= targets


def test_every_local_link_in_the_documents_leads_somewhere() -> None:
    documents = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "catalog/README.md")]
    broken = [
        (document.name, target)
        for document in [*documents, *(ROOT / "docs").glob("*.md")]
        for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)#]+)", document.read_text())
        if not (document.parent / target).exists()
    ]

    assert broken == []
