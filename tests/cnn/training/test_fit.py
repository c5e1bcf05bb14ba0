"""What a run's files and its sheet claim, each claim against the objects that trained and judged it."""

from __future__ import annotations

import json
import platform
import re
import shutil
import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

pytest.importorskip("torch", reason="torch is not installed")
import torch

pytest.importorskip("torchvision", reason="torchvision is not installed")
pytest.importorskip("PIL", reason="Pillow is not installed")
from cnn_support import sheet_texts
from torch import nn
from torchvision import transforms

import cnn.training.fit
from cnn.digits.datasets import hold_out
from cnn.digits.parts import Digits, normalize
from cnn.digits.synthetic import draw
from cnn.net.modules import SparseDropout
from cnn.runs.metrics import Epoch, Silent
from cnn.runs.run import Run
from cnn.show import result_lines
from cnn.tab.write import write
from cnn.training import augment
from cnn.training.fit import fit
from cnn.training.muon import Muon
from cnn.training.optimizers import SGD, AdamW
from cnn.training.plan import Plan
from cnn.training.processes import Processes
from cnn.training.recipe import FAST, SEED
from cnn.training.train import Trainer
from sheetgen import __version__, build, load, override, verify
from sheetgen.sheet_names import CNN

SHORT = {"epochs": 2, "batch_size": 50}
PLANS = {
    "fast": Plan("rf20", replace(FAST, epochs=3, batch_size=50), seed=3),
    "fast without dropout": Plan("rf20", replace(FAST, **SHORT, dropout=0.0)),
    "published": Plan("seed", replace(SEED, **SHORT, decay_every=1)),
    "published without dropout": Plan("seed", replace(SEED, **SHORT, decay_every=1, dropout=0.0, momentum=0.5)),
    "AdamW in steps": Plan(
        "rf20", replace(FAST, epochs=3, optimizer="adamw", schedule="step", decay_every=2, shift=1.5)
    ),
    "Muon as one pleases": Plan("rf20", replace(FAST, **SHORT, kernel_momentum=0.8, kernel_share=2.0, warmup=0.5)),
    "held out": Plan("rf20", replace(FAST, epochs=4, batch_size=50), validation=60, patience=1),
    "the end held out, bent and erased": Plan(
        "rf20", replace(FAST, **SHORT, elastic=0.5, erasing=0.3, maps=2000), validation=60, validation_from="end"
    ),
}
NAMES = {
    nn.Conv2d: "conv", nn.BatchNorm2d: "batchnorm", nn.ReLU: "relu", nn.MaxPool2d: "maxpool", nn.AvgPool2d: "avgpool",
    nn.Sequential: "linear", nn.Dropout: "dropout", SparseDropout: "dropout", nn.Identity: "identity",
}  # fmt: skip
"""What a layer is called, by its module."""


@dataclass
class Witness:
    """What was seen of a training: its trainer, and what every step and every change of pictures was done with."""

    trainers: list[Trainer] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    largest: list[float] = field(default_factory=list)
    maps: set[int] = field(default_factory=set)
    moved: list[torch.Tensor] = field(default_factory=list)
    erased: list[torch.Tensor] = field(default_factory=list)
    turned: list[transforms.RandomRotation] = field(default_factory=list)
    filled: list[float] = field(default_factory=list)

    @property
    def sizes_of_all(self) -> int:
        return sum(self.sizes)

    @property
    def trainer(self) -> Trainer:
        (trainer,) = self.trainers
        return trainer

    def group(self, kind: type[torch.optim.Optimizer]) -> dict[str, Any]:
        """Return the first group of the optimiser of a kind."""
        (optimizer,) = (optimizer for optimizer in self.trainer.optimizers if isinstance(optimizer, kind))
        group: dict[str, Any] = optimizer.param_groups[0]
        return group


@dataclass
class Trained:
    """A training that was watched, the run it left, and its printed result."""

    plan: Plan
    run: Run
    seen: Witness
    digits: Digits

    def json(self, name: str) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.run.path(name).read_text())
        return content


