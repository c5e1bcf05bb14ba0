"""The shape of an equation that the template's author typed beside the layers."""

from __future__ import annotations

from sheetgen.errors import TemplateError
from sheetgen.template.document import Document
from sheetgen.template.nested import shape_of
from sheetgen.template.stack.tables import Tables
from sheetgen.tensors.labels import Shape


def typed_shape(document: Document, name: str) -> Shape | None:
    """Return the shape of a parameter that is typed; None where it is not, or has none that can be told."""
    parameters = document.table("parameters")
    return _said_shape(parameters[name]) if name in parameters else None


def _said_shape(value: object) -> Shape | None:
    if not isinstance(value, dict):
        return shape_of(value)
    said = value.get("shape")
    return tuple(said) if isinstance(said, list) and all(isinstance(size, int) for size in said) else None


def equation_shape(tables: Tables, name: str) -> Shape | None:
    """Return the shape of what a typed equation of the forward pass comes to.

    None where there is none of this name, or it uses what no layer so far has made. Raises TemplateError where it
    cannot be read, or shapes in it do not fit.
    """
    return _equation_shape(tables, name, ())


def _equation_shape(tables: Tables, name: str, users: tuple[str, ...]) -> Shape | None:
    # NumPy is needed for templates in tensors only, and those without are read by this room too.
    from sheetgen.tensors.fitting import ShapeError
    from sheetgen.tensors.lower import KNOWN_FUNCTIONS, Lowering
    from sheetgen.tensors.naming import COUNTED
    from sheetgen.tensors.parse import parse
    from sheetgen.tensors.tree import references

    text = tables.document.table("forward").get(name)
    if not isinstance(text, str) or name in users:
        return None
    with tables.document.refusing("forward", name):
        tree = parse(text, KNOWN_FUNCTIONS)
        known: dict[str, Shape] = {}
        for used, _ in references(tree):
            shape = _shape(tables, used, (*users, name))
            if shape is None:
                return None
            known[used] = shape
        try:
            return Lowering(known, known, COUNTED).define("forward", name, (), tree)[0]
        except ShapeError as error:
            raise TemplateError(f"{name} = {text}: {error.problem}", error.expected) from None


def _shape(tables: Tables, name: str, users: tuple[str, ...]) -> Shape | None:
    """Return the shape of what an equation uses."""
    if name in tables.shapes and name not in users:
        return tables.shapes[name]
    if name in tables.targets:
        return tables.targets[name]
    for parameters in (tables.document.table("parameters"), tables.written.get("parameters", {})):
        if name in parameters:
            return _said_shape(parameters[name])
    return _equation_shape(tables, name, users)
