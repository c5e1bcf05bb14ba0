"""A study written as a template: TOML that loads to the same study."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from sheetgen.network.graph import Section
from sheetgen.network.optimizers import CONSTANT, SGD, Choice
from sheetgen.network.study import Study, variant


def write_key(name: str) -> str:
    """Return a TOML key: letters beyond ASCII need quotes there."""
    return name if name.isascii() else json.dumps(name, ensure_ascii=False)


def write_string(text: str) -> str:
    """Return a TOML string; several lines become a multi-line string that reads as it was typed."""
    if "\n" not in text:
        return json.dumps(text, ensure_ascii=False)
    body = text.replace("\\", "\\\\").replace('"""', '""\\"')
    return f'"""\n{body}\n"""'


def write_list(texts: Iterable[str]) -> str:
    """Return a TOML list of strings."""
    return f"[{', '.join(map(write_string, texts))}]"


def _choice(choice: Choice) -> str:
    """Write a choice as an inline table."""
    pairs = [f"name = {write_string(choice.name)}", *(f"{k} = {v!r}" for k, v in choice.settings.items())]
    return "{ " + ", ".join(pairs) + " }"


def effective_template(study: Study) -> str:
    """Return the effective template of a study: TOML that loads to the same study."""
    return "\n".join(_template_lines(study))


def _template_lines(study: Study) -> Iterator[str]:
    for key in ("title", "description", "workbook"):
        yield f"{key} = {write_string(getattr(study, key))}"
    if study.suggestions:
        yield f"try = {write_list(study.suggestions)}"
    if study.pictures == ():
        yield "pictures = []"
    yield f"iterations = {study.iterations}"
    if study.samples:
        yield f"batch = {study.batch}"
    if study.shuffle is not None:
        yield f"shuffle = {study.shuffle}"
    if study.network.fixed:
        yield f"frozen = {write_list(study.network.fixed)}"
    yield from _variant_lines(study)
    yield from _picture_lines(study)
    yield from _number_lines(study)
    for table, section in (("forward", Section.FORWARD), ("loss", Section.LOSS), ("metrics", Section.METRICS)):
        if quantities := study.network.section(section):
            yield from ("", f"[{table}]")
            for q in quantities:
                yield f"{write_key(q.name)} = {write_string(study.equations[q.name])}"


def _variant_lines(study: Study) -> Iterator[str]:
    """Write the variants: as rates, where nothing else tells them apart."""
    first = study.variants[0]
    if all(v == variant(v.rate, first.optimizer, first.schedule) for v in study.variants):
        yield f"rates = [{', '.join(map(repr, study.rates))}]"
        if first.optimizer != SGD:
            yield f"optimiser = {_choice(first.optimizer)}"
        if first.schedule != CONSTANT:
            yield f"schedule = {_choice(first.schedule)}"
        return
    for v in study.variants:
        yield from ("", "[[variants]]", f"sheet = {write_string(v.sheet)}", f"rate = {v.rate!r}")
        yield f"optimiser = {_choice(v.optimizer)}"
        yield f"schedule = {_choice(v.schedule)}"


def _picture_lines(study: Study) -> Iterator[str]:
    for picture in study.pictures or ():
        yield from ("", "[[pictures]]", f"kind = {write_string(picture.kind)}")
        if picture.x:
            yield from (f"x = {write_string(picture.x)}", f"y = {write_string(picture.y)}")
        if picture.classes:
            yield f"classes = {write_list(picture.classes)}"


def _number_lines(study: Study) -> Iterator[str]:
    graph = study.network
    if study.samples:
        yield from ("", "[data]", f"inputs = {write_list(graph.inputs)}")
        if graph.targets:
            yield f"targets = {write_list(graph.targets)}"
        yield "rows = ["
        names = (*graph.inputs, *graph.targets)
        for row in zip(*(study.samples[name] for name in names), strict=True):
            yield f"  [{', '.join(map(repr, row))}],"
        yield "]"
    data = () if study.samples else (("inputs", graph.inputs), ("targets", graph.targets))
    for table, names in (*data, ("parameters", graph.parameters)):
        yield from ("", f"[{table}]")
        yield from (f"{write_key(name)} = {study.values[name]!r}" for name in names)
