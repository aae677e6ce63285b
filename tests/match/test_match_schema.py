"""The JSON Schema of fingerprint files agrees with the reader."""

import tomllib
from pathlib import Path

import jsonschema
import pytest

from camfinder.match.fingerprint import default_folder, read
from camfinder.match.schema import schema
from camfinder.probes import catalogue

VENDOR = 'schema = 1\n[vendor]\nid = "acme"\nname = "Acme"\nsource = "made up"\n'


def test_every_shipped_file_is_valid() -> None:
    """What the reader takes, the schema takes."""
    known = schema(catalogue().emits)
    validator = jsonschema.Draft202012Validator(known)
    validator.check_schema(known)
    for path in sorted(default_folder().glob("*.toml")):
        errors = list(validator.iter_errors(tomllib.loads(path.read_text(encoding="utf-8"))))
        assert not errors, f"{path.name}: {errors[0].message}"


@pytest.mark.parametrize(
    "more",
    [
        'colour = "red"\n',
        'kind = "surveillance"\n',
        'country = "Norway"\n',
        'makes_own = "yes"\n',
        "[[rule]]\nid = 'acme.x'\n",
        "[[model]]\nid = 'acme.x'\nmatch = 'x'\nproves = 'sure'\n",
        'country = "UK"\n',
    ],
)
def test_both_refuse_the_same(tmp_path: Path, more: str) -> None:
    """A mistake that the schema finds, the reader finds too."""
    assert list(jsonschema.Draft202012Validator(schema()).iter_errors(tomllib.loads(VENDOR + more)))
    (tmp_path / "acme.toml").write_text(VENDOR + more)
    assert read([tmp_path])[1]


def test_an_editor_knows_the_facts() -> None:
    """Facts that no probe makes are refused, families are taken, every key is explained."""
    known = schema(catalogue().emits)
    rule = known["properties"]["rule"]["items"]["properties"]
    validator = jsonschema.Draft202012Validator({"$defs": known["$defs"], **rule["fact"]})
    assert validator.is_valid("http.title")
    assert validator.is_valid(["http.header.x-cam", "mac.organization"])
    assert not validator.is_valid("http.titel")
    assert not validator.is_valid([])
    assert all(each["description"] for each in rule.values())
