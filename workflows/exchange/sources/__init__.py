"""Catalogs of others, each read into records that become draft entries; SOURCES names them all.

records.py        what every source is read into
csvfile.py        a table with a row an entry, and a mapping of its columns
postmortems.py    Markdown post-mortems with front matter
atlas.py          MITRE ATLAS, ATLAS.yaml
avid.py           AVID vulnerabilities and reports, JSON
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from workflows.entries.vocabulary import Vocabulary
from workflows.exchange.sources.atlas import read_atlas
from workflows.exchange.sources.avid import read_avid
from workflows.exchange.sources.csvfile import read_csv
from workflows.exchange.sources.postmortems import read_postmortems
from workflows.exchange.sources.records import Collection

# The last argument says for a CSV which column holds which field; the others have no columns.
SOURCES: Mapping[str, Callable[[Sequence[Path], Vocabulary, Mapping[str, str]], Collection]] = {
    "csv": read_csv,
    "postmortems": lambda paths, vocabulary, _: read_postmortems(paths, vocabulary),
    "atlas": lambda paths, vocabulary, _: read_atlas(paths, vocabulary),
    "avid": lambda paths, vocabulary, _: read_avid(paths, vocabulary),
}
