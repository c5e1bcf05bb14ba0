"""Each kind of layer against torch's own module, whose state_dict is typed into the template: outputs and gradients."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import product

import pytest
import torch
from torch import Tensor, nn
from tracing import trace

from sheetgen.template.load import loads

Shape = tuple[int, ...]
Forward = Callable[..., Tensor]


def drawn(seed: int, *shape: int) -> Tensor:
    """Return numbers of a normal distribution."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@dataclass(frozen=True)
class Case:
    """Layers and what torch has in their place.

    ``names`` are torch's names of parameters by those of the template; ``given`` are further inputs.
    """

    layers: str
    input: Shape | list[object]
    module: nn.Module
    names: Mapping[str, str]
    forward: Forward = lambda module, x: module(x)
    given: Mapping[str, object] = field(default_factory=dict)
    seed: int = 2


def vector(numbers: list[float]) -> Tensor:
    return torch.tensor(numbers, dtype=torch.float64)


def typed(value: Tensor) -> str:
    return json.dumps(value.tolist())


def layers_text(text: str) -> str:
    """Return tables of layers, each of one line of the text."""
    lines = [line.strip() for line in text.strip().splitlines()]
    return "\n".join(f"[[layers]]\n{line.replace('; ', chr(10))}" for line in lines)


def labels(name: str, shape: Shape) -> list[str]:
    return ["_".join([name, *map(str, place)]) for place in product(*map(range, shape))]


def check(case: Case) -> None:
    """Compare the output of the last layer, and the gradient of every parameter, with torch's."""
    x = drawn(1, *case.input) if isinstance(case.input, tuple) else torch.tensor(case.input)
    parameters = dict(case.module.double().named_parameters())
    assert set(case.names.values()) == set(parameters)
    with torch.no_grad():
        for number, value in enumerate(parameters.values(), case.seed):
            value.copy_(drawn(number, *value.shape))
    expected = case.forward(case.module, x)
    weights = drawn(99, *expected.shape)
    (expected * weights).sum().backward()

    *before, last = case.layers.strip().splitlines()
    output = f"{'a' if 'activation' in last else 'z'}{len(before) + 1}"
    text = (
        "rates = [0.1]\niterations = 1\n[inputs]\n"
        + f"x = {typed(x)}\ncot = {typed(weights)}\n"
        + "".join(f"{name} = {json.dumps(value)}\n" for name, value in case.given.items())
        + "[parameters]\nunused = 1\n"
        + "".join(f"{name} = {typed(parameters[theirs])}\n" for name, theirs in case.names.items())
        + f'[forward]\nout = "{output} + unused"\n'
        + '[loss]\nE = "sum(out*cot)"\n'
        + layers_text(case.layers).replace("\n", '\nfrom = "x"\n', 1)
    )
    study = loads(text)
    row = dict(zip(study.graphs[0].names, next(trace(study)).rows[0][0], strict=True))
    found = vector([row[label] for label in labels("out", tuple(expected.shape))]) - 1
    torch.testing.assert_close(found, expected.detach().reshape(-1), rtol=1e-12, atol=1e-12)
    gradients = {name: parameters[theirs].grad for name, theirs in case.names.items()}
    largest = max(float(gradient.abs().max()) for gradient in gradients.values() if gradient is not None)
    for name, gradient in gradients.items():
        assert gradient is not None
        assert gradient.any()
        ours = vector([row.get(f"∂E/∂{label}", 0.0) for label in labels(name, tuple(gradient.shape))])
        torch.testing.assert_close(ours, gradient.reshape(-1), rtol=1e-12, atol=1e-12 * largest)


