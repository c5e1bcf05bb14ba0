"""The tables of training methods: how a gradient becomes the next weight, and how the learning rate moves.

One row each, in the template language, in the conventions of torch.optim (and with its names and defaults). A method
that a template writes itself is such a row, too; it goes with the choice of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Range:
    """The numbers that a setting may be, and the words for them: it must be "at least 0"."""

    words: str
    holds: Callable[[float], bool]


def _any(number: float) -> bool:
    return True


ANY = Range("a number", _any)
POSITIVE = Range("greater than 0", lambda x: x > 0)
NOT_NEGATIVE = Range("at least 0", lambda x: x >= 0)
BELOW_ONE = Range("at least 0 and below 1", lambda x: 0 <= x < 1)
WHOLE_NUMBER = Range("a whole number of at least 1", lambda x: x >= 1 and x.is_integer())


@dataclass(frozen=True)
class Setting:
    """A number that a method can be given, and what it is where none is given.

    ``default`` may be a function of the number of updates; None for a number that must be given.
    """

    default: float | Callable[[int], float] | None
    allowed: Range = ANY

    def number(self, iterations: int) -> float | None:
        """Return the number of a training of so many updates that says nothing of it."""
        return self.default(iterations) if callable(self.default) else self.default


ALL_WEIGHTS = "all weights"
"""What stands for a weight in the label of a column of all of them."""

STEP = "step"
"""What the equation of the weight after an update is called."""


def in_rule(rule: str, column: str) -> str:
    """Return what stands for an equation of a rule of training: of a column, the step, or η."""
    return f"{rule}: {column}"


@dataclass(frozen=True)
class StateColumn:
    """A column that an optimiser keeps for each weight, or for all of them.

    Its equation speaks of the gradient ``g``, the weight ``w``, the optimiser's settings and other columns. One that
    has a ``start``, an equation of settings, ``w`` and ``η``, remembers: its own ``letter`` in its equation, as
    ``previous(letter)`` in any, is its value one update earlier. What is ``total`` sums its equation, ``total(…)``, up
    over all weights, in one column. ``meaning`` says what it is, in the words of the field, "" where nothing needs to
    be said.
    """

    letter: str
    equation: str
    symbol: str = ""
    meaning: str = ""
    start: str = ""
    total: bool = False

    def label(self, weight: str) -> str:
        """Return the column's label for a weight, such as ``m[w1]``."""
        return f"{self.symbol or self.letter}[{ALL_WEIGHTS if self.total else weight}]"


@dataclass(frozen=True)
class Optimizer:
    """A way of descent. ``step`` is the next weight, over the weight ``w``, the rate ``η``, ``g`` and the columns.

    ``by_weight`` tells, of a setting that is not the same for all weights, the setting that each has in its place.
    """

    name: str
    title: str
    step: str
    settings: Mapping[str, Setting] = field(default_factory=dict)
    columns: tuple[StateColumn, ...] = ()
    by_weight: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def _no_problem(settings: Mapping[str, float]) -> str:
    return ""


@dataclass(frozen=True)
class Schedule:
    """A course of the learning rate: η over the ``iteration`` from 0, its base rate ``eta0`` and its settings.

    ``problem`` says what is wrong with settings that are right one by one, if anything.
    """

    name: str
    title: str
    equation: str
    settings: Mapping[str, Setting] = field(default_factory=dict)
    problem: Callable[[Mapping[str, float]], str] = _no_problem


_MOMENTUM = {"momentum": Setting(0.9, BELOW_ONE)}
_VELOCITY = StateColumn(
    "v", "momentum*v + g", meaning="velocity, the gradients so far, older ones counting less", start="0"
)
_BETAS = {
    "beta1": Setting(0.9, BELOW_ONE), "beta2": Setting(0.999, BELOW_ONE), "eps": Setting(1e-8, NOT_NEGATIVE),
}  # fmt: skip
_MOMENTS = (
    StateColumn("m", "beta1*m + (1 - beta1)*g", meaning="first moment, a moving average of the gradients", start="0"),
    StateColumn(
        "v", "beta2*v + (1 - beta2)*g^2", meaning="second moment, a moving average of the squared gradients", start="0"
    ),
    StateColumn("m_hat", "m/(1 - beta1^(iteration + 1))", "m̂", "first moment without its bias towards 0"),
    StateColumn("v_hat", "v/(1 - beta2^(iteration + 1))", "v̂", "second moment without its bias towards 0"),
)

