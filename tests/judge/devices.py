"""The table of devices with the right verdict for every main regime.

A row is a name, observations, and a letter for each of `us-ndaa-889`, `us-fcc-covered-list`,
`uk-2022`, `au-2023`: L listed, T listed-through-maker, R brand-known-to-relabel, N not-listed,
C cannot-tell. The observations are written after the makers' protocols and firmware forms.
"""

from collections.abc import Iterator
from typing import NamedTuple

from judged import (
    MACS,
    Observed,
    dhip,
    information,
    isapi,
    mac,
    rtsp,
    sadp,
    scopes,
    web,
)

LETTERS = {
    "L": "listed",
    "T": "listed-through-maker",
    "R": "brand-known-to-relabel",
    "N": "not-listed",
    "C": "cannot-tell",
}
OTHER_MAC = "00:1f:54:12:34:56"
"""A block of no camera maker."""


class Row(NamedTuple):
    """A device and what is right of it."""

    name: str
    observations: tuple[Observed, ...]
    right: str
    group: str


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Brand and model of each `brand|model`."""
    pairs = (entry.strip().split("|") for entry in text.split(";"))
    return tuple((brand, model) for brand, model in pairs)


HIKVISION_LABELS = _pairs(
    "Annke|I91BN; LTS|CMIP7043W-28M; Interlogix|TVB-5401; Swann|NHD-887MSB; W Box|0E-21BF40; "
    "Prama|PT-NC123D3; Aventura|AV-IPC-B4; Honeywell|HRG-0841; LaView|LV-PB934F4; "
    "TRENDnet|TV-IP1318PI; ABUS|TVIP62561; Grundig|GCI-K1523B; Safire|SF-IPB025H; "
    "Northern Video|NTH-IP4BX; Alibi|ALI-NS4014R"
)
DAHUA_LABELS = _pairs(
    "Amcrest|IP8M-2496EB; Lorex|LNB8963B; Montavue|MTB8104; IC Realtime|ICIP-B8732I; "
    "EmpireTech|PFB-5442; CP Plus|CP-UNC-TA41PL3; Honeywell|HBW2PER1; FLIR|N243EW4; "
    "Q-See|QCN8026B; IndigoVision|BX430; Panasonic|K-EW114L03E; Luminys|N3B-4LA2; "
    "Intelbras|VIP-1230-B; KBVision|KX-2011N2; RVi|RVi-1NCT2020; ENS Security|ENS-IPB2; "
    "VIP Vision|VSIPP-4BIRG; Stanley Security|SSIP-4B"
)
TVT_LABELS = _pairs(
    "Provision-ISR|I3-340IPSN-MVF; Speco|O4VB2; NOVUS|NVIP-4VE-6202; Gazer|CI204; "
    "IPOX|PX-TI4028; TechSon|TCI-EC0; Skilleye|SSB-4; Satvision|SVI-S122"
)
UNIVIEW_LABELS = _pairs(
    "Atsumi Electric|AT-K2; BCS|BCS-P-412R3; Alibi|ALI-FB45-UA; Safire|SF-IPT850"
)
XIONGMAI_LABELS = ("Besder", "ANRAN", "ESCAM", "Floureon", "Jooan", "Godrej", "Optimus")
OWN_MAKE = _pairs(
    "Axis|P3245-LVE; Hanwha Vision|XNO-8082R; Mobotix|MX-M73A; Avigilon|4.0C-H5A-D1; "
    "Pelco|IME329-1IS; Vivotek|FD9369; GeoVision|GV-EBD8711; ACTi|E96; AVTECH|AVM5447; "
    "Arecont Vision|AV5225PMIR; Canon|VB-H45; Dallmeier|DDF5250HDV; D-Link|DCS-4602EV; "
    "Ubiquiti|UVC-G4; Grandstream|GSC3615; Verkada|CD52; Basler|BIP2-1300C; Vicon|V940D; "
    "LILIN|LR832; Brickcom|VD-E400Af; EverFocus|EZN268; Synology|BC500; AVer|CAM520; "
    "IDIS|DC-D4516WRX; CNB|NB21; QNAP|VS-2212; BirdDog|P200; DoorBird|D1101V; Zavio|B8520; "
    "NUUO|NVRsolo"
)


def hikvision_signs(model: str) -> Iterator[tuple[str, tuple[Observed, ...]]]:
    """Pairs and more of independent signs of Hikvision's firmware."""
    own = MACS["hikvision"]
    yield "SADP, realm", (sadp(model, mac=OTHER_MAC), web(realm="IP Camera(E7330)"))
    yield "ISAPI, MAC", (isapi(model, mac=own), mac("hikvision"))
    yield (
        "web pages, realm, MAC",
        (
            web(server="App-webs/", body='<script>location="/doc/page/login.asp"</script>'),
            rtsp(realm="IP Camera(E7330)"),
            mac("hikvision"),
        ),
    )


