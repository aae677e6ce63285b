"""Rules and forms that take more than is theirs: anybody's words, other makers' numbers."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from camfinder.datafiles import Complaint
from camfinder.match.nouns import Fingerprints, ModelForm, Rule
from camfinder.match.patterns import PatternSet, encoded
from camfinder.model import SURVEILLANCE_KINDS, Slot, Strength

ANYTHING = ("x", "0", "A" * 32, "-", "".join(map(chr, range(32, 127))))
"""What tells nothing: a pattern that occurs in one of them occurs nearly everywhere."""

_SERVERS = (
    "Boa/0.94.14rc21", "Boa/0.93.15", "GoAhead-Webs", "GoAhead-http", "thttpd/2.25b 29dec2003",
    "mini_httpd/1.19 19dec2003", "lighttpd/1.4.35", "nginx", "nginx/1.18.0",
    "Apache/2.4.41 (Ubuntu)", "Microsoft-IIS/10.0", "gSOAP/2.8", "httpd", "Web Server",
    "Embedded HTTP Server", "Linux/2.6 UPnP/1.0 server/1.0",
)  # fmt: skip
_PAGES = ("Login", "index", "index.html", "Welcome", "Home", "Document Moved", "401 Unauthorized")

BARE: dict[str, tuple[str, ...]] = {
    "http.server": _SERVERS,
    "ssdp.server": _SERVERS,
    "http.title": _PAGES,
    "http.realm": (*_PAGES, "/", ".", "Protected", "Restricted Area"),
    "http.body": ("<html><head><title>Login</title></head><body></body></html>",),
    "http.www_authenticate": ('Basic realm="/"', 'Digest realm="Login", nonce="0", qop="auth"'),
    "ftp.banner": ("220 (vsFTPd 3.0.3)", "220 Welcome to FTP service."),
    "ssh.banner": ("SSH-2.0-dropbear_2012.55", "SSH-2.0-OpenSSH_7.4"),
    "telnet.banner": ("login: ", "Password: "),
    "snmp.sysdescr": ("Linux localhost 3.10.14 armv7l", "Linux"),
    "tls.subject": ("CN=localhost", "CN=Test,O=Company,C=US"),
    "tls.issuer": ("CN=localhost", "CN=Test CA,O=Company,C=US"),
    "dhcp.vendor_class": ("udhcp 1.19.4", "MSFT 5.0", "android-dhcp-9", "dhcpcd-5.5.6"),
}
"""What servers and pages of all sorts of devices say, cameras or not."""

CLASSES = (
    "Network Camera", "IP Camera", "IPCAM", "camera", "NVR", "DVR", "Live View",
    "NVR Webserver", "DVR WebServer", "IP Camera Web Server",
)  # fmt: skip
"""What devices of all makers call themselves: a kind, perhaps, but nobody's name."""

NO_MODELS = ("", "1920x1080", "H.264", "192.0.2.1", "2026-11-24", "camera", "AAAAAAAAAAAAAAAA")
"""What stands beside model numbers and is none."""

SHARED = frozenset(
    {"http", "rtsp", "tls", "ftp", "ssh", "telnet", "snmp", "sip", "ssdp", "upnp", "mdns", "dhcp"}
)
"""Protocols that devices of all sorts speak; elsewhere an answer alone tells whose it is."""

MAX_VENDORS = 40
"""A form that takes the model numbers of more other vendors tells nothing."""


def check_greed(
    fingerprints: Fingerprints, texts: Collection[str], only: Collection[str] = ()
) -> Iterator[Complaint]:
    """Complaints about what takes too much.

    Args:
        fingerprints: As loaded.
        texts: Keys of the facts that are running text.
        only: Ids of the rules and forms that are looked at; empty for all.
    """
    rules = [r for r in fingerprints.rules if (not only or r.id in only) and not r.requires]
    for rule, taken in _taken_by(rules):
        yield from _check_rule(rule, taken, texts)
    forms = [form for form in fingerprints.models if not only or form.id in only]
    yield from _check_forms(forms, fingerprints)