@pytest.fixture(scope="module", params=PLANS.values(), ids=PLANS)
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trained]:
    """Train on a few drawn digits, and watch."""
    plan: Plan = replace(request.param, data="synthetic", device="cpu")
    digits, seen, threads = (
        hold_out(draw(300, 100), plan.validation, plan.validation_from),
        Witness(),
        torch.get_num_threads(),
    )

    class Watched(Trainer):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            seen.trainers.append(self)

        def step(self, number: int, inputs: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            outcome = super().step(number, inputs, labels)
            seen.sizes.append(len(inputs))
            groups = [group for optimizer in self.optimizers for group in optimizer.param_groups]
            (rate,) = {round(group["lr"] / group["share"], 15) for group in groups}
            seen.rates.append(rate)
            return outcome

    class Turned(transforms.RandomRotation):
        def __init__(self, *arguments: Any, **settings: Any) -> None:
            super().__init__(*arguments, **settings)
            seen.turned.append(self)

    def uniform(count: int, largest: float, generator: torch.Generator) -> torch.Tensor:
        numbers = drawn(count, largest, generator)
        seen.largest.append(float(numbers.abs().max()))
        seen.maps.add(count)
        return numbers

    def displacements(*arguments: Any) -> torch.Tensor:
        seen.moved.append(move(*arguments))
        return seen.moved[-1]

    def boxes(*arguments: Any) -> torch.Tensor:
        seen.erased.append(erase(*arguments))
        return seen.erased[-1]

    def pad(images: torch.Tensor, sides: tuple[int, int], value: float) -> torch.Tensor:
        seen.filled.append(value)
        return padded(images, sides, value=value)

    drawn, padded = augment.uniform, nn.functional.pad
    move, erase = augment.displacements, augment.boxes
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cnn.training.fit, "Trainer", Watched)
        patch.setattr(cnn.training.fit, "load_digits", lambda *arguments: digits)
        patch.setattr(transforms, "RandomRotation", Turned)
        patch.setattr(augment, "uniform", uniform)
        patch.setattr(augment, "displacements", displacements)
        patch.setattr(augment, "boxes", boxes)
        patch.setattr(nn.functional, "pad", pad)
        run = Run(tmp_path_factory.mktemp("runs") / "watched")
        fit(plan, run, Processes(), Silent(), "cnn train", resumed=False)
        yield Trained(plan, run, seen, digits)
    torch.set_num_threads(threads)


def optimizer_claims(seen: Witness, claimed: dict[str, Any]) -> dict[str, Any]:
    """Return what the optimisers did, by the settings that a recipe of theirs has."""
    kinds = [type(optimizer) for optimizer in seen.trainer.optimizers]
    if kinds == [SGD]:
        group = seen.group(SGD)
        return {"optimizer": "sgd", "momentum": group["momentum"], "weight_decay": group["weight_decay"]}
    decay = {"weight_decay": seen.group(AdamW)["weight_decay"]}
    if kinds == [AdamW]:
        return {"optimizer": "adamw"} | decay
    assert kinds == [Muon, AdamW]
    group = seen.group(Muon)
    assert all(kernel.dim() == 4 for kernel in group["params"])
    of_kernels = {"share": group["share"], "decay": group["weight_decay"], "momentum": group["momentum"]}
    return {"optimizer": "muon"} | decay | {f"kernel_{name}": value for name, value in of_kernels.items()}


def schedule_claims(seen: Witness, epochs: int) -> dict[str, Any]:
    """Return what the learning rates say of their schedule; both end far below where they began to fall."""
    steps = len(seen.rates) // epochs
    by_epoch = [seen.rates[first : first + steps] for first in range(0, len(seen.rates), steps)]
    if all(len(set(rates)) == 1 for rates in by_epoch):
        rates = [rates[0] for rates in by_epoch]
        change = next(epoch for epoch, rate in enumerate(rates) if rate != rates[0])
        decay = round(rates[change] / rates[0], 9)
        return {"schedule": "step", "learning_rate": rates[0], "decay_every": change, "decay": decay}
    return {"schedule": "onecycle"}


def picture_claims(seen: Witness) -> dict[str, Any]:
    """Return how the pictures were changed."""
    if seen.turned:
        (turn,) = {(tuple(turn.degrees), turn.fill) for turn in seen.turned}
        return {"pipeline": "pil", "rotation": turn[0][1], "fill": turn[1][0]}
    return {"pipeline": "table", "fill": seen.filled[0]}


