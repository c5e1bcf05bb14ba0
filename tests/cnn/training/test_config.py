"""The record of how a run was started: written, read back, and what it must hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from cnn_support import config

from cnn.errors import RunError
from cnn.json_form import to_json
from cnn.net.networks import RF20
from cnn.runs.run import Run
from cnn.training.config import recorded_config
from cnn.training.recipe import FAST

KEYS = {
    "": "format command started plan device processes data machine versions continued",
    "plan": "network recipe seed validation validation_from patience data data_dir device threads amp own_network",
    "data": "name is_mnist fingerprint train validation test",
    "machine": "system architecture",
}
RECIPE = (
    "name epochs batch_size optimizer learning_rate schedule pipeline momentum weight_decay kernel_share kernel_decay "
    "kernel_momentum decay_every decay warmup rotation shift scale shear elastic erasing maps fill dropout"
)


def with_recipe(recipe: object) -> dict[str, Any]:
    content: dict[str, Any] = to_json(config("rf20"))
    content["plan"]["recipe"] = recipe
    return content


def test_a_record_is_read_back_and_its_keys_stand_in_their_order(tmp_path: Path) -> None:
    run, record = Run(tmp_path), replace(config("seed"), versions={"python": "3.11", "torch": "2"})
    run.write_record("config.json", record)
    assert recorded_config(run) == record
    content: Mapping[str, Any] = run.read_json("config.json")
    for place, keys in KEYS.items():
        assert list(content[place] if place else content) == keys.split()
    assert list(content["plan"]["recipe"]) == RECIPE.split()


def test_a_damaged_plan_is_a_clear_error(tmp_path: Path) -> None:
    run = Run(tmp_path)
    for recipe in ({"name": "fast"}, {**asdict(FAST), "smooth": True}, None):
        run.write_json("config.json", with_recipe(recipe))
        with pytest.raises(RunError, match="holds no plan"):
            recorded_config(run)
    run.write_json("config.json", with_recipe({**asdict(FAST), "smooth": False}))
    assert recorded_config(run).plan.recipe == FAST


def test_settings_that_a_run_of_before_did_not_have_are_the_usual_ones(tmp_path: Path) -> None:
    run = Run(tmp_path)
    content = with_recipe({name: value for name, value in asdict(FAST).items() if name != "dropout"})
    content["plan"] = {"network": RF20.name, "recipe": content["plan"]["recipe"]}
    run.write_json("config.json", content)
    assert recorded_config(run).plan.recipe == FAST
    assert recorded_config(run).plan.seed == 1
