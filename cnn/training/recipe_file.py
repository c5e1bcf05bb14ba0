"""A recipe of one's own, read from a TOML file: the settings of `Recipe`, or those that differ from another recipe."""

from __future__ import annotations

from dataclasses import MISSING, asdict, fields, replace
from pathlib import Path
from typing import Any

from cnn.json_form import kinds_of
from cnn.toml_file import TomlFile, names_a_file
from cnn.training.recipe import RECIPES, Recipe, SettingError, belongs_to, find_recipe
from sheetgen.errors import did_you_mean


def chosen_recipe(word: str | Path | Recipe) -> Recipe:
    """Return a recipe: one that is given, the built-in one of that name, or that of a file.

    Raises `UsageError` for a name that there is not, `SettingsError` for a file that is no recipe.
    """
    if isinstance(word, Recipe):
        return word
    if isinstance(word, Path) or names_a_file(word):
        return read_recipe(Path(word))
    return find_recipe(word)


def read_recipe(path: Path) -> Recipe:
    """Return the recipe of a file, ``like`` naming a built-in one to begin from; raise `SettingsError`, with the line,
    where a setting is wrong, takes no part, or is missing.
    """
    file = TomlFile.read(path)
    kinds = kinds_of(Recipe)
    file.only(file.data, ("like", *kinds), "a recipe")
    like = _like(file)
    given = {
        key: file.value(kinds[key], file.data[key], "", key) for key in file.data if key in kinds and key != "name"
    }
    needed = [field.name for field in fields(Recipe) if field.default is MISSING and field.name != "name"]
    if like is None and (missing := [name for name in needed if name not in given]):
        file.fail(f"the recipe has no {', '.join(missing)}", 'add them, or the recipe to begin from: like = "fast"')
    try:
        name = file.name(RECIPES)
        recipe = replace(like, name=name, **given) if like else Recipe(name, **given)
    except SettingError as error:
        file.fail(str(error), "", "", error.setting)
    _all_take_part(file, recipe, given)
    return recipe


def _like(file: TomlFile) -> Recipe | None:
    """Return the recipe to begin from, where the file names one."""
    if "like" not in file.data:
        return None
    name = file.value(str, file.data["like"], "", "like")
    if name not in RECIPES:
        hint = did_you_mean(name, RECIPES, f"there are: {', '.join(RECIPES)}")
        file.fail(f"no recipe is called '{name}'", hint, "", "like")
    return RECIPES[name]


def _all_take_part(file: TomlFile, recipe: Recipe, given: dict[str, Any]) -> None:
    """Complain of a setting that does nothing beside the others."""
    for name in given:
        if (choice := belongs_to(name)) and asdict(recipe)[name] is None:
            setting, wanted = choice
            problem = f'{name} takes no part beside {setting} = "{getattr(recipe, setting)}"'
            file.fail(problem, f'leave it out, or choose {setting} = "{wanted}"', "", name)
