"""Several losses, each with the parameters it trains: as torch trains two players, proven, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pytest
from tracing import trace

from sheetgen import TemplateError, build, load, loads, verify
from sheetgen.audit.audit import audit
from sheetgen.audit.outcome import Conclusion
from sheetgen.network.study import Study
from sheetgen.show import equations
from sheetgen.template.write import effective_template

REAL, NOISE = [1.2, 0.7, 1.6, 0.9], [-1.1, 0.3, 0.8, -0.4]
HEAD = "rates = [0.3]\niterations = 12\n"
BODY = f"""batch = "full"
[data]
inputs = ["x", "z"]
rows = {[list(row) for row in zip(REAL, NOISE, strict=True)]}
[parameters]
G_a = 0.8
G_b = 0.1
D_w = 0.4
D_c = -0.2
D_u = 0.3
[forward]
fake = "G_a*z + G_b"
y_real = "D_w*tanh(x) + D_u*x + D_c"
hidden = "tanh(fake)"
y_fake = "D_w*hidden + D_u*fake + D_c"
[[losses]]
name = "E_D"
loss = "bce_with_logits(y_real, 1) + bce_with_logits(y_fake, 0)"
trains = ["D_*"]
[[losses]]
name = "E_G"
loss = "bce_with_logits(y_fake, 1)"
trains = ["G_a", "G_b"]
"""
IN_TURN = """optimiser = "turns"
[optimisers.turns]
turn = { D_w = 0, D_c = 0, D_u = 0, else = 1 }
step = "w - η*where(mod(iteration, 2) == turn, 1, 0)*g"
"""
NAMES = ("G_a", "G_b", "D_w", "D_c", "D_u")


def torch_trained(count: int, adam: bool = False, in_turn: bool = False) -> list[list[float]]:
    """Return the parameters before each update: two losses, the fake detached in the discriminator's."""
    torch = pytest.importorskip("torch", reason="torch is not installed (pip install sheetgen[cnn])")
    starts = (0.8, 0.1, 0.4, -0.2, 0.3)
    a, b, w, c, u = parameters = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in starts]
    x, z = (torch.tensor(numbers, dtype=torch.float64) for numbers in (REAL, NOISE))
    method = torch.optim.Adam if adam else torch.optim.SGD
    generator, discriminator = method([a, b], 0.3), method([w, c, u], 0.3)
    bce = torch.nn.functional.binary_cross_entropy_with_logits

    def score(t):  # type: ignore[no-untyped-def]
        return w * torch.tanh(t) + u * t + c

    course = []
    for iteration in range(count + 1):
        course.append([p.item() for p in parameters])
        fake = a * z + b
        ones, zeros = torch.ones_like(x), torch.zeros_like(x)
        e_d = bce(score(x), ones) + bce(score(fake.detach()), zeros)
        of_d = torch.autograd.grad(e_d, [w, c, u])
        of_g = torch.autograd.grad(bce(score(fake), ones), [a, b])
        for player, slopes, turn in ((discriminator, of_d, 0), (generator, of_g, 1)):
            for parameter, slope in zip(player.param_groups[0]["params"], slopes, strict=True):
                parameter.grad = slope
            if not in_turn or iteration % 2 == turn:
                player.step()
    return course


def trained(study: Study) -> list[list[float]]:
    """Return the parameters before each update, from the rows of the workbook."""
    rows = [row for chunk in trace(study) for row in chunk.rows[0]][:: study.batch]
    return [[row[study.graph.position[name]] for name in NAMES] for row in rows]


def near(found: Sequence[Sequence[float]], expected: Sequence[Sequence[float]]) -> bool:
    return len(found) == len(expected) and all(
        ours == pytest.approx(theirs, rel=1e-9) for ours, theirs in zip(found, expected, strict=True)
    )


@pytest.mark.parametrize(
    ("head", "theirs"),
    [
        ("", lambda: torch_trained(12)),
        ('optimiser = "adam"\n', lambda: torch_trained(12, adam=True)),
    ],
    ids=["sgd", "adam"],
)
def test_both_players_move_at_once_as_torch_moves_them(head: str, theirs: Callable[[], list[list[float]]]) -> None:
    assert near(trained(loads(HEAD + head + BODY)), theirs())


