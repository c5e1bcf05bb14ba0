"""The templates of tensors: each trains as torch's autograd in float64 does, and shows what its description says."""

from __future__ import annotations

import csv
import importlib.util
import math
from importlib.resources import files
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from outside import ROOT, mnist_folder
from torch import Tensor
from torch.nn import functional
from torch_templates import Loss, Tensors, columns, same_training

from sheetgen import load, override
from sheetgen.network.study import Study

SOBEL = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]


def conv_edges(g: Tensors) -> Tensor:
    made = functional.conv2d(g["X"][None, None], g["K"][None, None])[0, 0]
    return ((made - g["T"]) ** 2).mean()


def lenet_small(g: Tensors) -> Tensor:
    logits = lenet_logits(g["X"][None], g["K"], g["c"], g["W"], g["b"])
    return functional.cross_entropy(logits, g["T"][None])


def lenet_logits(images: Tensor, kernels: Tensor, c: Tensor, weights: Tensor, b: Tensor) -> Tensor:
    convolved = functional.conv2d(images[:, None], kernels[:, None]) / 8 + c
    return functional.max_pool2d(convolved.relu(), 2).flatten(1) @ weights + b


def layer_norm(g: Tensors) -> Tensor:
    normed = functional.layer_norm(g["X"] @ g["W"], (4,), g["gain"], g["bias"], eps=0.0)
    return ((normed @ g["v"] - g["t"]) ** 2).sum() / 2


def batch_norm(g: Tensors) -> Tensor:
    normed = functional.batch_norm(g["X"] @ g["W"], None, None, g["gain"], g["bias"], training=True, eps=1e-5)
    y = torch.sigmoid(torch.tanh(normed) @ g["v"] + g["c"])
    plain = torch.sigmoid(torch.tanh(g["X"] @ g["W_plain"] + g["b_plain"]) @ g["v_plain"] + g["c_plain"])
    return functional.binary_cross_entropy(y, g["t"]) + functional.binary_cross_entropy(plain, g["t"])


def autoencoder(g: Tensors) -> Tensor:
    hidden = torch.sigmoid(torch.eye(8, dtype=torch.float64)[g["place"].long()] @ g["W"] + g["b"])
    return functional.cross_entropy(hidden @ g["V"] + g["c"], g["place"].long())


def matrix_factorisation(g: Tensors) -> Tensor:
    said = 3 + g["U"] @ g["V"].T + g["mild"] + g["good"]
    known = g["R"] > 0
    size = (g["U"] ** 2).sum() + (g["V"] ** 2).sum()
    return functional.mse_loss(said[known], g["R"][known], reduction="sum") / 2 + 0.15 * size


def word2vec(g: Tensors) -> Tensor:
    return functional.cross_entropy(g["W"] @ g["C"], g["near"] / g["near"].sum(1, keepdim=True))


def residual(g: Tensors) -> Tensor:
    h = s = g["x"]
    for layer in range(6):
        h = torch.tanh(h @ g["W"][layer])
        s = s + torch.tanh(s @ g["V"][layer])
    return ((h - g["t"]) ** 2).sum() / 2 + ((s - g["t"]) ** 2).sum() / 2


def softmax_temperature(g: Tensors) -> Tensor:
    return -(g["t"] * (g["z"] / g["T"]).log_softmax(1)).sum()


LOSSES: dict[str, Loss] = {
    "autoencoder": autoencoder,
    "batch-norm": batch_norm,
    "conv-edges": conv_edges,
    "lenet-small": lenet_small,
    "layer-norm": layer_norm,
    "matrix-factorisation": matrix_factorisation,
    "residual": residual,
    "softmax-temperature": softmax_temperature,
    "word2vec": word2vec,
}
MOMENTUM = {"lenet-small": 0.9}


@pytest.mark.parametrize("name", LOSSES)
def test_fifty_updates_are_those_of_torch(name: str) -> None:
    study = override(load(name), iterations=50)
    rate = study.variants[0].rate
    if name == "autoencoder":
        same_training(study, LOSSES[name], lambda p: torch.optim.Adam(p, rate))
    else:
        same_training(study, LOSSES[name], lambda p: torch.optim.SGD(p, rate, momentum=MOMENTUM.get(name, 0.0)))


def column(study: Study, name: str, variant: int = 0) -> NDArray[np.float64]:
    return columns(study, name, (), variant)


# --- conv-edges ---


