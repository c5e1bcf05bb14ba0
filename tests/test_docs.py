"""What the documents quote, read from the thing itself: pages made from the code, figures, lists and sentences."""

from __future__ import annotations

import importlib.util
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from cnn_support import handmade_run
from outside import ROOT
from workbook_lint import FUNCTIONS, GUARDED, functions_in

from sheetgen import load, loads, verify
from sheetgen.algebra.ops import PRIMITIVES
from sheetgen.cli import cli
from sheetgen.network.study import Study
from sheetgen.network.trace import MOST_HELD
from sheetgen.page.page import Formula, Page
from sheetgen.sheets import layout as at
from sheetgen.sheets.book import Book
from sheetgen.sheets.compose import pages as composed_pages
from sheetgen.sheets.drawing.layers import MOST_NEURONS, MOST_ROWS, drawn_layers
from sheetgen.template.load import template_names

DOCS = ROOT / "docs"
PROSE = sorted([*ROOT.glob("*.md"), *DOCS.glob("*.md")])
WIDTH = 120
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def unwrapped(name: str) -> str:
    return " ".join(text(name).split())


def pages() -> dict[str, Callable[[], str]]:
    """Return what docs/make_pages.py makes."""
    spec = importlib.util.spec_from_file_location("make_pages", DOCS / "make_pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.PAGES  # type: ignore[no-any-return]


DRAWN = [f"images/network-{name}.svg" for name in template_names()]


@pytest.mark.parametrize("name", ["commands.md", "modules.md", *DRAWN])
def test_pages_made_from_the_code_are_up_to_date(name: str) -> None:
    """Refresh them with `make docs`."""
    assert text(f"docs/{name}").split() == pages()[name]().split()  # releases of click differ in their spacing


def test_every_module_stands_on_the_page_of_modules() -> None:
    listed = re.findall(r"^\| `(\w+)` \| (.+) \|$", text("docs/modules.md"), re.MULTILINE)
    there = [path.stem for package in ("sheetgen", "cnn") for path in (ROOT / package).rglob("[!_]*.py")]
    assert sorted(name for name, _ in listed) == sorted(there)
    assert all(len(about) > 10 for _, about in listed)


def prose_lines(page: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a page that are no table, code, heading or picture."""
    in_code = False
    for number, line in enumerate(page.split("\n"), start=1):
        in_code ^= line.startswith("```")
        if not (in_code or line.lstrip().startswith(("|", "#", "!", "```")) or line.startswith("    ")):
            yield number, line


@pytest.mark.parametrize("path", PROSE, ids=lambda path: path.name)
def test_prose_is_wrapped_at_one_width(path: Path) -> None:
    assert not [number for number, line in prose_lines(path.read_text("utf-8")) if len(line) > WIDTH]


@pytest.mark.parametrize("path", PROSE, ids=lambda path: path.name)
def test_files_that_pages_name_are_there(path: Path) -> None:
    page = path.read_text("utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", page):
        assert (path.parent / target).exists(), target
    for name in re.findall(r"`((?:sheetgen|cnn|tests|docs|benchmarks|templates)/[\w/.-]+\.\w+)`", page):
        assert (ROOT / name).is_file(), name


# --- figures of the seed's workbook ---


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """What `sheetgen build` prints, in a folder of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("readme"))
        yield CliRunner().invoke(cli, ["build"]).stdout


def test_the_readme_shows_what_build_prints(printed: str) -> None:
    shown = re.search(r"```\n(backprop\.xlsx: .*?)```", text("README.md"), re.DOTALL)
    assert shown is not None
    lines = [line for line in shown[1].splitlines() if line.strip() != "…"]
    assert len(lines) >= 4
    assert [line for line in printed.splitlines() if line in lines] == lines


def test_documents_count_the_seeds_cells_alike(printed: str, seed_workbook: Path) -> None:
    counted = re.search(r"all ([\d,]+) formula cells", printed)
    assert counted is not None
    assert f"The seed's workbook ({counted[1]} formulas)" in unwrapped("docs/measurements.md")
    assert f"the seed's {verify(seed_workbook).training_cells:,} training cells" in unwrapped("docs/verification.md")


def test_the_benchmark_of_writing_is_of_the_size_that_the_page_says() -> None:
    default = re.search(r'"--sizes", .*default=\[.*, ([\d_]+)\]', text("benchmarks/writing.py"))
    assert default is not None
    study = load()
    size = f"{len(study.variants)} sheets × {int(default[1]):,} rows × {len(study.graph.names)} columns"
    assert size in unwrapped("docs/measurements.md")


def test_the_page_of_the_workbook_says_what_of_a_layer_is_drawn() -> None:
    sentence = (
        r"of a layer of more than (\d+) neurons the first (\d+) and the last (\d+) are drawn, and a layer that would"
        r" take more than (\d+) rows"
    )
    found = re.search(sentence, unwrapped("docs/workbook.md"))
    assert found is not None
    most, first, last, rows = map(int, found.groups())
    assert (most, rows) == (MOST_NEURONS, MOST_ROWS)
    for count in (most, most + 1):
        inputs = "".join(f"x{number} = 1\n" for number in range(1, count + 1))
        layers = f'[layers]\nsizes = [{count}, 1]\nactivation = "tanh"\nseed = 1\n'
        study = loads(f"rates = [1]\niterations = 1\n[inputs]\n{inputs}[targets]\nt = 1\n{layers}")
        names = [neuron.name for neuron in drawn_layers(study.network, box=2)[0].neurons]
        everyone = [f"x{number}" for number in range(1, count + 1)]
        assert names == (everyone if count == most else everyone[:first] + everyone[-last:])


def test_the_page_of_measurements_says_how_much_of_a_training_is_held() -> None:
    assert f"where they are few ({MOST_HELD * 32 // 2**20} MiB at most)" in unwrapped("docs/measurements.md")


def test_the_readme_counts_the_things_to_try(seed_workbook: Path) -> None:
    told = re.search(r"(\w+) things to try", text("README.md"))
    assert told is not None
    shown = texts(seed_workbook, 1)
    assert "Things to try" in shown
    assert len([line for line in shown if re.match(r"\d\.  ", line)]) == NUMBERS.index(told[1])


def texts(path: Path, sheet: int) -> list[str]:
    """Return the texts of a sheet of ours, by its number."""
    with zipfile.ZipFile(path) as archive:
        return re.findall(r"<t [^>]*>([^<]*)</t>", archive.read(f"xl/worksheets/sheet{sheet}.xml").decode())


def test_the_page_of_the_workbook_lists_the_seeds_columns() -> None:
    page, study = unwrapped("docs/workbook.md"), load()
    columns = at.Layout(study).columns()
    assert f"The seed's sheets have {len(columns)} columns" in page
    weights = ", ".join(name for name in columns if name in study.network.weights)
    gradients = ", ".join(name for name in columns if name.startswith("∂E_total/∂w"))
    spelled = ", ".join(columns).replace(weights, "w1 … w8").replace(gradients, "∂E_total/∂w1 … ∂E_total/∂w8")
    assert f"`{spelled}`" in page
    assert f"`layout` = {at.LAYOUT_VERSION}" in page


def test_the_page_of_the_workbook_lists_its_sheets() -> None:
    page = unwrapped("docs/workbook.md")
    listed = re.search(r"## Sheets (.*?), in this order", page)
    assert listed is not None
    sheets = re.findall(r"`([^`]+)`", listed[1])
    for name in ("mlp-2-2-2", "xor"):
        study = load(name)
        training = [variant.sheet for variant in study.variants]
        others = [sheet for sheet in sheets_of(study) if sheet not in training]
        assert others == [sheet for sheet in sheets if sheet in others]


def sheets_of(study: Study) -> list[str]:
    return [page.name for page in composed_pages(Book(study, study))[0]]


# --- functions ---


def formulas_on(page: Page) -> Iterator[str]:
    """Yield the formulas of a page, those of its table once a column."""
    yield from (cell.content.text for cell in page.cells.values() if isinstance(cell.content, Formula))
    for column in page.table.columns if page.table else ():
        yield from (text for text in (column.first, column.rest) if isinstance(text, str))


def pages_of_templates() -> Iterator[Page]:
    for name in template_names():
        study = load(name)
        yield from composed_pages(Book(study, study))[0]


def pages_of_the_companion(folder: Path) -> list[Page]:
    """Return the sheet CNN of two runs that were never trained, and the live sheets of a small network."""
    for package in ("PIL", "torch"):
        pytest.importorskip(package, reason="the extra cnn is not installed")
    from live_networks import live_network

    from cnn.live.write import pages
    from cnn.tab.write import page, run_record

    return [page([run_record(handmade_run(folder, name)) for name in ("one", "two")]), *pages(live_network())]


def test_the_page_of_the_workbook_lists_the_functions_of_formulas(tmp_path: Path) -> None:
    listed = re.search(r"Formulas of cells use only (.*?) and arithmetic", unwrapped("docs/workbook.md"))
    assert listed is not None
    names = listed[1].split(", ")
    pages = [*pages_of_templates(), *pages_of_the_companion(tmp_path)]
    used = {function for page in pages for text in formulas_on(page) for function in functions_in(text)}
    of_templates = {row.excel for row in PRIMITIVES.values() if row.is_function and row.excel}
    assert names == sorted(names)
    of_floors = {"ATAN2"}  # no template of the gallery has one
    assert set(names) == (used - GUARDED) | of_templates | of_floors == FUNCTIONS


def test_the_page_of_the_engines_names_them_among_the_safe_forms() -> None:
    safe = re.search(r"\*\*Safe\*\* (.*?)\*\*Avoid\*\*", unwrapped("docs/engines.md"))
    assert safe is not None
    assert set(re.findall(r"[A-Z]{2,}\d?", safe[1])) >= FUNCTIONS
