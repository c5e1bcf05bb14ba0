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

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from sheetgen.errors import UsageError
from sheetgen.limits import checked_rates
from sheetgen.network.optimizers import CONSTANT, OPTIMIZERS, SCHEDULES, SGD, Choice
from sheetgen.network.study import Variant, variant
from sheetgen.template.document import Document, is_printable

_KEYS = ("sheet", "rate", "optimiser", "schedule")
_FORBIDDEN = "[]:*?/\\"
_LONGEST = 31


def read_variants(document: Document, iterations: int, reserved: frozenset[str]) -> tuple[Variant, ...]:
    """Return the variants of a template; ``reserved`` are the names of the workbook's other sheets.

    Raises TemplateError for a wrong rate, an unknown method or setting, a sheet's name that Excel refuses.
    """
    return _Training(document, iterations, reserved).variants()


class _Training:
    def __init__(self, document: Document, iterations: int, reserved: frozenset[str]) -> None:
        self.document, self.iterations, self.reserved = document, iterations, reserved

    def variants(self) -> tuple[Variant, ...]:
        data = self.document.data
        optimizer = self.optimizer(data.get("optimiser"), "", SGD)
        schedule = self.schedule(data.get("schedule"), "", CONSTANT)
        if "variants" not in data:
            return tuple(variant(rate, optimizer, schedule) for rate in self.rates(data.get("rates")))
        if "rates" in data:
            self.document.fail(
                "a template has rates or [[variants]], not both; give each variant its rate", "", "rates"
            )
        listed = data["variants"]
        if not isinstance(listed, list) or not listed or not all(isinstance(item, dict) for item in listed):
            self.document.fail("variants must be a list of tables, each under a line [[variants]]", "", "variants")
        found = [self.variant(f"variants.{i}", item, optimizer, schedule) for i, item in enumerate(listed)]
        for index, one in enumerate(found):
            if one.sheet.lower() in {other.sheet.lower() for other in found[:index]}:
                self.document.fail(
                    f"two variants have the sheet {one.sheet!r}; name one otherwise", f"variants.{index}"
                )
        return tuple(found)

    def variant(self, table: str, item: Mapping[str, Any], optimizer: Choice, schedule: Choice) -> Variant:
        for key in item:
            if key not in _KEYS:
                self.document.unknown(key, _KEYS, "a variant has", table)
        rate = self.document.number(item.get("rate"), "the rate of a variant", table, "rate")
        try:
            checked_rates([rate])
        except UsageError as error:
            self.document.fail(str(error), table, "rate")
        optimizer = self.optimizer(item.get("optimiser"), table, optimizer)
        schedule = self.schedule(item.get("schedule"), table, schedule)
        return Variant(self.sheet(item.get("sheet", f"{optimizer.name} {rate!r}"), table), rate, optimizer, schedule)

    def sheet(self, name: object, table: str) -> str:
        """Return the name of a variant's sheet, if Excel takes it for one."""
        fail = self.document.fail
        if not isinstance(name, str) or not name.strip() or name != name.strip() or len(name) > _LONGEST:
            fail(f"sheet must be a text of 1 to {_LONGEST} characters, not {name!r}", table, "sheet")
        if set(name) & set(_FORBIDDEN) or name[0] == "'" or name[-1] == "'" or not all(map(is_printable, name)):
            fail(
                f"the sheet's name {name!r} must be without {' '.join(_FORBIDDEN)}, and no ' at its ends",
                table,
                "sheet",
            )
        if name.lower() in {other.lower() for other in self.reserved}:
            fail(f"there is another sheet {name!r}; give the variant another name", table, "sheet")
        return name

    def rates(self, rates: object) -> tuple[float, ...]:
        fail = self.document.fail
        if not isinstance(rates, list) or not rates:
            fail("rates must be a list of at least one learning rate, such as rates = [0.1, 0.5]", "", "rates")
        try:
            return checked_rates([self.document.number(rate, "a learning rate", "", "rates") for rate in rates])
        except UsageError as error:
            fail(str(error), "", "rates")

    # --- methods ---

    def optimizer(self, value: object, table: str, default: Choice) -> Choice:
        """Return the optimiser that is asked for, all its settings filled in."""
        if value is None:
            return default
        name, given = self.named(value, "optimiser", OPTIMIZERS, table)
        row = OPTIMIZERS[name]
        settings = dict(row.settings) | self.settings(given, "optimiser", row.settings, table)
        for key, number in settings.items():
            if number < 0 or (key in ("momentum", "alpha", "beta1", "beta2") and number >= 1):
                below = " and below 1" if key not in ("eps", "weight_decay") else ""
                self.document.fail(
                    f"{key} of {name} must be at least 0{below}, not {number!r}", *self.at(table, "optimiser", key)
                )
        return Choice(name, settings)

    def schedule(self, value: object, table: str, default: Choice) -> Choice:
        """Return the schedule that is asked for, all its settings filled in."""
        if value is None:
            return default
        name, given = self.named(value, "schedule", SCHEDULES, table)
        row = SCHEDULES[name]
        found = self.settings(given, "schedule", row.settings, table)
        settings: dict[str, float] = {}
        for key, usual in row.settings.items():
            number = found.get(key, usual(self.iterations) if callable(usual) else usual)
            if number is None:
                self.document.fail(f"the schedule {name} needs {key} = …", *self.at(table, "schedule", "name"))
            settings[key] = number
        if wrong := row.wrong(settings):
            self.document.fail(f"the schedule {name}: {wrong}", *self.at(table, "schedule", "name"))
        return Choice(name, settings)

    def named(
        self, value: object, what: str, known: Mapping[str, object], table: str
    ) -> tuple[str, Mapping[str, object]]:
        """Return the name of a method and what else is said of it."""
        given = {"name": value} if isinstance(value, str) else value
        if not isinstance(given, dict) or not isinstance(given.get("name"), str):
            self.document.fail(f'{what} must be a name, such as {what} = "{next(iter(known))}"', table, what)
        name = given["name"]
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}"
            self.document.fail(f"there is no {what} {name!r}; {hint}", *self.at(table, what, "name"))
        return name, {key: item for key, item in given.items() if key != "name"}

    def settings(
        self, given: Mapping[str, object], what: str, known: Mapping[str, object], table: str
    ) -> dict[str, float]:
        """Return the settings that are given, as numbers."""
        for key in given:
            if key not in known:
                hint = f"its settings are {', '.join(known)}" if known else "it has no settings"
                self.document.fail(f"the {what} knows no setting {key!r}; {hint}", *self.at(table, what, key))
        return {key: self.document.number(item, key, *self.at(table, what, key)) for key, item in given.items()}

    def at(self, table: str, what: str, key: str) -> tuple[str, str]:
        """Return the table and key at which a method's setting stands."""
        return (what, key) if not table and (what, "") in self.document.lines else (table, what)
