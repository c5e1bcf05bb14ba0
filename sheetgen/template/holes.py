"""Holes in columns of ``[data]``, filled by a rule: ``fill = "mean"``, ``"median"``, a number, or one a column.

A hole stays one: beside ``x`` stands ``x_known``, 1 where there is a number and 0 where there is none. What equations
use is ``x_filled = where(x_known == 1, x, x_fill)``, over a number that is held fixed and stands on Inputs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sheetgen.errors import did_you_mean, listed, must_be
from sheetgen.template.document import Document
from sheetgen.template.prepared import Prepared
from sheetgen.template.samples import Samples
from sheetgen.tensors.labels import Shape


def _mean(numbers: Sequence[float]) -> float:
    return math.fsum(numbers) / len(numbers)


def _median(numbers: Sequence[float]) -> float:
    """Return the number in the middle, of an even count the mean of both. (To import `statistics` takes long.)"""
    half = len(numbers) // 2
    return _mean(sorted(numbers)[half - 1 + len(numbers) % 2 : half + 1])


_RULES: Mapping[str, Callable[[Sequence[float]], float]] = {"mean": _mean, "median": _median}


@dataclass(frozen=True)
class Filled:
    """Samples without holes: what filled columns are called, their numbers, and the columns that say what was there."""

    samples: Samples
    names: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    known: Collection[str] = ()


def fill_holes(document: Document, samples: Samples) -> Filled:
    """Write what fills the holes of samples into a template, which are numbers that are none (NaN).

    Raises TemplateError for a rule that is none, a name that is no column of numbers, a column without any number, and
    names that the template declares itself.
    """
    said = document.table("data").get("fill", {})
    named = said if isinstance(said, dict) else {}
    for rule in named.values() if named or said == {} else [said]:
        _require_rule(document, rule)
    for name in named:
        if name not in samples.inputs:
            hint = did_you_mean(name, samples.inputs, f"the inputs that are numbers are {listed(samples.inputs)}")
            document.fail(f"fill names {name!r}, which is no input that is a number", hint, "data", "fill")
    prepared, known, filled = Prepared(document), dict[str, str](), dict[str, tuple[float, ...]]()
    for name, numbers in samples.inputs.items():
        if name not in named and not any(map(math.isnan, (*numbers, *samples.test.get(name, ())))):
            continue
        there = [number for number in numbers if not math.isnan(number)]
        if not there:
            document.fail(f"{name} has no number in any sample", "leave it out", "data", "fill")
        by = _number(document, named.get(name, said), there)
        known[name] = f"{name}_known"
        prepared.require_free("fill", name, known[name])
        equation = f"where({known[name]} == 1, {name}, {name}_fill)"
        prepared.add("fill", name, f"{name}_filled", equation, {f"{name}_fill": by})
        filled[name] = tuple(by if math.isnan(number) else number for number in numbers)
    prepared.write()
    shapes: dict[str, Shape] = {}
    for name, shape in samples.shapes.items():
        shapes |= {name: shape, known[name]: ()} if name in known else {name: shape}
    whole = replace(samples, inputs=_told(samples.inputs, known), test=_told(samples.test, known), shapes=shapes)
    return Filled(whole, prepared.names, filled, known.values())


def _told(columns: Mapping[str, tuple[float, ...]], known: Mapping[str, str]) -> dict[str, tuple[float, ...]]:
    """Return columns with 0 in their holes, and behind each that may have some the column that says where."""
    told: dict[str, tuple[float, ...]] = {}
    for name, numbers in columns.items():
        holes = [math.isnan(number) for number in numbers]
        told[name] = tuple(0.0 if hole else number for hole, number in zip(holes, numbers, strict=True))
        if name in known:
            told[known[name]] = tuple(float(not hole) for hole in holes)
    return told


def _require_rule(document: Document, rule: object) -> None:
    if not (isinstance(rule, str) and rule in _RULES) and (isinstance(rule, bool) or not isinstance(rule, int | float)):
        document.fail(*must_be("fill", '"mean", "median" or a number, or one a column', repr(rule)), "data", "fill")
    if not isinstance(rule, str):
        document.number(rule, "fill", "data", "fill")


def _number(document: Document, rule: object, numbers: Sequence[float]) -> float:
    """Return the number that a rule fills in."""
    return _RULES[rule](numbers) if isinstance(rule, str) else document.number(rule, "fill", "data", "fill")
