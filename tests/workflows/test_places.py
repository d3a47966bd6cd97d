"""Errors in files name the line they stand on."""

from workflows.entries.places import path_of, places

CONTENT = b"""id: FM-0001
severity:
  typical: sev1
mitigations:
  - title: Act
    checklist:
      - first
      - second
"""


def test_a_field_is_found_at_the_line_of_its_name() -> None:
    found = places(CONTENT)

    assert found.line(path_of("severity")) == 2
    assert found.line(path_of("severity.typical")) == 3
    assert found.line(path_of("mitigations.0.checklist.1")) == 8


def test_a_missing_field_is_reported_at_the_part_that_lacks_it() -> None:
    found = places(CONTENT)

    assert found.line(path_of("mitigations.0.owner")) == 5
    assert found.line(path_of("summary")) == 1


def test_an_empty_file_has_one_line() -> None:
    assert places(b"").line(path_of("title")) == 1
