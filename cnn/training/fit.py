"""A whole training: from a plan to a finished run directory, or as far as it came before a Ctrl-C."""

from __future__ import annotations

import platform
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

import torch

from cnn.digits.datasets import load_digits
from cnn.digits.idx import data_folder
from cnn.digits.parts import Digits
from cnn.errors import RunError
from cnn.extra import require
from cnn.net.networks import total_parameters
from cnn.runs.examination import examine, predictions, write_mistakes
from cnn.runs.metrics import Beginning, Reporter, best_epoch
from cnn.runs.run import Run, make_folder
from cnn.runs.summary import Stopped, Summary, summary_of
from cnn.runs.temperature import temperature_of
from cnn.runs.weights import load_weights
from cnn.training.config import FILE, Config, Continuation, DataFacts, Machine, recorded_config
from cnn.training.plan import Plan
from cnn.training.processes import Processes, find_device
from cnn.training.stop import stop_on_interrupt
from cnn.training.train import Trainer
from sheetgen.version import __version__

PACKAGES = ("torch", "torchvision", "numpy", "pillow")


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that decide the numbers."""
    numbers = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            numbers[package] = version(package)
        except PackageNotFoundError:
            numbers[package] = "unknown"
    return numbers | {"sheetgen": __version__}


def config_of(plan: Plan, digits: Digits, device: torch.device, processes: Processes, command: str) -> Config:
    """Return the content of config.json."""
    held_out = len(digits.validation) if digits.validation else 0
    return Config(
        command=command,
        started=now(),
        plan=plan,
        device=str(device),
        processes=processes.count,
        data=DataFacts(
            digits.name,
            digits.name == "mnist",
            digits.fingerprint,
            len(digits.train),
            held_out,
            len(digits.test),
        ),
        machine=machine(),
        versions=versions(),
    )


def now() -> str:
    """Return the time to record."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def machine() -> Machine:
    """Return the machine to record."""
    return Machine(platform.system(), platform.machine())


def record_continuation(trainer: Trainer, run: Run, command: str) -> None:
    """Add to config.json that the training goes on, by what command and on what, unless no epoch is left."""
    done, config = len(trainer.history), recorded_config(run)
    if done < config.plan.recipe.epochs:
        this = Continuation(done, command, now(), str(trainer.device), machine(), versions())
        run.write_record(FILE, replace(config, continued=(*config.continued, this)))


def load_in_turn(plan: Plan, processes: Processes, device: torch.device) -> Digits:
    """Return the data of a plan, one process after the other, so that only one downloads."""
    for turn in range(processes.count):
        if turn == processes.rank:
            digits = load_digits(plan.data, data_folder(plan.data_dir), device, plan.validation, plan.validation_from)
        processes.wait()
    return digits


def resume(trainer: Trainer, run: Run, digits: Digits) -> None:
    """Go back to a run's last finished epoch, if there is one; raise `RunError` where it cannot go on."""
    recorded = recorded_config(run)
    if recorded.data.fingerprint != digits.fingerprint:
        raise RunError(f"{run.folder} was trained on other data: its fingerprint is not that of the data found now")
    if recorded.processes != trainer.processes.count:
        raise RunError(f"{run.folder} was started with {recorded.processes} processes, and goes on with as many only")
    if not run.path("last.pt").exists():
        return
    try:
        trainer.restore(run.checkpoint("last.pt", str(trainer.device)))
    except (AttributeError, LookupError, TypeError, ValueError, RuntimeError) as error:
        raise RunError(f"{run.path('last.pt')} does not fit the network of this run") from error


def out_of_patience(trainer: Trainer, patience: int | None) -> bool:
    """Say whether the last ``patience`` epochs brought nothing better."""
    return patience is not None and len(trainer.history) - best_epoch(trainer.history).epoch >= patience