def test_they_move_in_turn_by_a_rule_of_ones_own() -> None:
    batch, _, rest = BODY.partition("\n")
    optimiser, _, rule = IN_TURN.partition("\n")
    study = loads(f"{HEAD}{optimiser}\n{batch}\n{rule}{rest}")
    assert near(trained(study), torch_trained(12, in_turn=True))


def test_each_derivative_is_of_its_own_loss() -> None:
    graph = loads(HEAD + BODY).graph
    labels = {name for name in graph.names if name.startswith("∂") and "mean" not in name}
    assert {f"∂E_D/∂{name}" for name in ("D_w", "D_c", "D_u", "y_real", "y_fake")} <= labels
    assert {f"∂E_G/∂{name}" for name in ("G_a", "G_b", "fake", "hidden", "y_fake_G")} <= labels
    assert not [label for label in labels if label.startswith("∂E/∂")]
    assert not {"∂E_G/∂D_w", "∂E_D/∂G_a", "∂E_D/∂fake"} & labels


def test_a_workbook_of_two_players_is_proven_and_charts_both(tmp_path: Path, engine_name: str) -> None:
    study = loads(HEAD + BODY)
    build(study, tmp_path / "w.xlsx")
    report = verify(tmp_path / "w.xlsx", engine_name)
    assert report.ok, report.diffs[:3]
    error = openpyxl.load_workbook(tmp_path / "w.xlsx")["Error"]
    labels = {cell.value for row in error.iter_rows() for cell in row}
    assert {"E_D", "E_G", "last E_D", "last E_G"} <= labels
    assert len(error._charts) == 4
    found = audit(tmp_path / "w.xlsx")
    assert found.verdict == Conclusion.RIGHT
    assert found.gradients.right > 0
    assert any("with the parameters G_a, G_b, D_w, D_c, D_u " in sentence for sentence in found.seen)
    assert (found.updates.unknown, found.updates.right > 0) == (0, True)


IN_TENSORS = """title = "Two players in tensors"
rates = [0.3]
iterations = 6
batch = "full"
seed = 3
frozen = ["s"]
[data]
inputs = { x = { shape = [2] }, z = { shape = [2] } }
rows = [[1.2, 0.4, -1.1, 0.2], [0.7, 0.9, 0.3, -0.5], [1.6, 0.1, 0.8, 0.9]]
[parameters]
G_A = { shape = [2, 2] }
G_b = { shape = [2] , init = "uniform" }
D_W = { shape = [2, 3] }
D_b = { shape = [3], init = "uniform" }
D_v = { shape = [3] }
s = [0.5, 2]
[forward]
"fake[0]" = "tanh(z @ G_A + G_b)"
"fake[t] for t in 1..2" = "tanh(fake[t-1] @ G_A + s*G_b)"
h_real = "tanh(x @ D_W + D_b)"
y_real = "h_real @ D_v"
"h[t] for t in 0..2" = "tanh(fake[t] @ D_W.T.T + D_b)"
y_fake = "h @ D_v"
[[losses]]
name = "E_D"
loss = "bce_with_logits(y_real, 1) + mean(bce_with_logits(y_fake, 0))"
trains = ["D_*"]
[[losses]]
name = "E_G"
loss = "mean(bce_with_logits(y_fake, 1), axis=0)"
trains = ["G_A", "G_b"]
"""


