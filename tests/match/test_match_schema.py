"""The JSON Schema of fingerprint files agrees with the reader."""

import tomllib
from pathlib import Path

import jsonschema
import pytest

from camfinder.match.fingerprint import default_folder, read
from camfinder.match.schema import schema

VENDOR = 'schema = 1\n[vendor]\nid = "acme"\nname = "Acme"\nsource = "made up"\n'


def test_every_shipped_file_is_valid() -> None:
    """What the reader takes, the schema takes."""
    validator = jsonschema.Draft202012Validator(schema())
    validator.check_schema(schema())
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
    ],
)
def test_both_refuse_the_same(tmp_path: Path, more: str) -> None:
    """A mistake that the schema finds, the reader finds too."""
    assert list(jsonschema.Draft202012Validator(schema()).iter_errors(tomllib.loads(VENDOR + more)))
    (tmp_path / "acme.toml").write_text(VENDOR + more)
    assert read([tmp_path])[1]
