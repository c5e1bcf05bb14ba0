"""Edits of matrices and ranges: one for another, transposed or not, the wrong rows; and of what is done with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sheetgen.audit.book import Area, Place
from sheetgen.audit.equations import cell_name
from sheetgen.audit.mistakes import mistake
from sheetgen.audit.mistakes.activations import derivative_form
from sheetgen.audit.mistakes.blame import of_reference
from sheetgen.audit.mistakes.edits import Desk, Edit
from sheetgen.audit.mistakes.of_operators import turned
from sheetgen.audit.mistakes.pool import reference_to
from sheetgen.audit.mistakes.trees import NEW, Swap, binary, call, same
from sheetgen.audit.mistakes.values import NoValue
from sheetgen.audit.syntax import Binary, Call, Node, Reference, bare, walk

_STEPS = (-2, -1, 1, 2)
_MOST = 100
"""The other matrices of a sheet that are tried, the nearest first."""
_FARTHEST = 40
"""How many columns or rows beside a range others of its kind are looked for."""


def areas_in(desk: Desk, *, cells: bool = False) -> list[tuple[Reference, Area]]:
    """Return the ranges that a formula names, with their cells at the first sample; single ``cells`` too if asked."""
    found = []
    for node in desk.formula.nodes:
        if isinstance(node, Reference) and (cells or not node.single) and None not in (*node.first[:2], *node.last[:2]):
            sheet = node.sheet or desk.home.sheet
            found.append((node, Area(sheet, node.first.row, node.first.column, node.last.row, node.last.column)))  # type: ignore[arg-type]
    return found


def other_matrices(desk: Desk) -> Iterator[Edit]:
    """Yield the edits of one range, or of all that name the same cells, for another of its shape."""
    by_area: dict[Area, list[Reference]] = defaultdict(list)
    for node, area in areas_in(desk):
        by_area[area].append(node)
    for area, nodes in by_area.items():
        for other in _like(desk, area):
            for some in [[node] for node in nodes] + ([list(nodes)] if len(nodes) > 1 else []):
                swaps = [Swap(node, _placed(node, other, desk.home.sheet)) for node in some]
                if desk.right(swaps):
                    yield _other(desk, area, other, swaps, _in_slope(desk, some))


def _like(desk: Desk, area: Area) -> list[Area]:
    """Return other matrices of the same shape, and the ranges beside it."""
    context = desk.roles.context
    found = _nearest(area, context.matrices.get(area.shape, ()))
    found += [other for _, other in areas_in(desk) if other.shape == area.shape]
    rows, columns = area.shape
    if columns == 1 or rows == 1:
        found += [moved for step in range(-_FARTHEST, _FARTHEST + 1) if (moved := _moved(area, step, columns == 1))]
    graph = context.graph
    first = [(other, Place(other.sheet, other.top, other.left)) for other in dict.fromkeys(found) if other != area]
    return [other for other, place in first if cell_name(place) in graph.values]


def _nearest(area: Area, others: Sequence[Area]) -> list[Area]:
    """Return the areas beside one, where there are many."""
    near = sorted(
        (other for other in others if other.sheet == area.sheet),
        key=lambda other: abs(other.top - area.top) + abs(other.left - area.left),
    )
    return near[:_MOST] + [other for other in others if other.sheet != area.sheet][:_MOST]


def _moved(area: Area, step: int, beside: bool) -> Area | None:
    rows, columns = (0, step) if beside else (step, 0)
    moved = Area(area.sheet, area.top + rows, area.left + columns, area.bottom + rows, area.right + columns)
    return moved if moved.top > 0 and moved.left > 0 else None


def _placed(node: Reference, area: Area, home: str) -> Reference:
    """Return a reference to an area with the $ of another."""
    first = node.first._replace(row=area.top, column=area.left)
    last = node.last._replace(row=area.bottom, column=area.right)
    return Reference(NEW, NEW, None if area.sheet == home else area.sheet, first, last)


def _in_slope(desk: Desk, nodes: list[Reference]) -> bool:
    """Whether references stand in a·(1 − a) or in 1 − a²."""
    for node in nodes:
        for parent in desk.formula.around(node):
            if isinstance(parent, Binary) and parent.op == "-" and bare(parent.left)[2:] == (1.0,):
                return True
    return False


def _other(desk: Desk, area: Area, other: Area, swaps: list[Swap], in_slope: bool) -> Edit:
    old, new = (cell_name(Place(one.sheet, one.top, one.left)) for one in (area, other))
    kind, words, cost = of_reference(desk.roles, old, new, in_slope=in_slope)
    for one, name in ((area, old), (other, new)):
        words = words.replace(desk.roles.called(name), called(desk, one))
    return Edit(swaps, kind, words, cost + 0.1 * (len(swaps) > 1))


def called(desk: Desk, area: Area) -> str:
    """Return how a sentence names an area."""
    structure = desk.roles.context.structure
    block = next((block.name for block in structure.blocks if block.area == area), "")
    label = block or desk.roles.label(area.first).split("[")[0]
    return f"{label} ({area.address})" if label else area.address


def wrong_rows(desk: Desk) -> Iterator[Edit]:
    """Yield the edits of the ends of a range, or of all ranges with as many rows or columns together."""
    groups: dict[tuple[int, int], list[tuple[Reference, Area]]] = defaultdict(list)
    if not areas_in(desk):
        return
    yield from _rows_of_product(desk)
    for node, area in areas_in(desk, cells=True):
        for axis in (0, 1) if _in_call(desk, node) else ():
            groups[axis, area.shape[axis]].append((node, area))
    for (axis, size), members in groups.items():
        for some in [members] + ([[member] for member in members] if len(members) > 1 else []):
            for first, last in _ENDS:
                changed = [(node, area, _with_ends(area, axis, first, last)) for node, area in some]
                if size + last - first < 1 or any(min(new[1:3]) < 1 for _, _, new in changed):
                    continue
                swaps = [Swap(node, _placed(node, new, desk.home.sheet)) for node, _, new in changed]
                if desk.right(swaps):
                    lines = dict.fromkeys(f"{old.address} where {new.address} is needed" for _, old, new in changed)
                    words = f"takes the wrong {('rows', 'columns')[axis]}: {', '.join(lines)}"
                    yield Edit(swaps, mistake.WRONG_ROWS, words, 0.8 + 0.1 * (len(some) < len(members)))


def _in_call(desk: Desk, node: Node) -> bool:
    return any(isinstance(parent, Call) for parent in desk.formula.around(node))


def _rows_of_product(desk: Desk) -> Iterator[Edit]:
    """Yield the edits of a product that adds up too few or too many rows, with another matrix that fits them."""
    for node in desk.formula.nodes:
        if not (isinstance(node, Call) and node.name == "MMULT" and len(node.args) == 2):
            continue
        for area_at, axis in ((1, 0), (0, 1)):
            ranged = bare(node.args[area_at])
            area = next((area for one, area in areas_in(desk) if one is ranged), None)
            if area is None or not isinstance(ranged, Reference):
                continue
            for first, last in _ENDS:
                new = _with_ends(area, axis, first, last)
                if new.shape[axis] < 1 or min(new[1:3]) < 1:
                    continue
                yield from _with_partner(desk, node, area_at, _placed(ranged, new, desk.home.sheet), (area, new))


def _with_partner(desk: Desk, node: Call, area_at: int, changed: Reference, areas: tuple[Area, Area]) -> Iterator[Edit]:
    partner = node.args[1 - area_at]
    old, new = areas
    shape = desk.values.of(partner).shape[1:]
    wanted = (shape[0], new.shape[0]) if area_at == 1 else (new.shape[1], shape[1])
    for turn in (False, True):
        for other in _nearest(new, desk.roles.context.matrices.get(wanted[::-1] if turn else wanted, ()))[:_PARTNERS]:
            of: Node = reference_to(other, desk.home.sheet)
            of = call("TRANSPOSE", of) if turn else of
            swap = Swap(node, call("MMULT", *((of, changed) if area_at == 1 else (changed, of))))
            if desk.right([swap]):
                words = f"takes the wrong {('columns', 'rows')[area_at]}: {old.address} where {new.address} is needed"
                yield Edit([swap], mistake.WRONG_ROWS, f"{words}, with {called(desk, other)}", 1.0)


_PARTNERS = 12
_ENDS = [(first, last) for first in (0, *_STEPS) for last in (0, *_STEPS) if first or last]


def _with_ends(area: Area, axis: int, first: int, last: int) -> Area:
    if axis == 0:
        return area._replace(top=area.top + first, bottom=area.bottom + last)
    return area._replace(left=area.left + first, right=area.right + last)


def transposed(desk: Desk) -> Iterator[Edit]:
    """Yield the edits that transpose a matrix or do not, and those that exchange the two of a product."""
    for node in desk.formula.nodes:
        if isinstance(node, Call) and node.name == "MMULT" and len(node.args) == 2:
            yield from _product(desk, node)
        elif isinstance(node, Call) and node.name == "TRANSPOSE" and len(node.args) == 1:
            swap = Swap(node, node.args[0])
            if desk.right([swap]):
                yield Edit([swap], mistake.TRANSPOSED, f"transposes {desk.short(node.args[0])}, which must not be", 0.8)
        elif isinstance(node, Reference) and not node.single:
            swap = Swap(node, call("TRANSPOSE", node))
            if desk.right([swap]):
                yield Edit([swap], mistake.TRANSPOSED, f"does not transpose {desk.short(node)}, which it must", 0.8)


def _product(desk: Desk, node: Call) -> Iterator[Edit]:
    left, right = node.args
    for first, second in ((left, right), (right, left)):
        for a in (first, _turned(first)):
            for b in (second, _turned(second)):
                if a is left and b is right:
                    continue
                swap = Swap(node, call("MMULT", a, b))
                if desk.right([swap]):
                    words = f"takes {desk.short(node)} where {desk.short(swap.new)} is needed"
                    cost = 0.85 + 0.1 * (first is right) + 0.1 * (a is not first and b is not second)
                    yield Edit([swap], mistake.TRANSPOSED, words, cost)


def _turned(node: Node) -> Node:
    inner = bare(node)
    return inner.args[0] if isinstance(inner, Call) and inner.name == "TRANSPOSE" else call("TRANSPOSE", node)


def inside_calls(desk: Desk) -> Iterator[Edit]:
    """Yield the edits of operators and factors inside of functions, where no part's need is known."""
    known = {id(need.node) for need in desk.needs}
    for node in desk.formula.nodes:
        if id(node) in known or not isinstance(node, Binary):
            continue
        if node.op in "+-" and not _is_one(node.left):
            edit = turned(desk, node, "-" if node.op == "+" else "+")
            if desk.right(edit.swaps):
                yield edit
        if node.op in "*/":
            yield from _without(desk, node)