def test_the_recipe_in_config_json_is_what_trained(trained: Trained) -> None:
    claimed, seen = trained.json("config.json")["plan"]["recipe"], trained.seen
    made = len(seen.trainer.history)
    used = {name: value for name, value in claimed.items() if value is not None}
    true = {"name": trained.plan.recipe.name, "epochs": claimed["epochs"], "batch_size": max(seen.sizes)}
    true |= optimizer_claims(seen, claimed) | schedule_claims(seen, made) | picture_claims(seen)
    dropped = [module.p for module in seen.trainer.model if isinstance(module, nn.Dropout | SparseDropout)]
    true["dropout"] = dropped[0] if dropped else 0.0
    if true["schedule"] == "onecycle":
        cycle = torch.optim.lr_scheduler.OneCycleLR(
            torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0), used["learning_rate"],
            claimed["epochs"] * (len(seen.rates) // made), pct_start=used["warmup"], anneal_strategy="linear",
            cycle_momentum=False,
        )  # fmt: skip
        for rate in seen.rates:
            assert rate == pytest.approx(cycle.get_last_lr()[0], rel=1e-6, abs=1e-12)
            cycle.optimizer.step()
            if cycle.last_epoch + 1 < cycle.total_steps:
                cycle.step()
        true |= {"learning_rate": used["learning_rate"], "warmup": used["warmup"]}
    if true["pipeline"] == "table":  # by so many random numbers, the largest comes near what is allowed
        limits = [used["rotation"]] + [used[name] for name in ("scale", "shear") if used["scale"] or used["shear"]]
        limits += [used["shift"]] * 2
        epochs = [seen.largest[first : first + len(limits)] for first in range(0, len(seen.largest), len(limits))]
        assert len(epochs) == made
        for largest in epochs:
            assert largest == pytest.approx(limits, rel=0.02)
            assert all(number <= limit for number, limit in zip(largest, limits, strict=True))
        true |= {name: used[name] for name in ("rotation", "scale", "shear", "shift", "elastic", "erasing")}
        (true["maps"],) = seen.maps
        assert len(seen.moved) == (made if used["elastic"] else 0)
        assert all(float(moved.std()) == pytest.approx(used["elastic"], rel=0.02) for moved in seen.moved)
        erased = torch.cat(seen.erased).flatten(1).any(1) if seen.erased else torch.zeros(seen.sizes_of_all)
        assert len(erased) == seen.sizes_of_all
        assert float(erased.double().mean()) == pytest.approx(used["erasing"], abs=4 * (0.25 / len(erased)) ** 0.5)
    assert used == true


def test_the_rest_of_config_json_is_true(trained: Trained) -> None:
    config, seen, digits = trained.json("config.json"), trained.seen.trainer, trained.digits
    plan = config["plan"]
    assert (plan["seed"], config["device"], config["processes"]) == (seen.seed, str(seen.device), 1)
    assert plan["threads"] == torch.get_num_threads()
    assert plan["data_dir"] is None
    sizes = {part: config["data"][part] for part in ("train", "validation", "test")}
    held_out = len(digits.validation) if digits.validation else 0
    assert sizes == {"train": len(seen.digits.train), "validation": held_out, "test": len(seen.digits.test)}
    assert plan["validation"] == held_out
    if plan["validation_from"] == "end":
        every = draw(300, 100).train.images
        assert digits.validation is not None
        assert torch.equal(digits.validation.images, every[-held_out:])
        assert torch.equal(seen.digits.train.images, every[:-held_out])
    assert (config["data"]["name"], config["data"]["is_mnist"]) == ("synthetic", False)
    assert config["data"]["fingerprint"] == digits.fingerprint
    assert config["machine"] == {"system": platform.system(), "architecture": platform.machine()}
    versions = config["versions"]
    assert (versions["python"], versions["sheetgen"]) == (platform.python_version(), __version__)
    assert versions["torch"].partition("+")[0] == torch.__version__.partition("+")[0]


def judged(trained: Trained, checkpoint: str) -> tuple[int, float]:
    """Return how many of the test pictures a checkpoint's weights recognise, and their mean loss."""
    model, test = trained.seen.trainer.model, trained.digits.test
    model.load_state_dict(torch.load(trained.run.path(checkpoint), weights_only=True)["model"])
    model.eval()
    with torch.inference_mode():
        logits = torch.cat([model(normalize(test.images[k : k + 1])) for k in range(len(test))]).double()
    right = int((logits.argmax(1) == test.labels).sum())
    return right, float(-logits.log_softmax(1)[range(len(test)), test.labels].mean())


