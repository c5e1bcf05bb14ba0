"""The tensors of a template written out: its tables hold named scalars afterwards, as if they had been typed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from graphlib import CycleError
from itertools import islice

from sheetgen.algebra.order import in_order
from sheetgen.errors import TemplateError, did_you_mean, must_be
from sheetgen.limits import MAX_COLUMNS
from sheetgen.template.axes import require_known
from sheetgen.template.document import EQUATION_TABLES, GIVEN_TABLES, Document
from sheetgen.template.tensors.numbers import is_tensor, read_numbers
from sheetgen.template.tensors.places import Numbers, require_places
from sheetgen.tensors.fitting import MOST_AXES, ShapeError
from sheetgen.tensors.heads import Head, heads
from sheetgen.tensors.known import needed, spelled
from sheetgen.tensors.labels import Place, Shape, shape_text
from sheetgen.tensors.lower import KNOWN_FUNCTIONS, Lowering
from sheetgen.tensors.naming import Naming
from sheetgen.tensors.parse import parse, words_of
from sheetgen.tensors.program import Given, Step, Tensors, Typed
from sheetgen.tensors.tree import Tree, references

_Name = tuple[str, Place]


def expand_tensors(
    document: Document, in_data: Mapping[str, Shape], naming: Naming, samples: Numbers, losses: Collection[str] = ()
) -> Tensors:
    """Put named scalars into the tables in place of tensors; return what the template said.

    ``in_data`` are the shapes of what [data] names, ``samples`` its numbers; ``naming`` says what elements are called.
    ``losses`` are those of several players, which must be numbers.

    Raises TemplateError, with the line of the equation, where shapes do not fit or names are unknown.
    """
    given = {name: Given("data", shape) for name, shape in in_data.items()}
    frozen = document.data.get("frozen")
    for table in GIVEN_TABLES:
        given |= _given(document, table, naming)
    for name, one in given.items():
        if len(one.shape) > MOST_AXES:
            document.fail(f"{name} has {len(one.shape)} axes", f"at most {MOST_AXES}", one.table, name)
    if isinstance(frozen, list):
        document.data["frozen"] = [label for name in frozen for label in _labels_of(given, naming, name)]
    return _Expansion(document, given, naming, losses).tensors({**samples, **_numbers(document)})


def _labels_of(given: dict[str, Given], naming: Naming, name: object) -> tuple[object, ...]:
    """Return the scalars of a tensor; a name that is none stays as it is, for others to judge."""
    tensor = given.get(name) if isinstance(name, str) else None
    return (name,) if tensor is None else naming.labels(str(name), tensor.shape)


def _given(document: Document, table: str, naming: Naming) -> dict[str, Given]:
    """Put the elements of a table's tensors into it; return the shapes."""
    given: dict[str, Given] = {}
    scalars: dict[str, object] = {}
    for name, value in document.table(table).items():
        if isinstance(value, str):
            document.fail(*must_be(name, "a number, nested lists or { shape = [4, 3] }", repr(value)), table, name)
        if not is_tensor(value):
            given[name], elements = Given(table, ()), {name: value}
        else:
            numbers = read_numbers(document, table, name, value)
            given[name] = Given(table, numbers.shape)
            with document.refusing(table, name):
                called = naming.labels(name, numbers.shape)
            elements = dict(zip(called, numbers.elements, strict=True))
        _require_new(document, table, name, scalars.keys() & elements.keys())
        scalars |= elements
        _note_lines(document, table, name, elements)
    if table in document.data:
        document.data[table] = scalars
    return given


def _numbers(document: Document) -> Numbers:
    """Return the numbers of the inputs and targets of a single sample, where they are numbers."""
    tables = [document.table(table).items() for table in ("inputs", "targets")]
    return {name: (value,) for items in tables for name, value in items if isinstance(value, int | float)}


def _require_new(document: Document, table: str, name: str, twice: set[str]) -> None:
    if twice:
        label = min(twice)
        problem = f"{name!r} has an element {label!r}, which is declared already"
        document.fail(problem, "rename one", table, name, quantity=name)


def _note_lines(document: Document, table: str, key: str, scalars: dict[str, object]) -> None:
    """Let what is said of a scalar name the line on which its tensor stands."""
    line = document.lines.get((table, key))
    if line:
        document.lines |= {(table, label): line for label in scalars}


def _require_telling(typed: Typed, names: set[str]) -> None:
    """Let a letter of a loop that is a quantity's name, too, stand between brackets alone, where it is the number."""
    letters = next(heads(typed.key)).loop.keys() & names
    depth = 0
    for token in words_of(typed.text) if letters else ():
        depth += {"[": 1, "]": -1}.get(token.text, 0)
        if token.text in letters and not depth:
            problem = f"{typed.key}: {token.text} is the number of the loop, and a quantity {token.text}, too"
            raise TemplateError(problem, "give the loop another letter")


