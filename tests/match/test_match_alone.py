"""A case by itself comes to the same as the device that reports show."""

from shipped import engine

from camfinder.flow.cases import CaseReader
from camfinder.match.alone import Describer
from camfinder.match.identify import describe
from camfinder.model import Observation
from camfinder.probes import all_probes

CASES = [
    [("http.title", "AXIS P3245-LV Network Camera"), ("http.server", "Apache/2.4.7 (Unix)")],
    [("onvif.scopes", "onvif://www.onvif.org/hardware/DS-2CD2042WD-I onvif://x/name/HIKVISION")],
    [("mac", "00:40:8c:12:34:56"), ("http.realm", "AXIS_ACCC8E123456")],
    [("mac", "00:40:8c:12:34:56"), ("mac", "4c:bd:8f:00:11:22")],
    [("snmp.sysdescr", "Linux router 5.10.0 armv7l"), ("snmp.sysobjectid", ".1.3.6.1.4.1.8072")],
    [("http.title", "Vivotek Network Camera"), ("http.title", "Vivotek Network Camera")],
    [("ssh.banner", "SSH-2.0-dropbear_2019.78")],
]


def observed(pairs: list[tuple[str, str]]) -> list[Observation]:
    """As `camfinder identify` reads them."""
    listed = [{"kind": kind, "value": value} for kind, value in pairs]
    found, _problems = CaseReader(all_probes()).read({"observations": listed})
    return found


def test_same_conclusion_as_reports() -> None:
    """Kind, names, numbers, disputes and evidence are those of `describe`."""
    told = 0
    describe_alone = Describer(engine())
    for pairs in (*CASES, *CASES):  # the second time from memory
        seen = observed(pairs)
        alone = describe_alone(seen)
        device = describe([(one, engine().evidence(one)) for one in seen], engine().fingerprints)
        assert device is not None
        found = alone.conclusion
        assert (found.verdict.kind, found.verdict.surveillance) == (
            device.kind,
            device.surveillance,
        )
        assert (found.brand, found.maker, alone.mac) == (device.brand, device.maker, device.mac)
        assert found.disputed == device.disputed
        assert [(one.fingerprint, one.fact, one.claims) for one in alone.evidence] == [
            (one.fingerprint, one.fact, one.claims) for one in device.evidence
        ]
        told += len(alone.evidence)
    assert told > 5


def test_nothing_told_is_unknown() -> None:
    """A case that no rule knows, and one without observations, come to nothing."""
    for seen in ([], observed([("http.server", "zzz")])):
        alone = Describer(engine())(seen)
        assert alone.conclusion.brand is None
        assert alone.conclusion.verdict.surveillance is None
        assert not alone.evidence
