"""The templates that come with the package: each is proven, and shows what its description says."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from gallery import OF_TENSORS, TEMPLATES, small_study
from networks import GOOD
from saving import resave_all
from tracing import trace

from sheetgen import build, load, loads, override, verify
from sheetgen.network.evaluation import Evaluation, points
from sheetgen.network.study import Study
from sheetgen.sheets.book import Book
from sheetgen.sheets.compose import compose
from sheetgen.template.shipped import template_names
from sheetgen.template.write import effective_template

CHEAP = [name for name in template_names() if name not in ("iris", "logistic-regression", "xor", "gpt-small")]


def few(name: str) -> Study:
    """Return a template's study with as many iterations as prove it."""
    if name in OF_TENSORS:
        return small_study(name)
    return override(load(name), iterations=2 if name == "iris" else 12)


def columns(study: Study, *wanted: str, variant: int = 0) -> list[list[float]]:
    graph = study.graphs[variant]
    rows = [row for chunk in trace(study, [variant]) for row in chunk.rows[0]]
    return [[row[graph.position[name]] for row in rows] for name in wanted]


def variant(study: Study, sheet: str) -> int:
    return [v.sheet for v in study.variants].index(sheet)


@pytest.mark.parametrize("name", template_names())
def test_the_effective_template_is_the_same_study(name: str) -> None:
    study = load(name)
    again = loads(effective_template(study), study.name)
    assert again == study


@pytest.mark.parametrize("name", template_names())
def test_every_template_is_proven(name: str, tmp_path: Path) -> None:
    built = build(few(name), tmp_path / "w.xlsx")
    assert built.report is not None
    assert built.report.ok, built.report.diffs[:3]


