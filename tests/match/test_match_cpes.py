"""CPE names of a device from its vendor, model and firmware."""

from camfinder.match.cpes import cpes_of
from camfinder.match.nouns import Fingerprints, Vendor
from camfinder.model import Slot


def vendor(key: str, cpe: str | None) -> Vendor:
    """A vendor with this CPE name."""
    return Vendor(key, key.title(), (), None, cpe, False, (), None, "test", "test.toml")


KNOWN = Fingerprints(
    {"acme": vendor("acme", "acme_inc"), "plain": vendor("plain", None)}, (), (), "x"
)


def test_hardware_and_firmware() -> None:
    """A model gives the hardware, a version besides the firmware, without its V."""
    values = {Slot.BRAND: "acme", Slot.MODEL: "AC-1/2", Slot.FIRMWARE: "V1.2 build 3"}
    assert cpes_of((), values, KNOWN) == (
        r"cpe:2.3:h:acme_inc:ac-1\/2:-:*:*:*:*:*:*:*",
        r"cpe:2.3:o:acme_inc:ac-1\/2_firmware:1.2_build_3:*:*:*:*:*:*:*",
    )
    del values[Slot.FIRMWARE]
    assert len(cpes_of((), values, KNOWN)) == 1


def test_the_maker_stands_in_for_the_brand() -> None:
    """A brand that the dictionary does not know: the maker's name is used; else there is none."""
    values = {Slot.BRAND: "plain", Slot.MAKER: "acme", Slot.MODEL: "AC-1"}
    assert cpes_of((), values, KNOWN) == ("cpe:2.3:h:acme_inc:ac-1:-:*:*:*:*:*:*:*",)
    assert cpes_of((), {Slot.BRAND: "plain", Slot.MODEL: "AC-1"}, KNOWN) == ()
    assert cpes_of((), {Slot.BRAND: "acme"}, KNOWN) == ()
