"""A study: one network, its numbers, and the variants in which it is trained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from sheetgen import toml
from sheetgen.graph import Graph

EPSILON, TOLERANCE = "ε", "tolerance"
SETTINGS: Mapping[str, float] = {EPSILON: 1e-5, TOLERANCE: 1e-9}
"""Settings of the workbook's own checks: the step of a central difference, the largest deviation allowed."""


@dataclass(frozen=True)
class Variant:
    """One way of training the network, on a sheet of its own: ``rate`` is its learning rate."""

    sheet: str
    rate: float


def variant(rate: float) -> Variant:
    """Return the variant of a learning rate; its sheet keeps the rate's name as built."""
    return Variant(f"lr {rate!r}", rate)


@dataclass(frozen=True)
class Study:
    """A network with its numbers.

    ``values`` holds every input, target and initial weight; ``equations`` the forward and loss equations
    as their author typed them; ``iterations`` is the number of updates, so rows run from 0 to it.
    """

    name: str
    title: str
    description: str
    workbook: str
    graph: Graph
    values: Mapping[str, float]
    equations: Mapping[str, str]
    variants: tuple[Variant, ...]
    iterations: int
    settings: Mapping[str, float] = field(default_factory=lambda: dict(SETTINGS))

    @property
    def rates(self) -> tuple[float, ...]:
        """The learning rates, in the order of their sheets."""
        return tuple(variant.rate for variant in self.variants)

    @property
    def rows(self) -> int:
        """The number of rows a training sheet has below its header: iteration 0 and one an update."""
        return self.iterations + 1

    def with_values(self, values: Mapping[str, float]) -> Study:
        """Return the study with some inputs, targets or initial weights replaced."""
        return replace(self, values={**self.values, **values})

    def with_rates(self, rates: tuple[float, ...]) -> Study:
        """Return the study with its sheets' learning rates replaced; the sheets keep their names."""
        pairs = zip(self.variants, rates, strict=True)
        return replace(self, variants=tuple(replace(variant, rate=rate) for variant, rate in pairs))

    def with_settings(self, settings: Mapping[str, float]) -> Study:
        """Return the study with other settings of the workbook's own checks."""
        return replace(self, settings=dict(settings))

    def only(self, variant: int) -> Study:
        """Return the study with one of its variants."""
        return replace(self, variants=(self.variants[variant],))

    def template(self) -> str:
        """Return the effective template: this study, written as TOML that loads to the same study."""
        return "\n".join(self._template_lines())

    def _template_lines(self) -> Iterator[str]:
        for key in ("title", "description", "workbook"):
            yield f"{key} = {toml.write_string(getattr(self, key))}"
        yield f"rates = [{', '.join(map(repr, self.rates))}]"
        yield f"iterations = {self.iterations}"
        graph = self.graph
        weights = tuple(state.name for state in graph.states)
        for table, names in (("inputs", graph.inputs), ("targets", graph.targets), ("parameters", weights)):
            yield from ("", f"[{table}]")
            yield from (f"{toml.write_key(name)} = {self.values[name]!r}" for name in names)
        for table, section in (("forward", "forward"), ("loss", "loss")):
            yield from ("", f"[{table}]")
            for quantity in graph.quantities:
                if quantity.section == section:
                    yield f"{toml.write_key(quantity.name)} = {toml.write_string(self.equations[quantity.name])}"
