"""Random programs over tensors: values, slopes and updates are torch's, both engines calculate them, they survive."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from engine_routes import ENGINES, engine, needs_uno
from hypothesis import find, given, settings
from hypothesis import strategies as st
from sample_page import write_pages
from tensor_programs import tensor_program, tensor_programs, with_another_shape, with_slips
from tracing import trace

from sheetgen import build, loads, verify
from sheetgen.algebra.evaluate import evaluate
from sheetgen.algebra.ops import functions
from sheetgen.errors import TemplateError
from sheetgen.network.study import Study
from sheetgen.page.page import Formula, Page
from sheetgen.sheets.layout import FIRST_ROW, RATE_CELL, Layout
from sheetgen.show import equations
from sheetgen.template.write import effective_template
from sheetgen.tensors.known import spelled
from sheetgen.tensors.labels import labels
from sheetgen.tensors.lower import KNOWN_FUNCTIONS
from sheetgen.tensors.notation import written
from sheetgen.tensors.parse import parse

NUMBER = int(os.environ.get("SHEETGEN_SEED", "0"))
MANY = range(1000 * NUMBER, 1000 * NUMBER + int(os.environ.get("SHEETGEN_STRESS", "8000")) // 10)


def test_every_function_is_met() -> None:
    texts = "".join(map(tensor_program, range(1000)))
    signs = {"matmul": " @ ", "transpose": ".T"}
    names = {*KNOWN_FUNCTIONS, *functions()}
    assert [name for name in sorted(names) if signs.get(name, f"{name}(") not in texts] == []


def test_a_program_that_fails_shrinks() -> None:
    """Of all programs with a product in them, the one that hypothesis comes to has little besides."""
    found = find(tensor_programs(), lambda program: " @ " in program, settings=settings(max_examples=2000))
    _, _, forward = found.partition("[forward]")
    assert len(forward.split("[loss]")[0].strip().split("\n")) <= 3, found
    assert max(map(len, forward.split("[loss]")[0].split("\n"))) < 120, found


# --- torch ---


def rows_of(study: Study) -> list[dict[str, float]]:
    return [dict(zip(study.graph.names, row, strict=True)) for chunk in trace(study) for row in chunk.rows[0]]


def compared(program: str, told: Mapping[str, Sequence[float]], tensors: Mapping[str, Any]) -> None:
    """Hold the elements of tensors, row by row, against what is told of them."""
    for name, tensor in tensors.items():
        elements = tensor.detach().reshape(-1)
        scale = max(1.0, float(elements.abs().max()))
        assert told[name] == pytest.approx(elements.tolist(), rel=1e-9, abs=1e-10 * scale), f"{name} of:\n{program}"


def trained_as_torch_trains_it(text: str) -> bool:
    """Hold every quantity, slope and update of a program against torch; False where rounding decides a comparison."""
    torch = pytest.importorskip("torch", reason="torch is not installed (pip install sheetgen[cnn])")
    from torch_tensors import NearKink, Program

    program = Program(text)
    study = loads(text)
    assert study.tensors is not None
    shapes = {spelled(step.name, step.place): step.shape for step in study.tensors.unrolled}
    elements = {spelled(step.name, step.place): step.elements for step in study.tensors.steps}
    rows = rows_of(study)
    w = {name: tensor.requires_grad_() for name, tensor in program.parameters.items()}
    descent = torch.optim.SGD(list(w.values()), lr=study.variants[0].rate)
    for turn, row in enumerate(rows):
        if turn % study.batch == 0:
            descent.zero_grad()
        try:
            values = {spelled(*key): value for key, value in program.values(turn % len(program.samples), w).items()}
        except NearKink:
            return False
        assert {name: tuple(value.shape) for name, value in values.items()} == shapes, text
        computed = {name: [evaluate(one, row.__getitem__) for one in elements[name]] for name in values}
        compared(text, computed, values)
        labelled = {name: labels(name, tuple(tensor.shape)) for name, tensor in w.items()}
        compared(text, {name: [row[one] for one in labelled[name]] for name in w}, w)
        loss = values["E"]
        slopes = torch.autograd.grad(loss, list(w.values()), retain_graph=True, materialize_grads=True)
        told = {name: [row[f"∂E/∂{one}"] for one in labelled[name]] for name in w}
        compared(text, told, dict(zip(w, slopes, strict=True)))
        (loss / study.batch).backward()
        if turn % study.batch == study.batch - 1:
            descent.step()
    return True


@settings(max_examples=30, deadline=None)
@given(tensor_programs())
def test_random_programs_are_trained_as_torch_trains_them(program: str) -> None:
    trained_as_torch_trains_it(program)


@pytest.mark.stress
def test_hundreds_of_random_programs_are_trained_as_torch_trains_them() -> None:
    assert sum(trained_as_torch_trains_it(tensor_program(number)) for number in MANY) > 0.9 * len(MANY)


# --- engines ---


def first_rows(study: Study, name: str) -> Page:
    """Return a page of the formulas of the first two rows of training; the given numbers stand beside them."""
    layout, page = Layout(study), Page(name)
    page.put(RATE_CELL.replace("$", ""), study.variants[0].rate)
    (start, *_) = rows_of(study)
    for quantity in study.graph.quantities:
        for row in (FIRST_ROW, FIRST_ROW + 1):
            equation = quantity.in_row(first=row == FIRST_ROW)
            cell = f"{layout.letter(quantity.name)}{row}"
            if equation is None:
                page.put(cell, start[quantity.name])
            else:
                page.put(cell, Formula(layout.formula(equation, 0, row), lambda: 7.0))  # a value that would be wrong
    return page


def calculated_alike(name: str, numbers: range, path: Path) -> None:
    """Let an engine calculate the first two rows of programs, all in one workbook, and compare with the trace."""
    studies = {f"p{number}": loads(tensor_program(number)) for number in numbers}
    studies = {sheet: study for sheet, study in studies.items() if not study.samples}
    pages = [first_rows(study, sheet) for sheet, study in studies.items()]
    recalculation = engine(name).recalculate(write_pages(path, *pages), 600)
    for sheet, study in studies.items():
        grid = recalculation.grid(sheet, FIRST_ROW + 1, len(study.graph.names))
        for found, row in zip(grid[FIRST_ROW - 1 :], rows_of(study)[:2], strict=True):
            told = dict(zip(study.graph.names, found, strict=True))
            assert told == pytest.approx(row, rel=1e-9, abs=1e-10), sheet


@pytest.mark.parametrize("name", ENGINES[:2])
def test_engines_calculate_random_programs(name: str, tmp_path: Path) -> None:
    calculated_alike(name, range(40), tmp_path / "w.xlsx")


@pytest.mark.stress
@pytest.mark.parametrize("name", ENGINES[:2])
def test_engines_calculate_hundreds_of_random_programs(name: str, tmp_path: Path) -> None:
    calculated_alike(name, MANY[:200], tmp_path / "w.xlsx")


@pytest.mark.stress
@pytest.mark.parametrize("name", ["embedded", pytest.param("libreoffice", marks=needs_uno)])
def test_random_programs_are_proven(name: str, tmp_path: Path) -> None:
    for number in MANY[:30]:
        path = tmp_path / f"{number}.xlsx"
        assert build(loads(tensor_program(number)), path).ok, number
        assert verify(path, name).ok, number


# --- the template ---


def survives(program: str) -> None:
    """Write a template, load it, and show both: nothing moves; every equation reads back as it is printed."""
    study = loads(program)
    assert study.tensors is not None
    for step in (*study.tensors.unrolled, *study.tensors.steps):
        assert parse(written(step.tree), KNOWN_FUNCTIONS) == step.tree, f"{written(step.tree)} of:\n{program}"
    text = effective_template(study)
    again = loads(text)
    assert replace(again, name=study.name) == study, program
    assert effective_template(again) == text, program
    for notation in ("text", "excel"):
        assert equations(again, notation) == equations(study, notation), program


@settings(max_examples=25, deadline=None)
@given(tensor_programs())
def test_a_template_over_tensors_survives_being_shown_and_written(program: str) -> None:
    survives(program)


@pytest.mark.stress
def test_hundreds_of_templates_over_tensors_survive_being_shown_and_written() -> None:
    for number in MANY:
        survives(tensor_program(number))


# --- slips ---


def refused_in_one_line(text: str) -> str:
    """Load a template; return what is said where it is refused, in one line that names the file and the line."""
    try:
        loads(text, "slips.toml")
    except TemplateError as error:
        told = str(error)
        assert re.match(r"slips\.toml, line \d+: ", told), f"{told} of:\n{text}"
        assert "\n" not in told, text
        return told
    return ""


@settings(max_examples=120, deadline=None)
@given(tensor_programs(), st.randoms(use_true_random=False))
def test_a_slip_is_read_or_refused_in_one_line(program: str, draw: Random) -> None:
    refused_in_one_line(with_slips(program, draw))


@pytest.mark.stress
def test_thousands_of_slips_are_read_or_refused_in_one_line() -> None:
    for number in range(10 * MANY.start, 10 * MANY.stop):
        refused_in_one_line(with_slips(tensor_program(number), Random(-number - 1)))


SHAPE = re.compile(r"(?<![\w.=-])(\d+(×\d+)*|a number)(?![\w.])")


def misfit(program: str, draw: Random) -> str:
    """Give a parameter another shape; what is said where that does not fit names the equation, and shapes."""
    text = with_another_shape(program, draw)
    told = refused_in_one_line(text)
    if told:
        line, equation, rest = re.match(r".*?line (\d+): [^=]+ = (.*?): (.*)", told).groups()  # type: ignore[union-attr]
        assert f'"{equation}"' in text.split("\n")[int(line) - 1], f"{told} of:\n{text}"
        problem, _, todo = rest.rpartition("; ")
        assert SHAPE.search(problem), f"{told} of:\n{text}"
        assert todo, f"{told} of:\n{text}"
    return told


@settings(max_examples=40, deadline=None)
@given(tensor_programs(), st.randoms(use_true_random=False))
def test_a_shape_that_does_not_fit_is_told_with_its_equation(program: str, draw: Random) -> None:
    misfit(program, draw)


@pytest.mark.stress
def test_hundreds_of_shapes_that_do_not_fit_are_told_with_their_equations() -> None:
    assert sum(bool(misfit(tensor_program(number), Random(-number - 1))) for number in MANY) > len(MANY) // 4
