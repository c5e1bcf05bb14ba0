"""Exported networks against torch: computed from the file alone, by plain loops, and by ONNX Runtime."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from cnn_support import environment, handmade_run

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("PIL", reason="Pillow is not installed")
import torch
from folded_networks import folded, random_model
from live_networks import LEARNT, PADDED, PLAIN, untrained_run

from cnn.cli import cli
from cnn.digits.parts import normalize
from cnn.errors import CnnError
from cnn.export import onnx_graph
from cnn.export.plain import Exported, as_json, as_npz, as_safetensors
from cnn.net.networks import SEED, Layer, Network
from cnn.runs.run import Run
from cnn.training.config import recorded_config

NETWORKS = [Network(name, "", layers) for name, layers in (("plain", PLAIN), ("learnt", LEARNT), ("padded", PADDED))]
NETWORKS += [SEED, Network("strided", "", (Layer("conv", 3, 4, 3, 2, True), Layer("relu"), *PLAIN[-2:]))]


@pytest.fixture(params=NETWORKS, ids=lambda network: network.name)
def case(request: pytest.FixtureRequest) -> tuple[Exported, np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """A network to export, pictures, and torch's scores of them in double precision."""
    model = random_model(request.param, 5)
    layers = tuple(folded(request.param, model))
    images = np.random.default_rng(2).integers(0, 256, (3, 28, 28)).astype(np.uint8)
    with torch.inference_mode():
        scores = model.double().eval()(normalize(torch.from_numpy(images)).double()).numpy()
    return Exported("one", 3, request.param.name, layers), images.astype(float), scores


