"""A study written as a template: TOML that loads to the same study."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sheetgen.algebra.rows import start
from sheetgen.network.graph import section_of
from sheetgen.network.optimizers import CONSTANT, SGD, Choice, Optimizer, Schedule
from sheetgen.network.study import Study, variant
from sheetgen.template.document import EQUATION_TABLES
from sheetgen.template.players import TABLE as LOSSES
from sheetgen.template.rules import OPTIMISERS, OWN_SCHEDULES
from sheetgen.template.running import TABLE as RUNNING
from sheetgen.template.state import EPOCH, ONE_STEP, TABLE
from sheetgen.tensors.labels import Shape
from sheetgen.tensors.naming import COUNTED, Naming


def write_key(name: str) -> str:
    """Return a TOML key: what is more than letters and digits of ASCII needs quotes there."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)


def write_string(text: str) -> str:
    """Return a TOML string; several lines become a multi-line string that reads as it was typed."""
    if "\n" not in text:
        return json.dumps(text, ensure_ascii=False)
    body = text.replace("\\", "\\\\").replace('"""', '""\\"')
    return f'"""\n{body}\n"""'


def write_list(texts: Iterable[str]) -> str:
    """Return a TOML list of strings."""
    return f"[{', '.join(map(write_string, texts))}]"


def _choice(choice: Choice) -> str:
    """Write a choice as an inline table."""
    return f"{{ {', '.join([f'name = {write_string(choice.name)}', *_settings(choice.own, choice.settings)])} }}"


def _settings(rule: Optimizer | Schedule | None, settings: Mapping[str, float]) -> Iterator[str]:
    """Write settings as keys with values; one that is not the same for all weights is an inline table."""
    several = rule.by_weight if isinstance(rule, Optimizer) else {}
    for name, value in settings.items():
        if name.partition("[")[0] not in several:
            yield f"{write_key(name)} = {value!r}"
    for setting in several:
        stem = f"{setting}["
        of = {name.removeprefix(stem)[:-1]: value for name, value in settings.items() if name.startswith(stem)}
        pairs = ", ".join(f"{write_key(group)} = {value!r}" for group, value in of.items())
        yield f"{write_key(setting)} = {{ {pairs} }}"


def _rule_lines(study: Study) -> Iterator[str]:
    """Write the rules of training that are the template's own, each once."""
    own = {(v.optimizer.name, 0): v.optimizer.own for v in study.variants}
    own |= {(v.schedule.name, 1): v.schedule.own for v in study.variants}
    for rule in own.values():
        if rule is None:
            continue
        table = OPTIMISERS if isinstance(rule, Optimizer) else OWN_SCHEDULES
        yield from ("", f"[{table}.{write_key(rule.name)}]")
        if rule.title != rule.name:
            yield f"title = {write_string(rule.title)}"
        yield from _settings(rule, {name: setting.number(0) or 0.0 for name, setting in rule.settings.items()})
        if isinstance(rule, Schedule):
            yield f"rate = {write_string(rule.equation)}"
            continue
        if starts := [f"{write_key(c.letter)} = {write_string(c.start)}" for c in rule.columns if c.start]:
            yield f"memory = {{ {', '.join(starts)} }}"
        yield from (f"{write_key(c.letter)} = {write_string(c.equation)}" for c in rule.columns)
        yield f"step = {write_string(rule.step)}"


def effective_template(study: Study) -> str:
    """Return the effective template of a study: TOML that loads to the same study."""
    return "\n".join(_template_lines(study))


def _template_lines(study: Study) -> Iterator[str]:
    for key in ("title", "description", "workbook"):
        yield f"{key} = {write_string(getattr(study, key))}"
    if study.suggestions:
        yield f"try = {write_list(study.suggestions)}"
    if study.pictures == ():
        yield "pictures = []"
    if study.trains:
        yield from _training_lines(study)
    yield from _picture_lines(study)
    yield from _axis_lines(study)
    yield from _number_lines(study)
    yield from _state_lines(study)
    if study.running:
        yield from ("", f"[{RUNNING}]")
        yield from (f"{write_key(name)} = {write_string(text)}" for name, text in study.running.items())
    for table in EQUATION_TABLES:
        if table == "loss" and study.network.players:
            yield from _player_lines(study)
        elif equations := dict(_equations(study, table)):
            yield from ("", f"[{table}]")
            yield from (f"{write_key(name)} = {write_string(text)}" for name, text in equations.items())


def _training_lines(study: Study) -> Iterator[str]:
    """Write how the network is trained."""
    yield f"iterations = {study.iterations}"
    if study.samples:
        yield f"batch = {study.batch}"
    if study.shuffle is not None:
        yield f"shuffle = {study.shuffle}"
    if frozen := [name for name in study.network.fixed if name not in study.running]:
        yield f"frozen = {write_list(_as_declared(study, frozen))}"
    yield from _variant_lines(study)
    yield from _rule_lines(study)


def _player_lines(study: Study) -> Iterator[str]:
    typed = dict(_equations(study, "loss"))
    for player in study.network.players:
        yield from ("", f"[[{LOSSES}]]", f"name = {write_string(player.loss)}")
        yield f"loss = {write_string(typed[player.loss])}"
        yield f"trains = {write_list(_as_declared(study, player.weights))}"


def _as_declared(study: Study, elements: Sequence[str]) -> list[str]:
    """Return parameters with a tensor's name in place of its elements, where all of these are among them."""
    whole: dict[str, str] = {}
    for name, given in study.tensors.given.items() if study.tensors else ():
        labels = study.tensors.naming.labels(name, given.shape) if study.tensors else ()
        if set(labels) <= set(elements):
            whole |= dict.fromkeys(labels, name)
    return list(dict.fromkeys(whole.get(element, element) for element in elements))