def test_in_tensors_they_move_as_torch_moves_them() -> None:
    """A generator that goes through a loop, and a discriminator that looks at every turn of it."""
    torch = pytest.importorskip("torch", reason="torch is not installed (pip install sheetgen[cnn])")
    study = loads(IN_TENSORS)
    assert study.tensors is not None
    shapes = {name: study.tensors.given[name].shape for name in ("G_A", "G_b", "D_W", "D_b", "D_v")}
    labels = {name: study.tensors.naming.labels(name, shape) for name, shape in shapes.items()}
    rows = [row for chunk in trace(study) for row in chunk.rows[0]][:: study.batch]
    ours = [[row[study.graph.position[label]] for name in labels for label in labels[name]] for row in rows]
    of = {
        name: torch.tensor([study.values[label] for label in labels[name]], dtype=torch.float64)
        .reshape(shape)
        .requires_grad_()
        for name, shape in shapes.items()
    }
    x, z = (
        torch.tensor(list(zip(*(study.samples[f"{name}_{i}"] for i in range(2)), strict=True)), dtype=torch.float64)
        for name in "xz"
    )
    s = torch.tensor([0.5, 2.0], dtype=torch.float64)
    bce = torch.nn.functional.binary_cross_entropy_with_logits

    def score(t):  # type: ignore[no-untyped-def]
        return torch.tanh(t @ of["D_W"] + of["D_b"]) @ of["D_v"]

    theirs = []
    for _ in rows:
        theirs.append([number for name in labels for number in of[name].detach().reshape(-1).tolist()])
        fake = [torch.tanh(z @ of["G_A"] + of["G_b"])]
        for _turn in range(2):
            fake.append(torch.tanh(fake[-1] @ of["G_A"] + s * of["G_b"]))
        made = torch.stack(fake)
        e_d = bce(score(x), torch.ones(3, dtype=torch.float64))
        e_d = e_d + bce(score(made.detach()), torch.zeros(3, 3, dtype=torch.float64))
        e_g = bce(score(made), torch.ones(3, 3, dtype=torch.float64))
        of_d = torch.autograd.grad(e_d, [of["D_W"], of["D_b"], of["D_v"]])
        of_g = torch.autograd.grad(e_g, [of["G_A"], of["G_b"]])
        with torch.no_grad():
            for parameter, slope in zip(of.values(), (*of_g, *of_d), strict=True):
                parameter -= 0.3 * slope
    assert near(ours, theirs)


def test_a_workbook_in_tensors_is_proven(tmp_path: Path, engine_name: str) -> None:
    study = loads(IN_TENSORS)
    assert loads(effective_template(study), study.name) == study
    build(study, tmp_path / "w.xlsx")
    report = verify(tmp_path / "w.xlsx", engine_name)
    assert report.ok, report.diffs[:3]
    book = openpyxl.load_workbook(tmp_path / "w.xlsx")
    for name in ("Equations", "Explorer"):
        texts = [str(cell.value) for row in book[name].iter_rows() for cell in row]
        assert [text for text in texts if text.startswith("∂E_D/∂D_W")]
        assert [text for text in texts if text.startswith("∂E_G/∂G_A")]
        assert not [text for text in texts if re.match("∂E/∂[DGfhy]", text)]


LAYERS = """
[[layers]]
kind = "linear"
from = "z"
out_features = 3
activation = "tanh"
[[layers]]
kind = "linear"
out_features = 2
[parameters]
"""


def test_layers_may_be_one_of_the_players(tmp_path: Path) -> None:
    head, _, rest = IN_TENSORS.partition("[parameters]\n")
    rest = re.sub('"fake.*\n|G_.*}\n', "", rest).replace("h[t] for t in 0..2", "h").replace("fake[t]", "z2")
    text = head.replace('["s"]', "[]") + LAYERS + rest.replace("s = [0.5, 2]\n", "")
    study = loads(text.replace(", axis=0", "").replace('["G_A", "G_b"]', '["W*", "b*"]'))
    assert [player.weights[0] for player in study.network.players] == ["D_W_0_0", "W1_0_0"]
    assert len(study.network.players[1].weights) == 3 * 2 + 3 + 2 * 3 + 2
    assert loads(effective_template(study), study.name) == study
    assert build(study, tmp_path / "w.xlsx").ok


def test_in_matrices_each_derivative_is_of_its_own_loss() -> None:
    said = equations(loads(IN_TENSORS), "text")
    gradients = said[said.index("Gradients:") : said.index("Update:")]
    assert re.findall(r"^  (∂\S+)", gradients, re.M) == [
        "∂E_D/∂D_W", "∂E_D/∂D_b", "∂E_D/∂D_v", "∂E_G/∂G_A", "∂E_G/∂G_b"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('mean(bce_with_logits(y_fake, 1), axis=0)', "bce_with_logits(y_fake, 1)", "E_G is 3, and what is minimised"),
        ('"G_A", "G_b"', '"G_A", "G_bb"', "E_G trains 'G_bb', which is no parameter"),
        ('"G_A", "G_b"', '"G_A"', "no loss trains G_b; name it in the trains of one"),
        ('"fake[0]" =', 'h_G = "z"\n"fake[0]" =', "E_G needs a h of its own, 'h_G', which is declared; rename yours"),
        ("[forward]", "[state]\nfake = 0\n[forward]", "[[losses]] do not go with [state]; in tensors write a loop"),
    ],
)  # fmt: skip
def test_what_is_refused_in_tensors(old: str, new: str, message: str) -> None:
    assert old in IN_TENSORS
    with pytest.raises(TemplateError) as caught:
        loads(IN_TENSORS.replace(old, new))
    assert message in str(caught.value)
    assert re.match(r"template, line \d+: ", str(caught.value))


