"""Front pages, icons, and where an answer may lead."""

import base64
import hashlib
import json
from ipaddress import ip_address
from pathlib import Path

import mmh3
import pytest
from framing import NOW, SOURCE, damaged, frame, one, read, survives, survives_cuts
from hypothesis import given, settings

from camfinder.model import Direction, Fact, Known, Observation, Query, Target, Transport
from camfinder.probes.http import MAX_BODY_CHARS, PROBE
from camfinder.wire.paths import is_safe

PAGE = (
    b'HTTP/1.1 401 Unauthorized\r\nServer: Nord-Web/1\r\nWWW-Authenticate: Digest realm="ND-1"\r\n'
    b'WWW-Authenticate: Basic realm="Gate"\r\nSet-Cookie: sid=1\r\nX-Made: by Nord\r\nETag: "5"\r\n'
    b"Date: today\r\n\r\n<html><TITLE>\n Nord&nbsp;&amp;\n Sons </TITLE><body>Live</body></html>"
)


def web(data: bytes, request: str = "GET /", transport: Transport = Transport.HTTP) -> Observation:
    """What an answer to this request gives."""
    return one(PROBE, frame(data, 80, transport, request=request))


def test_page() -> None:
    """Status, headers, realms, title and body."""
    found = web(PAGE)
    assert found.first("http.status") == "401"
    assert found.first("http.server") == "Nord-Web/1"
    assert found.all("http.realm") == ("ND-1", "Gate")
    assert len(found.all("http.www_authenticate")) == 2
    assert found.first("http.title") == "Nord & Sons"
    assert found.first("http.set_cookie") == "sid=1"
    assert found.first("http.header.x-made") == "by Nord"
    assert found.first("http.header.etag") == '"5"'
    assert found.first("http.header.date") is None
    assert found.first("http.answered") == "401 /"
    assert "Live" in (found.first("http.body") or "")


@pytest.mark.parametrize(
    ("data", "key", "value"),
    [
        (b"HTTP/1.0 200 OK\nServer : Nord", "http.server", "Nord"),
        (b"HTTP/1.0 200 OK\r\n<TITLE>Nord\r\n", "http.title", "Nord"),
        (b"HTTP/1.0 200 <title>Nord</title>", "http.status", "200"),
        (b"<html><title>Nord</title>\x00", "http.title", "Nord"),
        (b"UNKNOWN 501 Not Implemented\r\nServer: Nord\r\n\r\n", "http.server", "Nord"),
        (b"HTTP/1.1 302 Found\r\nLocation: /a\r\n\r\n", "http.location", "/a"),
    ],
)
def test_odd_answers(data: bytes, key: str, value: str) -> None:
    """Cut and malformed answers give what they have."""
    assert web(data).first(key) == value


