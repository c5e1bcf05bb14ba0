"""A network of one's own, read from a TOML file: a table ``[[layers]]`` a layer, with its kind and its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from cnn.errors import UsageError
from cnn.net.networks import NETWORKS, Layer, LayerKind, Network, find_network
from cnn.net.shapes import checked, misfit
from cnn.toml_file import TomlFile, names_a_file
from sheetgen.errors import did_you_mean

KINDS: Mapping[LayerKind, tuple[str, ...]] = {
    "conv": ("out", "kernel", "stride", "padding", "bias"),
    "batchnorm": (),
    "relu": (),
    "dropout": (),
    "maxpool": ("kernel", "stride"),
    "avgpool": ("kernel", "global"),
    "linear": ("out", "bias"),
    "identity": (),
}
"""The kinds of layers, and the keys that each may have beside its kind."""


def chosen_network(word: str | Path | Network) -> Network:
    """Return a network: one that is given, the built-in one of that name, or that of a file.

    Raises `UsageError` for a name that there is not and for layers that do not fit one another, `SettingsError` for a
    file that is no network.
    """
    if isinstance(word, Network):
        if NETWORKS.get(word.name, word) != word:
            raise UsageError(f"the name '{word.name}' is that of a built-in network", "give yours another")
        return checked(word)
    if isinstance(word, Path) or names_a_file(word):
        return read_network(Path(word))
    return find_network(word)


def read_network(path: Path) -> Network:
    """Return the network of a file; raise `SettingsError`, with the line, where a layer is wrong or does not fit."""
    file = TomlFile.read(path)
    file.only(file.data, ("name", "about", "layers"), "a network")
    name = file.name(NETWORKS)
    about = file.value(str, file.data.get("about", f"of {path.name}"), "", "about")
    tables = file.data.get("layers", [])
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        file.fail("there are no layers", 'a table a layer is expected: [[layers]], and below it kind = "conv"')
    network = Network(name, about, tuple(_layer(file, number, table) for number, table in enumerate(tables)))
    if found := misfit(network):
        file.fail(found.problem, found.expected, f"layers.{found.number - 1}")
    return network


def _layer(file: TomlFile, number: int, given: Mapping[str, Any]) -> Layer:
    """Return the layer of a table, counted from 0; a pooling steps by its kernel unless it says otherwise."""
    table, kinds = f"layers.{number}", get_args(LayerKind)
    if "kind" not in given:
        file.fail(f"layer {number + 1} has no kind", f"there are: {', '.join(kinds)}", table)
    kind = file.value(str, given["kind"], table, "kind")
    if kind not in KINDS:
        hint = did_you_mean(kind, kinds, f"there are: {', '.join(kinds)}")
        file.fail(f"layer {number + 1} is of no kind that there is: '{kind}'", hint, table, "kind")
    rest = {key: value for key, value in given.items() if key != "kind"}
    file.only(rest, KINDS[kind], f"layer {number + 1}, {kind},", table)
    if kind == "conv" and "kernel" not in rest:
        file.fail(f"layer {number + 1} (conv): its kernel is missing", "add kernel = 3, or another number", table)
    if rest.get("global") is True and "kernel" in rest:
        file.fail(f"layer {number + 1} is global, so its kernel is the whole map", "leave one out", table, "kernel")
    values = {key: file.value(bool if key in ("bias", "global") else int, rest[key], table, key) for key in rest}
    pools_all = values.pop("global", False)
    if kind in ("maxpool", "avgpool") and "kernel" in values:
        values.setdefault("stride", values["kernel"])
    return Layer(kind, **values, pools_all=pools_all)
