"""The lines of a drawn network: which there are, that they hide no number, and that weights show in them."""

from __future__ import annotations

import pytest
from networks import ODD

from sheetgen import load, loads
from sheetgen.network.graph import Section
from sheetgen.network.study import Study
from sheetgen.page.page import Page
from sheetgen.page.shapes import Ellipse, Line
from sheetgen.sheets.book import Book
from sheetgen.sheets.drawing import painter
from sheetgen.sheets.drawing.plan import Look, plan_drawing
from sheetgen.sheets.explorer import sheet as explorer
from sheetgen.sheets.layout import Layout
from sheetgen.sheets.start import page as start_page

TEMPLATES = {"seed": load(), "odd": loads(ODD), "iris": load("iris"), "xor": load("xor")}


def lines(page: Page) -> list[Line]:
    return [shape for shape in page.shapes if isinstance(shape, Line)]


def drawn(study: Study, look: Look) -> Page:
    page = Page("sheet")
    numbers = painter.at_start(Book(study, study))
    painter.draw(page, plan_drawing(study.network, look), numbers, 6)
    return page


def test_the_seed_has_a_line_for_every_weight_and_every_part_of_the_loss() -> None:
    found = {line.alt for line in lines(start_page(Book(load(), load()), lambda: ""))}
    weights = {"i1 → h1, w1", "i2 → h1, w2", "i1 → h2, w3", "i2 → h2, w4"}
    weights |= {"a_h1 → o1, w5", "a_h2 → o1, w6", "a_h1 → o2, w7", "a_h2 → o2, w8"}
    assert found == weights | {"a_o1 → E1", "a_o2 → E2", "E1 → E_total", "E2 → E_total"}


def test_every_neuron_of_the_seed_has_a_circle_around_its_name_and_value() -> None:
    page = start_page(Book(load(), load()), lambda: "")
    circles = {shape.alt: shape for shape in page.shapes if isinstance(shape, Ellipse)}
    assert circles.keys() == {"i1", "i2", "h1", "h2", "a_h1", "a_h2", "o1", "o2", "a_o1", "a_o2", "E1", "E2", "E_total"}
    for name, circle in circles.items():
        rows, column = range(circle.start.row + 1, circle.end.row), circle.start.column
        inside = [page.cells[row, column].content for row in rows if (row, column) in page.cells]
        assert circle.end.column == column
        assert inside[0] == name
        assert len(inside) == 2


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("look", [Look(round=True), Look(slopes=True)], ids=["start", "explorer"])
def test_no_line_crosses_a_cell_with_a_content(name: str, look: Look) -> None:
    page = drawn(TEMPLATES[name], look)
    assert lines(page)
    columns = {column for (_, column), cell in page.cells.items() if cell.content is not None}
    for line in lines(page):
        assert line.start.column == line.end.column
        crossed = {row for (row, column) in page.cells if column == line.start.column}
        top, bottom = sorted((line.start.row, line.end.row))
        assert line.start.column not in columns or not crossed & set(range(top, bottom + 1)), line.alt


def test_a_line_is_the_thicker_the_larger_its_weight_and_coloured_by_its_sign() -> None:
    study = load("xor")
    by_weight = {line.alt.partition(", ")[2]: line for line in lines(drawn(study, Look()))}
    weights = {name: study.values[name] for name in by_weight if name}
    assert weights.keys() >= {"w1", "w2", "w6"}
    by_size = sorted(weights, key=lambda name: abs(weights[name]))
    points = [by_weight[name].points for name in by_size]
    assert points == sorted(points)
    assert points[0] < points[-1]
    colours = {(weights[name] < 0, by_weight[name].colour) for name in weights}
    assert len(colours) == 2


def test_lines_on_explorer_show_no_weight_for_another_step_may_be_picked() -> None:
    found = lines(explorer.page(Book(load(), load()), lambda: ""))
    assert len({(line.points, line.colour) for line in found}) == 1