def test_character_set() -> None:
    """Text is decoded as the header says."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=gb2312\r\n\r\n"
    found = web(head + "<title>网络摄像机</title>".encode("gb2312"))
    assert found.first("http.title") == "网络摄像机"


def test_long_body_is_cut() -> None:
    """A body gives 32,768 characters."""
    found = web(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 200_000)
    assert len(found.first("http.body") or "") == MAX_BODY_CHARS


def test_icon() -> None:
    """An icon gives both hashes and no text; an error page in its place gives none."""
    icon = b"\x00\x00\x01\x00" + bytes(range(256))
    found = web(b"HTTP/1.1 200 OK\r\n\r\n" + icon, "GET /favicon.ico")
    assert found.first("http.favicon.md5") == hashlib.md5(icon).hexdigest()  # noqa: S324  # the convention
    assert found.first("http.favicon.mmh3") == str(mmh3.hash(base64.encodebytes(icon)))
    assert found.first("http.body") is None
    for data in (b"HTTP/1.1 200 OK\r\n\r\n<html>no", b"HTTP/1.1 404 No\r\n\r\nno icon"):
        assert web(data, "GET /favicon.ico").first("http.favicon.md5") is None


def test_pictures_and_accounts_are_not_kept() -> None:
    """Neither pictures nor account lists nor passwords stay in facts or evidence."""
    picture = web(b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\nPICTURE", "GET /x")
    assert b"PICTURE" not in picture.raw
    assert b"image/jpeg" in picture.raw
    users = web(b"HTTP/1.1 200 OK\r\n\r\n<GetUsersResponse>alice</GetUsersResponse>")
    assert b"alice" not in users.raw
    for secret in (
        b"<password>s3cret</password>",
        b'{"password": "s3cret"}',
        b"var pwd = 's3cret';",
        b"<t:Password type='x'>s3cret</t:Password>",
    ):
        found = web(b"HTTP/1.1 200 OK\r\n\r\n<p>page</p>\xe4" + secret)
        assert b"s3cret" not in found.raw
        assert b"page" in found.raw
        assert not any("s3cret" in fact.value for fact in found.facts)


def test_what_gives_nothing() -> None:
    """Requests, RTSP, datagrams, other TCP."""
    request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    assert not read(PROBE, frame(request, 80, Transport.HTTP))
    assert not read(PROBE, frame(PAGE, 80, Transport.HTTP, direction=Direction.REQUEST))
    assert not read(PROBE, frame(PAGE, 1900, Transport.UDP))
    assert not read(PROBE, frame(b"RTSP/1.0 200 OK\r\n\r\n", 554, Transport.TCP))
    assert not read(PROBE, frame(b"220 ready", 21, Transport.TCP))


def test_front_pages() -> None:
    """Open web ports are asked for their front page, over TLS where that is usual."""
    target = Target(ip_address(SOURCE), open_ports=(22, 80, 443, 554, 9100, 8443))
    queries = list(PROBE.queries(target))
    assert [(query.port, query.transport) for query in queries] == [
        (80, Transport.HTTP),
        (443, Transport.HTTPS),
        (8443, Transport.HTTPS),
    ]
    assert {query.request for query in queries} == {"GET /"}
    assert not any(query.headers for query in queries)


def asked(
    *facts: tuple[str, str],
    path: str = "/",
    address: str = SOURCE,
    known: Known | None = None,
    transport: Transport = Transport.HTTP,
) -> list[Query]:
    """The follow-ups of a page."""
    observation = Observation(
        "http",
        ip_address(address),
        443 if transport is Transport.HTTPS else 80,
        transport,
        (Fact("http.answered", f"200 {path}"), *(Fact(*fact) for fact in facts)),
        NOW,
        "test",
        b"",
    )
    return list(PROBE.follow_ups(observation, known or Known()))


def pages(queries: list[Query]) -> list[tuple[int, str]]:
    """Port and request of all but the icon."""
    return [(each.port, each.request) for each in queries if each.request != "GET /favicon.ico"]


@pytest.mark.parametrize(
    ("fact", "value", "expected"),
    [
        ("http.location", "/doc/page/login.asp?_1", (80, "GET /doc/page/login.asp?_1")),
        ("http.location", "index.htm", (80, "GET /index.htm")),
        ("http.location", "https://192.0.2.10/", (443, "GET /")),
        ("http.location", "http://192.0.2.10:8080/web/", (8080, "GET /web/")),
        (
            "http.body",
            '<META content="0; url=/en/index.html" http-equiv=refresh>',
            (80, "GET /en/index.html"),
        ),
        (
            "http.body",
            "<script>window.location.href = '/main.asp';</script>",
            (80, "GET /main.asp"),
        ),
        ("http.body", 'top.location.replace("/home/x.html")', (80, "GET /home/x.html")),
    ],
)
def test_redirects(fact: str, value: str, expected: tuple[int, str]) -> None:
    """Headers, meta elements and scripts lead to a page of the same address."""
    assert pages(asked((fact, value))) == [expected]


@pytest.mark.parametrize(
    "value",
    [
        "http://192.0.2.11/",
        "http://name.example/login",
        "//192.0.2.11/x",
        "http://192.0.2.10@192.0.2.11/x",
        "javascript:alert(1)",
        "http://[::1/",
        "http://192.0.2.10:0/x",
        "/cgi-bin/audio.cgi",
        "/cgi-bin/reboot",
        "/System/configurationFile",
        "/",
    ],
)
def test_redirects_never_lead_away(value: str) -> None:
    """Another host, a path that acts, a circle: nothing is asked but the icon."""
    assert not pages(asked(("http.location", value)))


def test_redirects_end() -> None:
    """However a device answers, no chain of pages is longer than two."""
    path, steps = "/", 0
    while found := pages(asked(("http.location", f"/a{path}b/c{steps}"), path=path)):
        path = found[0][1].partition(" ")[2]
        steps += 1
    assert steps <= 2
    assert pages(asked(("http.location", "/doc/page/login.asp"), path="/doc/index.html"))
    assert not pages(asked(("http.location", "/doc/page/other.asp"), path="/doc/page/login.asp"))
    assert not pages(asked(("http.location", "https://192.0.2.10/x"), path="/doc/page/login.asp"))


def test_ipv6_redirect() -> None:
    """An IPv6 device is followed on its own address, zone or not."""
    location = ("http.location", "http://[fe80::1]/web/index.html")
    queries = asked(location, address="fe80::1%eth0")
    assert pages(queries) == [(80, "GET /web/index.html")]
    assert {str(query.address) for query in queries} == {"fe80::1%eth0"}


def test_icon_is_asked_where_the_page_says() -> None:
    """The link element counts when it stays here, else the usual place does."""
    for body, expected in (
        ('<link rel="shortcut icon" href="/img/nord.ico">', "GET /img/nord.ico"),
        ("<link href=i.ico rel=icon>", "GET /i.ico"),
        ('<link rel=icon href="http://192.0.2.11/x.ico">', "GET /favicon.ico"),
        ('<link rel=icon href="/snapshot.jpg">', "GET /favicon.ico"),
        ('<link rel=icon href="http://[::1/x">', "GET /favicon.ico"),
        ("", "GET /favicon.ico"),
    ):
        (query,) = asked(("http.body", body or "x"), transport=Transport.HTTPS)
        assert query.request == expected
        assert query.transport is Transport.HTTPS


def test_nothing_more_from_others() -> None:
    """Hosts that are plainly something else, and pages deep inside, are left alone."""
    assert not asked(known=Known(surveillance=False))
    assert not asked(path="/doc/page/login.asp")


@settings(max_examples=100)
@given(
    data=damaged([b"/doc/page/login.asp", b"http://192.0.2.10:8080/x", b"<meta http-equiv=refresh"])
)
def test_any_redirect_is_safe(data: bytes) -> None:
    """Whatever a device writes, questions stay at its address and on safe paths."""
    text = data.decode("latin-1")
    for query in asked(("http.location", text), ("http.body", text)):
        assert str(query.address) == SOURCE
        assert is_safe(query.request.partition(" ")[2])


def test_cuts() -> None:
    """An answer cut anywhere raises nothing but ParseError."""
    survives_cuts(PROBE, frame(PAGE, 80, Transport.HTTP))


@settings(max_examples=150)
@given(data=damaged([PAGE]))
def test_anything(data: bytes) -> None:
    """Nor do damaged and arbitrary ones."""
    survives(PROBE, frame(data, 80, Transport.HTTP, request="GET /favicon.ico"))


def test_real_answers(shared: Path) -> None:
    """Every collected answer that begins with a status line or a tag gives an observation."""
    count = 0
    for line in (shared / "corpus" / "banners-dev.jsonl").read_text().splitlines():
        for heard in json.loads(line)["observations"]:
            if heard["kind"] != "http.response":
                continue
            data = heard["value"].encode("utf-8", "replace")
            found = read(PROBE, frame(data, 80, Transport.HTTP))
            assert found or not data.startswith((b"HTTP/", b"<")), data[:80]
            if "Server: " in heard["value"].partition("\r\n\r\n")[0] and found:
                count += "http.server" in {fact.key for fact in found[0].facts}
    assert count > 150
