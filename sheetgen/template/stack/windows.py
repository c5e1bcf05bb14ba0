"""Layers of windows: ``conv`` (torch's Conv1d and Conv2d, by shape) and ``pool`` (MaxPool and AvgPool)."""

from __future__ import annotations

from math import prod

from sheetgen.template.stack.layer import Layer
from sheetgen.tensors.labels import Shape, shape_text, window_places

_POOLS = {"max": "maxpool", "avg": "avgpool"}


def conv(layer: Layer) -> None:
    """Write a convolution along one axis where ``kernel_size`` lists one size, else by the number of axes."""
    given = layer.table.get("kernel_size")
    axes = len(given) if isinstance(given, list) and len(given) in (1, 2) else min(len(layer.source.shape), 2)
    _convolved(layer, axes)


def conv1d(layer: Layer) -> None:
    """Write a convolution along the last axis."""
    _convolved(layer, 1)


def conv2d(layer: Layer) -> None:
    """Write a convolution along the last two axes."""
    _convolved(layer, 2)


def _convolved(layer: Layer, axes: int) -> None:
    """Write conv(x, W) + b, in torch's layout; what has no axis of channels is one channel."""
    x = layer.source
    if axes < 1 or len(x.shape) not in (axes, axes + 1):
        layer.fail_source("C×H×W, or an image H×W" if axes == 2 else "C×L, or L numbers")
    channels, image = (1, x.shape) if len(x.shape) == axes else (x.shape[0], x.shape[1:])
    outputs = layer.size("out_channels", "W", 0)
    window = _kernel(layer, axes)
    stride, padding = layer.whole("stride", 1), layer.whole("padding", 0, 0)
    dilation, groups = layer.whole("dilation", 1), layer.whole("groups", 1)
    if channels % groups or outputs % groups:
        problem = f"groups = {groups} must divide the {channels} channels that it reads and the {outputs} it gives"
        layer.fail(problem, key="groups")
    reach = tuple(dilation * (side - 1) + 1 for side in window)
    if padding >= min(reach):
        layer.fail(f"padding = {padding} leaves windows with nothing in them", f"at most {min(reach) - 1}", "padding")
    sizes = _sizes(layer, tuple(size + 2 * padding for size in image), reach, stride)
    seen = channels // groups
    fans = seen * prod(window), outputs * prod(window)
    named = f"out_channels × in_channels{'/groups' * (groups > 1)} × kernel_size"
    weight = layer.weight("W", (outputs, seen, *window), named, fans)
    bias = layer.bias("b", outputs, "out_channels")
    read = x.name if len(x.shape) > axes else f"reshape({x.name}, {[1, *image]})"
    options = f", stride={stride}" * (stride != 1) + f", padding={padding}" * (padding != 0)
    options += f", dilation={dilation}" * (dilation != 1) + f", groups={groups}" * (groups != 1)
    added = f" + reshape({layer.name('b')}, {[outputs, *[1] * axes]})" if bias else ""
    layer.tables.convolved = True
    layer.write("z", f"conv{axes}d({read}, {weight}{options}){added}", (outputs, *sizes))


def _kernel(layer: Layer, axes: int) -> Shape:
    """Return the sizes of the kernels: those that are said, or those of kernels that are typed."""
    if "kernel_size" in layer.table:
        return layer.window("kernel_size", axes)
    return tuple(layer.size("kernel_size", "W", 2 + axis) for axis in range(axes))


def pool(layer: Layer) -> None:
    """Write the largest, or the mean, of each window over the last axes."""
    x, function = layer.source, _POOLS[layer.word("mode", _POOLS, "max")]
    given = layer.table.get("kernel_size")
    axes = len(given) if isinstance(given, list) else _pooled_axes(layer)
    if not 1 <= axes <= min(len(x.shape), 2):
        layer.fail_source("C×H×W, H×W, or L numbers, and a window of as many sizes")
    if "kernel_size" not in layer.table:
        layer.fail("kernel_size is missing", "kernel_size = 2")
    window = layer.window("kernel_size", axes)
    stride = layer.whole("stride", window[-1])
    if "stride" not in layer.table and len(set(window)) > 1:
        layer.fail(f"a window of {shape_text(window)} needs a stride, one for both axes", f"stride = {window[-1]}")
    shape = (*x.shape[: len(x.shape) - axes], *_sizes(layer, x.shape[len(x.shape) - axes :], window, stride))
    size = str(window[0]) if len(set(window)) == 1 else str(list(window))
    own = len(set(window)) == 1 and stride == window[0]
    options = f", stride={stride}" * (not own) + f", axes={axes}" * (axes != min(len(x.shape), 2))
    layer.write("z", f"{function}({x.name}, {size}{options})", shape)


def _pooled_axes(layer: Layer) -> int:
    """Return how many of the last axes are pooled: what a convolution made of two axes is channels of one length."""
    axes = len(layer.source.shape)
    return 1 if layer.tables.convolved and axes == 2 else min(axes, 2)


def _sizes(layer: Layer, image: Shape, window: Shape, stride: int) -> Shape:
    """Return how many places a window has along each axis."""
    if any(side > size for side, size in zip(window, image, strict=True)):
        problem = f"a window of {shape_text(window)} does not fit into {shape_text(image)}"
        layer.fail(problem, "make the window smaller, or the padding larger", "kernel_size")
    return window_places(image, window, stride)