@pytest.mark.parametrize("name", CHEAP)
@pytest.mark.usefixtures("soffice")
def test_and_by_libreoffice(name: str, tmp_path: Path) -> None:
    build(few(name), tmp_path / "w.xlsx", verify=False)
    report = verify(tmp_path / "w.xlsx", "libreoffice")
    assert report.ok, report.diffs[:3]


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Small workbooks of templates, and that of one without title, description and metrics."""
    folder = tmp_path_factory.mktemp("gallery")
    for study in [*map(load, set(TEMPLATES) - {"iris"}), loads(GOOD.partition("\n")[2], "untitled")]:
        rates = study.rates[:1] if study.shares_settings else []
        build(override(study, rates=rates, iterations=2), folder / f"{study.name}.xlsx", verify=False)
    return sorted(folder.iterdir())


def saved_by_openpyxl(paths: list[Path], folder: Path) -> list[Path]:
    folder.mkdir()
    for path in paths:
        openpyxl.load_workbook(path).save(folder / path.name)
    return [folder / path.name for path in paths]


@pytest.mark.parametrize(("language", "spelled"), [("en-US", "η = 0.5"), ("de-DE", "η = 0,5")])
def test_templates_saved_anew_are_still_proven(
    language: str, spelled: str, gallery: list[Path], tmp_path: Path, soffice: str
) -> None:
    """English: through LibreOffice. German: through .ods and back, then through openpyxl. Then past an engine.

    LibreOffice itself, which takes long, recalculates every third of the German ones.
    """
    if language == "en-US":
        saved = again = resave_all(gallery, tmp_path / "xlsx", soffice, language)
    else:
        again = resave_all(
            resave_all(gallery, tmp_path / "ods", soffice, language, "ods"), tmp_path / "back", soffice, language
        )
        saved = [*again, *saved_by_openpyxl(again, tmp_path / "openpyxl")]
    title = openpyxl.load_workbook(again[0].with_name("mazur.xlsx"), data_only=True)["lr 0.5"]["A1"].value
    assert str(title).endswith(spelled)
    for path in saved:
        report = verify(path)
        assert report.ok, (path, report.diffs[:3])
        assert not [what for what in report.unproven if "note" in what or "control" in what], path
        if language == "en-US":
            assert report.unproven == [], path
    if language == "de-DE":
        for path in again[::3]:
            report = verify(path, "libreoffice", timeout=120)
            assert report.ok, (path, report.diffs[:3])


def test_mazurs_figures() -> None:
    loss, w1, w5 = columns(load("mazur"), "E_total", "w1", "w5")
    assert round(loss[0], 9) == 0.298371109
    assert round(loss[1], 9) == 0.291027774
    assert round(w1[1], 9) == 0.149780716
    assert round(w5[1], 8) == 0.35891648


def mazur_as_printed(updates: int) -> float:
    """Return the error after gradient descent whose hidden gradients use the output weights already updated."""
    w1, w2, w3, w4, w5, w6, w7, w8 = 0.15, 0.2, 0.25, 0.3, 0.4, 0.45, 0.5, 0.55

    def s(z: float) -> float:
        return 1 / (1 + math.exp(-z))

    for update in range(updates + 1):
        h1, h2 = s(0.05 * w1 + 0.1 * w2 + 0.35), s(0.05 * w3 + 0.1 * w4 + 0.35)
        o1, o2 = s(w5 * h1 + w6 * h2 + 0.6), s(w7 * h1 + w8 * h2 + 0.6)
        if update == updates:
            break
        d1, d2 = (o1 - 0.01) * o1 * (1 - o1), (o2 - 0.99) * o2 * (1 - o2)
        w5, w6, w7, w8 = w5 - 0.5 * d1 * h1, w6 - 0.5 * d1 * h2, w7 - 0.5 * d2 * h1, w8 - 0.5 * d2 * h2
        e1, e2 = (d1 * w5 + d2 * w7) * h1 * (1 - h1), (d1 * w6 + d2 * w8) * h2 * (1 - h2)
        w1, w2, w3, w4 = w1 - 0.025 * e1, w2 - 0.05 * e1, w3 - 0.025 * e2, w4 - 0.05 * e2
    return 0.5 * (0.01 - o1) ** 2 + 0.5 * (0.99 - o2) ** 2


def test_where_mazurs_printed_errors_come_from() -> None:
    assert round(mazur_as_printed(1), 9) == 0.291027924
    assert round(mazur_as_printed(10_000), 9) == 0.000035085
    ours = columns(override(load("mazur"), iterations=10_000), "E_total")[0]
    assert ours[-1] == pytest.approx(3.51019e-05, rel=1e-5)


def test_linear_regression_finds_the_least_squares_line() -> None:
    study = load("linear-regression")
    w, b = columns(study, "w", "b", variant=variant(study, "lr 0.3"))
    assert [w[-1], b[-1]] == pytest.approx(np.polyfit(study.samples["x"], study.samples["t"], 1), abs=1e-4)


def test_the_exercise_comes_to_its_published_numbers_as_a_plain_loop_does() -> None:
    """θ after 1,500 updates, as answers to the exercise print it."""
    study = load("house-prices")
    x, y = (np.array(study.samples[name]) for name in ("x", "y"))
    design, theta = np.c_[np.ones(97), x], np.zeros(2)
    for _ in range(1500):
        theta = theta - 0.01 * design.T @ (design @ theta - y) / 97
    ours = [column[-1] for column in columns(study, "θ₀", "θ₁")]
    assert ours == pytest.approx(list(theta), rel=1e-12)
    assert ours == pytest.approx([-3.630291439404361, 1.166362350335582], rel=1e-12)
    assert round(float(np.mean(y**2)) / 2, 2) == 32.07
    assert np.polyfit(x, y, 1) == pytest.approx([1.193034, -3.895781], abs=1e-6)


def test_logistic_regression_finds_the_textbooks_fit() -> None:
    study = override(load("logistic-regression"), iterations=1500)
    w, b = columns(study, "w", "b", variant=variant(study, "Adam"))
    assert (round(w[-1], 4), round(b[-1], 4)) == (1.5046, -4.0777)


def test_xor_is_learnt() -> None:
    study = load("xor")
    assert columns(study, "mean accuracy", variant=3)[0][-1] == 1


def right_after_epochs(study: Study) -> dict[str, list[float]]:
    """Return the share of all samples that are told right at iteration 0 and after every epoch, by sheet."""
    parameters = study.network.parameters
    trained = [list(zip(*columns(study, *parameters, variant=v), strict=True)) for v in range(len(study.variants))]
    evaluation = Evaluation(study, [[rows[point] for point in points(study)] for rows in trained])
    return {v.sheet: evaluation.curve(index, "accuracy") for index, v in enumerate(study.variants)}


def test_hello_is_spelled_by_what_is_remembered() -> None:
    study = load("char-rnn")
    curves = right_after_epochs(study)
    assert {sheet: curve.index(1.0) for sheet, curve in curves.items()} == {"lr 0.1": 27, "lr 0.5": 7}
    assert set(curves["lr 0.1"][27:]) == set(curves["lr 0.5"][7:]) == {1.0}
    forgets = {name: 0.0 for name in study.network.parameters if name.startswith("u")}
    assert len(forgets) == 9
    text = effective_template(study.with_values(forgets))
    without = loads(f"frozen = {json.dumps(list(forgets))}\n{text}", "without")
    assert {sheet: max(curve) for sheet, curve in right_after_epochs(without).items()} == {
        "lr 0.1": 0.75,
        "lr 0.5": 0.75,
    }


def test_the_perceptron_comes_to_rest() -> None:
    study = load("perceptron")
    for index in range(len(study.variants)):
        weights = np.array(columns(study, "w1", "w2", "b", variant=index))
        assert (weights[:, -4:] == weights[:, -1:]).all()
        assert columns(study, "accuracy", variant=index)[0][-4:] == [1, 1, 1, 1]


def test_a_linear_neuron_diverges_above_its_limit() -> None:
    study = load("diverging")
    assert columns(study, "E", variant=variant(study, "lr 0.55"))[0][-1] > 1e9
    assert columns(study, "E", variant=variant(study, "lr 0.45"))[0][-1] < 1e-9
    swinging = columns(study, "E", variant=variant(study, "lr 0.5"))[0]
    assert min(swinging) == max(swinging)


def test_the_seed_never_diverges() -> None:
    study = override(load(), rates=[0.1, 10.0, 100.0, 1000.0], iterations=300)
    for index in range(4):
        assert max(columns(study, "E_total", variant=index)[0]) <= 1


def test_gradients_vanish_from_neuron_to_neuron() -> None:
    first, last = columns(load("vanishing-gradients"), "∂E/∂w1", "∂E/∂w8")
    assert abs(first[0]) < 1e-3 * abs(last[0])


def test_a_dead_neuron_stays_dead() -> None:
    study = load("dead-relu")
    alive, slope = columns(study, "mean alive", "mean ∂E/∂w2", variant=variant(study, "lr 1.5"))
    batch = study.batch
    assert alive[batch - 1] == 1
    assert alive[2 * batch - 1 :: batch] == [0.0] * study.iterations
    assert set(slope[2 * batch - 1 :: batch]) == {0.0}
    assert columns(study, "mean alive")[0][-1] == 1


def test_the_second_update_takes_the_first_neuron_too_and_only_the_bias_learns() -> None:
    study = load("dead-relu")
    outputs = columns(study, "a1", "a2", variant=variant(study, "lr 1.5"))
    after_one, after_two = 2 * study.batch, 3 * study.batch
    assert max(outputs[0][study.batch : after_one]) > 0
    assert max(outputs[1][study.batch :]) == max(outputs[0][after_one:]) == 0.0
    *weights, bias = columns(study, "w1", "b1", "w2", "b2", "v1", "v2", "c", variant=variant(study, "lr 1.5"))
    assert all(len(set(numbers[after_one:])) == 1 for numbers in weights)
    assert len(set(bias[after_one : after_two + study.batch])) > 1
    assert min(columns(study, "a1")[0]) > 0


def test_the_templates_of_tensors_are_known() -> None:
    assert {name for name in template_names() if load(name).tensors is not None} == set(OF_TENSORS)


def test_adam_by_hand_is_adam_and_its_correction_is_what_keeps_the_first_steps_short() -> None:
    study = load("adam-by-hand")
    adam, by_hand, bare = (columns(study, "θ", variant=variant)[0] for variant in range(3))
    assert adam == by_hand
    assert adam[0] - adam[1] == pytest.approx(0.1, rel=1e-8)
    assert bare[0] - bare[1] == pytest.approx(0.1 * math.sqrt(10), rel=1e-7)
    theta, m, v = 5.0, 0.0, 0.0
    for iteration, ours in enumerate(adam):
        assert ours == pytest.approx(theta, rel=1e-11)
        m, v = 0.9 * m + 0.1 * 2 * theta, 0.999 * v + 0.001 * (2 * theta) ** 2
        theta -= 0.1 * m / (1 - 0.9 ** (iteration + 1)) / (math.sqrt(v / (1 - 0.999 ** (iteration + 1))) + 1e-8)


def test_the_perceptron_rule_is_that_of_rosenblatt() -> None:
    study = load("perceptron-rule")
    w, moved = [0.0, 0.0, 0.0], []
    for iteration, ours in enumerate(zip(*columns(study, "w1", "w2", "b"), strict=True)):
        assert list(ours) == w, iteration
        x = (iteration // 2 % 2, iteration % 2, 1)
        wrong = x[0] * x[1] - (1 if w[0] * x[0] + w[1] * x[1] + w[2] > 0 else 0)
        moved += [iteration] * (wrong != 0)
        w = [weight + wrong * number for weight, number in zip(w, x, strict=True)]
    assert moved[-1] == 17  # so the weights have moved for the last time after 18 updates, in the fifth epoch of four


def test_micrograd_has_the_numbers_of_its_readme() -> None:
    study = load("micrograd")
    g, by_a, by_b = columns(study, "g", "∂g/∂a", "∂g/∂b")
    assert [f"{column[0]:.4f}" for column in (g, by_a, by_b)] == ["24.7041", "138.8338", "645.5773"]
    assert all(after < before for before, after in pairwise(g))


def downhill(study: Study, sheet: str, optimizer: type[Any], **settings: float) -> list[list[float]]:
    """Return the parameters of Rosenbrock's valley, iteration by iteration, as torch goes down."""
    torch = pytest.importorskip("torch")
    x, y = (torch.tensor(study.values[name], dtype=torch.float64, requires_grad=True) for name in "xy")
    stepper = optimizer([x, y], lr=study.rates[variant(study, sheet)], **settings)
    path = []
    for _ in range(study.iterations + 1):
        path.append([x.item(), y.item()])
        stepper.zero_grad()
        ((1 - x) ** 2 + 100 * (y - x**2) ** 2).backward()
        stepper.step()
    return path


