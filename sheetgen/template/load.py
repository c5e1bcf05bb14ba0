"""A template, in TOML, becomes a study: the network, its numbers, its learning rates, its iterations.

Every mistake gets one TemplateError that names the file, the line where TOML gives it, the quantity and
what was expected.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path

from sheetgen.algebra.expr import Expr
from sheetgen.errors import did_you_mean, listed, must_be
from sheetgen.limits import checked_iterations
from sheetgen.network.assemble import assemble
from sheetgen.network.descent import position_in
from sheetgen.network.graph import Graph, Player, Running, State
from sheetgen.network.study import CHECK_SETTINGS, FORWARD_ONLY, UNTRAINED_SETTINGS, Study, Variant
from sheetgen.sheet_names import RESERVED
from sheetgen.template import DEFAULT
from sheetgen.template.about import described
from sheetgen.template.axes import read_axes
from sheetgen.template.batch import require_batch, require_samples_alone
from sheetgen.template.document import EQUATION_TABLES, QUANTITY_TABLES, Document, is_printable
from sheetgen.template.equations import equation_texts, read_equation, require_room
from sheetgen.template.holes import fill_holes
from sheetgen.template.layers.expand import expand_layers
from sheetgen.template.masks import mask_names, with_masks
from sheetgen.template.pictures import with_pictures
from sheetgen.template.players import TABLE as LOSSES
from sheetgen.template.players import is_game, read_players
from sheetgen.template.quantity_names import require_names, require_no_keys, require_no_settings, require_tensor_names
from sheetgen.template.rules import OPTIMISERS, OWN_SCHEDULES, Rules, read_rules, rule_places
from sheetgen.template.running import TABLE as RUNNING
from sheetgen.template.running import read_running
from sheetgen.template.samples import Samples, read_samples
from sheetgen.template.scaling import SCALES, scale
from sheetgen.template.shipped import template_names, template_text
from sheetgen.template.shuffle import drawn_order
from sheetgen.template.stack.expand import expand_stack, is_stack
from sheetgen.template.state import TABLE as STATE
from sheetgen.template.state import read_states, require_successive_rows
from sheetgen.template.tensors.detect import has_tensors
from sheetgen.template.tensors.numbers import given_shapes, seed_of
from sheetgen.template.test_set import with_test_set
from sheetgen.template.untrained import is_trained, require_loss, require_nothing_of_training
from sheetgen.template.unused import require_use
from sheetgen.template.variants import read_variants
from sheetgen.tensors.labels import Shape
from sheetgen.tensors.naming import Naming
from sheetgen.tensors.program import Tensors

_ABOVE = ("seed", "rates", "iterations", "batch", "shuffle", "frozen", "optimiser", "schedule")
_SAID = ("title", "description", "workbook", "try", "pictures")
_KEYS = (
    *_SAID,
    *_ABOVE,
    "variants",
    OPTIMISERS,
    OWN_SCHEDULES,
    "layers",
    "axes",
    "data",
    STATE,
    RUNNING,
    LOSSES,
    *QUANTITY_TABLES,
)

_MOST_SUGGESTIONS, _LONGEST_SUGGESTION = 8, 300


def load(template: str | Path = DEFAULT) -> Study:
    """Return the study that a shipped template, or a file, describes.

    Raises UsageError where there is no such template and TemplateError where it is wrong.
    """
    return load_drawn(template, None)


def load_drawn(template: str | Path, seed: int | None) -> Study:
    """Return the study of a template, what it draws at random drawn by this seed, where one is given.

    Raises what `load` raises, and UsageError where a seed is given to a template that draws nothing.
    """
    text, source = template_text(str(template)), str(template)
    if template not in template_names():
        return _study(text, source, Path(template).parent, seed)
    with as_file(files("sheetgen.templates")) as folder:
        return _study(text, source, folder, seed)


def loads(text: str, source: str = "template") -> Study:
    """Return the study that a template's text describes; ``source`` names it in messages."""
    return _study(text, source, None)


