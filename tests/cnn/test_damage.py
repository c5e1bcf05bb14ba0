"""Files of a run that are not what a training wrote: one line that names the file and says what is wrong with it."""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("PIL", reason="Pillow is not installed")
from click.testing import CliRunner
from cnn_support import EPOCHS, handmade_run

from cnn.cli import cli
from cnn.errors import RunError
from cnn.runs.run import Run
from cnn.tab.finished_run import run_record
from cnn.training.config import recorded_config

if TYPE_CHECKING:
    from cnn.digits.parts import Digits

Change = Callable[[Any], object]

NOT_JSON = {
    "": "is damaged: Expecting value",
    "{": "is damaged: Expecting property name",
    "[" * 100_000: "is damaged: maximum recursion depth exceeded",
    "[]": "is not of format 1",
    '"run"': "is not of format 1",
    '{"format": 2}': "is not of format 1",
    "\udcff": "is damaged: 'utf-8' codec",
}
CONFIG: list[tuple[Change, str]] = [
    (lambda c: c.pop("command"), "is damaged: command is missing"),
    (lambda c: c.pop("data"), "is damaged: data is missing"),
    (lambda c: c.update(data=3), "is damaged: data is 3, not an object"),
    (lambda c: c["data"].pop("fingerprint"), "is damaged: data.fingerprint is missing"),
    (lambda c: c["data"].update(is_mnist="no"), "is damaged: data.is_mnist is 'no', not true or false"),
    (lambda c: c.update(processes="two"), "is damaged: processes is 'two', not a whole number"),
    (lambda c: c.update(processes=True), "is damaged: processes is True, not a whole number"),
    (lambda c: c.update(processes=10**30), "is damaged: processes is too large a number"),
    (lambda c: c.update(device=None), "is damaged: device is None, not a text"),
    (lambda c: c.update(machine=[]), "is damaged: machine is [], not an object"),
    (lambda c: c["versions"].update(python=3), "is damaged: versions.python is 3, not a text"),
    (lambda c: c.pop("plan"), "holds no plan of a training that this version knows: plan is None, not an object"),
    (lambda c: c["plan"].update(seed=1.5), "plan.seed is 1.5, not a whole number"),
    (lambda c: c["plan"].update(network="lenet"), "plan: no network is called 'lenet'; there are: rf20, seed"),
    (lambda c: c["plan"].update(patience=3), "plan: --patience needs --val"),
    (lambda c: c["plan"].update(data="cifar"), "plan.data is 'cifar', not one of 'mnist', 'synthetic'"),
    (lambda c: c["plan"].update(colour="red"), "unknown are colour"),
    (lambda c: c["plan"].update(recipe=[]), "plan.recipe is [], not an object"),
    (lambda c: c["plan"]["recipe"].pop("optimizer"), "plan.recipe.optimizer is missing"),
    (lambda c: c["plan"]["recipe"].update(optimizer="lion"), "plan.recipe.optimizer is 'lion', not one of 'sgd'"),
    (lambda c: c["plan"]["recipe"].update(learning_rate="high"), "recipe.learning_rate is 'high', not a number"),
    (lambda c: c["plan"]["recipe"].update(epochs=0), "plan.recipe: epochs is 0, and must be from 1 to 10,000"),
]
SUMMARY: list[tuple[Change, str]] = [
    (lambda s: s.pop("network"), "is damaged: network is missing"),
    (lambda s: s.pop("test"), "is damaged: test is missing"),
    (lambda s: s.update(test=[]), "is damaged: test is [], not an object"),
    (lambda s: s["test"].pop("correct"), "is damaged: test.correct is missing"),
    (lambda s: s["test"].update(correct="all"), "is damaged: test.correct is 'all', not a whole number"),
    (lambda s: s["test"].update(total=0), "is damaged: test: a result needs pictures"),
    (lambda s: s.update(stopped="maybe"), "is damaged: stopped is 'maybe', not one of 'finished'"),
    (lambda s: s.update(seconds=None), "is damaged: seconds is None, not a number"),
    (lambda s: s.update(layers=[]), "is damaged: a network has layers"),
    (lambda s: s["layers"][2].pop("global"), "is damaged: layers[2].global is missing"),
    (lambda s: s["layers"][2].update(kind="magic"), "is damaged: layers[2].kind is 'magic', not one of 'conv'"),
    (lambda s: s.update(confusion=None), "is damaged: test and confusion come together"),
    (lambda s: s["confusion"].pop(), "is damaged: confusion is not 10 × 10"),
    (lambda s: s["confusion"][3].append(1), "is damaged: confusion is not 10 × 10"),
    (lambda s: s.update(confusion=[]), "is damaged: confusion is not 10 × 10"),
    (lambda s: s["confusion"][3].insert(0, "a"), "is damaged: confusion[3][0] is 'a', not a whole number"),
    (lambda s: s.update(mistakes={}), "is damaged: mistakes is {}, not a list"),
]
METRICS = {
    "": "is damaged: it holds no epoch",
    "epoch,loss\n": "is damaged: it holds no epoch",
    "epoch,loss\n1,0.5\n": "is damaged: row 1: learning_rate is missing",
    "\udcff": "is damaged: 'utf-8' codec",
}
ROWS: list[tuple[str, str, str]] = [
    (",180,200,", ",many,200,", "is damaged: row 1: correct is 'many', not a whole number"),
    (",199,200,", ",199.0,200,", "is damaged: row 2: correct is '199.0', not a whole number"),
    (",199,200,", ",199,0,", "is damaged: row 2: an epoch needs pictures"),
    ("\n2,", "\n3,", "is damaged: row 2 is of epoch 3"),
    (",200,1.5\n2", "\n2", "is damaged: row 1: total is missing"),
    ("test,0.125", "exam,0.125", "is damaged: row 2: evaluated_on is 'exam', not one of 'test', 'validation'"),
    ("test,0.125", "validation,0.125", "is damaged: evaluated_on is not the same in all rows"),
]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a finished run, never trained."""
    return handmade_run(tmp_path / "runs", "one")


@pytest.fixture
def trained_run(tmp_path: Path, drawn_run: Run) -> Run:
    """Return a trained run that may be damaged."""
    return Run(shutil.copytree(drawn_run.folder, tmp_path / "runs" / "one"))


@pytest.fixture(scope="module")
def digits() -> Digits:
    """Return the drawn digits, drawn once."""
    from cnn.digits.synthetic import draw

    return draw()


def damage(run: Run, file: str, change: Change) -> None:
    """Change the content of one of a run's JSON files."""
    content = run.read_json(file)
    change(content)
    run.write_json(file, content)