def _is_one(node: Node) -> bool:
    return bare(node)[2:] == (1.0,)


def _without(desk: Desk, node: Binary) -> Iterator[Edit]:
    for kept, taken in ((node.left, node.right), (node.right, node.left)):
        swap = Swap(node, kept)
        if (node.op == "*" or kept is node.left) and desk.right([swap]):
            slope = any(same(part, kept) for part in walk(taken)) or "1-" in desk.short(taken).replace(" ", "")
            kind = mistake.DERIVATIVE_TWICE if slope else mistake.FACTOR_TOO_MANY
            cost = 0.9 if slope else 1.0
            yield Edit([swap], kind, f"has a factor {desk.short(taken)} too many", cost)


def slopes_left_out(desk: Desk) -> Iterator[Edit]:
    """Yield the edits that multiply by the derivative of an activation inside of a function."""
    masked = any(pattern.function == "relu" for pattern in desk.patterns)
    for node in desk.formula.nodes:
        parent = desk.formula.parents.get(id(node))
        if not isinstance(parent, Call) and not (isinstance(node, Reference) and not node.single):
            continue
        try:
            shape = desk.values.of(node).shape[1:]
        except NoValue:
            continue
        if shape == (1, 1):
            continue
        for area, function in _unit_areas(desk, node, (shape[0], shape[1])):
            for turn in (False, True) if area.shape[0] != area.shape[1] or area.shape == shape else (True,):
                if (area.shape[::-1] if turn else area.shape) != shape or shape == (1, 1):
                    continue
                of: Node = reference_to(area, desk.home.sheet)
                form = derivative_form(function, call("TRANSPOSE", of) if turn else of)
                if form is None:
                    continue
                swap = Swap(node, binary("*", node, form))
                if desk.right([swap]):
                    words = f"leaves out the derivative of the activation {called(desk, area)}"
                    yield Edit([swap], mistake.DERIVATIVE_LEFT_OUT, words, 0.95 + 0.2 * turn + 0.3 * masked)


