"""Small workbooks of every shipped template: one learning rate, few updates, few flowers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sheetgen import build, load, loads, override
from sheetgen.network.study import Study
from sheetgen.template.shipped import template_names
from sheetgen.template.write import effective_template

TEMPLATES = tuple(template_names())
_FLOWERS = (0, 1, 50, 51, 100, 101)


def small_study(name: str, iterations: int = 2) -> Study:
    study = load(name)
    if study.count > 100:
        samples = {key: tuple(values[flower] for flower in _FLOWERS) for key, values in study.samples.items()}
        study = replace(study, samples=samples, batch=3, order=())
        study = loads(effective_template(study), name)
    return override(study, rates=study.rates[:1] if study.shares_settings else [], iterations=iterations)


def small_workbook_of(name: str, folder: Path) -> Path:
    """Build the small workbook of a template into a folder, where it is not there already."""
    path = folder / f"{name}.xlsx"
    if not path.exists():
        build(small_study(name), path, verify=False)
    return path
