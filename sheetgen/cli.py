"""The command line: parse, call, print. Data goes to stdout, progress and errors to stderr.

Exit codes: 0 fine, 1 differences found, 2 could not run.

Each command imports what it works with when it is carried out, so that none waits for what it does not need:
`--help` loads nothing but click, and only ``build`` and ``verify`` load NumPy and openpyxl.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from sheetgen.console import SETTINGS, Meter, Program, run
from sheetgen.engines import NAMES as ENGINES
from sheetgen.errors import UsageError
from sheetgen.limits import GOOGLE_SHEETS_CELLS
from sheetgen.network.tolerance import Tolerance
from sheetgen.template import DEFAULT
from sheetgen.version import __version__

if TYPE_CHECKING:
    from sheetgen.audit.outcome import Report
    from sheetgen.network.study import Study
    from sheetgen.sheets.folds import Losses
    from sheetgen.workbook import Built

NOTATIONS, DRAWINGS = ("text", "latex", "excel"), ("svg", "png")
"""The notations of `sheetgen.show`, and the kinds of pictures of a network."""


def _complete_template(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Complete the names of shipped templates."""
    from sheetgen.template.shipped import template_names

    return [name for name in template_names() if name.startswith(incomplete)]


def _fraction(context: click.Context, parameter: click.Parameter, value: float) -> float:
    """Accept a tolerance from 0 to below 1, so that no check can be made to pass anything."""
    if not 0 <= value < 1:
        raise click.BadParameter(f"{value!r} is not a number from 0 to below 1")
    return value


