"""What a training step of `fast` on `rf20` costs with its first block as six modules, and as matrix products.

    python benchmarks/cnn_first_block.py [--rounds 12] [--steps 40]

Both networks take the same steps in turn, in one process, on drawn pictures (what is on them costs no time).
"""

from __future__ import annotations

import argparse
import statistics
import time
from itertools import cycle, islice

import torch

from cnn.digits.parts import Digits
from cnn.digits.synthetic import draw
from cnn.net.first_block import FirstBlock
from cnn.net.networks import RF20
from cnn.training.augment import augmentation
from cnn.training.processes import Processes
from cnn.training.recipe import FAST
from cnn.training.train import Trainer


def seconds(trainer: Trainer, digits: Digits, steps: int) -> float:
    noise = torch.Generator().manual_seed(1)
    augment = augmentation(FAST, torch.device("cpu"), noise)
    trainer.wrapped.train()
    start = time.perf_counter()
    for number, rows in enumerate(islice(cycle(trainer.batches(noise)), steps)):
        batch = digits.train.pick(rows)
        trainer.step(number, augment(batch.images), batch.labels)
    return (time.perf_counter() - start) / steps


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--steps", type=int, default=40)
    options = parser.parse_args()
    torch.set_num_threads(1)
    digits = draw()
    modules, products = (Trainer(RF20, FAST, digits, 1, torch.device("cpu"), Processes()) for _ in range(2))
    modules.wrapped = modules.model
    assert isinstance(products.wrapped, FirstBlock)
    times: dict[str, list[float]] = {"modules": [], "products": []}
    for _ in range(options.rounds + 1):
        for name, trainer in (("modules", modules), ("products", products)):
            times[name].append(seconds(trainer, digits, options.steps))
    for name, values in times.items():
        steady = [1000 * value for value in values[1:]]  # the first round warms up
        spread = f"{min(steady):.2f} to {max(steady):.2f}, n {len(steady)}"
        print(f"{name:<9} median {statistics.median(steady):.2f} ms a step, {spread}")
    ratios = [a / b for a, b in zip(*times.values(), strict=True)][1:]
    print(f"modules/products: median {statistics.median(ratios):.2f}, {min(ratios):.2f} to {max(ratios):.2f}")


if __name__ == "__main__":
    main()
