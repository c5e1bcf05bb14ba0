"""Changes to a study asked for from outside its template: other numbers, rates, iterations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sheetgen.errors import UsageError, did_you_mean, listed
from sheetgen.limits import checked_iterations, checked_rates, spreadsheet_number
from sheetgen.network.study import Study, variant


def override(
    study: Study,
    *,
    values: Mapping[str, float] | None = None,
    rates: Iterable[float] = (),
    iterations: int | None = None,
) -> Study:
    """Return the study with other inputs, targets or initial weights, learning rates, iterations.

    Raises UsageError for a name that is none of these, and for a number that does not fit a sheet.
    """
    values = {name: _checked(study, name, value) for name, value in (values or {}).items()}
    study = study.with_values(values)
    rates = list(rates)
    if not study.trains and (rates or iterations is not None):
        raise UsageError(f"{study.name} trains nothing, so --rate and --iterations change nothing", "leave them out")
    if rates:
        checked = checked_rates([spreadsheet_number(rate, "a learning rate") for rate in rates])
        first = study.variants[0]
        if any(v != variant(v.rate, first.optimizer, first.schedule) for v in study.variants):
            raise UsageError("--rate fits no study of several optimisers", f"edit the variants of {study.name}")
        variants = tuple(variant(rate, first.optimizer, first.schedule) for rate in checked)
        study = replace(study, variants=variants)
    return study if iterations is None else replace(study, iterations=checked_iterations(iterations, study.batch))


def _checked(study: Study, name: str, value: float) -> float:
    if name not in study.values:
        computed = name in study.graph.by_name
        what = "computed, not given, in" if computed else "no input, target or initial weight of"
        hint = did_you_mean(name, study.values, f"there are {listed(study.values)}")
        raise UsageError(f"{name!r} is {what} {study.name}", hint)
    return spreadsheet_number(value, name)


def parse_settings(texts: Iterable[str]) -> dict[str, float]:
    """Return the names and numbers of texts such as ``w1=0.2``.

    Raises UsageError for a text that is no such pair, and for a name that is set twice.
    """
    numbers: dict[str, float] = {}
    for text in texts:
        name, number = _pair(text)
        if name in numbers:
            raise UsageError(f"--set {text} sets {name} a second time", "set it once")
        numbers[name] = number
    return numbers


def _pair(text: str) -> tuple[str, float]:
    name, equals, number = (part.strip() for part in text.partition("="))
    try:
        if equals and name and "_" not in number:
            return name, float(number)
    except ValueError:
        pass
    raise UsageError(f"--set {text} cannot be read", "write a name and a number, such as --set w1=0.2")
