"""What ``[[layers]]`` write, what goes before it, and what is refused."""

from __future__ import annotations

import statistics
from math import sqrt, tanh
from pathlib import Path

import pytest
from tracing import trace

from sheetgen.errors import TemplateError
from sheetgen.network.study import Study
from sheetgen.template.load import load, load_drawn, loads
from sheetgen.template.write import effective_template

TEMPLATE = """rates = [0.1]
iterations = 2
loss = "mean_squared_error"

[inputs]
x = [1, 2]
[targets]
t = [0.5]

[[layers]]
kind = "linear"
out_features = 3
activation = "tanh"

[[layers]]
kind = "linear"
out_features = 1
"""
SECOND = 'kind = "linear"\nout_features = 1'
SEQUENCE = TEMPLATE.replace("x = [1, 2]", "x = [[1, 2], [3, 4], [5, 6]]")
IMAGE = TEMPLATE.replace("x = [1, 2]", "x = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]")


def forward(study: Study) -> dict[str, str]:
    """Return the equations of the forward pass as the effective template has them."""
    assert study.tensors is not None
    return {typed.key: typed.text for typed in study.tensors.typed if typed.table == "forward"}


def refused(text: str) -> str:
    """Return the one line with which a template is refused, less its name."""
    with pytest.raises(TemplateError) as caught:
        loads(text, "t.toml")
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix("t.toml, ")


def typed(study: Study, table: str) -> list[str]:
    assert study.tensors is not None
    return [f"{one.key} = {one.text}" for one in study.tensors.typed if one.table == table]


def test_layers_are_written_as_a_person_types_them() -> None:
    study = loads(TEMPLATE)
    assert forward(study) == {"z1": "x @ W1.T + b1", "a1": "tanh(z1)", "z2": "a1 @ W2.T + b2"}
    assert typed(study, "loss") == ["E_total = mean(squared_error(z2, t))"]
    assert study.tensors is not None
    assert {name: one.shape for name, one in study.tensors.given.items() if one.table == "parameters"} == {
        "W1": (3, 2),
        "b1": (3,),
        "W2": (1, 3),
        "b2": (1,),
    }
    again = loads(effective_template(study))
    assert (again.network, again.values) == (study.network, study.values)


def test_a_list_of_inline_tables_says_the_same() -> None:
    text = TEMPLATE.partition("[[")[0].replace(
        "\n[inputs]",
        'layers = [\n  { kind = "linear", out_features = 3, activation = "tanh" },\n'
        '  { kind = "linear", out_features = 1 },\n]\n[inputs]',
    )
    assert loads(text).network == loads(TEMPLATE).network
    with pytest.raises(TemplateError) as caught:
        loads(text.replace("tanh", "tan"), "t.toml")
    assert str(caught.value).startswith("t.toml, line 4: layer 1 (linear): there is no activation 'tan'")


def test_what_is_typed_goes_before_what_is_written() -> None:
    text = TEMPLATE.replace('loss = "mean_squared_error"\n', "").replace("out_features = 3\n", "")
    study = loads(
        text
        + '[parameters]\nW1 = [[1, 2], [3, 4]]\n[forward]\na1 = "z1^2"\n[loss]\nE = "half_squared_error(z2[0], t[0])"\n'
    )
    assert forward(study) == {"z1": "x @ W1.T + b1", "a1": "z1^2", "z2": "a1 @ W2.T + b2"}
    assert [study.values[f"W1_{place}"] for place in ("0_0", "0_1", "1_0", "1_1")] == [1.0, 2.0, 3.0, 4.0]
    assert typed(study, "loss") == ["E = half_squared_error(z2[0], t[0])"]
    assert "W2_0_1" in study.values
    assert "W2_0_2" not in study.values


def test_a_typed_result_has_the_shape_of_its_equation() -> None:
    study = loads(TEMPLATE + '[forward]\na1 = "concat(z1, gate*x)"\n[parameters]\ngate = 2\n')
    assert study.tensors is not None
    assert study.tensors.given["W2"].shape == (1, 5)


def test_a_layer_reads_a_typed_equation() -> None:
    text = TEMPLATE.replace('kind = "linear"', 'kind = "linear"\nfrom = "pairs"', 1)
    study = loads(text.replace("[0.5]", "[[0.5], [1]]") + '[forward]\npairs = "stack(x, squares)"\nsquares = "x^2"\n')
    assert forward(study)["z1"] == "pairs @ W1.T + b1"
    assert study.tensors is not None
    assert study.tensors.given["W1"].shape == (3, 2)


