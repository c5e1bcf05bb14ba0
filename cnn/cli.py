"""The commands of ``cnn``: parse, call, print. Data goes to stdout, progress and messages to stderr.

torch is imported by the commands that need it, so ``cnn --help`` is quick and works without it.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from cnn import options
from cnn.errors import SheetgenError, UsageError
from cnn.extra import require
from cnn.json_form import to_json
from cnn.net.network_file import chosen_network
from cnn.runs.commands import resume_command, tab_command, typed
from cnn.runs.run import Run, find_run, free_name, listed_runs, newest_run, planned_run
from cnn.training.config import recorded_config
from cnn.training.plan import Plan, TrainOptions, new_plan, refuse_changes, unrecorded_folder
from sheetgen.console import SETTINGS, Program, complain, run
from sheetgen.engines import NAMES as ENGINES
from sheetgen.interrupts import INTERRUPTED
from sheetgen.sheet_names import CNN, CNN_LIVE
from sheetgen.version import __version__

if TYPE_CHECKING:
    from cnn.predict import Reading


class Training(Program):
    """The group of commands; what a training has finished before a Ctrl-C is kept."""

    farewell = "cnn: stopped"


@click.group("cnn", cls=Training, context_settings=SETTINGS)
@click.version_option(__version__, "-V", "--version", prog_name="cnn")
def cli() -> None:
    """Train a network of 8,320 parameters on MNIST, look at it, and let it read digits.

    Example: cnn train && cnn runs
    """


@cli.command()
@options.of_a_training
@options.runs_dir
@options.as_json
def train(
    name: str | None,
    resume: bool,
    workbook: Path | None,
    force: bool,
    runs_dir: Path,
    as_json: bool,
    **settings: Any,
) -> int:
    """Train a network; keep all about it in runs/NAME.

    Ctrl-C ends the training after the epoch, a second one at once; either way --resume continues to the same
    result.
    Without --val the curves and the best epoch are those on the test pictures, and say so.

    \b
    Examples: cnn train
              cnn train --net seed --recipe seed --run published
              cnn train --run published --resume
              cnn train --workbook backprop.xlsx
              torchrun --nproc-per-node=2 -m cnn train --run-name two
    """
    from cnn.runs.metrics import Silent
    from cnn.show import Bar, result_lines

    require("torch", "PIL")
    from cnn.training.fit import fit
    from cnn.training.processes import together

    if workbook:
        check_workbook(workbook, force)
    chosen = TrainOptions(**settings)
    plan, run, moved = None, None, None
    if resume:
        if name is None:
            raise UsageError("--resume continues the run that --run names: add --run NAME")
        run = find_run(runs_dir, name)
        plan = recorded_config(run).plan
        refuse_changes(plan, chosen)
        moved = chosen.data_dir
        plan = replace(plan, data_dir=moved or plan.data_dir)
    else:
        plan = new_plan(chosen)
    with together(plan.device) as processes:
        if run is None:
            if name is None:
                name = free_name(runs_dir, f"{plan.network}-{plan.recipe.name}-{plan.seed}")
            run = planned_run(runs_dir, name)
        reporter = Bar(plan.recipe.epochs) if processes.writes else Silent()
        resume_it = resume_command(
            run, processes.count, workbook=workbook, force=force, data_dir=moved or unrecorded_folder(plan)
        )
        try:
            summary = fit(plan, run, processes, reporter, typed(processes.count), resume)
        except KeyboardInterrupt:
            if processes.writes and run.path("config.json").exists():
                say_interrupted(workbook, resume_it)
            raise
        if summary is None:
            return 0
        finish_with_curves(run, plan)
        click.echo(json.dumps(to_json(summary)) if as_json else "\n".join(result_lines(run, summary, resume_it)))
    if summary.stopped == "interrupted":
        say_interrupted(workbook, resume_it if as_json else None)
        return INTERRUPTED
    return put_result_into(workbook, run, force) if workbook else 0


@cli.command()
@options.of_a_sweep
@options.runs_dir
@options.as_json
def sweep(
    name: str,
    nets: Sequence[str],
    recipes: Sequence[str],
    rates: Sequence[float],
    dropouts: Sequence[float],
    seeds: Sequence[int],
    span: Sequence[int],
    jobs: int | None,
    scheduler: str | None,
    workbook: Path | None,
    force: bool,
    runs_dir: Path,
    as_json: bool,
    **settings: Any,
) -> int:
    """Train with every network, recipe, rate and seed.

    Each training is a run of its own, in a process of its own. Results are printed as they come, and then their means
    and spreads. The same command again reads what is finished and goes on with what is not. Exit code 1: a training
    failed.

    \b
    Examples: cnn sweep --seeds 1..5
              cnn sweep --seeds 1..5 --recipe mine.toml --workbook backprop.xlsx
              cnn sweep --lr 0.005 --lr 0.01 --lr 0.02 --val 5000 --json
              cnn sweep --recipe fast --recipe best --scheduler tcp://10.0.0.1:8786
    """
    require("torch", "PIL")
    from cnn.sweep import items
    from cnn.sweep import sweep as swept
    from cnn.sweep_table import groups, line, table
    from sheetgen.jobs.local import share
    from sheetgen.machine import cores

    if workbook:
        check_workbook(workbook, force)
    jobs = jobs or cores()
    if settings["threads"] is None and not scheduler:
        settings["threads"] = share(jobs)
    axes = {"net": nets, "recipe": recipes, "lr": rates, "dropout": dropouts, "seed": (*seeds, *span)}
    every = items(TrainOptions(**settings), axes, runs_dir, name, typed())
    trainings = []
    with closing(swept(every, jobs, scheduler)) as came:  # type: ignore[type-var]
        for one in came:
            click.echo(json.dumps(to_json(one)) if as_json else line(one))
            trainings.append(one)
    found = groups(trainings)
    click.echo(json.dumps({"groups": to_json(found)}) if as_json else "\n".join(table(found)))
    if workbook and (done := {one.run for one in trainings if not one.error}):
        in_order = (Path(item.folder) for item in every)
        put_into(workbook, [Run(folder) for folder in in_order if folder.name in done], force=force)
    return int(any(one.error for one in trainings))


def say_interrupted(workbook: Path | None, resume: str | None) -> None:
    """Say that the workbook was not written, and by which command the training goes on and writes it."""
    if workbook:
        click.echo(
            f"{workbook} was not written: the training was interrupted, and its continuation writes it", err=True
        )
    if resume:
        click.echo(f"continue it  {resume}", err=True)


def put_result_into(workbook: Path, run: Run, force: bool = False) -> int:
    """Write a run that is over into a workbook; where that fails, say how to do it later, since the run is kept."""
    later = tab_command(run, workbook, force)
    try:
        put_into(workbook, [run], force=force)
    except SheetgenError as error:
        return complain("cnn", f"{error}; the run is kept, and this writes it: {later}")
    except KeyboardInterrupt:
        click.echo(f"the run is kept, and this writes it into {workbook}: {later}", err=True)
        raise
    return 0


def check_workbook(workbook: Path, force: bool) -> None:
    """Make sure, before anything long begins, that a workbook is there and can be added to."""
    from cnn.tab.write import check

    check(workbook, force)


def put_into(workbook: Path, runs: Sequence[Run], readings: Sequence[Reading] = (), *, force: bool) -> None:
    """Write runs into a workbook's sheet CNN, and say so."""
    from cnn.tab.write import is_verifiable, write

    notes = write(workbook, runs, readings, force=force)
    checked = f"; sheetgen verify {shlex.quote(str(workbook))} checks it" if is_verifiable(workbook) else ""
    click.echo(f"{workbook}: sheet {CNN} written{checked}", err=True)
    for note in notes:
        click.echo(f"{workbook}: {note}", err=True)


