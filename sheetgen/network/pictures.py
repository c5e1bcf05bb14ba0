"""Which pictures of what is learnt a study has: those that its template asks for, or those that suit its network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from itertools import chain, islice
from math import isqrt

from sheetgen.algebra.arrays import applied
from sheetgen.algebra.evaluate import expanded, expanded_size
from sheetgen.algebra.expr import Apply, Expr, Var, depth, names, substitute
from sheetgen.algebra.ops import PRIMITIVES
from sheetgen.network.graph import Graph, Quantity, Section, equation_of, layer_of
from sheetgen.network.products import factor_of
from sheetgen.network.study import Picture, Study
from sheetgen.tensors.labels import places
from sheetgen.tensors.tree import convolving, references

LINE, REGIONS, PATH, CONFUSION, FILTERS, KERNELS, GRADIENTS, WEIGHTS = KINDS = (
    "line", "regions", "path", "confusion", "filters", "kernels", "gradients", "weights",
)  # fmt: skip
"""The kinds of pictures, in the order in which they stand on the sheet."""

_OF_COLUMNS = (FILTERS, GRADIENTS, WEIGHTS)
"""The pictures of what stands in columns: they compute no network anew."""

MOST_GRIDS, MOST_LINES, MOST_VARIANTS = 12, 12, 60
"""The most units of which one picture shows a grid, the most lines of a chart, the most sheets a norm chooses among."""
LARGEST_SIDE = 16
"""The most rows, and columns, of a matrix of weights that is drawn as an image."""
_MOST_MARKED = 400
"""The most samples that are marked on a grid, or counted in a confusion table."""
_LONGEST, _DEEPEST = 300, 40
"""The most names and operations of one formula, and the most of them inside one another."""
_LAYERS_THAT_FADE, _SAMPLES_WORTH_COUNTING = 3, 10
_PIXELS_WORTH_DRAWING = 16
"""Of fewer layers, samples or inputs there is no such picture unasked."""


def pictures_of(study: Study) -> tuple[Picture, ...]:
    """Return the pictures of a study; it is the study as built, for no edit of a number changes them."""
    if not study.trains:
        return ()
    if study.pictures is not None:
        return study.pictures
    suited = [picture for kind in KINDS if _by_default(study, picture := Picture(kind))]
    if not suited and not unfit(study, Picture(GRADIENTS)):
        suited = [Picture(GRADIENTS)]
    return tuple(suited)


def _by_default(study: Study, picture: Picture) -> bool:
    """Whether a study has a picture unasked."""
    if picture.kind == GRADIENTS and len(layers_of_weights(study)) < _LAYERS_THAT_FADE:
        return False
    if picture.kind == CONFUSION and study.count < _SAMPLES_WORTH_COUNTING:
        return False
    if picture.kind == KERNELS and not _kernels(study):
        return False
    if picture.kind == FILTERS and len(study.network.inputs) < _PIXELS_WORTH_DRAWING:
        return False
    return not unfit(study, picture)


def unfit(study: Study, picture: Picture) -> str:
    """Return why a study cannot have a picture, or nothing: what the picture needs, and what there is."""
    if study.network.states and picture.kind not in _OF_COLUMNS:
        return f"{picture.kind} is of samples by themselves, and here a sample goes on from the one before it"
    if study.network.over_batch and picture.kind not in _OF_COLUMNS:
        return f"{picture.kind} is of samples by themselves, and here the samples of a batch meet"
    return _UNFIT[picture.kind](study, picture)


# --- units over the inputs ---


def outputs(network: Graph) -> tuple[Quantity, ...]:
    """Return the forward quantities that no other of them uses."""
    forward = network.section(Section.FORWARD)
    used = {name for quantity in forward for name in names(equation_of(quantity))}
    return tuple(quantity for quantity in forward if quantity.name not in used)


def hidden_units(network: Graph) -> tuple[Quantity, ...]:
    """Return the forward quantities that are an activation of something and no outputs."""
    ends = set(outputs(network))
    return tuple(q for q in network.section(Section.FORWARD) if activation(q) and q not in ends)


def activation(quantity: Quantity) -> str:
    """Return the activation that a quantity is of something, "" where none."""
    expr = equation_of(quantity)
    return expr.op if isinstance(expr, Apply) and PRIMITIVES[expr.op].kind == "activation" else ""


def over_units(network: Graph) -> Mapping[str, Expr]:
    """Return each hidden unit and output over inputs, parameters and hidden units: all between is put in."""
    return reduced(network, [q.name for q in (*hidden_units(network), *outputs(network))])


def over_columns(network: Graph) -> Mapping[str, Expr]:
    """Return the outputs and what they are computed from, a column each: hidden units and what is used repeatedly."""
    uses = Counter(name for quantity in network.equations for name in names(equation_of(quantity)))
    forward = network.section(Section.FORWARD)
    ends = {quantity.name for quantity in outputs(network)}
    return reduced(network, [q.name for q in forward if q.name in ends or uses[q.name] > 1 or activation(q)])


def over_inputs(network: Graph) -> Mapping[str, Expr]:
    """Return each output over inputs and parameters alone."""
    return reduced(network, [q.name for q in outputs(network)])


def reduced(network: Graph, kept: list[str]) -> Mapping[str, Expr]:
    """Return the equations of some quantities, in their order, with all others between them put in.

    What grows beyond all bounds is left as it is named: it does not fit (`fits`).
    """
    found: dict[str, Expr] = {}

    def put_in(name: str) -> Expr:
        return Var(name) if name in kept else found.get(name, Var(name))

    for quantity in network.equations:
        expr = substitute(equation_of(quantity), put_in)
        found[quantity.name] = expr if expanded_size(expr) <= 10 * _LONGEST else Var(quantity.name)
    return {quantity.name: found[quantity.name] for quantity in network.equations if quantity.name in kept}


def fits(network: Graph, equations: Mapping[str, Expr]) -> bool:
    """Whether each equation is short enough for a cell and rests on inputs, parameters and the others."""
    known = {*network.inputs, *network.parameters, *equations}
    return all(
        expr != Var(name) and known.issuperset(names(expr)) and _is_short(expr) for name, expr in equations.items()
    )


def _is_short(expr: Expr) -> bool:
    return expanded_size(expr) <= _LONGEST and depth(expanded(expr)) <= _DEEPEST


def _unfit_line(study: Study, picture: Picture) -> str:
    return _unfit_over_inputs(study, 1, "one input")


def _unfit_regions(study: Study, picture: Picture) -> str:
    grids = len(hidden_units(study.network)) + len(outputs(study.network))
    if grids > MOST_GRIDS:
        return f"regions needs at most {MOST_GRIDS} hidden units and outputs, and the network has {grids}"
    return _unfit_over_inputs(study, 2, "two inputs")


def _places(network: Graph) -> list[str]:
    """Return the inputs that an equation asks whether they equal something.

    Between such values there is nothing to draw, and programs disagree about numbers that are equal but for rounding.
    """
    return [name for name in network.inputs if any(_is_compared(equation_of(q), name) for q in network.equations)]


def _is_compared(expr: Expr, name: str) -> bool:
    if not isinstance(expr, Apply):
        return False
    return (expr.op == "eq" and Var(name) in expr.args) or any(_is_compared(one, name) for one in expr.args)


def _unfit_over_inputs(study: Study, inputs: int, wanted: str) -> str:
    network = study.network
    kind, equations = (LINE, over_columns(network)) if inputs == 1 else (REGIONS, over_units(network))
    if len(network.inputs) != inputs:
        return f"{kind} needs a network of {wanted}, and this one has {len(network.inputs)}"
    if study.count <= inputs:
        return f"{kind} needs more samples than inputs, and there are {study.count}"
    if study.count > _MOST_MARKED:
        return f"{kind} needs at most {_MOST_MARKED} samples, and there are {study.count:,}"
    if places := _places(network):
        asked = f"the network asks whether {places[0]} equals a number"
        return f"{kind} is of every value between the samples', and {asked}, as of a place that is looked up"
    if not fits(network, equations):
        return f"{kind} needs outputs that one formula can hold, of inputs, parameters and hidden units alone"
    return ""


# --- inputs that are an image ---


def filters(network: Graph) -> Mapping[str, tuple[str, ...]]:
    """Return the quantities in which each input stands once, times a weight of its own, and these weights in order."""
    found = {}
    for quantity in network.section(Section.FORWARD):
        weights = tuple(factor_of(quantity, name) for name in network.inputs)
        if set(weights) <= set(network.weights) and len(set(weights)) == len(weights):
            found[quantity.name] = tuple(map(str, weights))
    return found


def _unfit_filters(study: Study, picture: Picture) -> str:
    inputs = len(study.network.inputs)
    if inputs < 4 or isqrt(inputs) ** 2 != inputs:
        return f"filters needs inputs that fill a square, such as 16 or 64, and there are {inputs}"
    if not filters(study.network):
        return "filters needs a unit in which each input stands once, times a weight of its own"
    return ""


# --- tensors of weights that are images ---

Labels = tuple[tuple[str, ...], ...]
"""What the elements of a matrix are called, row by row."""


def matrices(study: Study) -> Mapping[str, Labels]:
    """Return the trained matrices that can be drawn: kernels of convolutions, or where there are none all matrices.

    Of a tensor of more axes they are those that lie along its last two.
    """
    tensors = study.tensors
    if tensors is None:
        return {}
    from sheetgen.tensors.known import spelled  # it takes NumPy, which scalars do not

    kernels, found = _kernels(study), {}
    for name, given in tensors.given.items():
        if name in kernels or (not kernels and given.table == "parameters" and len(given.shape) == 2):
            rows, columns = (1, *given.shape)[-2:]
            labels = iter(tensors.naming.labels(name, given.shape))
            for place in places(given.shape[:-2]):
                matrix = tuple(tuple(islice(labels, columns)) for _ in range(rows))
                if max(rows, columns) <= LARGEST_SIDE and set(chain(*matrix)) <= set(study.network.weights):
                    found[spelled(name, place)] = matrix
    return found


def _kernels(study: Study) -> set[str]:
    """Return the parameters that are the kernels of convolutions."""
    if study.tensors is None:
        return set()
    given = {name for name, one in study.tensors.given.items() if one.table == "parameters"}
    return {name for step in study.tensors.steps for name in convolving(step.tree)} & given


def _unfit_kernels(study: Study, picture: Picture) -> str:
    if not matrices(study):
        return f"kernels needs a trained matrix of at most {LARGEST_SIDE} rows and columns, in tensors"
    return ""


# --- training, by iteration ---


def layers_of_weights(study: Study) -> tuple[tuple[str, ...], ...]:
    """Return the trained parameters, layer by layer: those whose first use lies equally deep.

    Of tensors, they are also of tensors that one equation uses together: the layers of two stacks are no layer.
    """
    network, together = study.network, _used_together(study)
    layer = layer_of({quantity.name: equation_of(quantity) for quantity in network.equations})
    by_layer: dict[tuple[int, str], list[str]] = {}
    for weight in network.weights:
        depth = min((layer[user] for user in network.users.get(weight, ())), default=0)
        by_layer.setdefault((depth, together.get(weight, "")), []).append(weight)
    return tuple(tuple(by_layer[place]) for place in sorted(by_layer, key=lambda place: place[0]))


def _used_together(study: Study) -> dict[str, str]:
    """Return for each element of a tensor of parameters one name for all tensors that equations use together."""
    if study.tensors is None:
        return {}
    given = {name: one.shape for name, one in study.tensors.given.items() if one.table == "parameters"}
    name_of = {name: name for name in given}
    for step in study.tensors.steps:
        joined = {name_of[name] for name, _ in references(step.tree) if name in name_of}
        name_of |= {name: min(joined) for name, other in name_of.items() if other in joined}
    called = study.tensors.naming.labels
    return {label: name_of[name] for name, shape in given.items() for label in called(name, shape)}


def _unfit_gradients(study: Study, picture: Picture) -> str:
    layers = len(layers_of_weights(study))
    if layers > MOST_LINES:
        return f"gradients needs at most {MOST_LINES} layers of weights, and the network has {layers}"
    if len(study.variants) > MOST_VARIANTS:
        return f"gradients needs at most {MOST_VARIANTS} training sheets, and there are {len(study.variants)}"
    return ""


def _unfit_weights(study: Study, picture: Picture) -> str:
    weights = len(study.network.weights)
    if weights > MOST_LINES:
        return f"weights needs at most {MOST_LINES} trained parameters, and the network has {weights}"
    return ""


# --- the loss over two parameters ---


def moved_parameters(study: Study, picture: Picture) -> tuple[str, str]:
    """Return the two parameters of a path: those that are named, or else the only two."""
    x, y = (picture.x, picture.y) if picture.x else study.network.weights[:2]
    return x, y


def loss_of(network: Graph) -> Expr:
    """Return the loss over inputs, targets and parameters alone."""
    return reduced(network, [network.loss])[network.loss]


def _unfit_path(study: Study, picture: Picture) -> str:
    network = study.network
    weights = network.weights
    if not picture.x and len(weights) != 2:
        return f"path needs two trained parameters, named by x and y where there are more, and there are {len(weights)}"
    loss = loss_of(network)
    known = {*network.inputs, *network.targets, *network.parameters}
    if not known.issuperset(names(loss)) or not _is_short(loss):
        return "path needs a loss that one formula can hold"
    if study.samples and any(PRIMITIVES[node.op].kind != "operator" for node in applied(expanded(loss))):
        return "path over several samples needs a loss of + − · / ^ alone, which a formula averages over all of them"
    return ""


# --- classes ---


def _unfit_confusion(study: Study, picture: Picture) -> str:
    network = study.network
    ends, targets = outputs(network), network.targets
    if not study.samples or not targets or len(ends) != len(targets):
        return f"confusion needs several samples and an output a target, and there are {len(ends)} and {len(targets)}"
    if study.count > _MOST_MARKED:
        return f"confusion needs at most {_MOST_MARKED} samples, and there are {study.count:,}"
    rows = list(zip(*(study.samples[name] for name in targets), strict=True))
    if any(number not in (0.0, 1.0) for row in rows for number in row):
        return "confusion needs targets of 0 and 1"
    if len(targets) > 1 and any(sum(row) != 1 for row in rows):
        return "confusion needs exactly one target of 1 a sample"
    if len(ends) == 1 and activation(ends[0]) != "sigmoid":
        return f"confusion needs a sigmoid where there is one output, and {ends[0].name} is none"
    if not fits(network, over_columns(network)):
        return "confusion needs outputs of inputs and parameters alone"
    return ""


_UNFIT: dict[str, Callable[[Study, Picture], str]] = {
    LINE: _unfit_line,
    REGIONS: _unfit_regions,
    PATH: _unfit_path,
    CONFUSION: _unfit_confusion,
    FILTERS: _unfit_filters,
    KERNELS: _unfit_kernels,
    GRADIENTS: _unfit_gradients,
    WEIGHTS: _unfit_weights,
}