def test_a_first_state_may_be_typed() -> None:
    text = SEQUENCE.replace(
        'kind = "linear"\nout_features = 3\nactivation = "tanh"', 'kind = "rnn"\nhidden_size = 2\nlast = true'
    )
    study = loads(text + '[forward]\n"h1[0]" = "start"\n[parameters]\nstart = [0.5, 0.25]\n')
    assert forward(study)["h1[0]"] == "start"


def test_numbers_are_read_side_by_side() -> None:
    study = loads(TEMPLATE.replace("x = [1, 2]", "x1 = 1\nx2 = 2").replace("t = [0.5]", "t = 0.5"))
    assert forward(study)["z0"] == "stack(x1, x2)"
    assert forward(study)["z1"] == "z0 @ W1.T + b1"
    assert typed(study, "loss") == ["E_total = squared_error(z2[0], t)"]


def test_classes_of_a_label_are_the_target() -> None:
    data = (
        '[data]\ninputs = ["x"]\nlabel = "kind"\nclasses = ["cat", "dog"]\nrows = [[[1, 2], "dog"], [[3, 4], "cat"]]\n'
    )
    text = TEMPLATE.replace("[inputs]\nx = [1, 2]\n[targets]\nt = [0.5]\n", data).replace(
        "out_features = 1", "out_features = 2"
    )
    study = loads(text.replace("mean_squared_error", "categorical_cross_entropy"))
    assert typed(study, "loss") == ["E_total = -sum(stack(t1, t2)*log_softmax(z2))"]
    assert study.samples["t1"] == (0.0, 1.0)