def test_three_ways_down_rosenbrocks_valley_and_where_they_are_after_200_updates() -> None:
    torch, study = pytest.importorskip("torch"), load("rosenbrock")
    by_torch = {
        "momentum": downhill(study, "momentum", torch.optim.SGD, momentum=0.9),
        "Adam": downhill(study, "Adam", torch.optim.Adam),
        "descent": downhill(study, "descent", torch.optim.SGD),
    }
    ends = {}
    for sheet, path in by_torch.items():
        ours = list(zip(*columns(study, "x", "y", variant=variant(study, sheet)), strict=True))
        np.testing.assert_allclose(ours, path, rtol=1e-9)
        f = columns(study, "f", variant=variant(study, sheet))[0]
        assert f[0] == pytest.approx(24.2)
        assert min(f[1:10]) < 24.2 / 4  # in the valley
        ends[sheet] = ours[-1]
    assert ends["descent"][0] < 0 < ends["Adam"][0]
    assert min(ends, key=lambda sheet: math.dist(ends[sheet], (1, 1))) == "momentum"


NO_NETWORK = """\
title = "No network"
rates = [0.01]
iterations = 3
[parameters]
a = 2
b = -1
[loss]
E = "(a - 3*b)^2 + b^4"
"""


@pytest.mark.usefixtures("soffice")
@pytest.mark.parametrize("engine", ["embedded", "libreoffice"])
def test_a_loss_of_parameters_alone_is_a_study(engine: str, tmp_path: Path) -> None:
    study = loads(NO_NETWORK)
    assert loads(effective_template(study)) == study
    assert [columns(study, name)[0][0] for name in ("E", "∂E/∂a", "∂E/∂b")] == [26, 10, -34]
    build(study, tmp_path / "w.xlsx", verify=False)
    report = verify(tmp_path / "w.xlsx", engine)
    assert report.ok, report.diffs[:3]
    sheet = openpyxl.load_workbook(tmp_path / "w.xlsx")
    said = {cell.value for name in ("Start", "Equations", "Pictures") for row in sheet[name].rows for cell in row}
    assert {"what is minimised", "Loss: what is minimised", "E over a and b"} <= said
    assert not any("targets" in text for text in said if isinstance(text, str) and "Inputs" not in text)


