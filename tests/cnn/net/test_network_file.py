"""Networks of one's own: what a file says, what does not fit, and torch's word on whether layers fit one another."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn.errors import SettingsError, UsageError
from cnn.net.network_file import chosen_network, read_network
from cnn.net.networks import NETWORKS, RF20, Layer, Network, conv
from cnn.net.shapes import checked, misfit

SMALL = """
about = "a small one"
[[layers]]
kind = "conv"
out = 4
kernel = 5
[[layers]]
kind = "relu"
[[layers]]
kind = "maxpool"
kernel = 2
[[layers]]
kind = "conv"
out = 8
kernel = 3
padding = 1
stride = 2
[[layers]]
kind = "batchnorm"
[[layers]]
kind = "avgpool"
global = true
[[layers]]
kind = "linear"
out = 10
bias = true
"""
LAYERS = (
    conv(4, 5), Layer("relu"), Layer("maxpool", kernel=2, stride=2), Layer("conv", 8, 3, 2, 1), Layer("batchnorm"),
    Layer("avgpool", pools_all=True), Layer("linear", 10, bias=True),
)  # fmt: skip


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(SMALL)
    return path


def test_a_file_becomes_the_layers_that_it_says(small: Path) -> None:
    assert read_network(small) == chosen_network(str(small)) == Network("small", "a small one", LAYERS)
    small.write_text('name = "other"\n' + SMALL)
    assert chosen_network(small).name == "other"


@pytest.mark.parametrize(
    ("before", "after", "line", "says"),
    [
        ('kernel = 5', 'kernel = 30', 3, "layer 1 (conv 30×30) takes maps of 30 × 30 or larger, and gets the image, "
         "1 map of 28 × 28; make the kernel smaller, or pool less before it"),
        ('kernel = 3\npadding = 1', 'kernel = 13', 12, "layer 4 (conv 13×13) takes maps of 13 × 13 or larger, and gets "
         "4 maps of 12 × 12 from layer 3 (max pool 2×2); make the kernel smaller, or pool less before it"),
        ('[[layers]]\nkind = "avgpool"\nglobal = true\n', "", 20, "layer 6 (linear, bias) takes single numbers, and "
         'gets 8 maps of 6 × 6 from layer 5 (batch norm); put a layer before it: kind = "avgpool", global = true'),
        ("out = 10", "out = 12", 23, "layer 7 (linear, bias), the last one, gives 12 numbers; it has to be linear, "
         "with out = 10: a score for each digit"),
        ("bias = true\n", 'bias = true\n[[layers]]\nkind = "batchnorm"\n', 27, "layer 8 (batch norm) takes maps, and "
         "gets 10 numbers from layer 7 (linear, bias); put it before the linear layer"),
        ('"relu"', '"rleu"', 8, "layer 2 is of no kind that there is: 'rleu'; did you mean 'relu'?"),
        ("out = 4", 'out = "4"', 5, "out is '4', not a whole number"),
        ("out = 4\n", "", 3, "layer 1 (conv): how many maps it gives is missing; add out = 10, or another number"),
        ("kernel = 5\n", "", 3, "layer 1 (conv): its kernel is missing; add kernel = 3, or another number"),
        ("padding = 1", "pading = 1", 16, "unknown key 'pading'; did you mean 'padding'?"),
        ("padding = 1", "padding = 3", 12, "layer 4 (conv): padding 3 is not smaller than the kernel; 2 is the most"),
        ("stride = 2", "stride = 0", 12, "layer 4 (conv): stride is 0; 1 to 4,096 are expected"),
        ('kernel = 2\n', "", 9, "layer 3 (maxpool): its kernel is missing; add kernel = 2, or another number"),
        ("global = true", "global = true\nkernel = 2", 23, "layer 6 is global, so its kernel is the whole map; leave "
         "one out"),
        ("about", "abuot", 2, "unknown key 'abuot'; did you mean 'about'?"),
        ("about = ", 'name = "seed"\nabout = ', 2, "the name 'seed' is that of a built-in one; give it another: "
         'name = "…"'),
        ("about = ", "name = \"a b\"\nabout = ", 2, "'a b' cannot be its name, which runs are named after"),
        ("out = 4", "out = ", 5, "this is not TOML: Invalid value"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_and_both_shapes(
    before: str, after: str, line: int, says: str, small: Path
) -> None:
    assert before in SMALL
    small.write_text(SMALL.replace(before, after, 1))
    with pytest.raises(SettingsError) as raised:
        read_network(small)
    assert str(raised.value).startswith(f"{small}, line {line}: {says}")
    assert "\n" not in str(raised.value)


def test_what_is_no_file_of_a_network(small: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read: No such file"):
        chosen_network(str(tmp_path / "absent.toml"))
    with pytest.raises(SettingsError, match="cannot be read: it is no regular file"):
        read_network(Path(os.devnull))
    small.write_bytes(b"#" * 1_000_001)
    with pytest.raises(SettingsError, match="cannot be read: it is larger than 1,000,000 bytes"):
        read_network(small)
    small.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="is no text in UTF-8"):
        read_network(small)
    small.write_text("about = 'nothing'")
    with pytest.raises(SettingsError, match="there are no layers"):
        read_network(small)
    with pytest.raises(UsageError, match="no network is called 'sed'; did you mean 'seed'"):
        chosen_network("sed")
    with pytest.raises(UsageError, match="the name 'rf20' is that of a built-in network"):
        chosen_network(Network("rf20", "", LAYERS))
    with pytest.raises(UsageError, match="the last one, gives 1 map of 28 × 28"):
        chosen_network(Network("x", "", (Layer("relu"),)))
    large = Network("large", "", (conv(4096, 28), conv(4096, 1), Layer("linear", 10)))
    with pytest.raises(UsageError, match="has 20,029,440 parameters; 10,000,000 are the most"):
        checked(large)
    assert chosen_network("rf20") is chosen_network(RF20) is RF20


@pytest.mark.parametrize("network", NETWORKS.values(), ids=lambda network: network.name)
def test_the_built_in_networks_fit(network: Network) -> None:
    assert misfit(network) is None


SIZES = st.integers(1, 6)
ANY = st.one_of(
    st.builds(Layer, st.just("conv"), st.integers(1, 3), SIZES, st.integers(1, 3), st.integers(0, 2)),
    st.sampled_from([Layer("relu"), Layer("batchnorm"), Layer("dropout"), Layer("avgpool", pools_all=True)]),
    st.integers(2, 5).map(lambda k: Layer("maxpool", kernel=k, stride=k)),
    st.integers(2, 5).map(lambda k: Layer("avgpool", kernel=k, stride=k)),
    st.sampled_from([10, 5]).map(lambda out: Layer("linear", out)),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(ANY, min_size=1, max_size=7))
def test_layers_fit_where_torch_can_compute_ten_scores(layers: list[Layer]) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    from cnn.net.modules import build_modules

    network = Network("any", "", tuple(layers))
    strange = any(layer.kind == "conv" and layer.padding >= layer.kernel > 0 < layer.padding for layer in layers)
    try:
        shape = build_modules(network).eval()(torch.zeros(2, 1, 28, 28)).shape
    except (RuntimeError, ValueError):
        shape = None
    fits = shape == (2, 10) and layers[-1].kind == "linear"
    assert (misfit(network) is None) == (fits and not strange), (misfit(network), shape)