def layered(sizes: list[int]) -> Study:
    inputs = "".join(f"x{number} = 0.1\n" for number in range(1, sizes[0] + 1))
    layers = f'sizes = {sizes}\nactivation = "tanh"\ninit = "xavier"\nseed = 1'
    return loads(f"rates = [0.5]\niterations = 1\n[inputs]\n{inputs}[targets]\nt1 = 0.5\n[layers]\n{layers}\n")


@pytest.mark.parametrize(("look", "gaps"), [(Look(round=True), 6), (Look(slopes=True), 5)], ids=["start", "explorer"])
def test_eight_layers_of_sixteen_are_drawn_whole(look: Look, gaps: int) -> None:
    """Every neuron, and a line for every weight between two of them; the weights themselves do not stand there.

    Where Explorer's second band begins, below the first, no lines lead from one to the other.
    """
    page = drawn(layered([16] * 7 + [1]), look)
    ends = [line.alt.partition(", ")[2] for line in lines(page) if ", " in line.alt]
    assert len(ends) == len(set(ends)) == gaps * 16 * 16 + 16
    contents = [cell.content for cell in page.cells.values()]
    neurons = {f"{kind}{layer}_{unit}" for kind in "za" for layer in range(1, 7) for unit in range(1, 17)}
    assert neurons <= set(contents)
    assert not [content for content in contents if str(content).startswith("w3_")]


@pytest.mark.parametrize("look", [Look(round=True), Look(slopes=True)], ids=["start", "explorer"])
def test_of_a_larger_layer_the_first_and_the_last_neurons_are_drawn(look: Look) -> None:
    page = drawn(layered([64, 20, 1]), look)
    contents = {cell.content: cell for cell in page.cells.values()}
    inputs = {name for name in contents if str(name).startswith("x")}
    assert inputs == {f"x{number}" for number in (*range(1, 9), *range(58, 65))}
    assert {"… 49 more …", "… 5 more …"} <= contents.keys()
    rows = {cell.content: (row, column) for (row, column), cell in page.cells.items()}
    assert rows["x8"][0] < rows["… 49 more …"][0] < rows["x58"][0]
    assert rows["x8"][1] == rows["… 49 more …"][1] == rows["x58"][1]
    into_first = [line for line in lines(page) if line.alt.partition(", ")[2].startswith("w1_")]
    assert len(into_first) == 15 * 15


def test_lines_among_many_are_thin() -> None:
    few, many = (
        max(line.points for line in lines(drawn(layered([units, units, 1]), Look())) if ", w1" in line.alt)
        for units in (4, 16)
    )
    assert many < few


def test_a_drawing_is_no_taller_than_a_screen_or_two() -> None:
    """Rows of 21 points: 64 of them are 1,792 pixels."""
    for sizes in ([2, 16, 16, 1], [64, 16, 1], [100, 40, 1], [8, 8, 1]):
        page = drawn(layered(sizes), Look(slopes=True))
        assert max(row for row, _ in page.cells) - 6 <= 64, sizes


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ([4, 4, 1], ""),
        ([2, 16, 16, 1], "What is not drawn (the weights of tall layers) stands on the training sheets."),
        ([4, 20, 1], "What is not drawn (the weights of tall layers and neurons of large ones) stands on the"),
    ],
)
def test_explorer_says_what_it_does_not_draw(sizes: list[int], said: str) -> None:
    """And it stands where Explorer says: every quantity has a column of a training sheet."""
    study = layered(sizes)
    page = explorer.page(Book(study, study), lambda: "")
    legend = [str(cell.content) for cell in page.cells.values() if "what it is multiplied by" in str(cell.content)]
    assert len(legend) == 1
    assert said in legend[0] if said else "not drawn" not in legend[0]
    drawn = {
        str(cell.content).partition("·")[0]
        for (_, column), cell in page.cells.items()
        if cell.content is not None and column not in page.folded
    }
    missing = {*study.network.weights, *(quantity.name for quantity in study.network.section(Section.FORWARD))} - drawn
    assert bool(missing) is bool(said)
    assert missing <= set(Layout(study).tables[0].letters)