def _seconds(context: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    """Accept a time from just above 0 to a day."""
    if value is not None and not 0 < value <= 86_400:
        raise click.BadParameter(f"{value!r} is not a number of seconds above 0, at most a day")
    return value


_template_argument = click.argument("name", metavar="[TEMPLATE]", default=DEFAULT, shell_complete=_complete_template)


@click.group("sheetgen", cls=Program, context_settings=SETTINGS)
@click.version_option(__version__, "-V", "--version", prog_name="sheetgen")
def cli() -> None:
    """Neural-network training as a live, verified Excel workbook.

    Example: sheetgen build && sheetgen verify backprop.xlsx
    """


@cli.command("build")
@_template_argument
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The workbook to write [default: NAME.xlsx].")
@click.option("--rate", "rates", type=float, multiple=True, help="A learning rate; repeat for several.")
@click.option("--iterations", type=int, help="The number of updates.")
@click.option("--set", "settings", multiple=True, metavar="NAME=NUMBER", help="Set an input, target or initial weight.")
@click.option("--no-verify", is_flag=True, help="Write without proving.")
@click.option("--force", is_flag=True, help="Replace an existing file.")
@click.option("--dry-run", is_flag=True, help="Say how large the workbook would be, and write nothing.")
def build_command(
    name: str,
    output: Path | None,
    rates: Sequence[float],
    iterations: int | None,
    settings: Sequence[str],
    no_verify: bool,
    force: bool,
    dry_run: bool,
) -> int:
    """Build the workbook of a TEMPLATE (a shipped name or a .toml file) and verify it.

    \b
    Examples:
      sheetgen build
      sheetgen build mlp-2-2-2 -o two-rates.xlsx --rate 0.5 --rate 5 --iterations 1000 --set w1=0.2
      sheetgen build iris --iterations 5000 --dry-run
    """
    from sheetgen.template.load import load
    from sheetgen.template.overrides import override, parse_settings
    from sheetgen.workbook import build

    study = override(load(name), values=parse_settings(settings), rates=rates, iterations=iterations)
    if dry_run:
        _say_size(study, verify=not no_verify)
        return 0
    began = time.monotonic()
    with Meter() as meter:
        built = build(study, output, verify=not no_verify, force=force, progress=meter.progress, told=meter.told)
    _say_built(built)
    if built.ok:
        click.echo(f"{time.monotonic() - began:.1f} s; look at it: sheetgen open {built.path}", err=True)
    return 0 if built.ok else 1


@cli.command("verify")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--engine", type=click.Choice(ENGINES), default="embedded", show_default=True)
@click.option("--rtol", callback=_fraction, default=Tolerance.rtol, show_default=True, help="Relative tolerance.")
@click.option(
    "--atol", callback=_fraction, default=Tolerance.atol, show_default=True, help="Tolerance relative to the operands."
)
@click.option("--max-diffs", type=click.IntRange(0), default=100, show_default=True, help="Differences to list.")
@click.option(
    "--timeout",
    callback=_seconds,
    default=600.0,
    show_default=True,
    help="Seconds for the engine; of a large workbook, for each block.",
)
@click.option(
    "--ignore-cache", is_flag=True, help="Judge formulas and recalculated values, not the values that FILE shows."
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def verify_command(
    file: Path,
    engine: str,
    rtol: float,
    atol: float,
    max_diffs: int,
    timeout: float,
    ignore_cache: bool,
    as_json: bool,
) -> int:
    """Recalculate FILE with a real engine and compare every formula cell with the network's numbers.

    Exit code 0: all agree. 1: some differ. 2: the file could not be checked.

    \b
    Examples:
      sheetgen verify backprop.xlsx
      sheetgen verify backprop.xlsx --engine libreoffice --json
      sheetgen verify edited.xlsx --ignore-cache
    """
    from sheetgen.proof.verify import verify

    tolerance = Tolerance(rtol, atol)
    with Meter("verifying", shown=not as_json) as meter:
        report = verify(
            file, engine,
            tolerance=tolerance, max_diffs=max_diffs, timeout=timeout, ignore_cache=ignore_cache, told=meter.told,
        )  # fmt: skip
    if as_json:
        click.echo(json.dumps(report.to_dict(), ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(report.lines()))
    return 0 if report.ok else 1


@cli.command("audit")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--loss", metavar="CELL", default="", help="The cell of the loss, such as X5 or 'Sheet 1'!X5.")
@click.option(
    "--pairs", multiple=True, metavar="W:dW", help="Parameters and their gradients, by their labels or cells; repeat."
)
@click.option("--sheet", metavar="NAME", default="", help="Look at this sheet only.")
@click.option(
    "--thorough", is_flag=True, help="Measure every gradient by central differences too, for half of the timeout."
)
@click.option("--jobs", type=click.IntRange(1), help="Processes for several files [as many as there are cores].")
@click.option(
    "--timeout", type=float, callback=_seconds, help="Seconds for each file [120, and 60 for each MB, at most 1800]."
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON; of several files a list of reports.")
@click.option("--html", type=click.Path(path_type=Path), help="Write the report to this page too.")
@click.option("--xlsx", type=click.Path(path_type=Path), help="Write a copy of FILE with the findings as comments too.")
@click.option("--force", is_flag=True, help="Replace an existing page or copy.")
def audit_command(
    files: Sequence[Path],
    loss: str,
    pairs: Sequence[str],
    sheet: str,
    thorough: bool,
    jobs: int | None,
    timeout: float | None,
    as_json: bool,
    html: Path | None,
    xlsx: Path | None,
    force: bool,
) -> int:
    """Judge the gradients in FILE, a workbook that somebody made by hand, or in those of a folder.

    The formulas are read and differentiated; each cell that claims to be a gradient, and each update, is compared. What
    is wrong is named with the cell, and with a formula that would be right there. No template is needed.

    Exit code 0: right. 1: wrong. 2: not understood, or not read.

    \b
    Examples:
      sheetgen audit homework.xlsx
      sheetgen audit homework.xlsx --xlsx marked.xlsx --html report.html
      sheetgen audit odd.xlsx --loss X5 --pairs W1:dL/dW1 --pairs B2:C3:F2:G3
      sheetgen audit submissions/ --json
    """
    from sheetgen.audit.many import audits, orders, workbooks
    from sheetgen.audit.told import Told
    from sheetgen.machine import cores

    paths = workbooks(files)
    if xlsx:
        _refuse_copy(xlsx, paths)
    for target in filter(None, (html, xlsx)):
        _refuse_in_place(target, paths)
        _refuse_existing(target, force)
    at_once = min(jobs or cores(), len(paths))
    listed = orders(paths, Told(loss, tuple(pairs), sheet), thorough, at_once, timeout)
    with (
        Meter("auditing", shown=not as_json) as meter,
        closing(audits(listed, at_once)) as came,  # type: ignore[type-var]
    ):
        reports = _shown_in_order(came, paths, meter, silent=as_json or len(paths) == 1)
    if as_json:
        from sheetgen.audit.report.as_json import as_dict

        found = [as_dict(report) for report in reports]
        click.echo(json.dumps(found[0] if len(found) == 1 else found, ensure_ascii=False, indent=1))
    elif len(reports) == 1:
        if not reports[0].error:
            _say_report(reports[0])
    else:
        from sheetgen.audit.report.sentences import counts

        click.echo(counts(reports))
    _write_reports(reports, html, xlsx, force)
    if len(reports) == 1 and reports[0].error and not as_json:
        raise UsageError(reports[0].error)
    codes = {report.exit_code for report in reports}
    return 1 if 1 in codes else max(codes)


def _refuse_copy(target: Path, paths: Sequence[Path]) -> None:
    """Raise UsageError where a marked copy cannot be made."""
    if len(paths) > 1:
        raise UsageError(f"a marked copy is of one workbook, and there are {len(paths)}", "audit them one by one")
    if target.suffix.lower() != ".xlsx":
        raise UsageError(f"{target}: a marked copy is an .xlsx workbook", "name it so")


def _refuse_in_place(target: Path, paths: Sequence[Path]) -> None:
    """Raise UsageError where a report would take the place of a workbook that is audited."""
    if target.exists() and any(path.exists() and target.samefile(path) for path in paths):
        raise UsageError(f"{target} would take the place of the workbook", "name another file")


def _shown_in_order(came: Iterator[Report], paths: Sequence[Path], meter: Meter, *, silent: bool) -> list[Report]:
    """Return the reports in the order of the files; each has its line in a table as soon as those before it have."""
    from sheetgen.audit.report.table import Table

    table = Table(paths, _width(), colour=_in_colours())
    found: dict[Path, Report] = {}
    said = 0
    for report in came:
        found[report.path] = report
        meter.told(len(found) / len(paths))
        while not silent and said < len(paths) and paths[said] in found:
            meter.say(table.line(found[paths[said]]))
            said += 1
    return [found[path] for path in paths]


def _say_report(report: Report) -> None:
    """Say what came of a file."""
    from sheetgen.audit.report.text import lines

    click.echo("\n".join(lines(report, _width(), colour=_in_colours())))


def _write_reports(reports: Sequence[Report], html: Path | None, xlsx: Path | None, force: bool) -> None:
    """Write the page, and the marked copy."""
    if html:
        from sheetgen.audit.report.html import page

        _write(html, page(reports, f"sheetgen {__version__}").encode(), force)
        click.echo(f"wrote {html}", err=True)
    if xlsx and not reports[0].error:
        from sheetgen.audit.report.marked_copy import marked_copy

        copy = marked_copy(reports[0])
        _write(xlsx, copy.content, force)
        for note in copy.notes:
            click.echo(f"note: {note}", err=True)
        click.echo(f"wrote {xlsx}", err=True)


def _width() -> int:
    """Return how wide a text may be: as the terminal, where there is one, and to be read with ease."""
    return min(100, shutil.get_terminal_size().columns) if _shown_in_a_terminal() else 80


def _in_colours() -> bool:
    return _shown_in_a_terminal() and not os.environ.get("NO_COLOR")


@cli.command("sweep")
@click.argument("names", nargs=-1, metavar="[TEMPLATE]...", shell_complete=_complete_template)
@click.option("--rate", "rates", type=float, multiple=True, help="A learning rate; repeat for several.")
@click.option("--iterations", type=int, multiple=True, help="The number of updates; repeat for several.")
@click.option("--seed", "seeds", type=click.IntRange(0), multiple=True, help="A random seed; repeat for several.")
@click.option("--train-only", is_flag=True, help="Report the losses; build and verify no workbook.")
@click.option("--jobs", type=click.IntRange(1), help="Processes of this machine [as many as it has cores].")
@click.option("--scheduler", metavar="ADDRESS", help="Let the workers of this Dask scheduler do it.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A CSV file to write the results to.")
@click.option("--force", is_flag=True, help="Replace an existing file.")
@click.option("--json", "as_json", is_flag=True, help="Print each result as a line of JSON.")
def sweep_command(
    names: Sequence[str],
    rates: Sequence[float],
    iterations: Sequence[int],
    seeds: Sequence[int],
    train_only: bool,
    jobs: int | None,
    scheduler: str | None,
    output: Path | None,
    force: bool,
    as_json: bool,
) -> int:
    """Build and verify every TEMPLATE with every rate, number of iterations and seed, each in a process of its own.

    The workbooks are not kept: results are printed as they come. A seed draws the first weights and the order of the
    samples. Exit code 1: a workbook differs, or an item failed.

    \b
    Examples:
      sheetgen sweep xor --rate 0.1 --rate 1 --seed 1 --seed 2 --json
      sheetgen sweep mlp-2-2-2 perceptron --iterations 1000 --train-only -o losses.csv
    """
    from sheetgen.files import ABSENT, replacing
    from sheetgen.machine import cores
    from sheetgen.sweep import as_csv, items, sweep

    if output:
        _refuse_existing(output, force)
    rows, done = [], set()
    every = items(names or (DEFAULT,), rates, iterations, seeds, not train_only)
    with ExitStack() as open_meanwhile:  # so that a file that cannot be written is told before the work, not after it
        table = open_meanwhile.enter_context(replacing(output, None if force else ABSENT))[0] if output else None
        came = open_meanwhile.enter_context(closing(sweep(every, jobs or cores(), scheduler)))  # type: ignore[type-var]
        meter = open_meanwhile.enter_context(Meter("sweeping", shown=not as_json))
        for row in came:
            meter.say(json.dumps(asdict(row), ensure_ascii=False) if as_json else row.line())
            rows.append(row)
            done.add(row.item)
            meter.told(len(done) / len(every))
        if table:
            table.write(as_csv(rows).encode())
    return 0 if all(row.ok for row in rows) else 1


@cli.command("show")
@_template_argument
@click.option("--format", "form", type=click.Choice(NOTATIONS + DRAWINGS), default="text", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The file to write [default: print it].")
@click.option("--scalars", is_flag=True, help="Of a template in tensors, print the equations of every element.")
@click.option("--force", is_flag=True, help="Replace an existing file.")
def show_command(name: str, form: str, output: Path | None, scalars: bool, force: bool) -> int:
    """Print the equations of a TEMPLATE: forward, backward and updates, as derived; or draw its network.

    Those of a template in tensors are over matrices: ∂E/∂W = Xᵀ·∂E/∂Z. The formulas (excel) are those of its elements.

    A drawing (svg, png) is that of the sheet Start: circles, and lines as thick as the weights, blue above 0 and orange
    below, as far as a sheet has them: none where more than 300 would cross. Of a template in tensors it is a box an
    equation. A PNG needs Pillow.

    \b
    Examples:
      sheetgen show mlp-2-2-2 --format latex
      sheetgen show xor --format svg -o xor.svg
    """
    from sheetgen.show import drawing, equations
    from sheetgen.template.load import load

    if form == "png" and output is None and _shown_in_a_terminal():
        raise UsageError("a terminal shows no PNG", "name a file with -o")
    study = load(name)
    content = drawing(study, form) if form in DRAWINGS else f"{equations(study, form, scalars)}\n".encode()
    if output is None:
        click.echo(content if form == "png" else content.decode(), nl=False)
    else:
        _write(output, content, force)
    return 0


def _write(path: Path, content: bytes, force: bool) -> None:
    """Write a file; raise UsageError where it cannot be, or is there and not to be replaced."""
    from sheetgen.files import ABSENT, replacing

    _refuse_existing(path, force)
    with replacing(path, None if force else ABSENT) as (file, _):
        file.write(content)


def _refuse_existing(path: Path, force: bool) -> None:
    """Raise UsageError where a file is there and not to be replaced."""
    from sheetgen.files import ABSENT, version_of

    if version_of(path) != ABSENT and not force:
        raise UsageError(f"{path} exists", "replace it with --force, or name another file with -o")


@cli.command("templates")
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects: name, title, description.")
def templates_command(as_json: bool) -> int:
    """List the templates that come with sheetgen.

    Example: sheetgen templates --json
    """
    from sheetgen.template.about import about
    from sheetgen.template.shipped import template_names

    templates = [about(name) for name in template_names()]
    if as_json:
        descriptions = [
            {"name": t.name, "title": t.title, "description": " ".join(t.description.split())} for t in templates
        ]
        click.echo(json.dumps(descriptions, ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(_wrapped(f"{template.name}  ", template.title) for template in templates))
    return 0


def _shown_in_a_terminal() -> bool:
    return sys.stdout.isatty()


def _wrapped(name: str, text: str) -> str:
    """Return a name and a text, in as many lines as a terminal needs; in one where no terminal shows them."""
    if not _shown_in_a_terminal():
        return f"{name}{text}"
    width = max(20, shutil.get_terminal_size().columns)
    return textwrap.fill(f"{name}{text}", width, subsequent_indent="    ")


@cli.command("render")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="What to write [default: FILE.pdf; of an animation FILE.gif].",
)
@click.option("--all", "whole", is_flag=True, help="Print every page of every sheet instead.")
@click.option("--sheet", metavar="NAME", help="Draw an animation of this sheet instead: Explorer or Pictures.")
@click.option("--steps", metavar="A[..B[..C]]", help="Its iterations: A alone, or from A to B, every C-th.")
@click.option("--seconds", callback=_seconds, default=0.2, show_default=True, help="Seconds that a GIF shows each.")
@click.option("--timeout", callback=_seconds, default=600.0, show_default=True, help="Seconds for LibreOffice.")
@click.option("--force", is_flag=True, help="Replace an existing file.")
def render_command(
    file: Path,
    output: Path | None,
    whole: bool,
    sheet: str | None,
    steps: str | None,
    seconds: float,
    timeout: float,
    force: bool,
) -> int:
    """Print a PDF handout of the network and the numbers in the workbook FILE: the network drawn, the charts, each
    training sheet's first and last rows, the equations and the checks. It needs LibreOffice.

    With --sheet and --steps: an animation for slides, the sheet as it follows the picked iteration; the other picks are
    those in FILE. A GIF needs Pillow; a name that ends in .png, or a folder, gets a picture a step.

    \b
    Examples:
      sheetgen render backprop.xlsx -o handout.pdf
      sheetgen render backprop.xlsx --sheet Explorer --steps 0..100 -o steps.gif
    """
    if not file.is_file():
        raise UsageError(f"there is no file {str(file)!r}", "name a workbook that sheetgen built")
    if sheet is not None or steps is not None:
        if sheet is None or steps is None or whole:
            problem = (
                "an animation is of one sheet, not of --all" if whole else "an animation needs --sheet and --steps"
            )
            raise UsageError(problem, "such as --sheet Explorer --steps 0..100")
        _animate(file, sheet, steps, output or file.with_suffix(".gif"), seconds, timeout, force)
        return 0
    _print_handout(file, output or file.with_suffix(".pdf"), whole, timeout, force)
    return 0


def _print_handout(file: Path, target: Path, whole: bool, timeout: float, force: bool) -> None:
    """Print pages of a workbook, and say what was written."""
    from sheetgen.render import render

    if target.suffix.lower() != ".pdf":
        raise UsageError(f"{target} cannot be a handout's name; it must end in .pdf")
    _refuse_existing(target, force)
    _write(target, render(file, whole=whole, timeout=timeout), force)
    click.echo(f"wrote {target}")


def _animate(file: Path, sheet: str, steps: str, output: Path, seconds: float, timeout: float, force: bool) -> None:
    """Draw an animation, and say what was written."""
    from sheetgen.animation import Animation, steps_of
    from sheetgen.files import ABSENT, write_several

    animation = Animation(sheet, steps_of(steps), output, seconds)
    for path in animation.files:
        _refuse_existing(path, force)
    with Meter("drawing") as meter:
        contents = animation.draw(file, timeout, meter.told)
    write_several(dict(zip(animation.files, contents, strict=True)), None if force else ABSENT)
    first, last = animation.files[0], animation.files[-1]
    count = len(animation.steps)
    what = str(first) if first == last else f"{first} … {last}"
    if animation.is_gif:
        what += f": {count} step{'s' if count > 1 else ''}, {seconds:g} s each"
    click.echo(f"wrote {what}")


@cli.command("open")
@click.argument("file", type=click.Path(path_type=Path), required=False)
def open_command(file: Path | None) -> int:
    """Open the workbook FILE [default: the newest here] in the program that this computer opens workbooks with.

    Example: sheetgen build && sheetgen open
    """
    path = file or max(Path().glob("*.xlsx"), key=lambda path: path.stat().st_mtime, default=None)
    if path is None:
        raise UsageError("there is no workbook in this folder", "build one: sheetgen build")
    if not path.is_file():
        raise UsageError(f"there is no file {path}", "build one: sheetgen build")
    if click.launch(str(path), wait=sys.platform.startswith("linux")):  # elsewhere that waits for the program's end
        raise UsageError(f"no program here opens {path}", "install LibreOffice, or open it on another computer")
    return 0


@cli.command("copy")
@click.argument("name", metavar="TEMPLATE", shell_complete=_complete_template)
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--force", is_flag=True, help="Replace an existing file.")
def copy_command(name: str, file: Path | None, force: bool) -> int:
    """Copy a TEMPLATE out to FILE [default: TEMPLATE.toml], to edit it and build from it.

    Example: sheetgen copy mlp-2-2-2 mine.toml && sheetgen build mine.toml
    """
    from sheetgen.files import ABSENT, replacing, version_of
    from sheetgen.template.shipped import template_data, template_text

    target = file or Path(f"{Path(name).stem}.toml")
    texts = {target: template_text(name)} | {target.with_name(data): text for data, text in template_data(name).items()}
    for path in texts:
        if version_of(path) != ABSENT and not force:
            raise UsageError(f"{path} exists", "replace it with --force, or name another file")
    with ExitStack() as copies:  # each takes its place when all are written
        for path, content in texts.items():
            copy, _ = copies.enter_context(replacing(path, None if force else ABSENT))
            copy.write(content.encode())
            copy.flush()
    click.echo(f"wrote {' and '.join(map(str, texts))}; edit it, then: sheetgen build {target}")
    return 0


def _say_size(study: Study, *, verify: bool) -> None:
    """Say what a workbook would take; raise UsageError where the machine has less."""
    from sheetgen.machine import as_size
    from sheetgen.sheets.book import Book
    from sheetgen.sheets.compose import pages
    from sheetgen.sheets.estimate import estimate
    from sheetgen.sheets.room import require_room

    composed, _ = pages(Book(study, study))
    require_room(composed)
    size = estimate(composed)
    for sheet in size.sheets:
        click.echo(f"  {sheet.name}: {sheet.rows:,} rows, {sheet.cells:,} cells ({sheet.formulas:,} formulas)")
    click.echo(f"{len(size.sheets)} sheets, {size.cells:,} cells ({size.formulas:,} formulas)")
    memory = f"{as_size(size.building)} of memory to build, {as_size(size.verifying)} to verify"
    click.echo(f"estimated: {as_size(size.file)} of file, {memory}")
    size.require_memory(verify=verify)


def _say_built(built: Built) -> None:
    """Say what was built, what each rate reached, and what was proven."""
    from sheetgen.algebra.notation import general

    study = built.study
    plain = study.shares_settings
    rates = f"{len(study.variants)} {'learning rate' if plain else 'variant'}{'s' if len(study.variants) > 1 else ''}"
    what = f"{built.sheets} sheets, {rates}, iterations 0 to {study.iterations:,}"
    if not study.trains:
        what = f"{built.sheets} sheets, {study.count:,} sample{'s' if study.count > 1 else ''}, nothing is trained"
    click.echo(f"{built.path}: {what}")
    reached = zip(built.losses, *filter(None, [built.test_losses]), strict=True)
    for number, (variant, (losses, *tested)) in enumerate(zip(study.variants, reached, strict=study.trains)):
        name = f"{study.rate_name} = {general(variant.rate)}" if plain else variant.sheet
        course = _of_players(built, number) if built.players else _of_loss(study, losses) + _of_test(study, tested)
        click.echo(f"  {name}: {course}")
    if built.cells > GOOGLE_SHEETS_CELLS:
        click.echo(f"note: {built.cells:,} cells are more than the {GOOGLE_SHEETS_CELLS:,} that Google Sheets opens")
    if not built.verdict.startswith("OK"):
        click.echo(f"note: the workbook's own Checks sheet says {built.verdict!r}")
    if built.report is None:
        click.echo("not verified (--no-verify)")
    else:
        click.echo("\n".join(built.report.lines()) if not built.ok else next(built.report.lines()))


def _of_loss(study: Study, losses: Losses) -> str:
    """Say what became of the loss."""
    step = "epoch" if study.evaluates else "step"
    return f"{study.network.loss} {_way(losses)}{_over(study)}, {losses.course(step)}"


def _of_players(built: Built, variant: int) -> str:
    """Say what became of the loss of each player; that it did not fall at every step is no fault of a game."""
    said = [f"{name} {_way(of_all[variant])}" for name, of_all in built.players.items()]
    tested = [f"{name} {_way(of_all[variant])}" for name, of_all in built.players_tested.items()]
    return ", ".join(said) + _over(built.study) + (f"; on the test set {', '.join(tested)}" if tested else "")


def _over(study: Study) -> str:
    return f" over all {study.count:,} samples" if study.evaluates else ""


def _way(losses: Losses) -> str:
    """Return the first and the last loss; a spreadsheet has no −0."""
    return f"{losses.first + 0.0:.6g} → {losses.last + 0.0:.6g}"


def _of_test(study: Study, tested: Sequence[Losses]) -> str:
    """Say what became of the loss on the test set, where there is one."""
    from sheetgen.network.evaluation import points

    if not tested:
        return ""
    (losses,) = tested
    at = points(study)[losses.smallest_at]
    return f"; on the test set {_way(losses)}, smallest {losses.smallest + 0.0:.6g} at iteration {at:,}"


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line, by default that of this process, and exit."""
    from sheetgen.machine import collect_seldom

    collect_seldom()
    run(cli, arguments, "sheetgen")