def test_the_kernel_that_is_learnt_is_sobels() -> None:
    study = load("conv-edges")
    kernels = columns(study, "K", (3, 3), variant=1)
    assert not kernels[0].any()
    np.testing.assert_allclose(kernels[-1], SOBEL, atol=0.05)


def test_the_edges_are_what_sobels_kernel_makes_of_the_images() -> None:
    study = load("conv-edges")
    image, target = columns(study, "X", (8, 8))[: study.count], columns(study, "T", (6, 6))[: study.count]
    made = functional.conv2d(torch.tensor(image)[:, None], torch.tensor(SOBEL, dtype=torch.float64)[None, None])
    assert (made[:, 0].numpy() == target).all()


def test_the_gradient_of_a_kernel_is_a_convolution_of_the_image_with_the_errors() -> None:
    study = load("conv-edges")
    image, errors = columns(study, "X", (8, 8))[4], columns(study, "∂E/∂Y", (6, 6))[4]
    made = functional.conv2d(torch.tensor(image)[None, None], torch.tensor(errors)[None, None])[0, 0]
    np.testing.assert_allclose(columns(study, "∂E/∂K", (3, 3))[4], made.numpy(), rtol=1e-12)


# --- lenet-small ---


def read_digits() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    table = list(csv.DictReader((files("sheetgen.templates") / "digits.csv").read_text("utf-8").splitlines()))
    pixels = np.array([[float(row[f"p{place}"]) for place in range(64)] for row in table])
    return pixels.reshape(-1, 8, 8), np.array([int(row["digit"]) for row in table])


def test_the_digits_are_those_of_mnist_made_small() -> None:
    """Each field is the mean of 3½×3½ pixels: of 7×7, where each pixel is cut into 2×2."""
    pixels, labels = read_digits()
    assert np.bincount(labels).tolist() == [25, 25, 25, 25]
    assert {*pixels.flat} == set(range(17))
    pictures, truth = first_of_mnist()
    assert (labels == truth).all()
    cut = pictures.repeat(2, axis=1).repeat(2, axis=2).reshape(-1, 8, 7, 8, 7)
    np.testing.assert_allclose(pixels, cut.mean(axis=(2, 4)) * 16 / 255, atol=0.5 + 1e-9)