PLAIN = {"W": "weight", "b": "bias"}
ONE = {"W1": "weight", "b1": "bias"}
LINEAR = {"W1": "0.weight", "b1": "0.bias"}
RECURRENT = {"W_ih1": "weight_ih_l0", "W_hh1": "weight_hh_l0", "b_ih1": "bias_ih_l0", "b_hh1": "bias_hh_l0"}
ATTENTION = {"W_in1": "in_proj_weight", "b_in1": "in_proj_bias", "W_out1": "out_proj.weight", "b_out1": "out_proj.bias"}


def deep(layers: int, both: bool = False) -> dict[str, str]:
    """Return torch's names of the parameters of some layers of cells, in one direction or both."""
    return {
        f"{ours.removesuffix('1')}1{f'_l{layer}' if layer else ''}{way}": f"{theirs.removesuffix('_l0')}_l{layer}{way}"
        for layer in range(layers)
        for way in (("", "_reverse") if both else ("",))
        for ours, theirs in RECURRENT.items()
    }


def first(module: nn.Module, x: Tensor) -> Tensor:
    """Return the first of what a module gives."""
    made: Tensor = module(x)[0]
    return made


def attended(module: nn.Module, x: Tensor) -> Tensor:
    """Return self-attention."""
    made: Tensor = module(x, x, x)[0]
    return made


def attended_causally(module: nn.Module, x: Tensor) -> Tensor:
    """Return self-attention in which no row sees a later one."""
    later = torch.ones(len(x), len(x), dtype=torch.bool).triu(1)
    made: Tensor = module(x, x, x, attn_mask=later)[0]
    return made


MASK = [1, 0, 1, 1]


class Masked(nn.Module):
    """A linear layer of which a mask keeps some."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(3, 4)

    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = self.linear(x) * torch.tensor(MASK) / (1 - 0.25)
        return made


class Skipped(nn.Module):
    """Three linear layers, over the last two of which a skip leads."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.c = nn.Linear(3, 4), nn.Linear(4, 5), nn.Linear(5, 4)

    def forward(self, x: Tensor) -> Tensor:
        a = torch.tanh(self.a(x))
        made: Tensor = a + self.c(torch.relu(self.b(a)))
        return made


SKIPPED = {
    f"{ours}{number}": f"{word}.{theirs}" for number, word in enumerate("abc", 1) for ours, theirs in PLAIN.items()
}
TWO_AND_SKIP = """
kind = "linear"; out_features = 4; activation = "tanh"
kind = "linear"; out_features = 5; activation = "relu"
kind = "linear"; out_features = 4
"""