def finish_with_curves(run: Run, plan: Plan) -> None:
    """Draw curves.png; where that is impossible say so, since the training itself is safe on disk."""
    from cnn.runs.plots import write_curves

    try:
        suffix = "" if plan.data == "mnist" else ", drawn digits, not MNIST"
        write_curves(run, run.metrics(), f"{run.name}: {plan.network}, {plan.recipe.name}{suffix}")
    except SheetgenError as error:
        complain("cnn", f"no curves.png: {error}")


@cli.command()
@click.option("--net", default="rf20", show_default=True, help=f"Network: {options.NETWORK}.")
@options.as_json
def summary(net: str, as_json: bool) -> None:
    """Show the layers of a network.

    Their shapes, parameters, receptive field and multiply-adds.

    \b
    Examples: cnn summary --net seed
              cnn summary --net mine.toml
    """
    from cnn.net.layer_table import layer_table, network_facts

    network = chosen_network(net)
    click.echo(json.dumps(to_json(network_facts(network))) if as_json else layer_table(network))


@cli.command()
@click.option("--recipe", default="fast", show_default=True, help=f"Hyper-parameters: {options.RECIPE}.")
@click.option("--seed", type=options.SEED, default=1, show_default=True, help="Random seed.")
@options.data
@options.data_dir
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The picture to write, in the format that its name says.",
)
def augment(recipe: str, seed: int, data: str | None, data_dir: str | None, out: Path) -> int:
    """Draw what a recipe does to the training pictures.

    A digit a row: as it is, and then as it is changed at random for training.

    Example: cnn augment --recipe mine.toml --out preview.png
    """
    require("torch", "PIL")
    from cnn.digits.datasets import load_digits
    from cnn.digits.idx import data_folder
    from cnn.digits.picture_files import check_format, write_picture
    from cnn.training.preview import changed_digits, preview
    from cnn.training.recipe_file import chosen_recipe

    check_format(out)
    chosen = chosen_recipe(recipe)
    if chosen.pipeline == "pil":
        require("torchvision")
    train = load_digits(data or "mnist", data_folder(data_dir)).train
    write_picture(out, preview(changed_digits(chosen, train, seed)))
    click.echo(f"{out}: training pictures as the recipe {chosen.name} changes them", err=True)
    return 0


