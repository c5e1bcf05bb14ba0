"""A study: one network, its numbers, its samples, and the variants in which it is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from sheetgen.algebra.rows import start
from sheetgen.network.descent import Descent, train
from sheetgen.network.graph import BASE_RATE, BATCH, RATE, SAMPLES, Graph, mean
from sheetgen.network.optimizers import CONSTANT, SGD, STEP, Choice, in_rule
from sheetgen.network.whole_batch import WholeBatch
from sheetgen.tensors.program import Tensors

EPSILON, TOLERANCE = "ε", "tolerance"
CHECK_SETTINGS: Mapping[str, float] = {EPSILON: 1e-5, TOLERANCE: 1e-9}
"""Settings of the workbook's own checks: the step of a central difference, the largest deviation allowed."""
UNTRAINED_SETTINGS: Mapping[str, float] = {TOLERANCE: CHECK_SETTINGS[TOLERANCE]}
"""Those where nothing is trained, and there are no derivatives."""


@dataclass(frozen=True)
class Variant:
    """One way of training the network, on a sheet of its own: a learning rate, its schedule, an optimiser."""

    sheet: str
    rate: float
    optimizer: Choice = SGD
    schedule: Choice = CONSTANT


FORWARD_ONLY = Variant("Forward", 1.0)
"""What there is where nothing is trained: one sheet, and a rate that nothing uses."""


def variant(rate: float, optimizer: Choice = SGD, schedule: Choice = CONSTANT) -> Variant:
    """Return the variant of a learning rate; its sheet keeps the rate's name as built."""
    return Variant(f"lr {rate!r}", rate, optimizer, schedule)