def by_loops(content: dict[str, Any], image: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return the scores of a picture from the description of a network, window by window."""
    maps = image[None]
    for layer in content["layers"]:
        k, s, p, side = layer["kernel"], layer["stride"], layer["padding"], layer["side"]
        given = maps
        if p:
            ring = np.array(layer["ring"])[:, None, None]
            given = np.pad(maps - ring, ((0, 0), (p, p), (p, p))) + ring
        maps = np.zeros((layer["channels"], side, side))
        for i in range(side):
            for j in range(side):
                window = given[:, i * s : i * s + k, j * s : j * s + k]
                if layer["kind"] == "maxpool":
                    maps[:, i, j] = window.max(axis=(1, 2))
                elif layer["kind"] == "avgpool":
                    maps[:, i, j] = window.mean(axis=(1, 2))
                else:
                    weight = np.array(layer["weight"])
                    flat = window[:, 0, 0] * weight if layer["kind"] == "scale" else None
                    total = weight.reshape(len(weight), -1) @ window.ravel() if flat is None else flat
                    maps[:, i, j] = total + layer["bias"]
        if layer["relu"]:
            maps = np.maximum(maps, 0)
    return maps.ravel()


def test_json_alone_gives_the_scores(case: tuple[Exported, Any, Any]) -> None:
    exported, images, scores = case
    content = json.loads(as_json(exported))
    assert (content["format"], content["run"], content["epoch"]) == (1, "one", 3)
    found = np.stack([by_loops(content, image) for image in images])
    assert np.abs(found - scores).max() <= 1e-5 * np.abs(scores).max()  # torch's pixels are in single precision


def test_npz_and_safetensors_hold_the_same_numbers(case: tuple[Exported, Any, Any]) -> None:
    exported, *_ = case
    content = json.loads(as_json(exported))
    wanted = {
        f"{number}.{name}": np.array(layer[name])
        for number, layer in enumerate(content["layers"], start=1)
        for name in ("weight", "bias", "ring")
        if name in layer
    }
    with np.load(io.BytesIO(as_npz(exported))) as archive:
        described = json.loads(str(archive["description"]))
        found = {name: archive[name] for name in archive if name != "description"}
    assert [layer["kind"] for layer in described["layers"]] == [layer["kind"] for layer in content["layers"]]
    assert found.keys() == wanted.keys()
    assert all((found[name] == array).all() for name, array in wanted.items())
    safetensors = pytest.importorskip("safetensors.numpy", reason="the extra export is not installed")
    loaded = safetensors.load(as_safetensors(exported))
    assert loaded.keys() == wanted.keys()
    assert all((loaded[name] == array).all() for name, array in wanted.items())


def test_onnx_runtime_gives_torchs_scores(case: tuple[Exported, Any, Any]) -> None:
    for package in ("onnx", "onnxruntime"):
        pytest.importorskip(package, reason="the extra export is not installed")
    exported, images, scores = case
    content = onnx_graph.as_onnx(exported)
    found, shares = onnx_graph.run_onnx(content, images)
    assert np.abs(found - scores).max() <= 1e-4 * np.abs(scores).max()
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    np.testing.assert_allclose(shares, powers / powers.sum(axis=1, keepdims=True), atol=1e-3)
    assert onnx_graph.largest_difference(content, exported.layers) < 1e-3 * np.abs(scores).max()
    last = exported.layers[-1]
    assert last.bias is not None
    wrong = (*exported.layers[:-1], replace(last, bias=last.bias + np.abs(scores).max()))
    with pytest.raises(CnnError, match="ONNX Runtime gives other scores than NumPy"):
        onnx_graph.largest_difference(content, wrong)


def export(run: Run, *words: object) -> tuple[int, list[str]]:
    done = CliRunner().invoke(cli, ["export", run.name, *map(str, words), "--runs-dir", str(run.folder.parent)])
    assert done.stdout == ""
    return done.exit_code, done.stderr.splitlines()


def test_the_command_says_what_it_wrote_and_what_it_cannot(tmp_path: Path) -> None:
    run = untrained_run(tmp_path / "runs", "one")
    code, said = export(run, tmp_path / "a.json", tmp_path / "a.npz", tmp_path / "a.md")
    assert code == 0, said
    layers = json.loads((tmp_path / "a.json").read_text())["layers"]
    numbers = sum(np.size(layer.get(name, ())) for layer in layers for name in ("weight", "bias"))
    assert said[0] == f"{tmp_path / 'a.json'}: rf20 of one, {numbers:,} numbers in {len(layers)} layers"
    assert said[2] == f"{tmp_path / 'a.md'}: the model card of one"
    code, said = export(run, tmp_path / "b.pth")
    assert (code, len(said)) == (2, 1)
    assert said[0].endswith("its name should end with one of .json .npz .safetensors .onnx .md")
    code, said = export(run, tmp_path / "no" / "b.json")
    assert (code, said) == (2, [f"cnn: {tmp_path / 'no' / 'b.json'} cannot be written: No such file or directory"])


@pytest.mark.parametrize("package", ["onnx", "safetensors"])
def test_a_missing_package_is_one_line(package: str, tmp_path: Path) -> None:
    run = untrained_run(tmp_path / "runs", "one")
    (tmp_path / f"{package}.py").write_text(f"raise ModuleNotFoundError('No module', name='{package}')\n")
    env = environment()
    env["PYTHONPATH"] = f"{tmp_path}:{env['PYTHONPATH']}"
    words = [sys.executable, "-m", "cnn", "export", run.name, f"a.{package}"]
    done = subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, text=True)
    line = f"cnn: this needs {package}, which is not installed; type: pip install 'sheetgen[export]'\n"
    assert (done.returncode, done.stderr) == (2, line)
    assert not (tmp_path / f"a.{package}").exists()


def test_the_model_card_tells_what_the_run_recorded(tmp_path: Path) -> None:
    one, other = handmade_run(tmp_path, "one"), handmade_run(tmp_path, "other")
    alone = card(one)
    config = recorded_config(other)
    other.write_record("config.json", replace(config, plan=replace(config.plan, seed=8)))
    together = card(one)
    assert "There is no run with another random seed beside it" in alone
    assert "By random seed, n = 2: mean 99.000%, sd 0.000%, least 99.00%." in together
    shares = [line for line in together.splitlines() if line.endswith("99.00% |")]
    assert shares[:2] == ["| 7 | 99.00% |", "| 8 | 99.00% |"]
    assert "198 of 200 test pictures = 99.00%" in together
    assert "| 3 | 90.00% |" in together  # two of twenty threes are misread
    for section in ("Intended use", "Data", "Training", "Metrics", "Limits"):
        assert f"\n## {section}\n" in together


def card(run: Run) -> str:
    from cnn.export.model_card import model_card

    return model_card(run)
