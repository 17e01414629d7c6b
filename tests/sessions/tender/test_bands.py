"""Every value of a range has one name."""

import pytest

from tests.sessions.tender.examples import Found, Value, changed, found


def band(text: str) -> Value:
    """`优 13 15=`: label, ends, and = where the upper end belongs to it."""
    label, low, high = text.split()
    return {
        "label": label,
        "low": low,
        "high": high.rstrip("="),
        "includes_high": high.endswith("="),
    }


def of_bands(*bands: str) -> Found:
    value = changed(lambda v: v["criteria"][1].update(bands=[band(text) for text in bands]))
    prefix = "criteria[1].bands"
    return {(path.removeprefix(prefix), code) for path, code in found(value)}


@pytest.mark.rule("T7")
@pytest.mark.parametrize(
    ("bands", "faults"),
    [
        (["优 40 50=", "良 20 40", "差 0 20"], set()),
        (["差 0 20", "优 40 50=", "良 20 40"], set()),
        (["全 0 50="], set()),
        (["有 10 50=", "低 0.5 10", "无 0 0="], {("[1]", "band_gap")}),
        (["优 40 50=", "良 20 39", "差 0 20"], {("[0]", "band_gap")}),
        (["优 40 50=", "良 20 41", "差 0 20"], {("[0]", "band_overlap")}),
        (["优 40 50=", "良 20 40=", "差 0 20"], {("[0]", "band_overlap")}),
        (["优 40 50", "差 0 40"], {("[0]", "band_top_open")}),
        (["优 40 45=", "差 0 40"], {("[0]", "band_top_open")}),
        (["优 40 50=", "良 20 40"], {("[1]", "band_bottom_open")}),
        (["优 40 60=", "差 0 40"], {("[0]", "band_beyond_points")}),
        (["优 40 50=", "差 -5 40"], {("[1]", "band_beyond_points")}),
        (["优 40 50=", "空 40 40", "差 0 40"], {("[1]", "band_empty")}),
        (["优 40 50=", "逆 40 30", "差 0 40"], {("[1]", "band_empty"), ("[0]", "band_gap")}),
    ],
)
def test_bands_leave_no_gap_and_do_not_overlap(bands: list[str], faults: Found) -> None:
    assert of_bands(*bands) == faults