def test_weights_are_drawn_for_the_inputs_of_a_unit(tmp_path: Path) -> None:
    text = TEMPLATE.replace("out_features = 3", 'out_features = 400\ninit = "he"')
    values = loads(text).values
    weights = [values[f"W1_{row}_{column}"] for row in range(400) for column in range(2)]
    assert statistics.pstdev(weights) == pytest.approx(sqrt(2 / 2), rel=0.05)
    assert {values[f"b1_{row}"] for row in range(400)} == {0.0}
    limit = sqrt(6 / (400 + 2))
    values = loads(text.replace("he", "xavier")).values
    weights = [abs(values[f"W1_{row}_{column}"]) for row in range(400) for column in range(2)]
    assert 0.98 * limit < max(weights) < limit
    (tmp_path / "t.toml").write_text(TEMPLATE, "utf-8")
    drawn = [load_drawn(tmp_path / "t.toml", seed).values["W1_0_0"] for seed in (None, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert load(tmp_path / "t.toml").values == loads(f"seed = 1\n{TEMPLATE}").values


def test_a_layer_may_be_frozen() -> None:
    study = loads(f'frozen = ["W1", "b1"]\n{TEMPLATE}')
    assert study.network.fixed == tuple(name for name in study.network.parameters if name[:2] in ("W1", "b1"))


def test_the_accuracy_counts_what_is_told_right() -> None:
    text = TEMPLATE.replace("mean_squared_error", "categorical_cross_entropy").replace(
        "x = [1, 2]", "x = [[1, 0], [0, 1], [1, 1], [2, 1]]"
    )
    text = (
        text.replace("t = [0.5]", "t = [0, 1, 1, 1]")
        .replace("out_features = 3", "out_features = 2")
        .replace('activation = "tanh"', "bias = false")
    )
    text = (
        text.replace('\n[[layers]]\nkind = "linear"\nout_features = 1\n', "") + "[parameters]\nW1 = [[1, 0], [0, 1]]\n"
    )
    study = loads(text)
    row = dict(zip(study.graphs[0].names, next(trace(study)).rows[0][0], strict=True))
    # The logits are the rows themselves: of equal ones the first counts, so the third row and the fourth are wrong.
    assert row["accuracy"] == 0.5


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'kind = "linear"',
            'kind = "linaer"',
            "line 11: layer 1 (?): there is no kind 'linaer'; did you mean 'linear'?",
        ),
        ('kind = "linear"', "kind = [1]", "line 11: layer 1 (?): there is no kind [1]; there are linear, conv"),
        ('kind = "linear"', "sizes = [2]", "line 10: layer 1 (?): its kind is missing; sizes belongs to the one table"),
        ('kind = "linear"\n', "", "line 10: layer 1 (?): its kind is missing; "),
        (
            "out_features = 3",
            "out_feature = 3",
            "line 12: layer 1 (linear): there is no key 'out_feature'; did you mean 'out_features'?",
        ),
        (
            "out_features = 3",
            "hidden_size = 3",
            "line 12: layer 1 (linear): there is no key 'hidden_size'; it has kind, from, activation",
        ),
        (
            "out_features = 3",
            "out_features = 3\ndilation = 2",
            "line 13: layer 1 (linear): there is no key 'dilation'; only a conv has it",
        ),
        (
            "out_features = 3",
            "out_features = 3\nnum_layers = 2",
            "line 13: layer 1 (linear): there is no key 'num_layers'; only rnn, lstm and gru have it",
        ),
        (
            "out_features = 1",
            "seed = 1",
            "line 17: layer 2 (linear): there is no key 'seed'; it belongs above the first table",
        ),
        (
            "out_features = 3",
            "",
            "line 10: layer 1 (linear): out_features is missing; out_features = …, a whole number from 1",
        ),
        (
            "out_features = 3",
            "out_features = 0",
            "line 12: layer 1 (linear): out_features must be a whole number from 1, not 0",
        ),
        (
            "out_features = 3",
            "out_features = true",
            "line 12: layer 1 (linear): out_features must be a whole number from 1, not True",
        ),
        ('"tanh"', '"tahn"', "line 13: layer 1 (linear): there is no activation 'tahn'; did you mean 'tanh'?"),
        ('"tanh"', "[1]", "line 13: layer 1 (linear): there is no activation [1]; there are"),
        (
            "out_features = 1",
            'init = "xavir"\nout_features = 1',
            "line 17: layer 2 (linear): there is no init 'xavir'; did you mean 'xavier'?",
        ),
        (
            "out_features = 1",
            "scale = 2\nout_features = 1",
            "line 17: layer 2 (linear): scale belongs to init = normal or uniform; leave it out",
        ),
        (
            "out_features = 1",
            "bias = 0\nout_features = 1",
            "line 17: layer 2 (linear): bias must be true or false, not 0",
        ),
        (
            "out_features = 1",
            'from = "a2"\nout_features = 1',
            "line 17: layer 2 (linear): it reads 'a2', which is no input and no result of a layer before it; there",
        ),
        (
            "out_features = 1",
            'from = "y"\nout_features = 1\n[forward]\ny = "W1 @ W1"',
            "line 20: y = W1 @ W1: @ multiplies 3×2 by 3×2",
        ),
        (
            "out_features = 1",
            'from = "y"\nout_features = 1\n[forward]\ny = "tahn(x)"',
            "line 20: y: there is no function 'tahn'",
        ),
        (
            "[[layers]]",
            "[parameters]\nW1 = [[1, 2]]\n[[layers]]",
            "line 11: W1 is 1×2, and layer 1 (linear) needs 3×2; out_features × in_features, as torch lays it out",
        ),
        (
            "x = [1, 2]",
            "x = [1, 2]\ny = [1]",
            "line 11: layer 1 (linear): it reads the input, and the inputs are x, y; say which: from =",
        ),
        ("x = [1, 2]", "w1 = [1, 2]", "line 6: [[layers]] makes a quantity 'W1'; rename the input 'w1'"),
        ("t = [0.5]", "b2 = [0.5]", "line 8: [[layers]] makes a quantity 'b2'; rename the target 'b2'"),
        (
            "mean_squared_error",
            "mean_square_error",
            "line 3: there is no loss 'mean_square_error'; did you mean 'mean_squared_error'?",
        ),
        ('loss = "mean_squared_error"', "", "line 10: [[layers]] end with z2, and there is no loss; say loss = "),
        (
            "t = [0.5]",
            "t = [0.5, 1]",
            "line 15: layer 2 (linear): it gives z2, 1, and the target t is 2; make them alike",
        ),
        (
            "[targets]\nt = [0.5]",
            "",
            "line 3: the loss compares the last layer with the target, and there is no target; type [loss]",
        ),
        (
            "t = [0.5]",
            "t = [0.5]\ns = 1",
            "line 3: the loss compares the last layer with the target, and the targets are t, s; type [loss]",
        ),
        (
            "mean_squared_error",
            "categorical_cross_entropy",
            "line 15: layer 2 (linear): a cross-entropy of classes needs 2 outputs or more",
        ),
    ],
)
def test_what_does_not_fit_is_one_line(old: str, new: str, message: str) -> None:
    assert old in TEMPLATE
    assert refused(TEMPLATE.replace(old, new, 1)).startswith(message)