@cli.command()
@click.argument("run")
@options.checkpoint
@options.data_dir
@options.device
@options.runs_dir
@options.as_json
def evaluate(run: str, checkpoint: str, data_dir: str | None, device: str | None, runs_dir: Path, as_json: bool) -> int:
    """Evaluate a run on the test pictures.

    The exit code is 1 where the result is not the recorded one.

    Example: cnn evaluate rf20-fast-1
    """
    require("torch", "PIL")
    from cnn.show import evaluation_lines
    from cnn.trained import evaluate_run

    evaluation = evaluate_run(find_run(runs_dir, run), checkpoint, data_dir, device)
    click.echo(json.dumps(to_json(evaluation)) if as_json else "\n".join(evaluation_lines(evaluation)))
    return int(evaluation.differs)


@cli.command()
@click.argument("words", nargs=-1, required=True, metavar="[RUN] IMAGE...")
@options.checkpoint
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also draw original, MNIST form and probabilities into this picture, of the format that its name says.",
)
@options.runs_dir
@options.as_json
def predict(words: tuple[str, ...], checkpoint: str, out: Path | None, runs_dir: Path, as_json: bool) -> int:
    """Read the digit in each picture, with the RUN named first, or else with the newest.

    It may be a photo, scan or screenshot, dark on light or light on dark. A picture in which no digit can be
    read gets one line, the others are read nevertheless, and the exit code is 2. It is said where the network is
    unsure (below 90 %), and where a picture seems to show more than one digit.

    \b
    Examples: cnn predict seven.png
              cnn predict rf20-fast-1 seven.png --out seven-read.png
    """
    require("torch", "PIL", "scipy")
    from cnn.digits.picture_files import check_format
    from cnn.predict import predict_pictures
    from cnn.show import prediction_text

    if out:
        check_format(out)
    run, images = run_and_pictures(words, runs_dir)
    readings, errors = predict_pictures(run, images, checkpoint)
    if as_json:
        click.echo(json.dumps([reading.as_json() for reading in readings]))
    else:
        for reading in readings:
            click.echo(prediction_text(reading))
    if out and readings:
        from cnn.predict import write_readings

        write_readings(out, readings)
    for error in errors:
        complain("cnn", str(error))
    return 2 if errors else 0


def run_and_pictures(words: Sequence[str], runs_dir: Path) -> tuple[Run, Sequence[str]]:
    """Return the run that the first word names, or else the newest, which is told, and the words that name pictures."""
    first, *others = words
    is_run = (runs_dir / first).is_dir() or Path(first).is_dir()
    if is_run and not others:
        raise UsageError(f"'{first}' is a run, and no picture is named", f"add one: cnn predict {first} IMAGE")
    if is_run or (others and not Path(first).is_file()):
        return find_run(runs_dir, first), others
    run = newest_run(runs_dir)
    click.echo(f"with the newest run, {run.name}", err=True)
    return run, words


@cli.command()
@click.argument("name", metavar="RUN")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(dir_okay=False, path_type=Path))
@options.checkpoint
@options.runs_dir
def export(name: str, files: Sequence[Path], checkpoint: str, runs_dir: Path) -> int:
    """Write a run's trained network into files for other programs.

    A name says the format: .json, .npz, .safetensors and .onnx hold the network folded to plain layers, which take
    pixels from 0 to 255; .md is its model card: data, metrics by random seed, intended use, limits. An ONNX file is
    tried with ONNX Runtime, against NumPy, before it is written.

    Example: cnn export rf20-fast-1 digits.onnx digits.md
    """
    from cnn.export.write import check_name, export

    for path in files:
        check_name(path)
    run = find_run(runs_dir, name)
    if any(path.suffix.lower() != ".md" for path in files):
        require("torch")
    for path in files:
        click.echo(export(run, path, checkpoint), err=True)
    return 0


