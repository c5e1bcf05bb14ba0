"""A network written in tensors, for a person: its equations over tensors, their derivatives and the updates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sheetgen.network.graph import Quantity, Section, derivative_label, section_of
from sheetgen.network.study import Study
from sheetgen.sheets.matrices.updates import ANY, updates
from sheetgen.tensors.adjoint import backward
from sheetgen.tensors.forward import Forward, forward
from sheetgen.tensors.labels import Shape
from sheetgen.tensors.matrices import Equation, Name
from sheetgen.tensors.matrix_latex import equation_latex, matrix_latex, tensor_latex
from sheetgen.tensors.matrix_text import equation_text, matrix_text
from sheetgen.tensors.program import Tensors


@dataclass(frozen=True)
class Line:
    """An equation as text, and in LaTeX, aligned at its sign, in as many lines as it has there.

    One of a step of another is ``inner``; ``equations`` are what it says, none where that is said by its steps, or is
    an update.
    """

    text: str
    latex: list[str]
    inner: bool = False
    equations: tuple[Equation, ...] = ()


def trained(study: Study, tensors: Tensors) -> list[str]:
    """Return the tensors of parameters of which anything is trained."""
    weights = set(study.network.weights)
    return [
        name
        for name, given in tensors.given.items()
        if given.table == "parameters" and not weights.isdisjoint(tensors.naming.labels(name, given.shape))
    ]


def shares(study: Study, tensors: Tensors) -> list[str]:
    """Return the tensors of inputs and targets whose rows add up to 1 in every sample, such as one-hot targets."""
    return [
        name
        for name, given in tensors.given.items()
        if given.table != "parameters"
        and given.shape
        and all(_adds_up(study, row) for row in _rows(tensors, name, given.shape))
    ]


def _rows(tensors: Tensors, name: str, shape: Shape) -> Iterator[tuple[str, ...]]:
    """Yield the labels of each row along the last axis."""
    return zip(*[iter(tensors.naming.labels(name, shape))] * shape[-1], strict=True)


def _adds_up(study: Study, row: Sequence[str]) -> bool:
    numbers = (study.samples.get(label) or (study.values[label],) for label in row)
    return all(abs(sum(sample) - 1) < 1e-9 for sample in zip(*numbers, strict=True))


def sections(study: Study, tensors: Tensors) -> Iterator[tuple[Section, list[Line]]]:
    """Yield the sections of a network, each with its equations."""
    typed = forward(tensors)
    for section in (Section.FORWARD, Section.LOSS, Section.METRICS):
        lines = [line for one in typed if section_of(one.typed.table) == section for line in _forward(one)]
        if lines:
            yield section, lines
    if not study.trains:
        return
    network, of_all, adding_up = study.network, trained(study, tensors), shares(study, tensors)
    derivatives: list[Equation] = []
    for loss in [player.loss for player in network.players] or [network.loss]:
        its = [name for name in of_all if network.minimised(_an_element(tensors, name)) == loss]
        derivatives += backward(tensors, loss, its, adding_up)
    weights = {derivative_label(network.minimised(_an_element(tensors, name)), name) for name in of_all}
    for section, equations in (
        (Section.BACKWARD, [one for one in derivatives if _name(one) not in weights]),
        (Section.GRADIENTS, [one for one in derivatives if _name(one) in weights]),
    ):
        if equations:
            yield section, derivative_lines(equations)


def _an_element(tensors: Tensors, name: str) -> str:
    return tensors.naming.labels(name, tensors.given[name].shape)[0]


def _name(equation: Equation) -> str:
    target = equation.target if isinstance(equation.target, Name) else equation.target.tensor
    assert isinstance(target, Name), target
    return target.name


def _forward(one: Forward) -> Iterator[Line]:
    """Yield an equation as it was typed, and below it the steps that the workbook takes."""
    latex = [equation_latex(equation) for equation in one.whole]
    yield Line(f"{one.typed.key} = {one.typed.text}", latex, equations=() if one.steps else one.whole)
    for equation in one.steps:
        yield Line(equation_text(equation), [equation_latex(equation)], inner=True, equations=(equation,))


def derivative_lines(equations: Sequence[Equation]) -> list[Line]:
    """Return equations as lines."""
    return [Line(equation_text(one), [equation_latex(one)], equations=(one,)) for one in equations]


def update_lines(study: Study, tensors: Tensors, variant: int, quantities: Sequence[Quantity]) -> Iterator[Line]:
    """Yield how one variant is trained: what counts, the columns of its optimiser, and the tensors themselves."""
    for group in updates(study, tensors, variant, trained(study, tensors), quantities):
        if group.stands_for:
            several = ", ".join(group.stands_for)
            latex = ", ".join(tensor_latex(name, bool(tensors.given[name].shape)) for name in group.stands_for)
            yield Line(f"for each {ANY} of {several}:", [rf"& \text{{for each }} \theta \text{{ of }} {latex}"])
        for one in group.updates:
            text, latex = matrix_text(one.right), matrix_latex(one.right)
            sign, arrow = (":=", r"\gets") if one.becomes else ("=", "=")
            yield Line(f"{one.target.name} {sign} {text}", [rf"{matrix_latex(one.target)} &{arrow} {latex}"])