def dahua_signs(model: str, brand: str) -> Iterator[tuple[str, tuple[Observed, ...]]]:
    """The same of Dahua's."""
    firmware = "2.800.0000000.16.R.210914"
    yield (
        "DHIP, realm",
        (
            dhip(brand, model, firmware="1.0", mac=OTHER_MAC),
            web(realm="Login to 4K07A1BPAJ12345"),
        ),
    )
    yield (
        "ONVIF firmware, page",
        (
            information(brand, model, firmware=firmware),
            web(title="WEB SERVICE", body='<div class="ui-video-wrap-icon"></div>/RPC2_Login'),
        ),
    )
    yield "DHIP, MAC", (dhip(brand, model, firmware="1.0", mac=MACS["dahua"]), mac("dahua"))


def _relabelled() -> Iterator[Row]:
    group = "relabelled"
    for brand, model in HIKVISION_LABELS:
        label = information(brand, model)
        for signs, observed in hikvision_signs(model):
            yield Row(f"{brand}, Hikvision by {signs}", (label, *observed), "TTTT", group)
    for brand, model in DAHUA_LABELS:
        label = information(brand, model)
        for signs, observed in dahua_signs(model, brand):
            yield Row(f"{brand}, Dahua by {signs}", (label, *observed), "TTTT", group)
    tvt = "1.3.4.22966B181219.D00.U1(4A21S)"
    for brand, model in TVT_LABELS:
        page = web(server="Cross Web Server")
        seen: tuple[Observed, ...] = (information(brand, model, firmware=tvt), page)
        yield Row(f"{brand}, TVT by firmware and server", seen, "NNTN", group)
        seen = (information(brand, model), page, mac("tvt"))
        yield Row(f"{brand}, TVT by server and MAC", seen, "NNTN", group)
    unv = "IPC_G6103-B6103.16.10.B25.201218"
    for brand, model in UNIVIEW_LABELS:
        seen = (information(brand, model, firmware=unv), mac("uniview"))
        yield Row(f"{brand}, Uniview by firmware and MAC", seen, "NNTN", group)
    xm = "V5.00.R02.000807D8.10010.040400.0020000"
    for brand in XIONGMAI_LABELS:
        seen = (information(brand, "X1", firmware=xm), web(title="NETSurveillance WEB"))
        yield Row(f"{brand}, Xiongmai by firmware and page", seen, "NNTN", group)
        seen = (
            information(brand, "X1"),
            rtsp(server="H264DVR 1.0"),
            web(title="NETSurveillance WEB"),
        )
        yield Row(f"{brand}, Xiongmai by stream server and page", seen, "NNTN", group)


def _listed() -> Iterator[Row]:
    group = "listed"
    own = MACS["hikvision"]
    dahua = "2.820.0000000.48.R.220614"
    yield Row("Hikvision by SADP", (sadp("DS-2CD2143G2-IS", mac=own),), "LLLL", group)
    yield Row("Hikvision by ISAPI", (isapi("DS-2CD2347G2-LU", mac=own),), "LLLL", group)
    yield Row("Hikvision by ONVIF", (information("HIKVISION", "DS-2DE4425IW-DE"),), "LLLL", group)
    yield Row(
        "Hikvision by scopes",
        (scopes("HIKVISION DS-2CD2143G2-I", "DS-2CD2143G2-I"),),
        "LLLL",
        group,
    )
    yield Row(
        "Hikvision, MAC of another block", (sadp("DS-7616NI-K2", mac=OTHER_MAC),), "LLLL", group
    )
    yield Row(
        "Dahua by ONVIF", (information("Dahua", "IPC-HDW2431T", firmware=dahua),), "LLLL", group
    )
    seen: tuple[Observed, ...] = (
        dhip("Dahua", "DH-IPC-HFW2431S", firmware=dahua, mac=MACS["dahua"]),
    )
    yield Row("Dahua by DHIP", seen, "LLLL", group)
    yield Row("Dahua by scopes", (scopes("Dahua", "DH-IPC-HDBW2431E"),), "LLLL", group)
    yield Row("EZVIZ by SADP", (sadp("CS-C6N-A0-1C2WFR", mac=OTHER_MAC),), "LLLT", group)
    yield Row("EZVIZ by ONVIF", (information("EZVIZ", "CS-H8C-R100"),), "LLLC", group)
    yield Row("HiLook by ONVIF", (information("HiLook", "IPC-B140H"),), "LLLL", group)
    yield Row("HiWatch by ONVIF", (information("HiWatch", "DS-I200"),), "LLLL", group)
    yield Row("Huawei camera", (information("Huawei", "M2241-10-QLI-E3"),), "LLLN", group)
    yield Row("Uniview", (information("UNIVIEW", "IPC3614SB-ADF28KM-I0"),), "NNLN", group)
    yield Row("Tiandy", (information("Tiandy", "TC-C35WS"),), "NNLN", group)
    yield Row("TVT", (information("TVT", "TD-9452S3A"),), "NNLN", group)
    yield Row("Milesight", (information("Milesight", "MS-C2964-PB"),), "NNLN", group)
    yield Row("Foscam", (information("Foscam", "R4M"),), "NNLN", group)
    yield Row(
        "no label, SADP and MAC",
        (rtsp(realm="IP Camera(E7330)"), web(server="App-webs/"), mac("hikvision")),
        "LLLL",
        group,
    )
    seen = (
        rtsp(server="Rtsp Server/3.0", realm="Login to 4K07A1BPAJ12345"),
        web(title="WEB SERVICE"),
        mac("dahua"),
    )
    yield Row("no label, Dahua pages and realm", seen, "LLLL", group)


