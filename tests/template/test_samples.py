"""Samples that a template takes from a file beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sheetgen import load, loads
from sheetgen.template.write import effective_template


def test_a_csv_beside_the_template_is_carried_along(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("a,b,kind\n1,2,red\n3,4,blue\n", "utf-8")
    text = 'rates = [0.1]\niterations = 2\n[data]\nfile = "p.csv"\ninputs = { x = "b" }\nlabel = "kind"\n'
    text += 'classes = ["blue", "red"]\n[parameters]\nw = 1\n[forward]\ny = "w*x"\n[loss]\nE = "(t1 - y)^2 + t2"\n'
    (tmp_path / "p.toml").write_text(text, "utf-8")
    study = load(tmp_path / "p.toml")
    assert study.samples == {"x": (2.0, 4.0), "t1": (0.0, 1.0), "t2": (1.0, 0.0)}
    assert loads(effective_template(study), "p") == replace(study, name="p")
