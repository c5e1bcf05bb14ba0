"""What an epoch of `fast` on `rf20` costs beside its bare forward and backward passes, and what evaluation costs.

    python benchmarks/cnn_epoch.py [--runs 7] [--sizes 50 125 250 500]

*bare* takes the same batches, changed at random and normalized beforehand, through the network forward and backward:
the fast form of the first block, no optimiser, no bookkeeping. *training* is all of an epoch's steps, *epoch* these and
the evaluation of the test pictures. In turn, in one process of one thread, in seconds of CPU (user and system). Drawn
pictures: 6,000 for training and 1,000 for tests, as MNIST's 60,000 and 10,000.
"""

from __future__ import annotations

import argparse
import resource
import statistics
from collections.abc import Callable, Mapping, Sequence

import torch
from torch.nn.functional import cross_entropy

from cnn.digits.synthetic import draw
from cnn.net.networks import RF20
from cnn.runs import examination
from cnn.runs.metrics import Silent
from cnn.training.augment import augmentation
from cnn.training.processes import Processes
from cnn.training.recipe import FAST
from cnn.training.train import Trainer

CPU = torch.device("cpu")


def cost(work: Callable[[], object]) -> tuple[float, int]:
    """Return the seconds of CPU that some work takes, and how often a page of memory was missing."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    work()
    after = resource.getrusage(resource.RUSAGE_SELF)
    seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return seconds, after.ru_minflt - before.ru_minflt


def bare(trainer: Trainer) -> Callable[[], None]:
    """Return what takes an epoch's batches forward and backward, prepared already."""
    noise = torch.Generator().manual_seed(1)
    augment = augmentation(FAST, CPU, noise)
    parts = [trainer.digits.train.pick(rows) for rows in trainer.batches(noise)]
    batches = [(augment(part.images).contiguous(memory_format=torch.channels_last), part.labels) for part in parts]

    def work() -> None:
        trainer.wrapped.train()
        for inputs, labels in batches:
            loss = cross_entropy(trainer.wrapped(inputs), labels)
            trainer.model.zero_grad(set_to_none=True)
            torch.autograd.backward(loss)

    return work


def row(name: str, values: Sequence[float], unit: float, digits: int = 2) -> str:
    """Return a row of the table: median, least and largest, n."""
    low, middle, high = (unit * value for value in (min(values), statistics.median(values), max(values)))
    return f"| {name} | {middle:.{digits}f} ({low:.{digits}f}–{high:.{digits}f}) | {len(values)} |"


def in_turn(works: Mapping[str, Callable[[], object]], runs: int) -> dict[str, list[tuple[float, int]]]:
    """Return the costs of each work, one after the other so many times; a first time, not counted, warms up."""
    costs: dict[str, list[tuple[float, int]]] = {name: [] for name in works}
    for turn in range(runs + 1):
        for name, work in works.items():
            spent = cost(work)
            if turn:
                costs[name].append(spent)
    return costs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--sizes", type=int, nargs="+", default=[50, 125, 250, 500], help="pictures evaluated at once")
    options = parser.parse_args()
    torch.set_num_threads(1)
    trainer = Trainer(RF20, FAST, draw(), 1, CPU, Processes())
    steps = trainer.steps_per_epoch
    test = trainer.digits.test

    def score(size: int) -> Callable[[], object]:
        return lambda: examination.predictions(trainer.model, test, size)

    works: dict[str, Callable[[], object]] = {
        "bare": bare(trainer),
        "training": lambda: trainer.train_epoch(1, Silent()),
        "epoch": lambda: trainer.run_epoch(Silent()),
    }
    costs = in_turn(works, options.runs)
    print(f"| {steps} steps of 128 | ms of CPU a step, or times bare: median (least–largest) | n |\n|---|---|---|")
    for name, spent in costs.items():
        print(row(name, [seconds for seconds, _ in spent], 1000 / steps))
    for name in ("training", "epoch"):
        pairs = zip(costs[name], costs["bare"], strict=True)
        print(row(f"{name} ÷ bare", [one / other for (one, _), (other, _) in pairs], 1, 3))
    print("\n| evaluated at once | ms of CPU for 1,000 pictures: median (least–largest) | n | missing pages |")
    print("|---|---|---|---|")
    for size, spent in in_turn({str(size): score(size) for size in options.sizes}, options.runs).items():
        missing = statistics.median(pages for _, pages in spent)
        print(f"{row(size, [seconds for seconds, _ in spent], 1000, 0)} {missing:,.0f} |")


if __name__ == "__main__":
    main()