def error_line(run: Run, *words: object) -> str:
    """Return the one line that a command says of the run it is given, checked to be an error."""
    result = CliRunner().invoke(cli, [*map(str, words), "--runs-dir", str(run.folder.parent)])
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    return line


def state(run: Run) -> str:
    """Return the state in which the run is listed, beside one that is whole."""
    handmade_run(run.folder.parent, "whole")
    result = CliRunner().invoke(cli, ["runs", "--json", "--runs-dir", str(run.folder.parent)])
    assert result.exit_code == 0
    states = {row["run"]: row["state"] for row in json.loads(result.stdout)}
    assert states.pop("whole") == "finished"
    return str(states[run.name])


def complaint(run: Run, file: str, line: str) -> str:
    """Return what a line says of one of the run's files."""
    start = f"cnn: {run.path(file)} "
    assert line.startswith(start), line
    return line.removeprefix(start)


@pytest.mark.parametrize("file", ["config.json", "summary.json"])
@pytest.mark.parametrize(("content", "why"), NOT_JSON.items(), ids=range(len(NOT_JSON)))
def test_a_file_that_is_no_json_of_ours(run: Run, seed_workbook: Path, file: str, content: str, why: str) -> None:
    run.path(file).write_bytes(content.encode(errors="surrogateescape"))
    assert complaint(run, file, error_line(run, "tab", "one", "--workbook", seed_workbook)).startswith(why)
    assert state(run) == "damaged"


