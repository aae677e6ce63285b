"""The table of methods and the pages that are generated from the code."""

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from jsonschema import Draft202012Validator

from camfinder.cli.scanning import methods as chosen
from camfinder.flow.methods import methods
from camfinder.flow.plan import TIERS, tiers_for
from camfinder.model import CamfinderError
from camfinder.probes import all_probes

ROOT = Path(__file__).resolve().parents[2]


def test_generated_pages_are_up_to_date() -> None:
    """`make docs` would change nothing: docs/protocols.md, docs/inventory.schema.json."""
    done = subprocess.run(
        [sys.executable, "tools/docs.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_schema_is_a_schema() -> None:
    """Of draft 2020-12."""
    schema = msgspec.json.decode((ROOT / "docs" / "inventory.schema.json").read_bytes())
    Draft202012Validator.check_schema(schema)
    assert schema["title"] == "camfinder.inventory/1"


def test_every_method_has_a_row() -> None:
    """And every row says how it works and what it yields."""
    rows = {row.name: row for row in methods(all_probes())}
    assert set(rows) == {probe.name for probe in all_probes()}
    assert all(row.title and row.transport and row.yields for row in rows.values())


def test_rows_say_what_the_modules_say() -> None:
    """Transport, ports, reply ports, families, routers, rights."""
    rows = {row.name: row for row in methods(all_probes())}
    hanwha = rows["hanwha"]
    assert (hanwha.transport, hanwha.ports, hanwha.replies) == ("broadcast", "7701", "7711")
    assert not hanwha.crosses_routers
    wsd = rows["wsd"]
    assert (wsd.transport, wsd.families, wsd.ports) == ("multicast, UDP", "4 6", "3702")
    assert wsd.crosses_routers
    assert (rows["tuya"].transport, rows["tuya"].needs_rights) == ("heard", "")
    assert rows["arp"].needs_rights
    assert "channels" in rows["onvif"].yields


def test_command_prints_them_all() -> None:
    """As a table for people and as JSON for programs."""
    command = [sys.executable, "-m", "camfinder", "protocols"]
    table = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    made = json.loads(
        subprocess.run([*command, "--json"], capture_output=True, text=True, check=True).stdout
    )
    for probe in all_probes():
        assert probe.name in table
    assert [row["name"] for row in made] == sorted(probe.name for probe in all_probes())


def test_only_takes_names_of_methods() -> None:
    """Repeated or with commas; an unknown one is told."""
    assert {probe.name for probe in chosen(["wsd,sadp", "dhip"])} == {"wsd", "sadp", "dhip"}
    assert chosen([]) == all_probes()
    with pytest.raises(CamfinderError, match="no method 'wsdd'"):
        chosen(["wsd,wsdd"])


def test_ports_of_some_methods() -> None:
    """Only where they have something to ask; all methods together ask on every listed port."""
    assert tiers_for(chosen(["wsd", "sadp"])) == ()
    assert {port for tier in tiers_for(chosen(["rtsp"])) for port in tier} >= {554, 8554}
    assert 80 not in {port for tier in tiers_for(chosen(["rtsp"])) for port in tier}
    listed = {port for tier in TIERS for port in tier}
    assert not any(9100 <= port <= 9107 for port in listed)
    assert len(listed) == sum(len(tier) for tier in TIERS)
