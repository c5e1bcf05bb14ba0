"""The model card of a run: data, training, metrics by random seed, intended use and limits, in Markdown.

Its sections are those of Mitchell et al., Model Cards for Model Reporting (2019), as far as they apply here.
"""

from __future__ import annotations

from collections.abc import Sequence

from cnn.errors import RunError
from cnn.runs.run import Run, listed_runs
from cnn.runs.summary import Summary, TestResult
from cnn.seeds import SeedGroup, same_but_for_the_seed, seed_groups
from cnn.training.config import Config, recorded_config

_SURE = 0.9


def model_card(run: Run) -> str:
    """Return the card; raise `RunError` where the run is damaged, or has not come to its end."""
    config, summary = recorded_config(run), run.summary()
    if summary is None or summary.test is None:
        raise RunError(f"{run.folder} has not come to its end", f"go on with it: cnn train --run {run.name} --resume")
    sections = [
        _model(run, config, summary),
        _use(config),
        _data(config),
        _training(config, summary),
        _metrics(run, config, summary, summary.test),
        _limits(config, summary),
    ]
    return "\n\n".join("\n".join(lines) for lines in sections) + "\n"


def _model(run: Run, config: Config, summary: Summary) -> list[str]:
    return [
        f"# {config.plan.network}, run {run.name}",
        "",
        "A convolutional network that reads a handwritten digit in a picture of 28 × 28 grey pixels.",
        "",
        f"- parameters: {summary.parameters:,}; multiply-adds a picture: {summary.multiply_adds:,}",
        f"- layers: {len(summary.layers)}; receptive field before the average: {summary.receptive_field} pixels",
        f"- made with sheetgen {config.versions.get('sheetgen', 'of an unknown version')}, started {config.started}",
    ]


def _use(config: Config) -> list[str]:
    return [
        "## Intended use",
        "",
        "Teaching and trying things: to see a whole trained network at work, to compare recipes, to be taken apart. It",
        "is not meant for decisions about people, money or documents, where a misread digit costs something.",
    ]


def _data(config: Config) -> list[str]:
    data = config.data
    what = (
        "MNIST (Yann LeCun, Corinna Cortes, Christopher J. C. Burges): digits of American census workers and students"
        if data.is_mnist
        else "drawn digits, NOT MNIST: printed shapes changed at random, for trying things only"
    )
    kept = f"; {data.validation:,} more were kept back to choose by" if data.validation else ""
    return [
        "## Data",
        "",
        f"{what}.",
        f"Trained on {data.train:,} pictures{kept}; tested on {data.test:,} others. SHA-256 of all:",
        f"`{data.fingerprint}`.",
    ]


def _training(config: Config, summary: Summary) -> list[str]:
    plan = config.plan
    settings = ", ".join(f"{name} {value}" for name, value in plan.recipe.settings.items())
    return [
        "## Training",
        "",
        f"`{plan.recipe.title}`: {settings}. {summary.epochs} epochs, random seed {plan.seed}, "
        f"{summary.seconds:.0f} s on {config.device}.",
    ]


def _metrics(run: Run, config: Config, summary: Summary, test: TestResult) -> list[str]:
    last = "the last epoch" if test.checkpoint == "last.pt" else f"epoch {summary.best_epoch}, the best on validation"
    picked = (
        " The curves were judged on the test pictures, but these weights were not picked by them."
        if summary.evaluated_on == "test"
        else ""
    )
    lines = [
        "## Metrics",
        "",
        f"This run, {last}: {test.correct:,} of {test.total:,} test pictures = {test.accuracy:.2%}, mean cross-entropy "
        f"{test.loss:.4f}.{picked}",
        "",
        *_by_seed(_seeds_of(run, config)),
    ]
    assert summary.confusion is not None
    lines += ["", "| digit | recall | read as it | precision |", "|---|---|---|---|"]
    for digit, row in enumerate(summary.confusion):
        column = sum(other[digit] for other in summary.confusion)
        right = row[digit]
        lines.append(f"| {digit} | {_part(right, sum(row))} | {column:,} | {_part(right, column)} |")
    return lines


def _part(part: int, whole: int) -> str:
    return f"{part / whole:.2%}" if whole else "–"


def _seeds_of(run: Run, config: Config) -> SeedGroup:
    """Return this run together with those beside it that differ in their random seed alone."""
    alike = same_but_for_the_seed(config.plan), config.data.fingerprint
    others = [other for other in listed_runs(run.folder.parent) if other.name != run.name and _key(other) == alike]
    return seed_groups([run, *others])[0]


def _key(run: Run) -> object:
    try:
        config = recorded_config(run)
    except RunError:
        return None
    return same_but_for_the_seed(config.plan), config.data.fingerprint


def _by_seed(group: SeedGroup) -> Sequence[str]:
    if group.n == 1:
        return ["There is no run with another random seed beside it, so how far the result is chance is not known."]
    assert group.deviation is not None
    rows = [f"| {seed} | {share:.2%} |" for seed, share in zip(group.seeds, group.accuracies, strict=True)]
    return [
        f"By random seed, n = {group.n}: mean {group.mean:.3%}, sd {group.deviation:.3%}, least {group.least:.2%}.",
        "",
        "| seed | test accuracy |",
        "|---|---|",
        *rows,
    ]


def _limits(config: Config, summary: Summary) -> list[str]:
    sure = [mistake for mistake in summary.mistakes if mistake.probability > _SURE]
    judged = " They were not calibrated: no pictures were kept back to do it by."
    if summary.temperature is not None:
        judged = f" `cnn predict` divides the scores by {summary.temperature:.3g}, which suits the pictures kept back."
    return [
        "## Limits",
        "",
        "- It gives every picture one of ten digits, also one that holds none, or two.",
        "- The digit has to be upright, bright on dark, about 20 pixels high with its centre of mass in the middle, as",
        "  in MNIST; `cnn predict` brings pictures into that form.",
        f"- Its probabilities are those of the softmax.{judged}",
        f"  Of its {len(summary.mistakes)} worst mistakes it was more than {_SURE:.0%} sure of {len(sure)}.",
        "- It was not tested against pictures made to mislead it.",
    ]
