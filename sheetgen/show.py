"""A network for a person: its equations as text, as LaTeX, or as the formulas of the workbook; its drawing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sheetgen.algebra.expr import Expr
from sheetgen.algebra.latex import Latex, latex_name, latex_words
from sheetgen.algebra.notation import Text
from sheetgen.network.graph import ITERATION, Quantity, Section, as_read, equation_of
from sheetgen.network.optimizers import SGD, optimizer_of, schedule_of
from sheetgen.network.study import Study
from sheetgen.sheets.layout import Layout
from sheetgen.tensors.program import Tensors

if TYPE_CHECKING:
    from sheetgen.sheets.matrices.form import Line

_HEADINGS = {
    Section.STATE: "From the row above",
    Section.BATCH: "Over the batch",
    Section.FORWARD: "Forward",
    Section.LOSS: "Loss",
    Section.METRICS: "Metrics",
    Section.BACKWARD: "Backward",
    Section.GRADIENTS: "Gradients",
    Section.ABOVE: "Through the row above",
}


def drawing(study: Study, kind: str) -> bytes:
    """Return the drawing of a study's network at iteration 0, as Start has it: the content of a file, ``svg`` or
    ``png``.

    Raises UsageError where a PNG cannot be made, and NumberError where the numbers are none.
    """
    from sheetgen.figure import marks, png, svg
    from sheetgen.sheets.drawing import alone

    figure = marks.figure_of(alone.drawing(study))
    return svg.svg(figure).encode() if kind == "svg" else png.png(figure)


def equations(study: Study, notation: str, scalars: bool = False) -> str:
    """Return the forward, backward and update equations of a study as ``text``, ``latex`` or ``excel``.

    Those of a study that is written in tensors are over tensors, unless ``scalars`` asks for those of every element.
    The formulas of ``excel`` are those of iteration 0 (updates, and what looks at the row above: of iteration 1), by
    cell.
    """
    if study.tensors is not None and not scalars and notation in _OF_TENSORS:
        return "\n".join(_OF_TENSORS[notation](study, study.tensors))
    lines = {"text": _text, "latex": _latex, "excel": _excel}[notation](study)
    return "\n".join(lines)


def _sections(study: Study) -> Iterator[tuple[str, list[Quantity]]]:
    for section, heading in _HEADINGS.items():
        if quantities := [q for q in study.network.section(section) if q.equation is not None]:
            yield heading, quantities


def _updates(study: Study) -> Iterator[tuple[str, int, list[Quantity]]]:
    """Yield, for each way of training, a heading, a variant, and the quantities that change from row to row."""
    for index in study.ways if study.trains else ():
        v, graph = study.variants[index], study.graphs[index]
        counted = [q for q in graph.section(Section.STEP) if q.name != ITERATION]
        moved = [q for q in graph.section(Section.WEIGHTS) if q.equation is not None]
        title = [] if v.optimizer == SGD else [optimizer_of(v.optimizer).title]
        title += [schedule_of(v.schedule).title] if study.scheduled else []
        heading = f"Update ({', '.join(title)})" if title else "Update"
        yield heading, index, [*counted, *graph.section(Section.MEANS, Section.OPTIMIZER), *moved]


def _sign(quantity: Quantity, equals: str, becomes: str) -> str:
    return becomes if quantity.becomes else equals


def _text(study: Study) -> Iterator[str]:
    text = Text()
    for heading, quantities in (*_sections(study), *((heading, moved) for heading, _, moved in _updates(study))):
        yield f"{heading}:"
        yield from (f"  {q.name} {_sign(q, '=', ':=')} {text.write(as_read(q))}" for q in quantities)


def _latex(study: Study) -> Iterator[str]:
    latex = Latex()
    yield r"\begin{align*}"
    for heading, quantities in (*_sections(study), *((heading, moved) for heading, _, moved in _updates(study))):
        yield rf"  & \text{{{latex_words(heading)}}} \\"
        yield from (_latex_line(latex, q.name, _sign(q, "=", r"\gets"), as_read(q)) for q in quantities)
    yield r"\end{align*}"


def _latex_line(latex: Latex, name: str, sign: str, expr: Expr) -> str:
    return rf"  {latex_name(name)} &{sign} {latex.write(expr)} \\"


def _excel(study: Study) -> Iterator[str]:
    layout = Layout(study)
    for heading, quantities in _sections(study):
        yield f"{heading}:"
        for q in quantities:
            row = layout.row(int(q.looks_above))
            yield f"  {layout.letter(q.name)}{row}  {q.name}: ={layout.formula(equation_of(q), 0, row)}"
    row = layout.row(1)
    for heading, variant, quantities in _updates(study):
        yield f"{heading}:"
        for q in quantities:
            formula = layout.formula(layout.spelled(q), variant, row)
            yield f"  {layout.letter(q.name, variant)}{row}  {q.name}: ={formula}"


# --- over tensors ---


def _lines(study: Study, tensors: Tensors) -> Iterator[tuple[str, list[Line]]]:
    from sheetgen.sheets.matrices.form import sections, update_lines  # they take NumPy, which scalars do not

    for section, lines in sections(study, tensors):
        yield _HEADINGS[section], lines
    for heading, variant, quantities in _updates(study):
        yield heading, list(update_lines(study, tensors, variant, quantities))


def _tensor_text(study: Study, tensors: Tensors) -> Iterator[str]:
    from sheetgen.tensors.matrix_text import words

    matrices = []
    for heading, lines in _lines(study, tensors):
        yield f"{heading}:"
        yield from (f"  {'    ' * line.inner}{line.text}" for line in lines)
        matrices += [equation.right for line in lines for equation in line.equations]
    if meanings := words(matrices):
        yield "Where:"
        yield from (f"  {meaning}" for meaning in meanings)


def _tensor_latex(study: Study, tensors: Tensors) -> Iterator[str]:
    yield r"\begin{align*}"
    for heading, lines in _lines(study, tensors):
        yield rf"  & \text{{{latex_words(heading)}}} \\"
        yield from (rf"  {latex} \\" for line in lines for latex in line.latex)
    yield r"\end{align*}"


_OF_TENSORS = {"text": _tensor_text, "latex": _tensor_latex}
