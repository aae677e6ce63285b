"""Firmware versions compared, one small comparer per way of writing them.

No library does it: the common ones refuse most of these forms or order them as text.
"""

from collections.abc import Mapping

from camfinder.judge.firmware import (
    axis,
    bosch,
    component,
    dahua,
    dotted,
    hanwha_old,
    hikvision,
    mobotix,
    none,
    reolink,
    synology,
    text,
    tplink,
    tvt,
    uniview,
    vivotek,
)
from camfinder.judge.firmware.base import MAX_CHARS, Scheme, Version, equal

__all__ = ["SCHEMES", "Scheme", "Version", "equal", "read"]

SCHEMES: Mapping[str, Scheme] = {
    module.SCHEME.name: module.SCHEME
    for module in (
        hikvision, dahua, axis, bosch, uniview, tplink, tvt, vivotek, mobotix, hanwha_old, dotted,
        synology, reolink, text, component, none,
    )
}  # fmt: skip


def read(scheme: Scheme, raw: str) -> Version | None:
    """The version that a text states in this scheme; None where it is none."""
    text_ = " ".join(raw.replace("\u00a0", " ").split())
    if not text_ or len(text_) > MAX_CHARS or not text_.isascii():
        return None
    return scheme.parse(text_)
