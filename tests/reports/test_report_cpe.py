"""CPE names: formatted strings and URIs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camfinder.reports.cpe import of_part, parts, uri

REST = ":*:*:*:*:*:*:*"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cpe:2.3:h:axis:p3245-v:-" + REST, "cpe:/h:axis:p3245-v:-"),
        ("cpe:2.3:o:acme:cam\\-1_firmware:1\\.2.3" + REST, "cpe:/o:acme:cam-1_firmware:1.2.3"),
        ("cpe:2.3:o:acme:f:5.4.5\\:1" + REST, "cpe:/o:acme:f:5.4.5%3a1"),
        ("cpe:2.3:h:acme:ds\\(b\\)\\\\:*" + REST, "cpe:/h:acme:ds%28b%29%5c"),
        ("cpe:2.3:o:acme:f:1.?*" + REST, "cpe:/o:acme:f:1.%01%02"),
        ("cpe:2.3:h:a b:c:-" + REST, None),
        ("cpe:2.3:h:axis:p3245-v", None),
        ("<script>", None),
        ("", None),
    ],
)
def test_uri_of_a_name(name: str, expected: str | None) -> None:
    """Quoted characters become percent codes, wildcards their codes, the rest stays."""
    assert uri(name) == expected


def test_first_of_a_part() -> None:
    """Broken names are passed over; hyphens and dots come unquoted, as dictionaries write them."""
    names = ["cpe:2.3:h:", "cpe:2.3:o:a:f:1" + REST, "cpe:2.3:h:a:m\\-1\\.b\\!:\\-" + REST]
    assert of_part(names, "h") == "cpe:2.3:h:a:m-1.b\\!:\\-" + REST
    assert of_part(names, "a") is None


@settings(deadline=None)
@given(st.text(max_size=200) | st.text("cpe:23/.aho*-\\?").map(lambda t: f"cpe:2.3:h:{t}" + REST))
def test_any_text_is_read_or_refused(name: str) -> None:
    """Nothing is raised, and a URI is plain ASCII without blanks."""
    found = uri(name)
    assert (found is None) is (parts(name) is None)
    assert found is None or (found.isascii() and " " not in found and found.startswith("cpe:/"))