@pytest.mark.parametrize(("change", "why"), CONFIG, ids=[why for _, why in CONFIG])
def test_a_damaged_config(run: Run, seed_workbook: Path, change: Change, why: str) -> None:
    before = seed_workbook.read_bytes()
    damage(run, "config.json", change)
    assert why in complaint(run, "config.json", error_line(run, "tab", "one", "--workbook", seed_workbook))
    assert seed_workbook.read_bytes() == before
    assert state(run) == "damaged"


@pytest.mark.parametrize(("change", "why"), CONFIG, ids=[why for _, why in CONFIG])
def test_a_damaged_config_is_neither_evaluated_nor_gone_on_with(trained_run: Run, change: Change, why: str) -> None:
    damage(trained_run, "config.json", change)
    assert why in complaint(trained_run, "config.json", error_line(trained_run, "evaluate", "one"))
    assert why in complaint(trained_run, "config.json", error_line(trained_run, "train", "--resume", "--run", "one"))


@pytest.mark.parametrize(("change", "why"), SUMMARY, ids=[why for _, why in SUMMARY])
def test_a_damaged_summary(run: Run, seed_workbook: Path, change: Change, why: str) -> None:
    before = seed_workbook.read_bytes()
    damage(run, "summary.json", change)
    assert complaint(run, "summary.json", error_line(run, "tab", "one", "--workbook", seed_workbook)).startswith(why)
    assert seed_workbook.read_bytes() == before
    assert state(run) == "damaged"


@pytest.mark.parametrize(("change", "why"), SUMMARY[:3], ids=[why for _, why in SUMMARY[:3]])
def test_a_damaged_summary_is_no_record_to_evaluate_against(trained_run: Run, change: Change, why: str) -> None:
    damage(trained_run, "summary.json", change)
    assert complaint(trained_run, "summary.json", error_line(trained_run, "evaluate", "one")).startswith(why)


def damaged_tables(whole: str) -> Iterator[tuple[str, str]]:
    """Yield tables of epochs that are none, and what is wrong with each."""
    yield from METRICS.items()
    for before, after, why in ROWS:
        assert whole.count(before) == 1
        yield whole.replace(before, after), why


def test_a_damaged_table_of_epochs(run: Run, seed_workbook: Path) -> None:
    path = run.path("metrics.csv")
    whole = path.read_text()
    before = seed_workbook.read_bytes()
    for content, why in damaged_tables(whole):
        path.write_bytes(content.encode(errors="surrogateescape"))
        assert complaint(run, "metrics.csv", error_line(run, "tab", "one", "--workbook", seed_workbook)).startswith(why)
        with pytest.raises(RunError, match=r"metrics\.csv is damaged"):
            run.metrics()
    assert state(run) == "damaged"
    path.unlink()
    path.mkdir()
    assert "cannot be read: Is a directory" in error_line(run, "tab", "one", "--workbook", seed_workbook)
    assert seed_workbook.read_bytes() == before


@pytest.mark.parametrize("file", ["summary.json", "metrics.csv"])
def test_a_pipe_in_place_of_a_record_is_not_waited_on(run: Run, seed_workbook: Path, file: str) -> None:
    run.path(file).unlink()
    os.mkfifo(run.path(file))
    line = error_line(run, "tab", "one", "--workbook", seed_workbook)
    assert "cannot be read" in line
    assert "it is no regular file" in line
    assert state(run) == "damaged"


def test_epochs_that_are_not_those_of_the_summary(run: Run, seed_workbook: Path) -> None:
    words = ("tab", "one", "--workbook", seed_workbook)
    why = "is damaged: it is not that of summary.json, which has 3 epochs, the best of them "
    table = run.path("metrics.csv")
    whole = table.read_text()
    table.write_text("".join(whole.splitlines(keepends=True)[:3]))
    assert complaint(run, "metrics.csv", error_line(run, *words)) == why + "2"
    assert state(run) == "damaged"
    table.unlink()
    assert complaint(run, "metrics.csv", error_line(run, *words)) == why + "2"
    shutil.rmtree(run.folder.parent / "whole")
    assert state(run) == "damaged"
    table.write_text(whole)
    damage(run, "summary.json", lambda summary: summary.update(best_epoch=1))
    assert complaint(run, "metrics.csv", error_line(run, *words)) == why + "1"