def first_of_mnist() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the first 25 pictures of 0, 1, 2 and 3, in their order."""
    raw = mnist_folder() / "MNIST" / "raw"
    labels = np.frombuffer((raw / "train-labels-idx1-ubyte").read_bytes()[8:], np.uint8)
    pictures = np.frombuffer((raw / "train-images-idx3-ubyte").read_bytes()[16:], np.uint8).reshape(-1, 28, 28)
    chosen = sorted(place for digit in range(4) for place in np.flatnonzero(labels == digit)[:25])
    return pictures[chosen].astype(np.float64), labels[chosen].astype(np.int64)


def test_the_digits_are_told_apart_in_two_epochs() -> None:
    study = load("lenet-small")
    shapes = {"K": (2, 5, 5), "c": (2, 1, 1), "W": (8, 4), "b": (4,)}
    pixels, digits = read_digits()
    right = []
    for row in (0, -1):
        weights = [torch.tensor(columns(study, name, shape)[row]) for name, shape in shapes.items()]
        logits = lenet_logits(torch.tensor(pixels), *weights)
        right.append(int((logits.argmax(1).numpy() == digits).sum()))
    assert study.iterations * study.batch < 2 * study.count
    assert right == [25, 93]


def test_of_a_feature_map_only_the_largest_of_each_window_has_a_gradient() -> None:
    slopes = columns(override(load("lenet-small"), iterations=5), "∂E/∂Y_pre", (2, 4, 4))
    windows = (slopes != 0).reshape(-1, 2, 2, 2, 2, 2).sum(axis=(3, 5))
    assert windows.max() == 1
    assert (windows.sum(axis=(1, 2, 3)) <= 8).all()


# --- layer-norm ---


def test_a_row_ten_times_as_large_gives_the_same_and_gets_a_tenth_of_the_gradient() -> None:
    study = load("layer-norm")
    z, h, slopes = (columns(study, name, (3, 4)) for name in ("Z", "H", "∂E/∂Z"))
    np.testing.assert_allclose(z[:, 1], 10 * z[:, 0], rtol=1e-12)
    np.testing.assert_allclose(h[:, 1], h[:, 0], rtol=1e-12)
    np.testing.assert_allclose(slopes[:, 1], slopes[:, 0] / 10, rtol=1e-6, atol=1e-15)
    assert z[0, 0].tolist() == [5, 1, 1, 5]
    assert slopes[0, 0].tolist() == [-0.5, -0.5, 0.5, 0.5]


def test_the_gradient_before_a_normalisation_lacks_shift_and_spread() -> None:
    study = load("layer-norm")
    hat, slopes = columns(study, "H_hat", (3, 4)), columns(study, "∂E/∂Z", (3, 4))
    assert hat[0, 0].tolist() == [1, -1, -1, 1]
    assert np.abs(slopes[:5]).max(axis=(1, 2)).min() > 1e-3
    assert np.abs(slopes.sum(axis=2)).max() < 1e-12
    assert np.abs((slopes * hat).sum(axis=2)).max() < 1e-12
    assert column(study, "E")[-1] < 1e-12


# --- batch-norm ---


def test_over_the_batch_each_unit_has_mean_0_and_variance_1_and_only_that_network_learns() -> None:
    study = load("batch-norm")
    normed, slopes = columns(study, "N", (6, 3)), columns(study, "∂E/∂Z", (6, 3))
    np.testing.assert_allclose(normed.mean(axis=1), 0, atol=1e-14)
    np.testing.assert_allclose(normed.var(axis=1), 1, atol=1e-5)
    assert np.abs(slopes[:5]).max(axis=(1, 2)).min() > 1e-4
    assert np.abs(slopes.sum(axis=1)).max() < 1e-15
    assert np.abs((slopes * normed).sum(axis=1)).max() < 1e-7
    assert column(study, "E_batch")[-1] < 0.05
    assert column(study, "E_plain").min() > 0.69
    assert np.abs(columns(study, "H_plain", (6, 3))).min() > 0.99


def test_a_sample_asked_for_is_normalised_as_torch_does_when_it_evaluates() -> None:
    study = load("batch-norm")
    names = {"W": (2, 3), "mean_Z": (3,), "var_Z": (3,), "gain": (3,), "bias": (3,), "v": (3,), "c": ()}
    numbers = {name: torch.tensor(columns(study, name, shape)) for name, shape in names.items()}
    asked = torch.tensor([[study.values["q_0"], study.values["q_1"]]], dtype=torch.float64)
    for row, y in enumerate(column(study, "y_q")):
        w, mean, var, gain, bias, v, c = (numbers[name][row] for name in names)
        normed = functional.batch_norm(asked @ w, mean, var, gain, bias, training=False, eps=1e-5)
        assert y == pytest.approx(float(torch.sigmoid(torch.tanh(normed) @ v + c)), rel=1e-12)


# --- autoencoder ---


def test_the_code_is_the_numbers_from_0_to_7() -> None:
    study = load("autoencoder")
    hidden, codes, right = columns(study, "H", (8, 3)), columns(study, "code", (8,)), column(study, "right")
    assert (codes == (hidden > 0.5) @ [4, 2, 1]).all()
    all_right, all_apart = right == 1, [len({*row}) == 8 for row in codes]
    assert all_right.argmax() == 18
    assert all_right[18:].all()
    assert all_apart.index(True) == 36
    assert all(all_apart[36:])
    assert sorted(codes[-1]) == list(range(8))
    assert np.abs(hidden[-1] - hidden[-1].round()).max() < 0.1


# --- matrix-factorisation ---


def test_what_was_kept_back_is_told_by_two_tastes_and_not_by_means_alone() -> None:
    study = load("matrix-factorisation")
    known, answers = columns(study, "R", (15, 15))[0], columns(study, "A", (15, 15))[0]
    assert (np.count_nonzero(known), np.count_nonzero(answers)) == (149, 25)
    assert not (known * answers).any()
    asked, said = column(study, "asked"), columns(study, "P", (15, 15))
    assert asked[-1] == pytest.approx(np.sqrt(((said[-1] - answers)[answers > 0] ** 2).mean()))
    assert round(asked[0], 2) == 1.25
    assert asked[-1] < 0.5
    mild, good, alone = np.zeros((15, 1)), np.zeros(15), []
    for _ in range(study.iterations + 1):
        alone.append(np.sqrt(((3 + mild + good - answers)[answers > 0] ** 2).mean()))
        off = np.where(known > 0, 3 + mild + good - known, 0)
        mild, good = mild - 0.08 * off.sum(1, keepdims=True), good - 0.08 * off.sum(0)
    assert min(alone) > 1.1


def test_a_hole_has_no_gradient() -> None:
    study = load("matrix-factorisation")
    holes = columns(study, "R", (15, 15)) == 0
    assert not columns(study, "∂E/∂D", (15, 15))[holes].any()


# --- word2vec ---


def test_the_analogies_are_found_from_update_19_on() -> None:
    study = load("word2vec")
    assert study.tensors is not None
    words = list(study.tensors.naming.words["word"])
    w, answers = columns(study, "W", (8, 3)), columns(study, "answer", (3,))
    asked = [("king", "man", "woman"), ("prince", "boy", "girl"), ("king", "man", "boy")]
    for row, (of_row, said) in enumerate(zip(w, answers, strict=True)):
        for (a, b, c), answer in zip(asked, said, strict=True):
            point = of_row[words.index(a)] - of_row[words.index(b)] + of_row[words.index(c)]
            assert np.linalg.norm(of_row - point, axis=1).argmin() == answer, row
    told = [[words[int(answer)] for answer in row] for row in answers]
    assert told[0] == ["princess", "girl", "king"]
    assert told[18] != told[19]
    assert told[19:] == [["queen", "princess", "prince"]] * 22


# --- residual ---


def test_with_skips_the_gradient_reaches_the_bottom() -> None:
    study = load("residual")

    def length(name: str) -> float:
        return float(np.linalg.norm(columns(study, f"∂E/∂{name}", (2,))[0]))

    plain, skipping = [length(f"h_{layer}") for layer in (1, 6)], [length(f"g_{layer}") for layer in (1, 6)]
    assert [round(plain[0], 2), round(plain[1], 1)] == [0.01, 1.1]
    assert [round(number, 1) for number in skipping] == [1.7, 1.7]
    assert column(study, "E_skip")[-1] < 1e-10
    assert column(study, "E_plain")[-1] > 0.99 * column(study, "E_plain")[0]


def test_the_layers_of_the_two_stacks_have_lines_of_their_own() -> None:
    from sheetgen.network.pictures import layers_of_weights

    study = load("residual")
    layers = layers_of_weights(study)
    expected = {tuple(f"{name}_{layer}_{a}_{b}" for a in (0, 1) for b in (0, 1)) for name in "WV" for layer in range(6)}
    assert set(layers) == expected
    sizes = {layer: math.hypot(*(column(study, f"∂E/∂{weight}")[0] for weight in layer)) for layer in layers}
    plain = [size for layer, size in sizes.items() if layer[0][0] == "W"]
    assert min(size for layer, size in sizes.items() if layer[0][0] == "V") > 70 * max(plain)


# --- softmax-temperature ---


def test_the_gradient_by_the_logits_is_the_difference_divided_by_the_temperature() -> None:
    study = load("softmax-temperature")
    temperatures, targets = np.array([[0.5], [1.0], [2.0]]), np.array([0.25, 0.25, 0.5])
    p, slopes = columns(study, "p", (3, 3)), columns(study, "∂E/∂z", (3, 3))
    np.testing.assert_allclose(slopes, (p - targets) / temperatures, atol=1e-14)
    np.testing.assert_allclose(p[0], torch.tensor([2.0, 1.0, 0.0]).div(torch.tensor(temperatures)).softmax(1))
    np.testing.assert_allclose(p[-1], [targets] * 3, atol=0.005)


def test_the_warmer_the_later_and_the_wider_apart() -> None:
    study = load("softmax-temperature")
    off = np.abs(columns(study, "p", (3, 3)) - [0.25, 0.25, 0.5]).max(axis=2)
    arrived = (off < 0.01).argmax(axis=0)
    assert arrived[0] < 10 < arrived[1] < arrived[2]
    logits = columns(study, "z", (3, 3))[-1]
    assert [round(row[2] - row[0], 2) for row in logits[:2]] == [0.35, 0.69]
    assert logits[2, 2] - logits[2, 0] == pytest.approx(2 * math.log(2), abs=0.05)
    assert columns(study, "E_T", (3,)).min() >= 1.5 * math.log(2) - 1e-12


# --- the script of the digits ---


def test_the_script_makes_the_file_anew() -> None:
    spec = importlib.util.spec_from_file_location("make_digits", ROOT / "docs" / "make_digits.py")
    assert spec is not None
    assert spec.loader is not None
    script: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert "\n".join(script.lines(mnist_folder())) + "\n" == script.CSV.read_text("utf-8")