class _Expansion:
    """Reads the equations of a document over tensors of given shapes."""

    def __init__(
        self, document: Document, given: dict[str, Given], naming: Naming, losses: Collection[str] = ()
    ) -> None:
        self.document, self.given, self.naming, self.losses = document, given, naming, losses
        self.typed: list[Typed] = []
        self.trees: dict[_Name, tuple[Typed, Head, Tree]] = {}
        self.parts: dict[str, dict[Place, None]] = {}
        self._named: set[str] = set()

    def tensors(self, numbers: Numbers) -> Tensors:
        """Return what the template says in tensors; its tables of equations hold scalars afterwards."""
        tables = [(table, self.document.table(table)) for table in EQUATION_TABLES]
        self._named = {key.partition("[")[0].strip() for _, written in tables for key in written}
        for table, written in tables:
            for key, text in written.items():
                self._read(table, key, text)
        names = {name for name, _ in self.trees}
        shapes = {name: one.shape for name, one in self.given.items()}
        for typed, _, tree in self.trees.values():
            with self.document.refusing(typed.table, typed.key):
                require_places(tree, shapes, self.naming, numbers)
        lowering = Lowering(shapes, {*self.given, *names}, self.naming)
        unrolled = [self._define(lowering, name) for name in self._order()]
        self._require_one_number(unrolled)
        self._require_named(unrolled, {step.name for step in lowering.steps})
        if self.document.table("forward") and not lowering.scalars.get("forward"):
            problem = "the table [forward] computes nothing: it only gives other names to what is given"
            self.document.fail(problem, "let it hold an equation that computes", "forward")
        for table in EQUATION_TABLES:
            if table in self.document.data:
                self.document.data[table] = lowering.scalars.get(table, {})
        return Tensors(self.given, tuple(self.typed), tuple(unrolled), tuple(lowering.steps), self.naming)

    def _read(self, table: str, key: str, text: object) -> None:
        """Read an equation, once for each turn of its loops."""
        if not isinstance(text, str):
            expected = f'an equation in quotes, such as {key} = "x @ W + b"'
            self.document.fail(f"{key} must be {expected}", expected, table, key)
        typed = Typed(table, key, text.strip())
        self.typed.append(typed)
        with self.document.refusing(table, key):
            _require_telling(typed, {*self.given, *self._named})
            for head in heads(key):
                self._declare(head, (typed, head, parse(text, KNOWN_FUNCTIONS, head.loop)))

    def _declare(self, head: Head, read: tuple[Typed, Head, Tree]) -> None:
        whole, parts = (head.name, ()) in self.trees, head.name in self.parts
        if (head.name, head.place) in self.trees or head.name in self.given or whole or (parts and not head.place):
            raise TemplateError(f"{spelled(head.name, head.place)} is declared twice", "keep one")
        self.trees[head.name, head.place] = read
        if head.place:
            self.parts.setdefault(head.name, {})[head.place] = None

    def _order(self) -> list[_Name]:
        """Return the equations, each after those it uses."""
        uses = {name: set(self._uses(name)) for name in self.trees}
        try:
            return list(in_order(uses))
        except CycleError as error:
            circle: list[_Name] = error.args[1]
            path = " → ".join(spelled(*name) for name in reversed(circle))
            typed = self.trees[circle[0]][0]
            problem = f"the equations go round in a circle: {path}"
            self.document.fail(problem, "each must use only earlier quantities", typed.table, typed.key)

    def _uses(self, name: _Name) -> Iterator[_Name]:
        typed, _, tree = self.trees[name]
        for used, items in references(tree):
            if used in self.parts:
                for place in needed(items, self.parts[used]):
                    self._require(name, typed, used, place)
                    yield used, place
            elif used not in self.given:
                self._require(name, typed, used, ())
                yield used, ()

    def _require_one_number(self, steps: list[Step]) -> None:
        """Let the loss that no other equation uses, and those of several players, be no tensors."""
        used = {other for name in self.trees for other, _ in self._uses(name)} - set(self.losses)
        for step in steps:
            if step.table == "loss" and step.name not in used and step.shape:
                typed = self.trees[step.name, step.place][0]
                problem = f"{typed.key} is {shape_text(step.shape)}, and what is minimised is one number"
                self.document.fail(problem, f"{typed.key} = sum({typed.text})", "loss", typed.key)

    def _require_named(self, steps: list[Step], computed: set[str]) -> None:
        """Let [axes] be of tensors that there are, and have no name for a part that there is not."""
        require_known(self.document, self.naming, {*self.given, *computed})
        for step in steps:
            if step.place and step.name in self.naming.axes:
                sizes = tuple(max(along) + 1 for along in zip(*self.parts[step.name], strict=True))
                with self.document.refusing(step.table, self.trees[step.name, step.place][0].key):
                    self.naming.labels(step.name, (*sizes, *step.shape))

    def _require(self, name: _Name, typed: Typed, used: str, place: Place) -> None:
        """Let an equation use only what is declared."""
        if (used, place) in self.trees:
            return
        known = {*self.given, *(n for n, _ in self.trees)}
        hint = did_you_mean(used, known, "declare it, or correct the name") if not place else "declare it too"
        if len(place) == 1 and (first := min(self.parts[used])) and len(self.parts[used]) > 1:
            (last,) = max(self.parts[used])
            hint = f"{used} has the parts {first[0]} to {last}"
        problem = f"{spelled(*name)} uses {spelled(used, place)!r}, which is declared nowhere"
        self.document.fail(problem, hint, typed.table, typed.key)

    def _define(self, lowering: Lowering, name: _Name) -> Step:
        typed, head, tree = self.trees[name]
        before = len(lowering.scalars.get(typed.table, ()))
        try:
            shape, called = lowering.define(typed.table, head.name, head.place, tree)
        except ShapeError as error:
            inside = f" in {error.where}," if error.where and error.where != typed.text else ""
            what = f"{spelled(*name)} = {typed.text}:{inside} {error.problem}"
            self.document.fail(what, error.expected, typed.table, typed.key)
        scalars = lowering.scalars[typed.table]
        if sum(map(len, lowering.scalars.values())) > MAX_COLUMNS:
            problem = f"there are more than {MAX_COLUMNS:,} quantities up to {spelled(*name)}"
            self.document.fail(problem, f"a sheet has {MAX_COLUMNS:,} columns", typed.table, typed.key)
        _note_lines(
            self.document, typed.table, typed.key, dict.fromkeys(islice(reversed(scalars), len(scalars) - before))
        )
        return Step(typed.table, head.name, head.place, typed.text, tree, shape, called, dict(head.loop))