def test_a_best_epoch_that_an_earlier_version_took_where_a_loss_was_no_number(run: Run) -> None:
    epochs = [
        replace(EPOCHS[0], epoch=number, correct=correct, loss=loss)
        for number, (correct, loss) in enumerate([(199, math.nan), (199, 0.5), (150, math.nan)], start=1)
    ]
    run.write_metrics(epochs)
    for best in (1, 2):
        damage(run, "summary.json", lambda summary, best=best: summary.update(best_epoch=best))
        assert run_record(run).summary.best_epoch == best
    damage(run, "summary.json", lambda summary: summary.update(best_epoch=3))
    with pytest.raises(RunError, match=r"metrics\.csv is damaged"):
        run_record(run)
    run.write_metrics([replace(epochs[0], loss=0.75), *epochs[1:]])
    damage(run, "summary.json", lambda summary: summary.update(best_epoch=1))
    with pytest.raises(RunError, match=r"metrics\.csv is damaged"):
        run_record(run)


def test_a_mistake_whose_picture_is_gone(run: Run, seed_workbook: Path) -> None:
    words = ("tab", "one", "--workbook", seed_workbook)
    picture = run.path("mistakes/01.png")
    picture.write_bytes(picture.read_bytes()[:50])
    assert error_line(run, *words).startswith(f"cnn: {picture}: cannot be read")
    picture.unlink()
    assert error_line(run, *words) == f"cnn: {picture}: cannot be read: No such file or directory"


def test_a_run_that_goes_on_writes_its_table_of_epochs_anew(trained_run: Run) -> None:
    trained_run.path("metrics.csv").write_text("")
    words = ["train", "--resume", "--run", "one", "--json", "--runs-dir", str(trained_run.folder.parent)]
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 0, result.stderr
    assert len(trained_run.metrics()) == json.loads(result.stdout)["epochs"] == 4


@pytest.mark.parametrize(
    "change",
    [
        lambda state: state.pop("model"),
        lambda state: state.update(model=[1]),
        lambda state: state.update(history=3),
        lambda state: state.update(history=[{"epoch": 1}]),
        lambda state: state.update(history=[None]),
        lambda state: state.pop("optimizers"),
        lambda state: state.update(optimizers=[{}, {}]),
        lambda state: state.update(optimizers=[{"state": {}, "param_groups": [3]}] * 2),
    ],
)
def test_a_checkpoint_of_another_kind(
    trained_run: Run, digits: Digits, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cnn.digits.synthetic.draw", lambda: digits)
    checkpoint = trained_run.checkpoint("last.pt")
    change(checkpoint)
    trained_run.save_checkpoint("last.pt", checkpoint)
    line = error_line(trained_run, "train", "--resume", "--run", "one")
    assert complaint(trained_run, "last.pt", line) == "does not fit the network of this run"


def places(content: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the objects and lists of some JSON, and the keys of each; of a list, its first place."""
    if isinstance(content, dict | list):
        for key in list(content) if isinstance(content, dict) else range(min(len(content), 1)):
            yield content, key
            yield from places(content[key])


@pytest.mark.parametrize("file", ["config.json", "summary.json"])
def test_whatever_stands_in_a_record_it_is_read_or_told(run: Run, file: str) -> None:
    content = run.read_json(file)
    del content["format"]
    read = recorded_config if file == "config.json" else Run.summary
    messages = []
    for parent, key in places(content):
        whole = parent[key]
        for value in (None, "x", [], {}, 1.5, 10**400):
            parent[key] = value
            run.write_json(file, content)
            try:
                read(run)
            except RunError as error:
                messages.append(str(error))
        parent[key] = whole
    assert len(messages) > 100
    assert all(message.startswith(f"{run.path(file)} ") and "\n" not in message for message in messages)
