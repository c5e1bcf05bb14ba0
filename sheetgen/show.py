"""A network's equations for a person: as text, as LaTeX, or as the formulas of the workbook."""

from __future__ import annotations

from collections.abc import Iterator

from sheetgen import layout as at
from sheetgen.expr import Expr
from sheetgen.graph import RATE, Section
from sheetgen.layout import Layout
from sheetgen.notation import Excel, Latex, Notation, Text, latex_name
from sheetgen.study import Study

FORMATS = ("text", "latex", "excel")
_HEADINGS = {
    Section.FORWARD: "Forward",
    Section.LOSS: "Loss",
    Section.BACKWARD: "Backward",
    Section.GRADIENTS: "Gradients",
}


def equations(study: Study, notation: str) -> str:
    """Return the forward, backward and update equations of a study in one of FORMATS.

    The formulas of ``excel`` are those of iteration 0 (updates: of iteration 1), by cell.
    """
    lines = {"text": _text, "latex": _latex, "excel": _excel}[notation](study)
    return "\n".join(lines)


def _sections(study: Study) -> Iterator[tuple[str, list[tuple[str, Expr]]]]:
    for section, heading in _HEADINGS.items():
        found = [(q.name, q.equation) for q in study.graph.section(section) if q.equation is not None]
        if found:
            yield heading, found


def _text(study: Study) -> Iterator[str]:
    text = Text()
    for heading, found in _sections(study):
        yield f"{heading}:"
        yield from (f"  {name} = {text.write(expr)}" for name, expr in found)
    yield "Update:"
    yield from (f"  {state.name} := {text.write(state.update)}" for state in study.graph.states)


def _latex(study: Study) -> Iterator[str]:
    latex = Latex()
    yield r"\begin{align*}"
    for heading, found in _sections(study):
        yield rf"  & \text{{{heading}}} \\"
        yield from (_latex_line(latex, name, "=", expr) for name, expr in found)
    yield r"  & \text{Update} \\"
    yield from (_latex_line(latex, state.name, r"\gets", state.update) for state in study.graph.states)
    yield r"\end{align*}"


def _latex_line(latex: Notation, name: str, sign: str, expr: Expr) -> str:
    return rf"  {latex_name(name)} &{sign} {latex.write(expr)} \\"


def _excel(study: Study) -> Iterator[str]:
    layout = Layout(study)
    here = Excel(lambda name: f"{layout.letter(name)}{at.FIRST_ROW}")
    above = Excel(lambda name: at.RATE_CELL if name == RATE else f"{layout.letter(name)}{at.FIRST_ROW}")
    for heading, found in _sections(study):
        yield f"{heading}:"
        yield from (f"  {layout.letter(n)}{at.FIRST_ROW}  {n}: ={here.write(expr)}" for n, expr in found)
    yield "Update:"
    for state in study.graph.states:
        cell = f"{layout.letter(state.name)}{at.FIRST_ROW + 1}"
        yield f"  {cell}  {state.name}: ={above.write(state.update)}"
