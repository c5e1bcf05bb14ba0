"""The loss that stands above the tables ``[[layers]]``, and the accuracy, as equations in tensors.

The names are those of ``[layers]``. A cross-entropy of a layer without activation takes its numbers for logits.
"""

from __future__ import annotations

from math import prod

from sheetgen.algebra.ops import Primitive, losses_in_layers
from sheetgen.errors import did_you_mean
from sheetgen.template.players import is_game
from sheetgen.template.stack.layer import Layer
from sheetgen.template.stack.tables import Tables, Tensor
from sheetgen.template.untrained import is_trained
from sheetgen.tensors.labels import Shape, shape_text

_BINARY, _CATEGORICAL = "bce", "cce"
_TOTAL = "E_total"


def write_loss(tables: Tables, loss: str | None, last: Layer, output: Tensor, activation: str) -> None:
    """Write the loss of the last layer's output; where none is named and anything is trained, they must be typed."""
    losses = losses_in_layers()
    document = tables.document
    if loss is None:
        if is_trained(document) and not document.table("loss") and not is_game(document):
            problem = f"[[layers]] end with {output.name}, and there is no loss"
            document.fail(problem, f'say loss = "{next(iter(losses))}" above all tables, or type [loss]', "layers.0")
        return
    if loss not in losses:
        document.fail(
            f"there is no loss {loss!r}", did_you_mean(loss, losses, f"there are {', '.join(losses)}"), "", "loss"
        )
    row = losses[loss]
    classes = row.name == _CATEGORICAL
    target = _target(tables)
    prediction, wanted, shape = _fitted(last, output, target, classes)
    text, accuracy = _texts(last, row, activation, prediction, wanted, shape)
    line = document.lines.get(("", "loss"))
    tables.write("loss", _TOTAL, text, line)
    if accuracy:
        tables.write("metrics", "accuracy", accuracy, line)


def _target(tables: Tables) -> Tensor:
    """Return the target, or the numbers that are targets side by side."""
    targets = tables.targets
    if len(targets) == 1:
        return Tensor(*next(iter(targets.items())))
    if not targets or any(targets.values()):
        named = f"the targets are {', '.join(targets)}" if targets else "there is no target"
        tables.document.fail(
            f"the loss compares the last layer with the target, and {named}", "type [loss]", "", "loss"
        )
    return Tensor(f"stack({', '.join(targets)})", (len(targets),))


def _fitted(last: Layer, output: Tensor, target: Tensor, classes: bool) -> tuple[str, str, Shape]:
    """Return the prediction and the target as tensors of one shape, and the shape.

    An axis of one place more on a side is dropped; whole numbers that name classes become vectors of 0 and 1.
    """
    made, wanted = output.shape, target.shape
    if made == wanted:
        return output.name, target.name, made
    if classes and made[:-1] == wanted:
        return output.name, f"onehot({target.name}, {made[-1]})", made
    if made == (*wanted, 1):
        return f"{output.name}[{_first_of_last(wanted)}]", target.name, wanted
    if wanted == (*made, 1):
        return output.name, f"{target.name}[{_first_of_last(made)}]", made
    problem = f"it gives {output.name}, {shape_text(made)}, and the target {target.name} is {shape_text(wanted)}"
    return last.fail(problem, "make them alike")


def _first_of_last(shape: Shape) -> str:
    return ", ".join([*(":" for _ in shape), "0"])


def _texts(last: Layer, row: Primitive, activation: str, a: str, t: str, shape: Shape) -> tuple[str, str]:
    """Return the loss of a prediction and its target, and the accuracy where there is one."""
    if row.name == _CATEGORICAL:
        return _categorical(last, activation, a, t, shape)
    if row.name == _BINARY and not activation:
        return _over("mean", f"softplus({a}) - {t}*{a}", shape), _over("mean", f"where({a} >= 0, {t}, 1 - {t})", shape)
    allowed = row.in_layers.probabilities
    if allowed and activation not in allowed:
        _fail_activation(last, row, activation)
    accuracy = _over("mean", f"where({a} >= 0.5, {t}, 1 - {t})", shape) if allowed else ""
    return _over("mean" if row.in_layers.mean else "sum", f"{row.name}({a}, {t})", shape), accuracy


def _categorical(last: Layer, activation: str, a: str, t: str, shape: Shape) -> tuple[str, str]:
    """Return the sum over the classes and the mean over the rows, of logits, probabilities or their logarithms."""
    if not shape or shape[-1] < 2:
        last.fail("a cross-entropy of classes needs 2 outputs or more", 'for one, loss = "binary_cross_entropy"')
    rows = prod(shape[:-1])
    terms = {"": f"-sum({t}*log_softmax({a}))", "softmax": f"sum(cce({a}, {t}))", "log_softmax": f"-sum({t}*{a})"}
    if activation not in terms:
        _fail_activation(last, losses_in_layers()["categorical_cross_entropy"], activation)
    accuracy = _over("mean", f"where(argmax({a}) == argmax({t}), 1, 0)", shape[:-1])
    return terms[activation] + (f"/{rows}" if rows > 1 else ""), accuracy


def _fail_activation(last: Layer, row: Primitive, activation: str) -> None:
    allowed = " or ".join(map(repr, row.in_layers.probabilities))
    problem = f"{row.in_layers.name} needs logits or probabilities, and its activation is {activation!r}"
    last.fail(problem, f"leave the activation out, or use {allowed}", "activation")


def _over(fold: str, text: str, shape: Shape) -> str:
    return f"{fold}({text})" if shape else text