@pytest.mark.parametrize(
    ("template", "layer", "message"),
    [
        (
            TEMPLATE,
            'kind = "rnn"\nhidden_size = 1',
            "line 15: layer 2 (rnn): it reads a1, which is 3; it takes rows of features, one a step",
        ),
        (
            TEMPLATE,
            'kind = "norm"\nmode = "batch"',
            "line 15: layer 2 (norm): it reads a1, which is 3; it takes rows of features",
        ),
        (
            TEMPLATE,
            'kind = "norm"\neps = -1',
            "line 17: layer 2 (norm): eps must be a number from 0 to below 1, not -1",
        ),
        (
            TEMPLATE,
            'kind = "norm"\nmode = "rms"\nbias = true',
            "line 18: layer 2 (norm): RMSNorm has no bias; leave it out",
        ),
        (
            TEMPLATE,
            'kind = "attention"',
            "line 15: layer 2 (attention): it reads a1, which is 3; it takes rows of features",
        ),
        (
            TEMPLATE,
            'kind = "position"',
            "line 15: layer 2 (position): it reads a1, which is 3; it takes rows of features",
        ),
        (
            TEMPLATE,
            'kind = "residual"\nover = 2',
            "line 17: layer 2 (residual): over = 2, and there are 1 layers before it; skip fewer",
        ),
        (TEMPLATE, 'kind = "residual"', "line 15: layer 2 (residual): it adds x, 2, to a1, 3; make them alike"),
        (TEMPLATE, 'kind = "residual"\nadd = "y"', "line 17: layer 2 (residual): there is nothing called 'y' to add"),
        (
            TEMPLATE,
            'kind = "residual"\nadd = "x"\nover = 1',
            "line 17: layer 2 (residual): over and add both say what is added; keep one",
        ),
        (
            TEMPLATE,
            'kind = "dropout"',
            "line 15: layer 2 (dropout): its mask 'mask2' is no input; give one of 3, 1 for what is kept",
        ),
        (
            TEMPLATE,
            'kind = "dropout"\nmask = "x"\n',
            "line 10: layer 1 (linear): it reads the input, and the inputs are x",
        ),
        (
            SEQUENCE,
            'kind = "attention"\nnum_heads = 2',
            "line 17: layer 2 (attention): 3 features do not part into 2 heads; num_heads must divide 3",
        ),
        (
            SEQUENCE,
            'kind = "embedding"\nnum_embeddings = 9\nembedding_dim = 2',
            "line 15: layer 2 (embedding): it reads a1, which is 3×3; it takes whole numbers, or one-hot rows of 9",
        ),
        (SEQUENCE, 'kind = "lstm"', "line 15: layer 2 (lstm): hidden_size is missing"),
        (IMAGE, 'kind = "pool"', "line 15: layer 2 (pool): kernel_size is missing; kernel_size = 2"),
        (IMAGE, 'kind = "pool"\nkernel_size = 4', "line 17: layer 2 (pool): a window of 4×4 does not fit into 3×3"),
        (
            IMAGE,
            'kind = "pool"\nkernel_size = [2, 3]',
            "line 15: layer 2 (pool): a window of 2×3 needs a stride, one for both axes; stride = 3",
        ),
        (
            IMAGE,
            'kind = "pool"\nkernel_size = "2"',
            "line 17: layer 2 (pool): kernel_size must be a whole number from 1, or 2 of them",
        ),
        (
            IMAGE,
            'kind = "pool"\nkernel_size = 2\nmode = "mean"',
            "line 18: layer 2 (pool): there is no mode 'mean'; there are max, avg",
        ),
        (IMAGE, 'kind = "conv"\nkernel_size = 2', "line 15: layer 2 (conv): out_channels is missing"),
        (
            IMAGE,
            'kind = "conv"\nkernel_size = 2\nout_channels = 1\npadding = 2',
            "line 19: layer 2 (conv): padding = 2 leaves windows with nothing in them; at most 1",
        ),
        (
            IMAGE,
            'kind = "conv"\nkernel_size = [1, 2, 3]\nout_channels = 1',
            "line 17: layer 2 (conv): kernel_size must be a whole number from 1, or 2 of them",
        ),
        (
            TEMPLATE,
            'kind = "conv2d"\nkernel_size = 1\nout_channels = 1',
            "line 15: layer 2 (conv2d): it reads a1, which is 3; it takes C×H×W, or an image H×W",
        ),
    ],
)
def test_a_layer_that_does_not_fit_is_one_line(template: str, layer: str, message: str) -> None:
    assert refused(template.replace(SECOND, layer)).startswith(message)