def _unit_areas(desk: Desk, node: Node, shape: tuple[int, int]) -> Iterator[tuple[Area, str]]:
    """Yield the matrices of activations of a shape, or of that turned over, each with its function."""
    context = desk.roles.context
    areas = [area for _, area in areas_in(desk) if area.shape in (shape, shape[::-1])]
    for one in {shape, shape[::-1]}:
        areas += _nearest(_around(desk, node), context.matrices.get(one, ()))
    for area in dict.fromkeys(areas):
        activation = context.activation(cell_name(area.first))
        if activation is not None:
            yield area, activation.function


def _around(desk: Desk, node: Node) -> Area:
    """Return the first area that a part names, or the formula's own cell."""
    named = {id(reference): area for reference, area in areas_in(desk)}
    home = Area(desk.home.sheet, *desk.home[1:], *desk.home[1:])
    return next((named[id(part)] for part in walk(node) if id(part) in named), home)


def functions(desk: Desk) -> Iterator[Edit]:
    """Yield the edits of a sum for a mean and the reverse, and of the base of a logarithm."""
    for node in desk.formula.nodes:
        if not isinstance(node, Call):
            continue
        for name, kind, words in _INSTEAD.get(node.name, ()):
            swap = Swap(node, call(name, *node.args))
            if desk.right([swap]):
                yield Edit([swap], kind, f"{words}: {node.name} where {name} is needed", 0.9)


_INSTEAD = {
    "SUM": (("AVERAGE", mistake.FACTOR, "takes the sum for the mean"),),
    "AVERAGE": (("SUM", mistake.FACTOR, "takes the mean for the sum"),),
    "LOG": (("LN", mistake.LOG_BASE, "takes a logarithm of another base"),),
    "LOG10": (("LN", mistake.LOG_BASE, "takes a logarithm of another base"),),
    "LN": (("LOG10", mistake.LOG_BASE, "takes a logarithm of another base"),),
}
