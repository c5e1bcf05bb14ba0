"""Run the benchmarks and write docs/benchmarks.md: python benchmarks/report.py [--runs 3] [--sizes 100 1000] [PART …].

Each part is a script of its own beside this one, which prints its tables as Markdown; its docstring says what is
measured. The peers need `pip install '.[bench,cnn]'`.
"""

from __future__ import annotations

import argparse
import ast
import datetime
import os
import platform
import subprocess
import sys
import textwrap
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

HERE = Path(__file__).parent
TARGET = HERE.parent / "docs" / "benchmarks.md"
PARTS = {"writing": "Writing", "reading": "Verifying", "proof": "The proof alone", "cnn_epoch": "An epoch of cnn"}
"""The scripts by their names, and the headings of their tables."""
SIZED = {"writing": "--sizes", "reading": "--sizes", "proof": "--rows"}
"""The option by which a script takes the number of rows."""
PACKAGES = ("numpy", "openpyxl", "orjson", "formualizer", "XlsxWriter", "rustpy-xlsxwriter", "torch")
INTRODUCTION = """# Benchmarks

What the program costs beside its peers, on the same content, the two taking turns in one run: medians, and the least
and the most in parentheses. `make bench` writes this page anew; `make bench ARGS="--runs 5 --sizes 100 1000"` chooses
how often, and how large."""


def machine() -> str:
    """Return what the figures were measured on."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = f"{os.cpu_count()} cores ({model or platform.machine()}), {memory:.0f} GiB"
    return f"{cores}, {platform.system()}, Python {platform.python_version()}, {datetime.date.today()}"


def packages() -> str:
    """Return the versions of the packages that take part."""
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


def section(name: str, options: list[str]) -> str:
    """Run a part; return its section of the page. Raises SystemExit where it fails."""
    script = HERE / f"{name}.py"
    about = ast.get_docstring(ast.parse(script.read_text("utf-8"))) or ""
    first, _, rest = about.partition("\n\n")
    command = " ".join(["python", f"benchmarks/{script.name}", *options])
    result = subprocess.run([sys.executable, str(script), *options], stdout=subprocess.PIPE, text=True, check=False)
    if result.returncode:
        sys.exit(f"{command} failed with exit status {result.returncode}")
    prose = "\n\n".join(part for part in (first, *rest.split("\n\n")) if part and not part.startswith("    "))
    return f"## {PARTS[name]}\n\n{prose}\n\n`{command}`\n\n{result.stdout.strip()}"


def main() -> None:
    """Run the parts that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)} [default: all]")
    parser.add_argument("--runs", type=int, help="how often each is measured")
    parser.add_argument("--sizes", nargs="+", help="iterations a rate")
    parser.add_argument("-o", "--output", type=Path, default=TARGET)
    chosen = parser.parse_args()
    unknown = [part for part in chosen.parts if part not in PARTS]
    if unknown:
        parser.error(f"no part called {unknown[0]!r}: use {', '.join(PARTS)}")
    runs = ["--runs", str(chosen.runs)] * bool(chosen.runs)
    page = [INTRODUCTION, textwrap.fill(f"{machine()}. {packages()}.", 120)]
    for part in chosen.parts or PARTS:
        sizes = [SIZED[part], *chosen.sizes] if chosen.sizes and part in SIZED else []
        page.append(section(part, [*sizes, *runs]))
    chosen.output.write_text("\n\n".join(page) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