def _taken_by(rules: Sequence[Rule]) -> Iterator[tuple[Rule, frozenset[str]]]:
    """Rules with those of the texts that tell nothing in which their pattern occurs."""
    taken: dict[int, set[str]] = defaultdict(set)
    likely = PatternSet([rule.match for rule in rules])
    for text in {"", *ANYTHING, *CLASSES, *(text for texts in BARE.values() for text in texts)}:
        for index in likely(encoded(text)):
            if rules[index].pattern.search(text):
                taken[index].add(text)
    yield from ((rules[index], frozenset(texts)) for index, texts in sorted(taken.items()))


def _check_rule(
    rule: Rule, taken: Collection[str], free_text: Collection[str]
) -> Iterator[Complaint]:
    if "" in taken:
        problem = "match takes the empty text"
        yield Complaint(rule.file, rule.id, problem, "make a part of it necessary")
        return
    names = max(_strength(rule, Slot.BRAND), _strength(rule, Slot.MAKER))
    kind = _strength(rule, Slot.KIND) if _says_surveillance(rule) else 0
    for key in rule.facts:
        if key.split(".", 1)[0] not in SHARED or not (key in free_text or key in BARE):
            continue
        tried = (*BARE.get(key, ()), *ANYTHING) if max(names, kind) >= Strength.FAMILY else ()
        for text in (*tried, *(CLASSES if names >= Strength.FAMILY else ())):
            if text in taken:
                problem = f"match takes {text[:40]!r} of {key}, which says nothing of its sender"
                remedy = "hold on to the maker's own words, add requires, or prove only hint"
                yield Complaint(rule.file, rule.id, problem, remedy)
                return


def _strength(rule: Rule, slot: Slot) -> int:
    return rule.strengths.get(slot, 0)


def _says_surveillance(rule: Rule) -> bool:
    return rule.gives.get(Slot.KIND) in SURVEILLANCE_KINDS


def _check_forms(forms: Sequence[ModelForm], fingerprints: Fingerprints) -> Iterator[Complaint]:
    whole = PatternSet([f"(?i)^(?:{form.match})$" for form in forms], by_literals=False)
    narrower = "make match narrower"
    for text in NO_MODELS:
        for form in (forms[index] for index in sorted(whole(encoded(text)) or ())):
            yield Complaint(form.file, form.id, f"takes {text!r}, which is no model", narrower)
    vendors: dict[str, dict[str, str]] = defaultdict(dict)
    for other in fingerprints.models:
        taken = {index: hit for hit in other.hits for index in whole(encoded(hit)) or ()}
        for form, hit in ((forms[index], hit) for index, hit in sorted(taken.items())):
            if form.vendor == other.vendor:
                continue
            vendors[form.id][other.vendor] = hit
            if _claims_alone(form, other, fingerprints):
                problem = f"takes {hit!r} of {other.id} and proves {form.proves.word}"
                remedy = "make match narrower, prove family or hint, or name the other in relabels"
                yield Complaint(form.file, form.id, problem, remedy)
    for form in forms:
        found = vendors[form.id]
        if len(found) > MAX_VENDORS:
            some = ", ".join(f"{hit!r} of {vendor}" for vendor, hit in list(found.items())[:3])
            problem = f"takes model numbers of {len(found)} other vendors: {some}"
            yield Complaint(form.file, form.id, problem, narrower)


def _claims_alone(form: ModelForm, other: ModelForm, fingerprints: Fingerprints) -> bool:
    """The form says that only its label has such numbers, and the other one is as good as sure."""
    if form.proves < Strength.DISTINCT or other.proves < Strength.FAMILY:
        return False
    vendors = fingerprints.vendors
    families = [
        {each.vendor, *(vendors[each.vendor].relabels if each.vendor in vendors else ())}
        for each in (form, other)
    ]
    return not families[0] & families[1]