@cli.command()
@click.argument("names", nargs=-1, required=True, metavar="RUN...")
@options.workbook
@options.force
@click.option(
    "--image", "images", multiple=True, help="A picture of a digit to show as it is read; repeat for several."
)
@options.runs_dir
def tab(names: tuple[str, ...], workbook: Path, force: bool, images: tuple[str, ...], runs_dir: Path) -> int:
    """Write runs into a workbook's sheet CNN.

    The first is shown in full, and all of them are compared. A sheet CNN that cnn wrote is replaced, one of
    your own is not: the command then stops. Every other sheet, chart and edit stays as it is. A workbook that is
    digitally signed, or whose structure is locked, is written into with --force only; the signature is then no
    longer valid.

    Example: cnn tab rf20-fast-1 rf20-fast-2 --workbook backprop.xlsx --image seven.png
    """
    require("PIL")
    check_workbook(workbook, force)
    runs = [find_run(runs_dir, name) for name in names]
    readings, errors = read_images(runs[0], images)
    for error in errors:
        complain("cnn", str(error))
    if errors:
        return 2
    put_into(workbook, runs, readings, force=force)
    return 0


def read_images(run: Run, images: tuple[str, ...]) -> tuple[Sequence[Reading], Sequence[SheetgenError]]:
    """Return the readings of pictures, and an error for each in which no digit was found."""
    if not images:
        return [], []
    require("torch", "PIL", "scipy")
    from cnn.predict import predict_pictures

    return predict_pictures(run, images)


@cli.command()
@click.argument("name", metavar="RUN")
@click.argument("image", required=False, metavar="[IMAGE]")
@options.workbook
@options.checkpoint
@options.data_dir
@click.option("--no-learning", is_flag=True, help="Leave out the sheets of one step of learning.")
@options.force
@options.runs_dir
def sheet(
    name: str,
    image: str | None,
    workbook: Path,
    checkpoint: str,
    data_dir: str | None,
    no_learning: bool,
    force: bool,
    runs_dir: Path,
) -> int:
    """Put a run's trained network into a workbook, as live formulas.

    On the sheet "CNN live" draw a digit in the cells, or pick one of twenty test digits or the IMAGE: every map of
    every layer, the ten probabilities and the answer are formulas over the trained weights, which stand on a sheet of
    their own and may be changed. So are the gradients of one step of learning, and the network after it. Sheets that
    cnn wrote are replaced, those of your own are not, and all else stays as it is. See cnn verify.

    Example: cnn sheet rf20-fast-1 seven.png --workbook backprop.xlsx
    """
    require("torch", "PIL", *(["scipy"] if image else []))
    from cnn.live.write import check, live_network, write

    check(workbook, force)
    network = live_network(find_run(runs_dir, name), image, checkpoint, data_dir)
    notes = write(workbook, network, learning=not no_learning, force=force)
    checked = f"cnn verify {shlex.quote(str(workbook))}"
    click.echo(f"{workbook}: the network is on the sheet {CNN_LIVE}; {checked} proves it", err=True)
    for note in notes:
        click.echo(f"{workbook}: {note}", err=True)
    return 0


@cli.command()
@click.argument("workbook", type=click.Path(path_type=Path), metavar="FILE")
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="embedded",
    show_default=True,
    help="The spreadsheet engine that recalculates it.",
)
@options.as_json
def verify(workbook: Path, engine: str, as_json: bool) -> int:
    """Prove the live network of a workbook.

    A spreadsheet engine recalculates it for the shown picture, the drawing and every stored digit; every number of
    every map, the scores and the answers are held against NumPy and torch in double precision, computed from the
    weights in the cells, and the step of learning against torch's autograd. Exit code 1: something differs. What else
    the workbook holds is sheetgen verify's.

    Example: cnn verify backprop.xlsx
    """
    from cnn.live.proof import prove
    from cnn.live.report import report_lines

    report = prove(workbook, engine)
    click.echo(json.dumps(to_json(report)) if as_json else "\n".join(report_lines(workbook, report)))
    return int(not report.ok)


@cli.command()
@click.option("--by-seed", is_flag=True, help="Only runs of several random seeds, taken together.")
@options.runs_dir
@options.as_json
def runs(by_seed: bool, runs_dir: Path, as_json: bool) -> None:
    """List the runs there are.

    Below them runs that differ in their random seed alone are taken together: the mean of their accuracies on the test
    pictures, its standard deviation, the least and the largest. --json lists the runs, with --by-seed those groups.

    \b
    Examples: cnn runs
              cnn runs --by-seed --json
    """
    from cnn.seeds import seed_groups, seed_lines
    from cnn.show import listed_run, runs_table

    there = list(listed_runs(runs_dir))
    groups = seed_groups(there) if by_seed or not as_json else []
    rows = [] if by_seed else [listed_run(run) for run in there]
    if as_json:
        click.echo(json.dumps(to_json(groups if by_seed else rows)))
        return
    lines = seed_lines(groups)
    if by_seed:
        click.echo("\n".join(lines or ["no runs yet that differ in their random seed alone: cnn sweep makes some"]))
    else:
        click.echo("\n".join([runs_table(rows), *(["", *lines] if lines else [])]))


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line, by default that of this process, and exit."""
    run(cli, arguments, "cnn")
