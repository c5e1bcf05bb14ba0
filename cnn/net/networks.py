"""The networks as tables of layers, and what follows from the tables: shapes, parameters, receptive field,
cost.

Nothing here needs torch. ``cnn.net.modules.build_modules`` turns the same table into modules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from cnn.toml_file import nothing_called

LayerKind = Literal["conv", "batchnorm", "relu", "dropout", "maxpool", "avgpool", "linear", "identity"]
SIDE = 28
CLASSES = 10


@dataclass(frozen=True)
class Layer:
    """One layer as its author writes it; ``out`` is the number of output channels (0: as many as came in).

    ``kernel``, ``stride`` and ``padding`` are in pixels of the layer's own input. ``pools_all`` marks the
    global average pooling, whose kernel is the whole picture that reaches it.
    """

    kind: LayerKind
    out: int = 0
    kernel: int = 1
    stride: int = 1
    padding: int = 0
    bias: bool = False
    pools_all: bool = field(default=False, metadata={"json": "global"})


@dataclass(frozen=True)
class Network:
    """A name, one line about it, and its layers in order."""

    name: str
    about: str
    layers: tuple[Layer, ...]


@dataclass(frozen=True)
class LayerFacts:
    """A layer in its place: ``number`` from 1, shapes (channels, side), ``side`` of its output in pixels.

    ``kernel`` and ``stride`` are in pixels even where they are the whole picture; ``is_global`` marks an average that
    leaves one pixel. ``receptive_field`` is the side, in input pixels, of the square that one output pixel sees;
    ``jump`` the distance in input pixels between two neighbouring output pixels; ``multiply_adds`` is per picture.
    """

    number: int
    kind: LayerKind
    kernel: int
    stride: int
    padding: int
    bias: bool
    channels_in: int
    channels: int
    side_in: int
    side: int
    is_global: bool = field(metadata={"json": "global"})  # a word that Python keeps to itself
    parameters: int
    receptive_field: int
    jump: int
    multiply_adds: int


def conv(out: int, kernel: int = 3, padding: int = 0) -> Layer:
    """Return a convolution of stride 1 without bias."""
    return Layer("conv", out, kernel, 1, padding)


NORM, RELU, DROP = Layer("batchnorm"), Layer("relu"), Layer("dropout")
HALVE = Layer("maxpool", kernel=2, stride=2)
GLOBAL_AVERAGE = Layer("avgpool", pools_all=True)


def seed_block(out: int, padding: int = 0, drop: bool = True) -> tuple[Layer, ...]:
    """Return conv 3×3 → BN → (dropout) → ReLU, the order of the published network."""
    return (conv(out, 3, padding), NORM, *((DROP,) if drop else ()), RELU)


def block(out: int, drop: bool = False) -> tuple[Layer, ...]:
    """Return conv 3×3 → ReLU → BN → (dropout); BN follows ReLU, so it folds into the *next* convolution's weights."""
    return (conv(out), RELU, NORM, *((DROP,) if drop else ()))


SEED = Network(
    "seed",
    "the published network, layer by layer; its author claims a receptive field of 20",
    (
        *seed_block(32, padding=1),
        conv(10, 1),
        *seed_block(10, padding=1),
        HALVE,
        *seed_block(10),
        *seed_block(10, drop=False),
        *seed_block(10),
        *seed_block(16),
        *seed_block(16),
        Layer("avgpool", kernel=4, stride=4),
        Layer("linear", CLASSES),
    ),
)

RF20 = Network(
    "rf20",
    "receptive field exactly 20 before the global average pooling, a third of the multiply-adds of seed",
    (
        *block(10),
        conv(8, 1),
        NORM,
        HALVE,
        *block(12),
        *block(16),
        *block(16),
        *block(20, drop=True),
        GLOBAL_AVERAGE,
        Layer("linear", CLASSES, bias=True),
    ),
)


def as_trained(network: Network, dropout: float) -> Network:
    """Return the network as it is trained: at a dropout of 0 its dropout layers do nothing."""
    layers = (Layer("identity") if layer.kind == "dropout" and not dropout else layer for layer in network.layers)
    return replace(network, layers=tuple(layers))


NETWORKS = {network.name: network for network in (RF20, SEED)}


def find_network(name: str) -> Network:
    """Return the built-in network of that name; raise `UsageError` with the nearest name, or those there are."""
    if name not in NETWORKS:
        raise nothing_called("network", name, NETWORKS)
    return NETWORKS[name]


def parameters_of(layer: Layer, channels_in: int, channels: int) -> int:
    """Return the number of trained parameters: weights, and biases where the layer has them."""
    match layer.kind:
        case "conv":
            return layer.kernel**2 * channels_in * channels + channels * layer.bias
        case "linear":
            return channels_in * channels + channels * layer.bias
        case "batchnorm":
            return 2 * channels
        case _:
            return 0


def walk(network: Network, channels: int = 1, side: int = SIDE) -> Iterator[LayerFacts]:
    """Yield each layer in its place, for an input of ``channels`` planes of ``side`` × ``side`` pixels.

    With kernel k, stride s and padding p: side' = ⌊(side + 2p − k)/s⌋ + 1, field' = field + (k − 1)·jump,
    jump' = jump·s. Dumoulin and Visin, A guide to convolution arithmetic (2016).
    """
    receptive, jump = 1, 1
    for number, layer in enumerate(network.layers, 1):
        kernel, stride = (side, side) if layer.pools_all else (layer.kernel, layer.stride)
        channels_out = layer.out or channels
        side_out = (side + 2 * layer.padding - kernel) // stride + 1
        receptive, jump_out = receptive + (kernel - 1) * jump, jump * stride
        count = parameters_of(layer, channels, channels_out)
        weights = count - channels_out * layer.bias if layer.kind in ("conv", "linear") else 0
        yield LayerFacts(
            number, layer.kind, kernel, stride, layer.padding, layer.bias, channels, channels_out, side, side_out,
            side_out == 1 and layer.kind == "avgpool", count, receptive, jump_out, weights * side_out**2,
        )  # fmt: skip
        channels, side, jump = channels_out, side_out, jump_out


def total_parameters(network: Network) -> int:
    """Return the number of trained parameters."""
    return sum(facts.parameters for facts in walk(network))


def total_multiply_adds(network: Network) -> int:
    """Return the multiply-adds of one forward pass of one picture (convolutions and linear layers)."""
    return sum(facts.multiply_adds for facts in walk(network))


def receptive_field(network: Network) -> int:
    """Return the side in pixels that one output pixel of the last layer before the pooling to 1×1 sees."""
    receptive = 1
    for facts in walk(network):
        if facts.is_global:
            break
        receptive = facts.receptive_field
    return receptive
