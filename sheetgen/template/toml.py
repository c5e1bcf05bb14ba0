"""What `tomllib` does not tell: the line of each key, and a plain word for its errors."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from typing import Any

from sheetgen.algebra.tokens import is_name
from sheetgen.errors import TemplateError

_HEADER = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]\s*(?:#.*)?$")
_ARRAY = re.compile(r"\s*\[\[\s*([^\[\]]+?)\s*\]\]\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*(?:"([^"]+)"|'([^']+)'|([^\s="'#\[]+))\s*=""")
_MARK = re.compile(r"""["]{3}|[']{3}|"(?:[^"\\]|\\.)*"|'[^']*'|\#.*|[\[\]{}]""")
"""What a value may hold that tells where it ends."""
_END = {'"""': re.compile(r'(?:[^\\]|\\.)*?"""'), "'''": re.compile(r".*?'''")}
_AT = re.compile(r"^(.*) \(at (?:line (\d+), column \d+|end of document)\)$")


def decode(text: str) -> dict[str, Any]:
    """Return the data of a text; raise TemplateError, with the line but no source, where that is no TOML."""
    try:
        return tomllib.loads(text)
    except ValueError as error:
        raise _explained(str(error), text) from None
    except RecursionError:
        raise TemplateError("this is not a template: its brackets nest too deeply") from None


def key_lines(text: str) -> dict[tuple[str, str], int]:
    """Map (table, key) to its 1-based line, and (table, "") to the table's own line.

    Keys of the top level have the table "", those of the second ``[[variants]]`` the table "variants.1".
    The further lines of a string or a list that has several are stepped over.
    """
    lines: dict[tuple[str, str], int] = {}
    counts: Counter[str] = Counter()
    table, quotes, depth = "", "", 0
    for number, line in enumerate(text.split("\n"), start=1):
        if quotes or depth:
            quotes, depth = _left_open(line, 0, quotes, depth)
        elif match := _ARRAY.match(line):
            table = f"{match[1]}.{counts[match[1]]}"
            counts[match[1]] += 1
            lines.setdefault((table, ""), number)
        elif match := _HEADER.match(line):
            table = match[1]
            lines.setdefault((table, ""), number)
        elif match := _KEY.match(line):
            lines.setdefault((table, match[1] or match[2] or match[3]), number)
            quotes, depth = _left_open(line, match.end(), "", 0)
    return lines


def _left_open(line: str, position: int, quotes: str, depth: int) -> tuple[str, int]:
    """Return what is open of a value at a line's end: the quotes of a string, and how many brackets.

    ``quotes`` and ``depth`` are those that are open at ``position`` of the line.
    """
    while True:
        mark = _END[quotes].match(line, position) if quotes else _MARK.search(line, position)
        if mark is None:
            return quotes, depth
        position = mark.end()
        if quotes:
            quotes = ""
        elif mark[0] in _END:
            quotes = mark[0]
        elif mark[0] in "[{":
            depth += 1
        elif mark[0] in "]}":
            depth = max(depth - 1, 0)


def _explained(message: str, text: str) -> TemplateError:
    """Return a TOMLDecodeError's message as an error that names the key, and the line it stands on."""
    match = _AT.match(message)
    if match is None:
        return TemplateError(f"this is not TOML: {message}")
    lines = text.split("\n")
    number = int(match[2]) if match[2] else max(len(lines), 1)
    line = lines[number - 1].strip() if number <= len(lines) else ""
    if "overwrite" in match[1] or "twice" in match[1]:
        key = _KEY.match(line)
        name = (key[1] or key[2] or key[3]) if key else line
        return TemplateError(f"{name!r} is declared twice", "keep one", line=number)
    bare = line.partition("=")[0].strip()
    if bare and not bare.isascii() and is_name(bare):
        quoted = f'"{bare}" = …'
        problem = f"the name {bare} has letters beyond A to Z, so TOML wants it in quotes: {quoted}"
        return TemplateError(problem, quoted, line=number)
    if "[" in bare and bare[:1].isalpha():
        problem = f"the key {bare} has brackets, so TOML wants it in quotes"
        return TemplateError(problem, f'"{bare}" = "…"', line=number)
    return TemplateError(f"this is not TOML: {match[1]}; the line reads {line!r}", line=number)
