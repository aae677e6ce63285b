"""Real version strings of every scheme parse and are ordered as their makers number them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camfinder.judge.firmware import SCHEMES, equal, read

REAL = {
    "hikvision": [
        "V5.4.5 build 170123", "5.4.0 Build 160530", "V4.30.096build221220", "3.2.30_build221223",
        "V5.6.5", "V5.7.13_230822", "V2.3.8-8", "V1.1.4",
    ],
    "dahua": [
        "2.820.0000000.48.R.220614", "1.000.0000009.0.R.220620", "1.000.HW00.21.20190812",
        "2.800.0000000.16.R,Build Date: 2021-09-14", "2.800.0000000.16.R, build: 2021-09-14",
        "2.420.HW01.33.20190812", "4.000.00AT008.0.R.20230302", "3.215.00HW001.2.20190821",
        "1.000.0041.20180530", "2.608.0000.0", "2.608.GV00.0", "2.800.00IB00C.0.T",
    ],
    "axis": ["9.80.3.1", "10.12.236", "11.11", "1.65.4", "AXIS OS 11.6", "5.50.3.7"],
    "bosch": ["7.62.0021", "7.80 B128", "6.32", "9.00.0210"],
    "uniview": [
        "NVR-B3801.20.17.240507", "CIPC-B2303.2.8.230105", "DIPC-B1216.5.7.230109",
        "IPC_G6103-B6103.16.10.B25.201218",
    ],
    "tplink": [
        "1.3.6 Build 230426 Rel.48373n", "3.1.0_Build_250820_Rel.57668n",
        "1.1.15 Build 211130 Rel.15378n(4555)", "1.0.4 Build 240305 Rel.111944",
    ],
    "tvt": ["1.3.4.22966B181219.D00.U1(4A21S)", "1.3.3.20657B180918.D06.U2(4A41T)"],
    "vivotek": ["CC8160-VVTK-0100d", "FD8166A-VVTK-0204j", "VVTK-0103f"],
    "mobotix": ["MX-V4.7.2.18", "MX-V5.2.0.61", "MX-V4.4.2.73.r2", "MX-V4.7.3.11-r4"],
    "hanwha-old": ["SRN4000_v2.16_170401", "v2.16_170401"],
    "dotted": [
        "1.41.16", "2.22.00", "3.05.62", "1.12.0.25", "1.06.01 Hotfix", "2.02", "2.60B15",
        "3.1.0.71-11", "2.03-02", "M2.1.6.05", "SS016.05.03.01.0010", "4.36.11.5859",
        "Illustra.SS016.05.03.01.0007", "1.41.16_20240101_R123", "v6.3.40",
    ],
    "synology": ["1.0.5-0185", "1.1.1-0383"],
    "reolink": ["v3.0.0.1889_23031701", "1.0.227", "3.0.0.136_20121102"],
    "text": [
        "FullImg-1023-1007-1011-1009", "B3223P22C02424", "LM.1.6.18", "2.3.5SK.30084998",
        "VMS560 Build 595 T2-Patch",
    ],
    "component": ["uc-httpd 1.0.0", "gSOAP/2.8", "JAWS/1.0"],
}  # fmt: skip

ORDER = {
    "hikvision": [
        "V5.4.0 build 160414", "V5.4.0 build 160530", "V5.4.5", "V5.4.40", "V5.10.1 build 160101",
    ],
    "dahua": [
        "2.820.0000000.5.R.210101", "2.820.0000000.5.R.210102",
        "2.820.0000000.16.R,Build Date: 2020-01-01", "2.820.0000009.0.R.190101",
    ],
    "axis": ["5.50.3.7", "9.80.3.1", "10.12.236", "11.2.3", "11.10.61"],
    "bosch": ["6.32", "7.62.0021", "7.80.0127", "7.80 B128", "9.00.0210"],
    "uniview": [
        "DIPC-B1216.5.7.230108", "DIPC-B1216.5.7.230109", "DIPC-B1216.5.12.220101",
        "DIPC-B1216.B16.1.220101",
    ],
    "tplink": [
        "1.3.6 Build 230425 Rel.50000n", "1.3.6_Build_230426_Rel.48372n",
        "1.3.6 Build 230426 Rel.48373n(4555)", "1.3.10 Build 220101 Rel.1n",
    ],
    "tvt": [
        "1.3.3.20657B180918.D06.U2(4A41T)", "1.3.4.9966B181219.D00.U1(4A41T)",
        "1.3.4.22966B181219.D14.U1(4A41T)",
    ],
    "vivotek": ["CC8160-VVTK-0100c", "VVTK-0100d", "CC8160-VVTK-0101a"],
    "mobotix": ["MX-V4.4.2.73", "MX-V4.4.2.73.r2", "MX-V4.7.2.9", "MX-V4.7.2.18"],
    "hanwha-old": ["SRN4000_v2.9_160101", "v2.16_170331", "SRN-4000_v2.16_170401"],
    "dotted": ["1.05.05", "1.06.01", "1.06.01 Hotfix", "1.41.9", "1.41.16", "2.60B9", "2.60B15"],
    "synology": ["1.0.5-0184", "1.0.5-0185", "1.0.10-0001"],
    "reolink": ["1.0.227", "3.0.0.136_20121102", "v3.0.0.1889_23031701", "v3.0.0.1889_23031702"],
    "component": ["gSOAP/2.7", "gSOAP/2.8.9", "gSOAP 2.8.48"],
}  # fmt: skip

NOT_COMPARABLE = [
    ("dahua", "2.800.0000000.16.R.210914", "2.820.0000000.48.R.220614"),
    ("dahua", "1.000.HW00.21.20190812", "1.000.HW01.3.20190820"),
    ("dahua", "2.820.0000000.5.R.210101", "2.820.HW00.5.R.210101"),
    ("dahua", "2.608.0000.1", "2.608.0000.0"),
    ("uniview", "NVR-B3801.20.17.240507", "NVR-B3802.20.17.240507"),
    ("uniview", "CIPC-B2303.2.8.230105", "DIPC-B2303.2.8.230105"),
    ("tvt", "1.3.4.22966B181219.D00.U1(4A21S)", "1.3.4.22966B181219.D14.U1(8A41T)"),
    ("vivotek", "CC8160-VVTK-0100d", "FD8166A-VVTK-0204j"),
    ("mobotix", "MX-V5.2.0.61", "MX-V4.7.2.18"),
    ("hanwha-old", "SRN4000_v2.16_170401", "SRN1000_v2.16_170401"),
    ("dotted", "M2.1.6.05", "2.1.6.05"),
    ("hikvision", "V5.4.0", "V5.4.0 build 160530"),
    ("tplink", "1.3.6", "1.3.6 Build 230426 Rel.48373n"),
    ("synology", "1.0.5", "1.0.5-0185"),
    ("dotted", "2.60", "2.60B15"),
    ("text", "LM.1.6.18", "LM.1.6.19"),
    ("component", "gSOAP/2.8", "uc-httpd 1.0.0"),
]  # fmt: skip

FOREIGN = [
    ("hikvision", "2.820.0000000.48.R.220614"), ("dahua", "V5.4.5 build 170123"),
    ("axis", "10.12.236-beta"), ("bosch", "latest"), ("uniview", "B3801.20.17"),
    ("tplink", "Build 230426"), ("tvt", "1.3.4.22966B181219.beta"), ("vivotek", "0100d"),
    ("dotted", "1.2.3-rc1"), ("dotted", "1.2.3 beta"), ("reolink", "3"), ("none", "1.0"),
    ("component", "GoAhead"), ("text", " .-"), ("mobotix", "MX"), ("synology", "1"),
    ("hanwha-old", "SRN"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "raw"), [(n, raw) for n, raws in REAL.items() for raw in raws])
def test_real_strings_parse(name: str, raw: str) -> None:
    """Every form seen on devices and in records is one of its scheme, and equals itself."""
    version = read(SCHEMES[name], raw)
    assert version is not None
    assert equal(SCHEMES[name], version, version) is True


@pytest.mark.parametrize("name", ORDER)
def test_order(name: str) -> None:
    """Each version is older than all that follow, numbers count as numbers."""
    scheme = SCHEMES[name]
    versions = [read(scheme, raw) for raw in ORDER[name]]
    for at, older in enumerate(versions):
        for newer in versions[at + 1 :]:
            assert older is not None
            assert newer is not None
            assert scheme.compare(older, newer) == -1
            assert scheme.compare(newer, older) == 1


def test_numbers_are_no_text() -> None:
    """5.4.5 is older than 5.4.40, which text order gets wrong."""
    for name in ("hikvision", "dotted", "axis", "bosch", "synology"):
        pair = ("5.45", "5.400") if name == "bosch" else ("5.4.5", "5.4.40")
        older, newer = (read(SCHEMES[name], raw) for raw in pair)
        assert older is not None
        assert newer is not None
        assert SCHEMES[name].compare(older, newer) == -1


@pytest.mark.parametrize(("name", "one", "other"), NOT_COMPARABLE)
def test_other_branches_are_not_comparable(name: str, one: str, other: str) -> None:
    """Another branch, customer, hardware or model, or a missing build: no order is claimed."""
    scheme = SCHEMES[name]
    left, right = read(scheme, one), read(scheme, other)
    assert left is not None
    assert right is not None
    assert scheme.compare(left, right) is None


@pytest.mark.parametrize(("name", "raw"), FOREIGN)
def test_foreign_forms_do_not_parse(name: str, raw: str) -> None:
    """What is not of the form is no version: it is not comparable."""
    assert read(SCHEMES[name], raw) is None


@pytest.mark.parametrize(
    ("name", "raw", "built"),
    [
        ("hikvision", "V5.4.5 build 170123", date(2017, 1, 23)),
        ("hikvision", "V5.4.5 build 990123", date(1999, 1, 23)),
        ("hikvision", "V5.4.5 build 171323", None),
        ("dahua", "2.800.0000000.16.R,Build Date: 2021-09-14", date(2021, 9, 14)),
        ("dahua", "2.820.0000000.48.R.220614", date(2022, 6, 14)),
        ("dahua", "2.608.0000.0", None),
        ("uniview", "NVR-B3801.20.17.240507", date(2024, 5, 7)),
        ("tvt", "1.3.4.22966B181219.D00.U1(4A21S)", date(2018, 12, 19)),
    ],
)
def test_build_days(name: str, raw: str, built: date | None) -> None:
    """The day of the build is read; two-digit years reach from 1980 to 2079."""
    version = read(SCHEMES[name], raw)
    assert version is not None
    assert version.built == built


def test_blanks_case_and_v_carry_no_meaning() -> None:
    """A leading V, blanks and letter case do not make another version."""
    for name, one, other in (
        ("hikvision", "v5.4.5  BUILD 170123", "5.4.5build170123"),
        ("text", "firmware_FullImg-1023-1007", "fullimg-1023-1007"),
        ("dotted", "V1.05.05", "1.5.5"),
        ("mobotix", "mx-v4.7.2.18", "MX-V4.7.2.18"),
    ):
        left, right = read(SCHEMES[name], one), read(SCHEMES[name], other)
        assert left is not None
        assert right is not None
        assert equal(SCHEMES[name], left, right) is True


@pytest.mark.parametrize(
    ("raw", "bound", "expected"),
    [
        ("11.9.60", "11.9", 0),
        ("11.10.61", "11.9", 1),
        ("10.5.3", "11.9", -1),
        ("9.80.3.1", "11.9", None),
        ("10.12.240", "11.9", None),
        ("9.80.3.1", "9.80.69", -1),
        ("9.80.70", "9.80.69", 1),
        ("11.11.73", "11.11", None),
        ("11.11", "11.11", 0),
        ("12.0.91", "11.11", 1),
    ],
)
def test_axis_tracks(raw: str, bound: str, expected: int | None) -> None:
    """A long-term track gets its own fixes: only an end on the same track says anything."""
    scheme = SCHEMES["axis"]
    version, end = read(scheme, raw), read(scheme, bound)
    assert version is not None
    assert end is not None
    assert scheme.upper(version, end) == expected


@given(st.sampled_from(sorted(SCHEMES)), st.text(max_size=200))
def test_any_text_is_read_or_refused(name: str, raw: str) -> None:
    """Hostile text gives a version or nothing, never an error."""
    scheme = SCHEMES[name]
    version = read(scheme, raw)
    if version is not None:
        assert scheme.compare(version, version) in {0, None}


@given(
    st.sampled_from([(n, r) for n, raws in REAL.items() for r in raws]),
    st.sampled_from([(n, r) for n, raws in REAL.items() for r in raws]),
)
def test_order_is_antisymmetric(one: tuple[str, str], other: tuple[str, str]) -> None:
    """Newer one way is older the other way, where both ways can be told."""
    scheme = SCHEMES[one[0]]
    left, right = read(scheme, one[1]), read(scheme, other[1])
    if left is not None and right is not None:
        forth, back = scheme.compare(left, right), scheme.compare(right, left)
        assert forth is None or back is None or forth == -back or 0 in {forth, back}