@dataclass(frozen=True)
class Picture:
    """A picture of what is learnt, of one of the kinds of `sheetgen.network.pictures`.

    ``x`` and ``y`` name the parameters of a path, ``classes`` those of a confusion table; empty where nothing is said.
    """

    kind: str
    x: str = ""
    y: str = ""
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Study:
    """A network with its numbers.

    ``network`` is what one row computes. ``values`` holds every parameter's initial value, the start of every state
    and, where there is one sample, every input and target; several samples stand in ``samples`` instead, a tuple of
    numbers for each. ``equations`` are those of the network as their author typed them; ``iterations`` is
    the number of updates, so iterations run from 0 to it; each has ``batch`` samples, a row each.
    ``test`` holds samples that are never trained on, in the same form; it may be empty.
    ``order`` says which sample, from 1, has each turn of an epoch, drawn by the seed ``shuffle``; where it is empty
    the samples come in their own order. ``suggestions`` are what its author would have a reader try,
    ``pictures`` those of the sheet Pictures; without, its network says which suit it. ``tensors`` are what the network
    was written in, where that was more than scalars; ``places`` tell in words where the template has a quantity, or
    `in_rule` an equation. ``running`` has the equations, as typed, of parameters that follow numbers of a batch.
    """

    name: str
    title: str
    description: str
    workbook: str
    network: Graph
    values: Mapping[str, float]
    equations: Mapping[str, str]
    variants: tuple[Variant, ...]
    iterations: int
    samples: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    test: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    batch: int = 1
    shuffle: int | None = None
    order: tuple[int, ...] = ()
    suggestions: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] | None = None
    read_as: str = field(default="", compare=False)
    places: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    tensors: Tensors | None = None
    settings: Mapping[str, float] = field(default_factory=lambda: dict(CHECK_SETTINGS))
    running: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def graphs(self) -> tuple[Graph, ...]:
        """The network with the columns of its training, for each variant; only an optimiser's columns differ."""
        graphs: dict[tuple[str, str], Graph] = {}
        for v in self.variants:
            methods = (v.optimizer.name, v.schedule.name)
            if methods not in graphs:
                graphs[methods] = train(self.network, self._descent(v))
        return tuple(graphs[v.optimizer.name, v.schedule.name] for v in self.variants)

    def _descent(self, v: Variant) -> Descent:
        compact = self.tensors is not None
        return Descent(v.optimizer, v.schedule, self.scheduled, self.batch, self.count, bool(self.order), compact)

    @property
    def ways(self) -> tuple[int, ...]:
        """The first variant of each way of training: an optimiser with a schedule."""
        first: dict[tuple[str, str], int] = {}
        for index, v in enumerate(self.variants):
            first.setdefault((v.optimizer.name, v.schedule.name), index)
        return tuple(first.values())

    @property
    def graph(self) -> Graph:
        """The graph of the first variant; the others have the same columns but for those of their optimisers."""
        return self.graphs[0]

    @property
    def plain(self) -> bool:
        """Whether every variant goes down the gradient itself, so that its step is −η·∂."""
        return all(variant.optimizer == SGD for variant in self.variants)

    def place_of(self, quantity: str, variant: int = 0) -> str:
        """Return in words where the template has a quantity, or the one that it is a derivative or a mean of.

        Where a ``variant`` is trained by a rule of the template's own, that is the equation by which it moves.
        """
        chosen, column = self.variants[variant], quantity.partition("[")[0]
        column = STEP if quantity in self.network.weights else column
        rule = chosen.schedule if quantity == RATE else chosen.optimizer
        named = quantity.rpartition("∂")[2].removeprefix("mean ")
        return self.places.get(in_rule(rule.name, column)) or self.places.get(named, "")

    def over_batch(self, quantity: str) -> str:
        """Return the column of what a quantity is for an iteration: its own, or with batches that of its mean, which is
        whole in the last row of a batch.
        """
        return quantity if self.batch == 1 else mean(quantity)

    @property
    def scheduled(self) -> bool:
        """Whether the learning rate has a column of its own, on every sheet alike."""
        return any(variant.schedule.name != CONSTANT.name for variant in self.variants)

    @property
    def shares_settings(self) -> bool:
        """Whether all variants have one optimiser and one schedule, and so one set of their settings."""
        first = self.variants[0]
        return all((v.optimizer, v.schedule) == (first.optimizer, first.schedule) for v in self.variants)

    @property
    def trains(self) -> bool:
        """Whether anything is trained; else a sheet has a row for each sample, and no more."""
        return self.network.trains

    @cached_property
    def whole(self) -> WholeBatch:
        """What a gradient is of: one sample by itself, or the whole batch where its rows meet."""
        return WholeBatch(self.network, self.batch if self.network.over_batch else 1)

    def checked(self, slope: str) -> str:
        """Return the column of a gradient that stands against a central difference: of a row, or of a whole batch."""
        return mean(slope) if self.whole.several else slope

    @property
    def position(self) -> str:
        """What the place in a batch is called: it is the sample itself, where a batch has all of them."""
        return self._descent(self.variants[0]).position

    @property
    def rates(self) -> tuple[float, ...]:
        """The learning rates, in the order of their sheets."""
        return tuple(variant.rate for variant in self.variants)

    @property
    def count(self) -> int:
        """The number of samples."""
        return len(next(iter(self.samples.values()))) if self.samples else 1

    @property
    def test_count(self) -> int:
        """The number of samples that are never trained on."""
        return len(next(iter(self.test.values()), ()))

    @property
    def evaluates(self) -> bool:
        """Whether an update sees some samples only, so that the whole data set is evaluated beside the training."""
        return self.batch < self.count

    @property
    def rows(self) -> int:
        """The number of rows a training sheet has below its header: a row a sample, from iteration 0."""
        return (self.iterations + 1) * self.batch

    @property
    def rate_name(self) -> str:
        """What the learning rate of a variant is called: with a schedule it is only where that starts."""
        return BASE_RATE if self.scheduled else RATE

    def constants(self, variant: int) -> dict[str, float]:
        """Return the numbers, besides the columns, that the formulas of a variant refer to."""
        v = self.variants[variant]
        counts = {SAMPLES: float(self.count), BATCH: float(self.batch)}
        return {self.rate_name: v.rate, **v.optimizer.settings, **v.schedule.settings, **counts, **self.starts}

    @property
    def starts(self) -> dict[str, float]:
        """The numbers that states go on from where there is no row above, by what equations call them."""
        return {start(state.name): self.values[start(state.name)] for state in self.network.states}

    def sample_in(self, row: int) -> int:
        """Return which sample, counted from 0, a row of a training sheet holds, counted from 0 too."""
        turn = row % self.count
        return self.order[turn] - 1 if self.order else turn

    def at_sample(self, index: int) -> dict[str, float]:
        """Return every input, target and initial parameter, those of a sample counted from 0."""
        return {**self.values, **{name: numbers[index] for name, numbers in self.samples.items()}}

    def with_values(self, values: Mapping[str, float]) -> Study:
        """Return the study with some inputs, targets or initial weights replaced."""
        return replace(self, values={**self.values, **values})