def _habit() -> Iterator[Row]:
    group = "habit"
    for brand, model in HIKVISION_LABELS[:8]:
        yield Row(f"{brand}, no sign of a maker", (information(brand, model),), "RRRR", group)
    for brand, model in DAHUA_LABELS[:12]:
        if brand == "Honeywell":
            continue
        yield Row(f"{brand}, no sign of a maker", (information(brand, model),), "RRRR", group)
    yield Row(
        "Provision-ISR, no sign", (information("Provision-ISR", "I3-340IPSN"),), "NNRN", group
    )
    yield Row("Bosch DIVAR, no sign", (information("Bosch", "DIVAR network 3000"),), "RRRR", group)


def _cannot_tell() -> Iterator[Row]:
    group = "cannot-tell"
    for brand, model in HIKVISION_LABELS[8:]:
        yield Row(f"{brand}, habit by one weak source", (information(brand, model),), "CCCC", group)
    for brand, model in DAHUA_LABELS[12:]:
        yield Row(f"{brand}, habit by one weak source", (information(brand, model),), "CCCC", group)
    amcrest = information("Amcrest", "IP8M-2496EB")
    yield Row(
        "Amcrest, one sign: realm", (amcrest, web(realm="Login to 4K07A1BPAJ12345")), "CCCC", group
    )
    yield Row(
        "Swann, one sign: MAC",
        (information("Swann", "NHD-887MSB"), mac("hikvision")),
        "CCCC",
        group,
    )
    yield Row(
        "Vivotek with a MAC of Dahua's",
        (information("Vivotek", "FD9369"), mac("dahua")),
        "CCCC",
        group,
    )
    yield Row(
        "Axis with a MAC of TVT's", (information("Axis", "P3245-LVE"), mac("tvt")), "NNCN", group
    )
    yield Row(
        "unknown label, MAC of Hikvision",
        (information("Qorvex", "ZK-1"), mac("hikvision")),
        "CCCC",
        group,
    )
    yield Row(
        "unknown label", (information("Qorvex", "ZK-1"), scopes("Qorvex", "ZK-1")), "CCCC", group
    )
    yield Row(
        "no label, one page",
        (web(server="App-webs/"), ("rtsp.response", "RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n")),
        "CCCC",
        group,
    )
    hipcam = rtsp(server="Hipcam RealServer/V1.0")
    yield Row(
        "Vivotek with Hipcam's server", (information("Vivotek", "FD9369"), hipcam), "NNCN", group
    )
    yield Row("Reolink", (information("Reolink", "RLC-810A"),), "NNCN", group)
    yield Row("TP-Link", (information("TP-Link", "VIGI C340"),), "NNCN", group)
    yield Row("Imou", (information("Imou", "IPC-C22E"),), "CCLC", group)


def _honest() -> Iterator[Row]:
    group = "honest"
    for brand, model in OWN_MAKE:
        yield Row(f"{brand}, own make", (information(brand, model),), "NNNN", group)
    pages = {
        "GoAhead web server": web(server="GoAhead-Webs", title="Web Login"),
        "Boa web server": web(server="Boa/0.94.14rc21", title="IP Camera"),
        "thttpd": web(server="thttpd/2.25b 29dec2003"),
        "lighttpd": web(server="lighttpd/1.4.35", title="Login"),
        "gSOAP": web(server="gSOAP/2.8"),
        "plain Webs server": web(server="Webs", realm="DVR"),
        "HiSilicon stream server": rtsp(server="HiIpcam/V100R003 VodServer/1.0.0"),
        "Live555": rtsp(
            server="LIVE555 Streaming Media v2017.10.28", realm="LIVE555 Streaming Media"
        ),
        "plain camera realm": web(realm="IP Camera"),
    }
    brands = (
        ("Vivotek", "FD9369"),
        ("D-Link", "DCS-4602EV"),
        ("Grandstream", "GSC3615"),
        ("GeoVision", "GV-EBD8711"),
    )
    for what, page in pages.items():
        for brand, model in brands:
            yield Row(f"{brand} with {what}", (information(brand, model), page), "NNNN", group)


def table() -> list[Row]:
    """All rows."""
    return [*_relabelled(), *_listed(), *_habit(), *_cannot_tell(), *_honest()]
