"""How the run was made: what one needs to make it again, and to judge it."""

from __future__ import annotations

from typing import Any

from cnn.tab.sections import GAP, heading
from sheetgen.page import style
from sheetgen.page.page import Page
from sheetgen.page.style import Style

_LINE = 160
"""The characters that fit on a line."""
_LABEL = Style(bold=True, top=True)


def put(page: Page, name: str, config: dict[str, Any], summary: dict[str, Any], row: int) -> int:
    """Put the facts, a line each; return the next free row."""
    row = heading(page, row, "How it was made")
    for label, fact in _facts(name, config, summary):
        page.put(f"B{row}", label, _LABEL)
        page.put(f"C{row}", fact, style.PROSE)
        page.merges.append(f"C{row}:O{row}")
        page.heights[row] = 16.0 * (1 + len(fact) // _LINE)
        row += 1
    return row + GAP - 1


def _facts(name: str, config: dict[str, Any], summary: dict[str, Any]) -> list[tuple[str, str]]:
    plan, data, recipe = config["plan"], config["data"], config["plan"]["recipe"]
    versions = ", ".join(f"{package} {version}" for package, version in config["versions"].items())
    machine = ", ".join(str(value) for value in config["machine"].values())
    kept = f", {data['validation']:,} of them kept back for validation" if data["validation"] else ""
    total = data["train"] + data["validation"]
    judged = "test" if summary["best_epoch_picked_on_test_data"] else summary["evaluated_on"]
    return [
        ("run", name),
        ("command", config["command"]),
        ("started", config["started"]),
        ("data", f"{_data(data)}: {total:,} training pictures{kept}, {data['test']:,} test pictures"),
        ("data fingerprint", f"SHA-256 {data['fingerprint']}"),
        ("network", f"{summary['network']}, {summary['parameters']:,} parameters"),
        ("recipe", ", ".join(f"{key} {value}" for key, value in recipe.items())),
        ("random seed", str(plan["seed"])),
        ("device", f"{config['device']}, {plan['threads']} thread(s), {config['processes']} process(es); {machine}"),
        ("versions", versions),
        ("best epoch", f"epoch {summary['best_epoch']}, picked on the {judged} pictures"),
    ]  # fmt: skip


def _data(data: dict[str, Any]) -> str:
    return "MNIST (LeCun, Cortes, Burges)" if data["is_mnist"] else f"{data['name']} digits, NOT MNIST"