def test_overfitting_overfits() -> None:
    study = load("overfitting")
    book = Book(study, study)
    compose(book)
    trained, tested = book.results.losses(0), book.results.test.curve(0, "E")
    assert trained.rises == 0
    x, t = (np.array(study.samples[name]) for name in "xt")
    a, b = (
        np.column_stack([np.ones_like(x), *(f(k * x) for k in (1, 2, 3) for f in (np.sin, np.cos))])
        for x in (x, np.array(study.test["x"]))
    )
    w, others = np.zeros(7), []
    for _ in range(study.iterations + 1):
        others.append(np.mean((b @ w - np.array(study.test["t"])) ** 2))
        w = w - 0.1 * 2 * a.T @ (a @ w - t) / len(t)
    np.testing.assert_allclose(tested, others, rtol=1e-10)
    assert int(np.argmin(tested)) == 9
    assert tested[9:] == sorted(tested[9:])
    assert 3 < tested[-1] / min(tested) < 3.5


def test_running_statistics_tell_fever_where_a_plain_unit_cannot() -> None:
    study = load("batch-norm-running")
    book = Book(study, study)
    compose(book)
    for evaluation in (book.results.evaluation, book.results.test):
        normalised, plain = (evaluation.curve(0, name) for name in ("normalised", "plain"))
        assert plain == pytest.approx([0.25] * 31, abs=1e-6)
        assert min(normalised[:3]) > 0.22
        assert max(normalised[5:]) < 0.03
        assert normalised[-1] == pytest.approx(0.01, abs=0.001)
    rows = [row for chunk in trace(study, [0]) for row in chunk.rows[0]]
    columns = [study.graph.names.index(name) for name in ("∂E/∂z", "z", "z_mean", "mean ∂E/∂w")]
    values = np.array([[row[column] for column in columns] for row in rows])
    by_batch = values.reshape(-1, 4, 4)
    assert np.abs(by_batch[:, :, 0].sum(axis=1)).max() < 1e-15 < np.abs(by_batch[:, :, 0]).max()
    assert 0 < np.abs(by_batch[:, -1, 3]).max() < 1e-6
    running = 0.0
    for batch in by_batch:
        assert batch[:, 2] == pytest.approx([running] * 4)
        running = 0.6 * running + 0.4 * batch[:, 1].mean()


def test_attention_walked_through_gathers_what_its_author_printed() -> None:
    study = load("attention-walked-through")
    (row,) = [row for chunk in trace(study, [0]) for row in chunk.rows[0]]
    value = dict(zip(study.graph.names, row, strict=True))
    gathered = [[round(value[f"Z_{word}_{k}"], 4) for k in range(3)] for word in range(3)]
    assert gathered == [[1.9366, 6.6831, 1.5951], [2.0, 7.9640, 0.0540], [1.9997, 7.7599, 0.3584]]
    assert value["P_0_1"] == value["P_0_2"] == max(value[f"P_0_{k}"] for k in range(3))
    assert f"{value['P_1_1']:.2f}" == "0.98"
