"""Whether each criterion (评审因素) has what its kind needs, and numbers that fit together."""

from collections.abc import Iterator
from decimal import Decimal

from evalroom.sessions.scoring.aggregation import averaged
from evalroom.sessions.scoring.arithmetic import cell_fault, on_grid
from evalroom.sessions.scoring.cells import structured_value
from evalroom.sessions.scoring.who import scorers
from evalroom.sessions.tender.bands import band_faults
from evalroom.sessions.tender.faults import Fault, error, under, warning
from evalroom.sessions.tender.model import Criterion, Kind, Tender

# What a kind cannot use would look as if it held.
_FIELDS_OF: dict[Kind, frozenset[str]] = {
    "pass_fail": frozenset(),
    "range": frozenset({"points", "interval", "bands"}),
    "fixed": frozenset({"points", "values"}),
    "deduction": frozenset({"points", "deduction"}),
    "deduction_range": frozenset({"points", "interval"}),
}
_OPTIONAL_FIELDS = ("points", "interval", "values", "deduction", "bands")


def criteria_faults(tender: Tender) -> Iterator[Fault]:
    """Faults of each criterion by itself, of its structured data, and of who scores it."""
    for place, criterion in enumerate(tender.criteria):
        path = f"criteria[{place}]"
        faults = list(_faults_of_one(criterion, path))
        yield from faults
        yield from _stage_faults(tender, criterion, path)
        if criterion.objective == "from_structured_data":
            yield from _source_faults(tender, criterion, path, sound=not faults)
        elif criterion.source:
            yield warning(f"{path}.source", "source_not_used")
        if tender.committee and criterion.objective != "from_structured_data":
            if not scorers(tender, criterion):
                yield error(f"{path}.scored_by", "no_scorers", scored_by=criterion.scored_by)
    yield from _level_faults(tender)


def _faults_of_one(criterion: Criterion, path: str) -> Iterator[Fault]:
    for name in _OPTIONAL_FIELDS:
        given = getattr(criterion, name) not in (None, ())
        if given and name not in _FIELDS_OF[criterion.kind]:
            yield error(f"{path}.{name}", "field_not_for_kind", kind=criterion.kind)
    if criterion.points is None and criterion.kind in ("range", "deduction", "deduction_range"):
        yield error(f"{path}.points", "points_missing")
    elif criterion.points is not None and criterion.points <= 0:
        yield error(f"{path}.points", "points_not_positive")
    elif criterion.kind == "fixed":
        yield from _values_faults(criterion, path)
    elif criterion.kind == "deduction":
        yield from _deduction_faults(criterion, path)
    elif criterion.points is not None:
        yield from _interval_faults(criterion.interval, criterion.points, path)
        if criterion.kind == "range":
            yield from band_faults(criterion.bands, criterion.points, path)


def _values_faults(criterion: Criterion, path: str) -> Iterator[Fault]:
    values = criterion.values
    if not values:
        yield error(f"{path}.values", "values_missing")
        return
    full = max(values) if criterion.points is None else criterion.points
    for place, value in enumerate(values):
        if value in values[:place]:
            yield error(f"{path}.values[{place}]", "value_twice", value=str(value))
        if not 0 <= value <= full:
            yield error(
                f"{path}.values[{place}]", "value_beyond_points", value=str(value), points=str(full)
            )
    if max(values) < full:
        yield warning(f"{path}.values", "full_mark_not_listed", points=str(full))


def _deduction_faults(criterion: Criterion, path: str) -> Iterator[Fault]:
    if criterion.deduction is None:
        yield error(f"{path}.deduction", "deduction_missing")
    elif criterion.points is not None and not 0 < criterion.deduction <= criterion.points:
        yield error(f"{path}.deduction", "deduction_beyond_points", points=str(criterion.points))


def _interval_faults(interval: Decimal | None, points: Decimal, path: str) -> Iterator[Fault]:
    if interval is None:
        return
    if interval <= 0:
        yield error(f"{path}.interval", "interval_not_positive")
    elif interval > points:
        yield error(f"{path}.interval", "interval_beyond_points", points=str(points))
    elif not on_grid(points, interval, Decimal(-1)):
        yield warning(f"{path}.interval", "interval_does_not_divide", points=str(points))


def _stage_faults(tender: Tender, criterion: Criterion, path: str) -> Iterator[Fault]:
    stages = {section.id: section.stage for section in tender.sections}
    stage = stages.get(criterion.section)
    if stage == "preliminary" and criterion.kind != "pass_fail":
        yield error(f"{path}.kind", "preliminary_is_pass_fail", kind=criterion.kind)
    if stage == "detailed" and criterion.kind == "pass_fail":
        yield error(f"{path}.kind", "detailed_gives_points")


def _source_faults(
    tender: Tender, criterion: Criterion, path: str, *, sound: bool
) -> Iterator[Fault]:
    if not criterion.source:
        yield error(f"{path}.source", "source_missing")
        return
    for place, bid in enumerate(tender.bids):
        at = _data_path(place, criterion.source)
        value = structured_value(criterion, bid)
        if value is None:
            yield error(at, "data_missing", criterion=criterion.id)
        elif sound and cell_fault(criterion, value) is not None:
            yield error(at, "data_does_not_fit", criterion=criterion.id)


def _data_path(bid: int, source: str) -> str:
    if source == "credit_score":
        return f"bids[{bid}].credit_score"
    return under(f"bids[{bid}].data", source)


def _level_faults(tender: Tender) -> Iterator[Fault]:
    """Totals of members can only be averaged where the same members score all that is in them."""
    level = tender.aggregation.level
    if level == "item" or not tender.committee:
        return
    first: dict[str, tuple[str, ...]] = {}
    for place, criterion in enumerate(tender.criteria):
        if averaged(criterion):
            whole = criterion.section if level == "section_total" else ""
            members = scorers(tender, criterion)
            if first.setdefault(whole, members) != members:
                yield error(f"criteria[{place}].scored_by", "scorers_differ", level=level)