def _equations(study: Study, table: str) -> Iterator[tuple[str, str]]:
    """Yield the equations of a table, with what stands before the equals sign."""
    if study.tensors is not None:
        yield from ((typed.key, typed.text) for typed in study.tensors.typed if typed.table == table)
    else:
        quantities = study.network.section(section_of(table))
        yield from ((quantity.name, study.equations[quantity.name]) for quantity in quantities)


def _variant_lines(study: Study) -> Iterator[str]:
    """Write the variants: as rates, where nothing else tells them apart."""
    first = study.variants[0]
    if all(v == variant(v.rate, first.optimizer, first.schedule) for v in study.variants):
        yield f"rates = [{', '.join(map(repr, study.rates))}]"
        if first.optimizer != SGD:
            yield f"optimiser = {_choice(first.optimizer)}"
        if first.schedule != CONSTANT:
            yield f"schedule = {_choice(first.schedule)}"
        return
    for v in study.variants:
        yield from ("", "[[variants]]", f"sheet = {write_string(v.sheet)}", f"rate = {v.rate!r}")
        yield f"optimiser = {_choice(v.optimizer)}"
        yield f"schedule = {_choice(v.schedule)}"


def _picture_lines(study: Study) -> Iterator[str]:
    for picture in study.pictures or ():
        yield from ("", "[[pictures]]", f"kind = {write_string(picture.kind)}")
        if picture.x:
            yield from (f"x = {write_string(picture.x)}", f"y = {write_string(picture.y)}")
        if picture.classes:
            yield f"classes = {write_list(picture.classes)}"


def _axis_lines(study: Study) -> Iterator[str]:
    naming = _naming(study)
    if naming.words:
        yield from ("", "[axes]")
        yield from (f"{write_key(axis)} = {write_list(words)}" for axis, words in naming.words.items())
        tensors = (f"{name}[{', '.join(axis or ':' for axis in axes)}]" for name, axes in naming.axes.items())
        read_as = (f"{name} = {axis}" for name, axis in naming.places.items())
        yield f"tensors = {write_list([*tensors, *read_as])}"


def _naming(study: Study) -> Naming:
    return study.tensors.naming if study.tensors is not None else COUNTED


def _number_lines(study: Study) -> Iterator[str]:
    shapes, naming = _shapes(study), _naming(study)
    if study.samples:
        yield from ("", "[data]", f"inputs = {write_list(shapes['inputs'])}")
        if shapes["targets"]:
            yield f"targets = {write_list(shapes['targets'])}"
        tensors = shapes["inputs"] | shapes["targets"]
        yield from _row_lines(study.samples, tensors, naming)
        if study.test:
            yield from ("", "[data.test]")
            yield from _row_lines(study.test, tensors, naming)
    data = () if study.samples else ("inputs", "targets")
    for table in (table for table in (*data, "parameters") if shapes[table]):
        yield from ("", f"[{table}]")
        for name, shape in shapes[table].items():
            yield f"{write_key(name)} = {_nested(study.values, naming.labels(name, shape), shape)}"


def _row_lines(samples: Mapping[str, Sequence[float]], tensors: Mapping[str, Shape], naming: Naming) -> Iterator[str]:
    """Write samples as typed rows."""
    yield "rows = ["
    for numbers in zip(*samples.values(), strict=True):
        row = dict(zip(samples, numbers, strict=True))
        cells = (_nested(row, naming.labels(name, shape), shape) for name, shape in tensors.items())
        yield f"  [{', '.join(cells)}],"
    yield "]"


def _state_lines(study: Study) -> Iterator[str]:
    if study.network.states:
        yield from ("", f"[{TABLE}]")
    for state in study.network.states:
        said = {"start": repr(study.values[start(state.name)])}
        said |= {"reset": write_string(EPOCH)} if state.resets else {}
        said |= {"gradient": write_string(ONE_STEP)} if state.learns else {}
        yield f"{write_key(state.name)} = {{ {', '.join(f'{key} = {value}' for key, value in said.items())} }}"


def _shapes(study: Study) -> dict[str, dict[str, Shape]]:
    """Return the shapes of what is given, by the tables and names of the template; () is that of a scalar."""
    graph, tensors = study.network, study.tensors
    scalars = {"inputs": graph.inputs, "targets": graph.targets, "parameters": graph.parameters}
    if tensors is None:
        return {table: dict.fromkeys(names, ()) for table, names in scalars.items()}
    shapes: dict[str, dict[str, Shape]] = {}
    called = tensors.naming.labels
    for table, names in scalars.items():
        declared = {label: name for name, given in tensors.given.items() for label in called(name, given.shape)}
        wanted = {declared[name] for name in names}
        # As they were typed: the network has what is frozen behind the rest, and sheets name tensors in this order.
        shapes[table] = {name: given.shape for name, given in tensors.given.items() if name in wanted}
    return shapes


def _nested(numbers: Mapping[str, float], called: Sequence[str], shape: Shape) -> str:
    """Return a number, or the numbers of a tensor, called so row by row, as nested lists."""
    if not shape:
        return repr(numbers[called[0]])
    size = len(called) // shape[0]
    rows = (_nested(numbers, called[row * size : (row + 1) * size], shape[1:]) for row in range(shape[0]))
    return f"[{', '.join(rows)}]"
