"""The texts of the shipped templates, and of files that are none."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from sheetgen import UsageError, load
from sheetgen.template.shipped import template_names, template_text


def test_templates_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no template or file 'mlp-2-2'; did you mean 'mlp-2-2-2'\?"):
        load("mlp-2-2")
    with pytest.raises(UsageError, match=r"no template or file 'zzz'; the shipped ones are .*mlp-2-2-2"):
        load("zzz")
    (tmp_path / "binary.toml").write_bytes(b"title = \xff")
    with pytest.raises(UsageError, match=r"is not UTF-8 text .byte 8.; a template is a .toml file, saved as UTF-8"):
        load(tmp_path / "binary.toml")
    with pytest.raises(UsageError, match="cannot be read"):
        load(tmp_path)


def test_the_shipped_templates_load() -> None:
    assert "mlp-2-2-2" in template_names()
    for name in template_names():
        assert load(name).name == name
        assert tomllib.loads(template_text(name))["title"] == load(name).title