def test_summary_json_is_true(trained: Trained) -> None:
    summary, model, rows = trained.json("summary.json"), trained.seen.trainer.model, trained.run.metrics()
    assert [layer["kind"] for layer in summary["layers"]] == [NAMES[type(module)] for module in model]
    counted = [sum(p.numel() for p in module.parameters()) for module in model]
    assert [layer["parameters"] for layer in summary["layers"]] == counted
    assert summary["parameters"] == sum(counted)
    assert summary["data"] == "synthetic"
    assert summary["epochs"] == len(rows) == len(trained.seen.trainer.history)
    assert summary["stopped"] == ("finished" if len(rows) == trained.plan.recipe.epochs else "patience")
    best = min(rows, key=lambda row: (-row.correct, row.loss))
    assert (summary["best_epoch"], summary["best_epoch_picked_on_test_data"]) == (
        best.epoch,
        not trained.plan.validation,
    )
    test = summary["test"]
    correct, loss = judged(trained, test["checkpoint"])
    assert (test["correct"], test["total"], test["accuracy"]) == (correct, 100, correct / 100)
    assert test["loss"] == pytest.approx(loss, rel=1e-5)
    assert test["checkpoint"] == ("best.pt" if trained.plan.patience else "last.pt")
    assert sum(row[digit] for digit, row in enumerate(summary["confusion"])) == correct
    assert (summary["temperature"] is None) is (trained.plan.validation == 0)
    if not trained.plan.validation:  # the last epoch was judged by the same pictures: one answer, to the last digit
        assert (test["loss"], test["correct"]) == (rows[-1].loss, rows[-1].correct)
    steps = len(trained.seen.rates) // len(rows)
    for row in rows:
        rates = trained.seen.rates[(row.epoch - 1) * steps : row.epoch * steps]
        assert (row.learning_rate, row.learning_rate_end) == pytest.approx((rates[0], rates[-1]), rel=1e-9, abs=1e-14)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook of ours, as small as can be; not to be changed."""
    path = tmp_path_factory.mktemp("empty") / "b.xlsx"
    build(override(load(), rates=[0.5], iterations=2), path, verify=False)
    return path


def test_the_sheet_is_true(trained: Trained, empty: Path, tmp_path: Path) -> None:
    book = Path(shutil.copy(empty, tmp_path / "b.xlsx"))
    write(book, [trained.run])
    rows, summary = sheet_texts(book), trained.json("summary.json")
    recipe = trained.json("config.json")["plan"]["recipe"]
    modules = Counter(type(module) for module in trained.seen.trainer.model)
    for label, kinds in (
        ("dropout used", (nn.Dropout, SparseDropout)),
        ("batch norm used", (nn.BatchNorm2d,)),
        ("fully connected layer used", (nn.Sequential,)),
        ("global average pool used", (nn.AvgPool2d,)),
    ):
        count = sum(modules[kind] for kind in kinds)
        assert rows[label][:3] == [1, count, "yes" if count else "no"], label
    correct, _ = judged(trained, summary["test"]["checkpoint"])
    assert rows["test accuracy"][1:3] == [correct / 100, "not MNIST"]
    on = "validation" if trained.plan.validation else "test"
    best = trained.run.metrics()[summary["best_epoch"] - 1]
    assert rows[f"best epoch's {on} accuracy"][1:3] == [best.correct / best.total, "not MNIST"]
    assert rows["best epoch"][0] == f"epoch {best.epoch}, picked on the {on} pictures"
    assert rows["parameters, fewer than"][1] == sum(p.numel() for p in trained.seen.trainer.model.parameters())
    assert rows["epochs, fewer than"][1] == len(trained.seen.trainer.history)
    assert f"It reads {correct} % of the drawn test digits, which are not MNIST's, correctly." in rows
    assert "NOT MNIST: 300 training pictures" in rows["data"][0]
    listed = dict(part.split(" ") for part in rows["recipe"][0].split(", "))
    assert listed == {name: str(value) for name, value in recipe.items() if value is not None}
    made = len(trained.seen.trainer.history)
    assert rows["epochs made"][0].startswith(f"{made} of {recipe['epochs']}")
    assert (": none of the last 1" in rows["epochs made"][0]) == (summary["stopped"] == "patience")
    assert any(text.endswith(f"recipe {recipe['name']}, changed") for text in rows)
    (of_kernels,) = (re.search(r"Kernels: (\S+) times", text) for text in rows if "Rank 1 is the best" in text)
    assert (float(of_kernels[1]) if of_kernels else None) == recipe["kernel_share"]
    assert verify(book).ok
    # No quantity is shown with two values: the accuracy of the last epoch, of the test row, of the confusion matrix.
    sheet = openpyxl.load_workbook(book, data_only=True)[CNN]
    shown = [[cell for cell in row[1:] if cell is not None] for row in sheet.iter_rows(values_only=True)]
    (matrix,) = (row for row in shown if row[:1] == ["precision"])
    assert matrix[-1] == pytest.approx(correct / 100)
    if on == "test":
        (test_row,) = (row for row in shown if row[:2] == ["test", "the test pictures, with the last epoch's weights"])
        last = next(row for row in shown if row[:1] == [made] and len(row) == 13)
        assert test_row[2:6] == last[7:11]


def test_the_printed_result_is_true(trained: Trained) -> None:
    summary = trained.run.summary()
    assert summary is not None
    lines = "\n".join(result_lines(trained.run, summary, "cnn train --resume"))
    correct, _ = judged(trained, trained.json("summary.json")["test"]["checkpoint"])
    assert re.search(rf"^test +{correct}/100 = {correct}.00% \(.*; of drawn digits, not MNIST\)$", lines, re.MULTILINE)
    assert re.search(r"^data +drawn digits, not MNIST$", lines, re.MULTILINE)


def test_settings_that_earlier_versions_listed_wrongly_are_read_as_they_were(tmp_path: Path) -> None:
    """Muon ran at 0.95 while config.json said 0.9, and listed what takes no part."""
    from cnn.json_form import from_json
    from cnn.training.recipe import Recipe

    before = {
        "name": "fast", "epochs": 6, "batch_size": 128, "optimizer": "muon", "learning_rate": 0.01,
        "schedule": "onecycle", "pipeline": "table", "momentum": 0.9, "weight_decay": 0.01, "kernel_share": 1.2,
        "kernel_decay": 0.1, "decay_every": 6, "decay": 0.1, "warmup": 0.2, "rotation": 10.0, "shift": 0.0,
        "scale": 0.1, "shear": 0.1, "fill": 1, "dropout": 0.01,
    }  # fmt: skip
    assert from_json(Recipe, before) == FAST
    assert (FAST.momentum, FAST.kernel_momentum, FAST.decay, FAST.changes) == (None, 0.95, None, {})


def test_a_continuation_is_told_with_what_it_ran_on(
    tmp_path: Path, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run is stopped after its first epoch, and goes on with another version of torch."""
    digits = draw(100, 50)
    monkeypatch.setattr(cnn.training.fit, "load_digits", lambda *arguments: digits)
    plan = Plan("rf20", replace(FAST, **SHORT), data="synthetic", device="cpu")
    run = Run(tmp_path / "stopped")

    class Interrupting(Silent):
        def epoch(self, row: Epoch) -> None:
            signal.raise_signal(signal.SIGINT)

    summary = fit(plan, run, Processes(), Interrupting(), "cnn train", resumed=False)
    assert summary is not None
    assert (summary.stopped, summary.epochs) == ("interrupted", 1)
    first = run.read_json("config.json")
    assert first["continued"] == []
    monkeypatch.setattr(cnn.training.fit, "versions", lambda: {"torch": "99.0"})
    for _ in range(2):  # the second time no epoch is left
        fit(plan, run, Processes(), Silent(), "cnn train --resume", resumed=True)
    config = run.read_json("config.json")
    (told,) = config.pop("continued")
    assert config == {name: value for name, value in first.items() if name != "continued"}
    assert told.pop("started") >= first["started"]
    assert told == {
        "after_epoch": 1, "command": "cnn train --resume", "device": "cpu", "versions": {"torch": "99.0"},
        "machine": {"system": platform.system(), "architecture": platform.machine()},
    }  # fmt: skip
    book = Path(shutil.copy(empty, tmp_path / "b.xlsx"))
    write(book, [run])
    fact = sheet_texts(book)["continued after epoch 1"][0]
    assert fact.startswith("cnn train --resume; ")
    assert fact.endswith("torch 99.0")