def test_a_recurrent_layer_of_one_step_needs_a_first_state() -> None:
    text = TEMPLATE.replace("x = [1, 2]", "x = [[1, 2]]").replace("t = [0.5]", "t = [[0.5]]")
    text = text.replace('kind = "linear"\nout_features = 3', 'kind = "gru"\nhidden_size = 3', 1)
    found = "line 10: layer 1 (gru): it reads x, which is 1×2; it takes two rows or more, as W_hh would not be used"
    assert refused(text) == found
    loads(text + '[forward]\n"h1[0]" = "ones(3)"\n')


def test_an_activation_that_gives_no_probabilities_is_refused() -> None:
    text = TEMPLATE.replace("mean_squared_error", "binary_cross_entropy")
    assert refused(f'{text}activation = "relu"\n') == (
        "line 18: layer 2 (linear): binary_cross_entropy needs logits or probabilities, and its activation is 'relu'; "
        "leave the activation out, or use 'sigmoid' or 'softmax'"
    )


def test_a_layer_of_more_weights_than_a_sheet_has_columns_is_refused() -> None:
    text = TEMPLATE.replace("mean_squared_error", "categorical_cross_entropy").replace("[0.5]", "0")
    found = refused(text.replace("out_features = 1", "out_features = 9999999"))
    assert found == "line 15: W2 has 29,999,997 elements; a sheet has 16,384 columns"


def test_the_one_table_of_layers_takes_no_tensors() -> None:
    text = TEMPLATE.partition("[[")[0].replace('loss = "mean_squared_error"\n', "") + "[layers]\nsizes = [2, 1]\n"
    assert refused(text).startswith("line 9: the one table [layers] is of numbers, and the template has tensors; write")
    loads(text.replace("x = [1, 2]", "x1 = 1\nx2 = 2").replace("[0.5]", "0.5"))


def test_layers_that_are_no_tables_are_refused() -> None:
    head = TEMPLATE.partition("[[")[0].replace('loss = "mean_squared_error"', "")
    for value, message in (
        ("[]", "layers must be a list of tables"),
        ("[1]", "layers must be"),
        ("1", "'layers' must be a table"),
    ):
        with pytest.raises(TemplateError, match=r"t\.toml, line 1: ") as caught:
            loads(f"layers = {value}\n{head}", "t.toml")
        assert message in str(caught.value)


def test_a_linear_layer_reads_a_number_as_a_vector_of_one() -> None:
    text = """rates = [0.1]
iterations = 2
loss = "mean_squared_error"
[data]
inputs = ["x"]
targets = ["t"]
rows = [[0.5, 1], [2, 3]]
[parameters]
W1 = [[0.4], [-1.5]]
W2 = [[2, 0.5]]
[[layers]]
kind = "linear"
activation = "tanh"
[[layers]]
kind = "linear"
"""
    study = loads(text)
    row = dict(zip(study.graph.names, next(iter(trace(study))).rows[0][0], strict=True))
    hidden = [tanh(0.4 * 0.5), tanh(-1.5 * 0.5)]
    assert row["z2_0"] == pytest.approx(2 * hidden[0] + 0.5 * hidden[1], rel=1e-14)
    with pytest.raises(TemplateError, match=r"layer 1 \(linear\): it reads x, which is a number; it takes a vector"):
        loads(text.replace('kind = "linear"', 'kind = "linear"\nfrom = "x"', 1))