CASES = {
    "linear of a vector": Case('kind = "linear"; out_features = 2', (3,), nn.Linear(3, 2), ONE),
    "linear of rows": Case('kind = "linear"', (4, 3), nn.Linear(3, 2), ONE),
    "linear without bias": Case('kind = "linear"; bias = false', (3,), nn.Linear(3, 2, bias=False), {"W1": "weight"}),
    "softmax of a linear layer": Case(
        'kind = "linear"; activation = "softmax"', (2, 3), nn.Sequential(nn.Linear(3, 4), nn.Softmax(-1)), LINEAR
    ),
    "conv of an image": Case(
        'kind = "conv"; out_channels = 2; kernel_size = 3', (4, 5), nn.Conv2d(1, 2, 3), ONE,
        lambda module, x: module(x[None]),
    ),
    "conv of channels, with stride and padding": Case(
        'kind = "conv"; out_channels = 3; kernel_size = [2, 3]; stride = 2; padding = 1', (2, 4, 5),
        nn.Conv2d(2, 3, (2, 3), stride=2, padding=1), ONE,
    ),
    "conv2d by its typed kernels": Case(
        'kind = "conv2d"; bias = false', (2, 3, 4), nn.Conv2d(2, 2, 2, bias=False), {"W1": "weight"},
    ),
    "conv with gaps, in groups": Case(
        'kind = "conv"; out_channels = 4; kernel_size = 2; dilation = 2; groups = 2; padding = 1', (2, 4, 3),
        nn.Conv2d(2, 4, 2, dilation=2, groups=2, padding=1), ONE,
    ),
    "conv1d with gaps, each channel by itself": Case(
        'kind = "conv1d"; out_channels = 3; kernel_size = 2; dilation = 3; groups = 3; stride = 2', (3, 8),
        nn.Conv1d(3, 3, 2, dilation=3, groups=3, stride=2), ONE,
    ),
    "conv1d of channels": Case(
        'kind = "conv1d"; out_channels = 3; kernel_size = 2; stride = 2; padding = 1', (2, 6),
        nn.Conv1d(2, 3, 2, stride=2, padding=1), ONE,
    ),
    "conv of one axis": Case(
        'kind = "conv"; out_channels = 3; kernel_size = 2', (6,), nn.Conv1d(1, 3, 2), ONE,
        lambda module, x: module(x[None]),
    ),
    "conv of channels by one size": Case('kind = "conv"; kernel_size = [2]', (2, 6), nn.Conv1d(2, 3, 2), ONE),
    "max pool": Case(
        'kind = "conv"; kernel_size = 1\nkind = "pool"; kernel_size = 2', (2, 4, 5),
        nn.Sequential(nn.Conv2d(2, 2, 1), nn.MaxPool2d(2)), LINEAR,
    ),
    "mean pool with steps of its own": Case(
        'kind = "conv"; kernel_size = 1\nkind = "pool"; mode = "avg"; kernel_size = [2, 3]; stride = 1', (2, 4, 5),
        nn.Sequential(nn.Conv2d(2, 2, 1), nn.AvgPool2d((2, 3), 1)), LINEAR,
    ),
    "max pool along one axis": Case(
        'kind = "conv1d"; kernel_size = 1\nkind = "pool"; kernel_size = [2]', (2, 5),
        nn.Sequential(nn.Conv1d(2, 2, 1), nn.MaxPool1d(2)), LINEAR,
    ),
    "max pool behind a convolution along one axis": Case(
        'kind = "conv1d"; kernel_size = 1\nkind = "pool"; kernel_size = 2', (2, 5),
        nn.Sequential(nn.Conv1d(2, 2, 1), nn.MaxPool1d(2)), LINEAR,
    ),
    "flatten": Case(
        'kind = "conv"; kernel_size = 2\nkind = "flatten"\nkind = "linear"', (2, 3, 4),
        nn.Sequential(nn.Conv2d(2, 2, 2), nn.Flatten(0), nn.Linear(12, 2)), {**LINEAR, "W3": "2.weight",
        "b3": "2.bias"},
    ),
    "layer norm": Case(
        'kind = "linear"\nkind = "norm"', (3, 2), nn.Sequential(nn.Linear(2, 4), nn.LayerNorm(4)),
        {**LINEAR, "g2": "1.weight", "b2": "1.bias"},
    ),
    "layer norm without gain": Case(
        'kind = "linear"\nkind = "norm"; affine = false; eps = 0.01', (3, 2),
        nn.Sequential(nn.Linear(2, 4), nn.LayerNorm(4, eps=0.01, elementwise_affine=False)), LINEAR,
    ),
    "batch norm over rows": Case(
        'kind = "linear"\nkind = "norm"; mode = "batch"', (4, 2), nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3)),
        {**LINEAR, "g2": "1.weight", "b2": "1.bias"},
    ),
    "rms norm": Case(
        'kind = "linear"\nkind = "norm"; mode = "rms"; eps = 0.001', (3, 2),
        nn.Sequential(nn.Linear(2, 4), nn.RMSNorm(4, eps=0.001)), {**LINEAR, "g2": "1.weight"},
    ),
    "dropout": Case(
        'kind = "linear"\nkind = "dropout"; p = 0.25', (3,), Masked(), {"W1": "linear.weight", "b1": "linear.bias"},
        given={"mask2": MASK},
    ),
    "rnn": Case('kind = "rnn"; hidden_size = 2', (4, 3), nn.RNN(3, 2), RECURRENT, first),
    "rnn of relu, its last state": Case(
        'kind = "rnn"; nonlinearity = "relu"; last = true', (3, 2), nn.RNN(2, 3, nonlinearity="relu"), RECURRENT,
        lambda module, x: module(x)[1][0], seed=5,
    ),
    "rnn without bias": Case(
        'kind = "rnn"; bias = false', (3, 2), nn.RNN(2, 3, bias=False),
        {name: RECURRENT[name] for name in ("W_ih1", "W_hh1")}, first
    ),
    "lstm": Case('kind = "lstm"; hidden_size = 3', (4, 2), nn.LSTM(2, 3), RECURRENT, first),
    "lstm, its last state": Case(
        'kind = "lstm"; last = true', (3, 2), nn.LSTM(2, 2), RECURRENT, lambda module, x: module(x)[1][0][0],
    ),
    "gru": Case('kind = "gru"; hidden_size = 3', (4, 2), nn.GRU(2, 3), RECURRENT, first),
    "rnn of two layers": Case(
        'kind = "rnn"; hidden_size = 2; num_layers = 2', (4, 3), nn.RNN(3, 2, 2), deep(2), first
    ),
    "rnn both ways": Case(
        'kind = "rnn"; hidden_size = 2; bidirectional = true', (3, 3), nn.RNN(3, 2, bidirectional=True),
        deep(1, both=True), first
    ),
    "lstm of two layers, both ways": Case(
        'kind = "lstm"; hidden_size = 2; num_layers = 2; bidirectional = true', (3, 2),
        nn.LSTM(2, 2, 2, bidirectional=True), deep(2, both=True), first
    ),
    "gru of three layers, both ways, its last states": Case(
        'kind = "gru"; hidden_size = 2; num_layers = 3; bidirectional = true; last = true', (3, 2),
        nn.GRU(2, 2, 3, bidirectional=True), deep(3, both=True), lambda module, x: module(x)[1][-2:].reshape(-1),
    ),
    "lstm of two layers, its last state": Case(
        'kind = "lstm"; hidden_size = 2; num_layers = 2; last = true', (3, 2), nn.LSTM(2, 2, 2), deep(2),
        lambda module, x: module(x)[1][0][-1],
    ),
    "attention": Case('kind = "attention"', (3, 4), nn.MultiheadAttention(4, 1), ATTENTION, attended),
    "attention of two heads, causal": Case(
        'kind = "attention"; num_heads = 2; causal = true', (4, 4), nn.MultiheadAttention(4, 2), ATTENTION,
        attended_causally
    ),
    "attention of three heads without bias": Case(
        'kind = "attention"; num_heads = 3; bias = false', (2, 3), nn.MultiheadAttention(3, 3, bias=False),
        {name: ATTENTION[name] for name in ("W_in1", "W_out1")}, attended,
    ),
    "embedding": Case(
        'kind = "embedding"; num_embeddings = 4; embedding_dim = 2', [2, 0, 2], nn.Embedding(4, 2), {"W1": "weight"},
    ),
    "embedding of one word": Case(
        'kind = "embedding"', 3, nn.Embedding(4, 2), {"W1": "weight"},  # type: ignore[arg-type]
    ),
    "embedding of one-hot rows": Case(
        'kind = "embedding"', [[0, 0, 1], [1, 0, 0]], nn.Embedding(3, 2), {"W1": "weight"},
        lambda module, x: module(x.argmax(-1)),
    ),
    "residual over two layers": Case(
        TWO_AND_SKIP + 'kind = "residual"; over = 2', (3,), Skipped(), SKIPPED, lambda module, x: module(x),
    ),
    "residual of a named quantity": Case(TWO_AND_SKIP + 'kind = "residual"; add = "a1"', (2, 3), Skipped(), SKIPPED),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_layer_is_torchs(name: str) -> None:
    check(CASES[name])
