"""The loop: an epoch of training, its evaluation, and the state between two epochs.

All randomness of an epoch comes from (random seed, epoch, process), so a run that was stopped between two
epochs goes on exactly as if it had not been.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import asdict

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from cnn.digits.parts import Digits
from cnn.errors import TrainingError
from cnn.json_form import from_json
from cnn.net.first_block import FirstBlock, begins
from cnn.net.modules import build_modules
from cnn.net.networks import Network, walk
from cnn.runs.examination import score_of
from cnn.runs.metrics import Epoch, Evaluated, Reporter, Score
from cnn.runs.run import CheckpointState
from cnn.training.augment import augmentation
from cnn.training.optimizers import optimizers
from cnn.training.processes import Processes
from cnn.training.recipe import Recipe, learning_rate_at


class Trainer:
    """A network in training: its modules, its optimiser and the rows so far.

    ``digits`` are on ``device`` already. ``processes`` are the processes that train together. With ``amp`` what
    torch's autocast picks of the forward and backward passes is computed in bfloat16, which needs no scaled loss;
    weights and their updates stay in float32, and so does the evaluation.
    """

    def __init__(
        self,
        network: Network,
        recipe: Recipe,
        digits: Digits,
        seed: int,
        device: torch.device,
        processes: Processes,
        amp: bool = False,
    ) -> None:
        torch.manual_seed(seed)
        self.recipe, self.digits, self.seed, self.device, self.processes = (
            recipe,
            digits,
            seed,
            device,
            processes,
        )
        published = recipe.pipeline == "pil"
        self.model = build_modules(network, recipe.dropout, sparse=not published)
        self.model.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.parameters = list(self.model.parameters())
        self.optimizers = optimizers(recipe, self.model)
        self.precision = torch.autocast(device.type, torch.bfloat16) if amp else nullcontext()
        quick = not published and not amp and device.type == "cpu" and begins(tuple(walk(network)))
        self.wrapped = processes.wrap(FirstBlock(self.model) if quick else self.model)
        self.history: list[Epoch] = []

    @property
    def evaluated_on(self) -> Evaluated:
        """Return which pictures the curves are drawn from: ``validation`` where some were held out, else
        ``test``.
        """
        return "validation" if self.digits.validation else "test"

    @property
    def steps_per_epoch(self) -> int:
        """Return the number of batches in an epoch; the last one may be smaller."""
        return math.ceil(len(self.digits.train) / self.recipe.batch_size)

    def batches(self, generator: torch.Generator) -> Iterator[Tensor]:
        """Yield this process's rows of each batch; all processes together go once through all training
        pictures.

        Where a batch does not divide evenly, its first rows are repeated to make it so.
        """
        order = torch.randperm(len(self.digits.train), generator=generator).to(self.device)
        yield from map(self.processes.share, torch.split(order, self.recipe.batch_size))

    def run_epoch(self, reporter: Reporter) -> Epoch:
        """Train for one more epoch, evaluate, append the row and return it; raise `TrainingError` where the
        loss is no number.
        """
        start, epoch = time.perf_counter(), len(self.history) + 1
        trained, rates = self.train_epoch(epoch, reporter)
        part = self.digits.validation or self.digits.test
        self.processes.equalize(self.model)
        score = score_of(self.model, part)
        row = Epoch(
            epoch,
            *rates,
            trained.loss,
            trained.correct,
            trained.total,
            self.evaluated_on,
            score.loss,
            score.correct,
            score.total,
            time.perf_counter() - start,
        )
        self.history.append(row)
        reporter.epoch(row)
        return row

    def train_epoch(self, epoch: int, reporter: Reporter) -> tuple[Score, tuple[float, float]]:
        """Take one epoch's steps; return the score on the training pictures meanwhile, and the first and last
        learning rate.

        Nothing is asked of the device before the last step, so that it need not wait for this process.
        """
        torch.manual_seed(self.noise_seed(epoch))
        noise = torch.Generator().manual_seed(self.noise_seed(epoch) + 1)
        augment = augmentation(self.recipe, self.device, noise)
        order = torch.Generator().manual_seed(self.seed * 1_000_003 + epoch)
        steps = self.steps_per_epoch
        first = (epoch - 1) * steps
        losses, logits, labels = [], [], []
        self.wrapped.train()
        for done, rows in enumerate(self.batches(order), 1):
            batch = self.digits.train.pick(rows)
            loss, output = self.step(first + done - 1, augment(batch.images), batch.labels)
            losses.append(loss)
            logits.append(output)
            labels.append(batch.labels)
            reporter.batch(epoch, done, steps, loss.item)
        sizes = torch.tensor([len(of_batch) for of_batch in labels], device=self.device)
        loss_sum = float((torch.stack(losses) * sizes).sum())
        right = int((torch.cat(logits).argmax(1) == torch.cat(labels)).sum())
        summed, all_correct, total = self.processes.total(loss_sum, right, sum(map(len, labels)))
        if not math.isfinite(summed):
            raise TrainingError(f"the loss is no longer a number in epoch {epoch}; try a smaller --lr")
        rates = learning_rate_at(self.recipe, first, steps), learning_rate_at(self.recipe, first + steps - 1, steps)
        return Score(summed / total, int(all_correct), int(total)), rates

    def step(self, number: int, inputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Take one step; return the mean loss of the batch and its logits, on the device."""
        rate = learning_rate_at(self.recipe, number, self.steps_per_epoch)
        for group in (group for optimizer in self.optimizers for group in optimizer.param_groups):
            group["lr"] = rate * group["share"]
        with self.precision:
            logits = self.wrapped(inputs.contiguous(memory_format=torch.channels_last))
            loss = cross_entropy(logits, labels)
        for parameter in self.parameters:
            parameter.grad = None
        torch.autograd.backward(loss)
        for optimizer in self.optimizers:
            optimizer.step()
        return loss.detach(), logits.detach()

    def noise_seed(self, epoch: int) -> int:
        """Return the seed of this process's augmentation and dropout in an epoch."""
        return ((self.seed * 1_000_003 + epoch) * 1009 + self.processes.rank + 1) * 2

    def state(self) -> CheckpointState:
        """Return everything needed to go on, as tensors, numbers and text only (so it loads with
        ``weights_only=True``).
        """
        return {
            "model": self.model.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "history": [asdict(epoch) for epoch in self.history],
        }

    def restore(self, state: CheckpointState) -> None:
        """Go back to a state that `state` returned."""
        self.model.load_state_dict(state["model"])
        for optimizer, content in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(content)
        self.history = [from_json(Epoch, row) for row in state["history"]]
