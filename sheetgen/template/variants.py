"""How a template trains its network: learning rates, an optimiser, a schedule, or a list of whole variants.

rates = [0.1, 0.5]                    one variant a rate
optimiser = "adam"                    or { name = "adam", beta1 = 0.8 }, or a table [optimiser]
schedule = { name = "step", step_size = 20 }
[[variants]]                          in place of rates: a sheet each
sheet = "momentum 0.9"
rate = 0.1
optimiser = "momentum"
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NoReturn, TypeVar

from sheetgen.errors import did_you_mean, must_be
from sheetgen.limits import checked_rates
from sheetgen.network.optimizers import CONSTANT, OPTIMIZERS, SCHEDULES, SGD, Choice, Optimizer, Schedule, Setting
from sheetgen.network.study import Variant, variant
from sheetgen.template.document import Document, is_printable
from sheetgen.template.rules import Rules, setting_of

_KEYS = ("sheet", "rate", "optimiser", "schedule")
_FORBIDDEN = "[]:*?/\\\t\n"
_CODE_OF_A_CHARACTER = re.compile("_x[0-9A-Fa-f]{4}_")
_LONGEST = 31

_Row = TypeVar("_Row", Optimizer, Schedule)


def read_variants(document: Document, iterations: int, reserved: frozenset[str], rules: Rules) -> tuple[Variant, ...]:
    """Return the variants of a template; ``reserved`` are the names of the workbook's other sheets.

    Raises TemplateError for a wrong rate, an unknown method or setting, a sheet's name that Excel refuses.
    """
    return _VariantReader(document, iterations, reserved, rules).variants()


def _size(name: str) -> int:
    """Return the length of a name as Excel counts it, in UTF-16."""
    return len(name.encode("utf-16-le", "surrogatepass")) // 2


class _VariantReader:
    def __init__(self, document: Document, iterations: int, reserved: frozenset[str], rules: Rules) -> None:
        self.document, self.iterations, self.reserved, self.rules = document, iterations, reserved, rules

    def variants(self) -> tuple[Variant, ...]:
        data, fail = self.document.data, self.document.fail
        optimizer = self.optimizer(data.get("optimiser"), "", SGD)
        schedule = self.schedule(data.get("schedule"), "", CONSTANT)
        if "variants" not in data:
            return tuple(variant(rate, optimizer, schedule) for rate in self.rates(data.get("rates")))
        if "rates" in data:
            fail("a template has rates or [[variants]], not both", "give each variant its rate", "", "rates")
        items = data["variants"]
        if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
            fail(*must_be("variants", "a list of tables, each under a line [[variants]]"), "", "variants")
        variants = [self.variant(f"variants.{i}", item, optimizer, schedule) for i, item in enumerate(items)]
        for index, v in enumerate(variants):
            if v.sheet.lower() in {other.sheet.lower() for other in variants[:index]}:
                fail(f"two variants have the sheet {v.sheet!r}", "name one otherwise", f"variants.{index}")
        return tuple(variants)

    def variant(self, table: str, item: Mapping[str, Any], optimizer: Choice, schedule: Choice) -> Variant:
        for key in item:
            if key not in _KEYS:
                self.document.unknown(key, _KEYS, "a variant has", table)
        rate = self.document.number(item.get("rate"), "the rate of a variant", table, "rate")
        with self.document.refusing(table, "rate"):
            checked_rates([rate])
        optimizer = self.optimizer(item.get("optimiser"), table, optimizer)
        schedule = self.schedule(item.get("schedule"), table, schedule)
        return Variant(self.sheet(item.get("sheet", f"{optimizer.name} {rate!r}"), table), rate, optimizer, schedule)

    def sheet(self, name: object, table: str) -> str:
        """Return the name of a variant's sheet, if Excel takes it for one."""
        fail = self.document.fail
        if not isinstance(name, str) or not name.strip() or name != name.strip() or _size(name) > _LONGEST:
            expected = f"a text of 1 to {_LONGEST} characters, without spaces at its ends"
            fail(*must_be("sheet", expected, repr(name)), table, "sheet")
        if set(name) & set(_FORBIDDEN) or name[0] == "'" or name[-1] == "'" or not all(map(is_printable, name)):
            expected = f"without {' '.join(_FORBIDDEN[:-2])}, tabs and new lines, and no ' at its ends"
            fail(*must_be(f"the sheet's name {name!r}", expected), table, "sheet")
        if code := _CODE_OF_A_CHARACTER.search(name):
            problem = f"the sheet's name {name!r} holds {code[0]!r}, which some spreadsheets read as one character"
            fail(problem, f"leave out one _: {name.replace(code[0], code[0][:-1], 1)!r}", table, "sheet")
        if name.lower() in {other.lower() for other in self.reserved}:
            fail(f"there is another sheet {name!r}", "give the variant another name", table, "sheet")
        return name

    def rates(self, rates: object) -> tuple[float, ...]:
        if not isinstance(rates, list) or not rates:
            expected = "a list of at least one learning rate, such as rates = [0.1, 0.5]"
            self.document.fail(*must_be("rates", expected), "", "rates")
        with self.document.refusing("", "rates"):
            return checked_rates([self.document.number(rate, "a learning rate", "", "rates") for rate in rates])

    # --- methods ---

    def optimizer(self, value: object, table: str, default: Choice) -> Choice:
        """Return the optimiser that is asked for, all its settings filled in."""
        if value is None:
            return default
        name, row, given = self.method(value, "optimiser", self.rules.optimizers, table)
        self.require_tables(row, given, table)
        given = _by_weight(row, given)
        numbers = self.numbers(name, "optimiser", row.settings, given, table)
        for key, number in numbers.items():
            if not row.settings[key].allowed.holds(number):
                problem, expected = must_be(f"{key} of {name}", row.settings[key].allowed.words, repr(number))
                self.fail(problem, expected, table, "optimiser", key)
        return Choice(name, numbers, None if name in OPTIMIZERS else row)

    def schedule(self, value: object, table: str, default: Choice) -> Choice:
        """Return the schedule that is asked for, all its settings filled in."""
        if value is None:
            return default
        name, row, given = self.method(value, "schedule", self.rules.schedules, table)
        numbers = self.numbers(name, "schedule", row.settings, given, table)
        for key, number in numbers.items():
            if not row.settings[key].allowed.holds(number):
                problem, expected = must_be(key, row.settings[key].allowed.words)
                self.fail(f"the schedule {name}: {problem}", expected, table, "schedule")
        if problem := row.problem(numbers):
            self.fail(f"the schedule {name}: {problem}", problem, table, "schedule")
        return Choice(name, numbers, None if name in SCHEDULES else row)

    def method(
        self, value: object, what: str, rows: Mapping[str, _Row], table: str
    ) -> tuple[str, _Row, Mapping[str, object]]:
        """Return the name of a method, its row, and what else is said of it."""
        entry = {"name": value} if isinstance(value, str) else value
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            expected = f'a name, such as {what} = "{next(iter(rows))}"'
            self.document.fail(*must_be(what, expected), table, what)
        name = entry["name"]
        if name not in rows:
            hint = did_you_mean(name, rows, f"there are {', '.join(rows)}")
            self.fail(f"there is no {what} {name!r}", hint, table, what)
        return name, rows[name], {key: item for key, item in entry.items() if key != "name"}

    def require_tables(self, row: Optimizer, given: Mapping[str, object], table: str) -> None:
        """Let a setting that is not the same for all weights say for which a number is."""
        for key, value in given.items():
            if key in row.by_weight and not isinstance(value, dict):
                group = next(name for name in row.settings if name.startswith(setting_of(key, "")[:-1]))
                expected = f"{key} = {{ {group.partition('[')[2][:-1]} = … }}"
                self.fail(*must_be(key, f"a table, as where it is declared: {expected}"), table, "optimiser", key)

    def numbers(
        self, name: str, what: str, settings: Mapping[str, Setting], given: Mapping[str, object], table: str
    ) -> dict[str, float]:
        """Return a number for each setting of a method: the given one, or its default."""
        for key in given:
            if key not in settings:
                known = f"its settings are {', '.join(settings)}" if settings else "it has no settings"
                hint = did_you_mean(key, settings, known)
                self.fail(f"the {what} knows no setting {key!r}", hint, table, what, key)
        typed = {key: self.document.number(item, key, *self.place(table, what, key)) for key, item in given.items()}
        numbers: dict[str, float] = {}
        for key, setting in settings.items():
            number = typed.get(key, setting.number(self.iterations))
            if number is None:
                self.fail(f"the {what} {name} needs {key} = …", f"{key} = …", table, what)
            numbers[key] = number
        return numbers

    def fail(self, problem: str, expected: str, table: str, what: str, key: str = "name") -> NoReturn:
        """Complain of a method, or of a setting of it, where it stands."""
        self.document.fail(problem, expected, *self.place(table, what, key))

    def place(self, table: str, what: str, key: str) -> tuple[str, str]:
        """Return the table and key at which a method's setting stands."""
        return (what, key) if not table and (what, "") in self.document.lines else (table, what)


def _by_weight(row: Optimizer, given: Mapping[str, object]) -> Mapping[str, object]:
    """Return settings of which those that are not the same for all weights are named one by one."""
    numbers: dict[str, object] = {}
    for key, value in given.items():
        if key in row.by_weight and isinstance(value, dict):
            numbers |= {setting_of(key, group): number for group, number in value.items()}
        else:
            numbers[key] = value
    return numbers
