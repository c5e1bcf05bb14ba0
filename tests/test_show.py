"""What `sheetgen show` prints of networks that are written in tensors."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from sheetgen.cli import cli
from sheetgen.show import equations
from sheetgen.template.load import loads

PERCEPTRON = """
rates = [0.1]
iterations = 5
[inputs]
X = [[1, 0, 2], [0, 1, 1]]
[targets]
T = [[1, 0], [0, 1]]
[parameters]
W = { shape = [3, 4] }
b = { shape = [4], init = "zeros" }
V = { shape = [4, 2] }
[forward]
H = "tanh(X @ W + b)"
P = "softmax(H @ V)"
[loss]
E = "sum(cce(P, T))"
"""

TEXT = """\
Forward:
  H = tanh(X @ W + b)
      H_pre = X·W + b
      H = tanh(H_pre)
  P = softmax(H @ V)
      P_pre = H·V
      P = softmax(P_pre)
Loss:
  E = sum(cce(P, T))
Backward:
  ∂E/∂P = where(T = 0, 0, −T/P)
  ∂E/∂P_pre = P − T
  ∂E/∂H = (∂E/∂P_pre)·Vᵀ
  ∂E/∂H_pre = ∂E/∂H ⊙ (1 − H²)
Gradients:
  ∂E/∂W = Xᵀ·∂E/∂H_pre
  ∂E/∂b = Σ over rows of ∂E/∂H_pre
  ∂E/∂V = Hᵀ·∂E/∂P_pre
Update:
  W := W − η·∂E/∂W
  b := b − η·∂E/∂b
  V := V − η·∂E/∂V
Where:
  P − Y: softmax and cross-entropy in one step, for rows of Y that add up to 1"""


def test_a_network_in_tensors_is_shown_in_matrices() -> None:
    assert equations(loads(PERCEPTRON), "text") == TEXT


def test_latex_has_fractions_transposes_and_circled_dots() -> None:
    latex = equations(loads(PERCEPTRON), "latex").splitlines()
    slope = r"\frac{\partial E}{\partial \mathbf{H}_{\mathrm{pre}}}"
    assert rf"  \frac{{\partial E}}{{\partial \mathbf{{W}}}} &= \mathbf{{X}}^{{\top}} \, {slope} \\" in latex
    assert (
        rf"  {slope} &= \frac{{\partial E}}{{\partial \mathbf{{H}}}} \odot \left(1 - \mathbf{{H}}^{{\odot 2}}\right) \\"
    ) in latex
    assert r"  \mathbf{H} &= \tanh\left(\mathbf{X} \, \mathbf{W} + \mathbf{b}\right) \\" in latex
    assert r"  \mathbf{W} &\gets \mathbf{W} - \eta \cdot \frac{\partial E}{\partial \mathbf{W}} \\" in latex


def test_a_loop_is_shown_once() -> None:
    loop = PERCEPTRON.replace('H = "tanh(X @ W + b)"', '"H[0]" = "X @ W"\n"H[t] for t in 1..3" = "tanh(H[t-1] + b)"')
    loop = loop.replace("H @ V", "H[3] @ V")
    text = equations(loads(loop), "text").splitlines()
    assert "  H[t] for t in 1..3 = tanh(H[t-1] + b)" in text
    assert "  ∂E/∂H[t] for t in 0..2 = ∂E/∂H[t+1] ⊙ (1 − H[t+1]²)" in text
    assert "  ∂E/∂b = Σ t=1..3 (Σ over rows of (∂E/∂H[t] ⊙ (1 − H[t]²)))" in text
    latex = equations(loads(loop), "latex")
    assert r"\mathbf{H}^{(t)} &= \tanh\left(\mathbf{H}^{(t-1)} + \mathbf{b}\right) \qquad t = 1, \dots, 3 \\" in latex


def test_the_columns_of_an_optimiser_are_said_once_for_all_tensors() -> None:
    text = equations(loads(PERCEPTRON.replace("[0.1]", "[0.1]\noptimiser = 'momentum'", 1)), "text")
    update = text[text.index("Update") : text.index("Where")]
    assert update.splitlines() == [
        "Update (gradient descent with momentum):",
        "  for each θ of W, b, V:",
        "  v[θ] := momentum·v[θ] + ∂E/∂θ",
        "  θ := θ − η·v[θ]",
    ]


@pytest.mark.parametrize("options", [["--scalars"], ["--format", "excel"], ["--format", "latex", "--scalars"]])
def test_the_scalars_are_there_on_demand(options: list[str], tmp_path: Path) -> None:
    template = tmp_path / "t.toml"
    template.write_text(PERCEPTRON)
    shown = CliRunner().invoke(cli, ["show", str(template), *options])
    assert shown.exit_code == 0
    assert ("H_pre_0_1" in shown.output) or ("H_{pre\\_0\\_1}" in shown.output)
    assert "Xᵀ" not in shown.output