def save_epoch(trainer: Trainer, run: Run, plan: Plan) -> None:
    """Write an epoch that is over: the checkpoints first, since what they hold is where a resumed run goes on
    from.
    """
    state = trainer.state()
    if best_epoch(trainer.history) is trainer.history[-1]:
        run.save_checkpoint("best.pt", state)
    run.save_checkpoint("last.pt", state)
    run.write_metrics(trainer.history)
    run.write_record(
        "summary.json", summary_of(plan.trained_network, plan.data, trainer.history, None, None, "last.pt")
    )


def finish(trainer: Trainer, run: Run, plan: Plan, stopped: Stopped) -> Summary:
    """Write the epochs and the summary of a run that is over; return the summary.

    The test pictures judge the weights of the last epoch, or of the best one (picked on validation) where
    patience is in use; the pictures held out give their temperature.
    """
    chosen = "best.pt" if plan.patience is not None else "last.pt"
    examination, temperature = None, None
    if stopped != "interrupted":
        load_weights(trainer.model, run, chosen, trainer.device)
        examination = examine(trainer.model, trainer.digits.test)
        write_mistakes(run, trainer.digits.test, examination.mistakes)
        if kept := trainer.digits.validation:
            temperature = temperature_of(predictions(trainer.model, kept), kept.labels.cpu())
    content = summary_of(plan.trained_network, plan.data, trainer.history, stopped, examination, chosen, temperature)
    run.write_metrics(trainer.history)
    run.write_record("summary.json", content)
    return content


def beginning(trainer: Trainer, run: Run, plan: Plan) -> Beginning:
    """Return what is known before the first epoch."""
    digits, held_out = trainer.digits, trainer.digits.validation
    return Beginning(
        run=str(run.folder),
        network=plan.network,
        parameters=total_parameters(plan.definition),
        recipe=plan.recipe.title,
        epochs=plan.recipe.epochs,
        done=len(trainer.history),
        data="MNIST" if digits.name == "mnist" else "drawn digits, not MNIST",
        train=len(digits.train),
        validation=len(held_out) if held_out else 0,
        test=len(digits.test),
        batch_size=plan.recipe.batch_size,
        device=str(trainer.device),
        processes=trainer.processes.count,
        threads=plan.threads,
    )


def train_on(trainer: Trainer, run: Run, plan: Plan, reporter: Reporter) -> Stopped:
    """Train until the plan is fulfilled, patience is out, or a Ctrl-C came; return which."""
    processes = trainer.processes
    with stop_on_interrupt() as stop:
        while len(trainer.history) < plan.recipe.epochs:
            if trainer.history and out_of_patience(trainer, plan.patience):
                return "patience"
            trainer.run_epoch(reporter)
            processes.check_agreement(trainer.model)
            if processes.writes:
                save_epoch(trainer, run, plan)
            if processes.total(stop.asked_at is not None)[0] and len(trainer.history) < plan.recipe.epochs:
                return "interrupted"
    return "finished"


def fit(plan: Plan, run: Run, processes: Processes, reporter: Reporter, command: str, resumed: bool) -> Summary | None:
    """Train as planned, writing into the run's directory; return its summary (None in processes other than
    rank 0).

    The directory is made once the data are there. ``resumed`` continues a run that was stopped. A second Ctrl-C
    raises ``KeyboardInterrupt``; the run then stands where its last finished epoch left it.
    """
    if plan.recipe.pipeline == "pil":
        require("torchvision")
    torch.set_num_threads(plan.threads)
    device = processes.place(find_device(plan.device))
    digits = load_in_turn(plan, processes, device)
    trainer = Trainer(plan.definition, plan.recipe, digits, plan.seed, device, processes, plan.amp)
    if resumed:
        resume(trainer, run, digits)
        if processes.writes:
            record_continuation(trainer, run, command)
    elif processes.writes:
        make_folder(run)
        run.write_record(FILE, config_of(plan, digits, device, processes, command))
    processes.wait()
    if processes.writes:
        reporter.begin(beginning(trainer, run, plan))
    stopped = train_on(trainer, run, plan, reporter)
    processes.wait()
    return finish(trainer, run, plan, stopped) if processes.writes else None