_OPTIMIZERS = (
    Optimizer("sgd", "stochastic gradient descent", "w - η*g"),
    Optimizer("momentum", "gradient descent with momentum", "w - η*v", _MOMENTUM, (_VELOCITY,)),
    Optimizer("nesterov", "Nesterov momentum", "w - η*(g + momentum*v)", _MOMENTUM, (_VELOCITY,)),
    # Duchi, Hazan and Singer, Journal of Machine Learning Research 12, 2011.
    Optimizer(
        "adagrad", "AdaGrad", "w - η*g/(sqrt(s) + eps)",
        {"eps": Setting(1e-10, NOT_NEGATIVE)},
        (StateColumn("s", "s + g^2", meaning="sum of all squared gradients so far", start="0"),),
    ),
    # Tieleman and Hinton, lecture 6.5 of Neural Networks for Machine Learning, 2012.
    Optimizer(
        "rmsprop", "RMSProp", "w - η*g/(sqrt(v) + eps)",
        {"alpha": Setting(0.99, BELOW_ONE), "eps": Setting(1e-8, NOT_NEGATIVE)},
        (StateColumn("v", "alpha*v + (1 - alpha)*g^2", meaning="moving average of the squared gradients", start="0"),),
    ),
    # Kingma and Ba, ICLR 2015.
    Optimizer("adam", "Adam", "w - η*m_hat/(sqrt(v_hat) + eps)", _BETAS, _MOMENTS),
    # Loshchilov and Hutter, ICLR 2019.
    Optimizer(
        "adamw", "AdamW", "w - η*weight_decay*w - η*m_hat/(sqrt(v_hat) + eps)",
        _BETAS | {"weight_decay": Setting(0.01, NOT_NEGATIVE)}, _MOMENTS,
    ),
)  # fmt: skip


def _problem_of_one_cycle(settings: Mapping[str, float]) -> str:
    if not 0 < settings["pct_start"] < 1 or not settings["pct_start"] * settings["total_steps"] > 1:
        return "pct_start must lie between 0 and 1, and be more than 1/total_steps, so that the rate can rise at all"
    return ""


_EVERY_UPDATE = Setting(float, WHOLE_NUMBER)
_RISEN = "(pct_start*total_steps - 1)"
_LEAST = "eta0/div_factor/final_div_factor"
_SCHEDULES = (
    Schedule("constant", "constant", "eta0"),
    Schedule(
        "step", "steps", "eta0*gamma^floor(iteration/step_size)",
        {"step_size": Setting(None, WHOLE_NUMBER), "gamma": Setting(0.1, POSITIVE)},
    ),
    Schedule("exponential", "exponential decay", "eta0*gamma^iteration", {"gamma": Setting(None, POSITIVE)}),
    # Loshchilov and Hutter, ICLR 2017, without restarts.
    Schedule(
        "cosine", "cosine annealing", "eta_min + (eta0 - eta_min)*(1 + cos(pi()*iteration/t_max))/2",
        {"t_max": _EVERY_UPDATE, "eta_min": Setting(0.0)},
    ),
    # Smith and Topin, arXiv 1708.07120, 2018; torch's OneCycleLR with anneal_strategy="linear".
    Schedule(
        "one-cycle", "one cycle",
        f"where(iteration <= {_RISEN},"
        f" eta0/div_factor + (eta0 - eta0/div_factor)*iteration/{_RISEN},"
        f" eta0 + ({_LEAST} - eta0)*(min(iteration, total_steps - 1) - {_RISEN})/(total_steps - 1 - {_RISEN}))",
        {
            "total_steps": _EVERY_UPDATE, "pct_start": Setting(0.3),
            "div_factor": Setting(25.0, POSITIVE), "final_div_factor": Setting(1e4, POSITIVE),
        },
        _problem_of_one_cycle,
    ),
)  # fmt: skip

OPTIMIZERS: dict[str, Optimizer] = {row.name: row for row in _OPTIMIZERS}
SCHEDULES: dict[str, Schedule] = {row.name: row for row in _SCHEDULES}


@dataclass(frozen=True)
class Choice:
    """A row of one of the tables, or a template's ``own``, with a number for each of its settings."""

    name: str
    settings: Mapping[str, float] = field(default_factory=dict)
    own: Optimizer | Schedule | None = None


def optimizer_of(choice: Choice) -> Optimizer:
    """Return the optimiser that is chosen."""
    return choice.own if isinstance(choice.own, Optimizer) else OPTIMIZERS[choice.name]


def schedule_of(choice: Choice) -> Schedule:
    """Return the schedule that is chosen."""
    return choice.own if isinstance(choice.own, Schedule) else SCHEDULES[choice.name]


SGD, CONSTANT = Choice("sgd"), Choice("constant")