def _study(text: str, source: str, folder: Path | None, seed: int | None = None) -> Study:
    document = Document.decode(text, source)
    if seed is not None:
        document.draw_by(seed)
    with document.refusing():
        return _TemplateReader(document, folder).study()


class _TemplateReader:
    """Reads the study of a document; a CSV file is looked for in ``folder``."""

    def __init__(self, document: Document, folder: Path | None) -> None:
        self.document, self.folder = document, folder

    def study(self) -> Study:
        document = self.document
        for key in document.data:
            if key not in _KEYS:
                document.unknown(key, _KEYS, "a template has")
        naming = read_axes(document)
        read = self.in_data(naming)
        filled = fill_holes(document, read) if read else None
        in_data = filled.samples if filled else None
        shapes = in_data.shapes if in_data else {}
        prepared = scale(document, filled) if filled else {}
        if is_stack(document):
            if prepared:
                problem = "the columns of [data] that are scaled or filled stand in equations"
                expected = "type the equations, or use [layers]: [[layers]] reads other columns"
                document.fail(
                    problem, expected, "data", next(key for key in (*SCALES, "fill") if key in document.table("data"))
                )
            expand_stack(document, *self.sample_shapes(in_data))
        require_no_keys(document, _ABOVE)
        players = self.players()
        tensors = self.tensors(in_data, naming, players) if naming.axes or has_tensors(document, shapes) else None
        if tensors is not None:
            players = _by_element(players, tensors)
        if tensors is not None:
            require_tensor_names(document, tensors)
        if "seed" in document.data:
            seed_of(document)
        samples = in_data or Samples(self.sample("inputs"), self.sample("targets"))
        left_out = (*filled.known, *mask_names(document)) if filled else ()
        fixed = self.expand_layers(samples, prepared, left_out) if "layers" in document.data else ()
        require_names(document, samples)
        trains = is_trained(document)
        (require_loss if trains else require_nothing_of_training)(document)
        equations = self.equations(trains)
        states, starts = read_states(document, equations, samples.all if in_data else ())
        values = self.values(samples, trains) | starts
        batch = self.batch(samples.count) if trains else samples.count
        require_successive_rows(document, states, samples.count, batch)
        running = read_running(document, tensors is not None)
        require_batch(document, equations | {one.name: one.equation for one in running}, batch)
        if filled:
            require_use(document, filled, prepared, equations)
        position = position_in(batch, samples.count)
        network = self.network(samples, fixed, equations, states, players, position, running)
        shuffle = self.shuffle(samples.count, batch)
        iterations = self.iterations(batch) if trains else 0
        said = described(document)
        study = Study(
            name=said.name,
            title=said.title,
            description=said.description,
            workbook=self.file_name("workbook", f"{said.name}.xlsx"),
            network=network,
            values=values,
            equations=equation_texts(document),
            tensors=tensors,
            variants=self.variants(iterations, tensors, network),
            iterations=iterations,
            samples=samples.all if samples.count > 1 else {},
            test=samples.test,
            batch=batch,
            shuffle=shuffle,
            order=() if shuffle is None else drawn_order(shuffle, samples.count),
            suggestions=self.suggestions(),
            read_as=samples.read_as,
            places=document.places() | rule_places(document),
            settings=dict(CHECK_SETTINGS if trains else UNTRAINED_SETTINGS),
            running={one.name: str(document.table(RUNNING)[one.name]).strip() for one in running},
        )
        require_no_settings(document, study)
        require_room(document, study)
        return with_pictures(document, study)

    def variants(self, iterations: int, tensors: Tensors | None, network: Graph) -> tuple[Variant, ...]:
        """Return the ways in which the network is trained; where it is not, its only sheet."""
        if not network.trains:
            return (FORWARD_ONLY,)
        return read_variants(self.document, iterations, RESERVED, self.rules(tensors, network))

    def rules(self, tensors: Tensors | None, network: Graph) -> Rules:
        """Return the methods that the template may name."""
        given = tensors.given if tensors else {}
        parameters = {name: one for name, one in given.items() if one.table == "parameters"}
        called = {name: tensors.naming.labels(name, one.shape) for name, one in parameters.items()} if tensors else {}
        return read_rules(self.document, called, network.weights)

    def sample_shapes(self, in_data: Samples | None) -> tuple[Mapping[str, Shape], Mapping[str, Shape]]:
        """Return the shapes of the inputs and of the targets."""
        if in_data is not None:
            return in_data.shapes_of(in_data.inputs), in_data.shapes_of(in_data.targets)
        return given_shapes(self.document, "inputs"), given_shapes(self.document, "targets")

    def tensors(self, in_data: Samples | None, naming: Naming, players: tuple[Player, ...]) -> Tensors:
        """Put named scalars in place of tensors; return what the template said in tensors."""
        if self.document.table("layers"):
            problem = "the one table [layers] is of numbers, and the template has tensors"
            self.document.fail(problem, 'write tables [[layers]], such as kind = "linear", or numbers', "layers")
        from sheetgen.template.tensors.expand import expand_tensors

        in_rows, numbers = (in_data.shapes, in_data.all) if in_data else ({}, {})
        return expand_tensors(self.document, in_rows, naming, numbers, [player.loss for player in players])

    def suggestions(self) -> tuple[str, ...]:
        """Return what a reader is to try."""
        document = self.document
        texts = document.strings(document.data.get("try", []), "try", "", "try")
        words = [" ".join(text.split()) for text in texts]
        plain = all(0 < len(text) <= _LONGEST_SUGGESTION and all(map(is_printable, text)) for text in words)
        if not plain or len(words) > _MOST_SUGGESTIONS:
            expected = f"a list of at most {_MOST_SUGGESTIONS} printable texts of 1 to {_LONGEST_SUGGESTION} characters"
            document.fail(*must_be("try", expected), "", "try")
        return tuple(words)

    def in_data(self, naming: Naming) -> Samples | None:
        """Return the samples of [data]; None where [inputs] and [targets] hold the only one."""
        document = self.document
        if "data" not in document.data:
            return None
        for table in ("inputs", "targets"):
            if table in document.data:
                problem = f"the template has [data], so [{table}] must go"
                document.fail(problem, f"name the {table} in [data]", table)
        samples = with_test_set(document, self.folder, naming, read_samples(document, self.folder, naming))
        return with_masks(document, samples)

    def sample(self, table: str) -> dict[str, tuple[float, ...]]:
        """Return the numbers of a table of a single sample."""
        return {name: (self.number(table, name),) for name in self.document.table(table)}

    def expand_layers(
        self, samples: Samples, prepared: Mapping[str, str], left_out: Collection[str]
    ) -> tuple[str, ...]:
        """Put what [layers] stands for into the tables, where what is typed goes before it; return what it freezes."""
        document = self.document
        expansion = expand_layers(
            document,
            tuple(prepared.get(name, name) for name in samples.inputs if name not in left_out),
            tuple(prepared.get(name, name) for name in samples.targets),
        )
        line = document.lines.get(("layers", ""))
        for table in ("parameters", *EQUATION_TABLES):
            written, typed = getattr(expansion, table), document.table(table)
            document.data[table] = {**written, **typed}
            document.lines |= {(table, name): line for name in written.keys() - typed.keys() if line}
        return expansion.frozen

    def values(self, samples: Samples, trains: bool) -> dict[str, float]:
        """Return the numbers that are given once: parameters, and the data of a single sample."""
        needed = trains or not samples.inputs
        parameters = {name: self.number("parameters", name) for name in self.document.table("parameters", needed)}
        if samples.count > 1:
            return parameters
        return {name: numbers[0] for name, numbers in samples.all.items()} | parameters

    def equations(self, trains: bool) -> dict[str, Expr]:
        """Return the equations of all tables."""
        document, needed = self.document, "loss" if trains else "forward"
        tables = ((table, document.table(table, table == needed)) for table in EQUATION_TABLES)
        return {name: read_equation(document, table, name) for table, names in tables for name in names}

    def players(self) -> tuple[Player, ...]:
        """Return the losses of [[losses]], if there are any, written out."""
        document = self.document
        if is_game(document):
            for named, expected in (
                ("layers", "write tables [[layers]], or type the equations"),
                (STATE, "in tensors write a loop over time"),
                (RUNNING, "write one loss in [loss]"),
            ):
                if named in document.data:
                    document.fail(f"[[losses]] do not go with [{named}]", expected, LOSSES)
            require_samples_alone(document)
        return read_players(document)

    def network(
        self,
        samples: Samples,
        fixed: tuple[str, ...],
        equations: Mapping[str, Expr],
        states: tuple[State, ...],
        players: tuple[Player, ...],
        position: str,
        running: tuple[Running, ...],
    ) -> Graph:
        document = self.document
        parameters = document.table("parameters")
        held = (*fixed, *(one.name for one in running))
        frozen = (*document.strings(document.data.get("frozen", []), "frozen", "", "frozen"), *held)
        for name in frozen:
            if name not in parameters:
                problem = f"frozen names {name!r}, which is no parameter"
                hint = did_you_mean(name, parameters, f"there are {listed(parameters)}")
                document.fail(problem, hint, "", "frozen")
        if parameters and len(set(frozen)) == len(parameters):
            document.fail("every parameter is frozen, so nothing is trained", "leave one out", "", "frozen")
        forward, loss, metrics = (
            {name: equations[name] for name in document.table(table)} for table in EQUATION_TABLES
        )
        return assemble(
            samples.inputs,
            samples.targets,
            parameters,
            forward,
            loss,
            metrics,
            frozen,
            states,
            players,
            position,
            running,
        )

    def number(self, table: str, name: str) -> float:
        return self.document.number(self.document.table(table)[name], name, table, name)

    def file_name(self, key: str, default: str) -> str:
        value = self.document.string(key, default)
        if value != Path(value).name or "\\" in value or not value.endswith(".xlsx"):
            problem, _ = must_be(key, "a bare file name that ends in .xlsx", repr(value))
            self.document.fail(problem, "folders belong to -o", "", key)
        return value

    def iterations(self, batch: int) -> int:
        with self.document.refusing("", "iterations"):
            return checked_iterations(self.document.data.get("iterations"), batch)

    def batch(self, count: int) -> int:
        """Return how many samples an update averages over: 1, n or "full"."""
        batch = self.document.data.get("batch", 1)
        if batch == "full":
            return count
        if isinstance(batch, bool) or not isinstance(batch, int) or not 1 <= batch <= count:
            expected = f'a whole number from 1 to the number of samples, {count:,}, or "full"'
            self.document.fail(*must_be("batch", expected, repr(batch)), "", "batch")
        return batch

    def shuffle(self, count: int, batch: int) -> int | None:
        """Return the seed of the order in which the samples are trained on, or None for their own order."""
        seed = self.document.data.get("shuffle")
        if seed is None:
            return None
        if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
            expected = "a whole number from 0, the seed of the order"
            self.document.fail(*must_be("shuffle", expected, repr(seed)), "", "shuffle")
        if batch == count:
            problem = "shuffle changes nothing where every update averages over all samples"
            self.document.fail(problem, "remove it, or set batch to fewer samples", "", "shuffle")
        return seed


def _by_element(players: tuple[Player, ...], tensors: Tensors) -> tuple[Player, ...]:
    """Return players with the elements of the tensors that they train."""
    given, labels = tensors.given, tensors.naming.labels
    return tuple(
        replace(player, weights=tuple(label for name in player.weights for label in labels(name, given[name].shape)))
        for player in players
    )
