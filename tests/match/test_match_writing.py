"""Rules as text: what is written is read back."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from camfinder.match.writing import NewRule, NewVendor, literal, quoted, rule_text, vendor_text
from camfinder.model import Slot, Strength

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@given(TEXTS)
def test_any_text_is_a_string_of_toml(text: str) -> None:
    """Quotes, backslashes, line ends, control characters."""
    for made in (quoted(text), literal(text)):
        assert tomllib.loads(f"x = {made}")["x"] == text


@given(TEXTS, TEXTS, TEXTS)
def test_a_rule_is_read_back(match: str, hit: str, miss: str) -> None:
    """Every key of the rule, its examples, and the vendor in front."""
    rule = NewRule(
        id="acme.server",
        fact="http.server",
        match=match,
        proves=Strength.FAMILY,
        gives={Slot.BRAND: "acme", Slot.MODEL: "{model}"},
        source="made up",
        hit=hit,
        hit_gives={Slot.MODEL: "A1"},
        miss=(miss, "another"),
    )
    read = tomllib.loads(vendor_text(NewVendor("acme", 'Ac"me', "made up")) + rule_text(rule))
    assert read == {
        "schema": 1,
        "vendor": {"id": "acme", "name": 'Ac"me', "source": "made up"},
        "rule": [
            {
                "id": "acme.server",
                "fact": "http.server",
                "match": match,
                "proves": "family",
                "gives": {"brand": "acme", "model": "{model}"},
                "source": "made up",
                "hit": [{"text": hit, "gives": {"model": "A1"}}],
                "miss": [{"text": miss, "why": "another"}],
            }
        ],
    }