def test_samples_one_by_one_evaluate_both_losses_after_every_epoch(tmp_path: Path) -> None:
    text = HEAD + BODY.replace('batch = "full"', "batch = 2")
    assert build(loads(text), tmp_path / "w.xlsx").ok


def test_the_effective_template_is_the_same_study() -> None:
    for study in (loads(HEAD + BODY), load("gan-1d")):
        assert loads(effective_template(study), study.name) == study


def test_the_generator_finds_the_real_numbers_and_its_deviation_falls_first() -> None:
    study = load("gan-1d")
    rows = [row for chunk in trace(study) for row in chunk.rows[0]]
    wide = (sum(z * z for z in study.samples["z"]) / study.count) ** 0.5

    def after(updates: int, name: str) -> float:
        return rows[updates * study.batch + study.batch - 1][study.graph.position[name]]

    assert sum(study.samples["x"]) / 8 == pytest.approx(1)
    assert (sum((x - 1) ** 2 for x in study.samples["x"]) / 8) ** 0.5 == pytest.approx(0.46, abs=0.005)
    deviations = [abs(after(k, "G_a")) * wide for k in range(301)]
    assert deviations[:100].index(min(deviations)) in range(36, 45)
    assert deviations[40] == pytest.approx(0.11, abs=0.005)
    assert deviations[-1] == pytest.approx(0.46, abs=0.005)
    assert after(300, "G_b") == pytest.approx(1, abs=0.005)
    assert after(300, "mean E_G") == pytest.approx(0.6931, abs=0.001)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('trains = ["D_*"]', 'trains = ["D_w", "D_c"]', "no loss trains D_u; name it in the trains of one, or"),
        ('["G_a", "G_b"]', '["G_*", "D_c"]', "D_c is trained by E_D and by E_G; let one of them train it"),
        ('["D_*"]', '["H_*"]', "E_D trains 'H_*', which is no parameter; "),
        ('trains = ["D_*"]', "trains = []", "E_D trains no parameter; say which"),
        ('name = "E_G"', 'name = "E_D"', "a loss is called 'E_D', and so is something else; rename one"),
        ('name = "E_G"', 'name = "fake"', "a loss is called 'fake', and so is something else; rename one"),
        ('name = "E_G"', "title = 3", "name of each of [[losses]] must be a text in quotes"),
        ('name = "E_G"', 'name = "E_G"\nrate = "1"', "unknown key 'rate' in [[losses]]"),
        ("[forward]", '[loss]\nE = "G_a"\n[forward]', "the template has [[losses]], so [loss] must go"),
        ("bce_with_logits(y_fake, 1)", "fake^2 + y_reel", "E_G uses 'y_reel', which is declared nowhere"),
        ("bce_with_logits(y_fake, 1)", "x^2", "does not influence the loss E_G"),
        ("[forward]", "y_fake_G = 1\n[forward]", "no loss trains y_fake_G"),
        ("[forward]", '[state]\nfake = 0\n[forward]', "[[losses]] do not go with [state]; in tensors write a loop"),
        ("[forward]", "[layers]\nsizes = [2, 1]\n[forward]", "[[losses]] do not go with [layers]; write tables"),
    ],
)  # fmt: skip
def test_what_is_refused(old: str, new: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        loads((HEAD + BODY).replace(old, new))
    assert message in str(caught.value)
    assert re.match(r"template, line \d+: ", str(caught.value))
    assert "\n" not in str(caught.value)


def test_one_table_is_no_game() -> None:
    with pytest.raises(TemplateError, match=r"\[\[losses\]\] must be two tables or more; a single loss stands in"):
        loads((HEAD + BODY).partition('[[losses]]\nname = "E_G"')[0])
