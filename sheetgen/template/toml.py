"""What `tomllib` does not tell: the line of each key, and a plain word for its errors."""

from __future__ import annotations

import re
from collections import Counter

_HEADER = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]\s*(?:#.*)?$")
_ARRAY = re.compile(r"\s*\[\[\s*([^\[\]]+?)\s*\]\]\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*(?:"([^"]+)"|'([^']+)'|([^\s="'#\[]+))\s*=""")
_AT = re.compile(r"^(.*) \(at (?:line (\d+), column \d+|end of document)\)$")


def key_lines(text: str) -> dict[tuple[str, str], int]:
    """Map (table, key) to its 1-based line, and (table, "") to the table's own line.

    Keys of the top level have the table "", those of the second ``[[variants]]`` the table "variants.1".
    Multi-line strings are stepped over.
    """
    lines: dict[tuple[str, str], int] = {}
    seen: Counter[str] = Counter()
    table, closing = "", ""
    for number, line in enumerate(text.split("\n"), start=1):
        if closing:
            closing = "" if closing in line else closing
        elif match := _ARRAY.match(line):
            table = f"{match[1]}.{seen[match[1]]}"
            seen[match[1]] += 1
            lines.setdefault((table, ""), number)
        elif match := _HEADER.match(line):
            table = match[1]
            lines.setdefault((table, ""), number)
        elif match := _KEY.match(line):
            lines.setdefault((table, match[1] or match[2] or match[3]), number)
            value = line[match.end() :].lstrip()
            if value[:3] in ('"""', "'''") and value[:3] not in value[3:]:
                closing = value[:3]
    return lines


def explain(message: str, text: str) -> tuple[str, int | None]:
    """Turn a TOMLDecodeError's message into one that names the key, and the line it stands on."""
    match = _AT.match(message)
    if match is None:
        return f"this is not TOML: {message}", None
    lines = text.split("\n")
    number = int(match[2]) if match[2] else max(len(lines), 1)
    line = lines[number - 1].strip() if number <= len(lines) else ""
    if "overwrite" in match[1] or "twice" in match[1]:
        key = _KEY.match(line)
        name = (key[1] or key[2] or key[3]) if key else line
        return f"{name!r} is declared twice; keep one", number
    bare = line.partition("=")[0].strip()
    if bare and not bare.isascii() and bare.isidentifier():
        return f'the name {bare} has letters beyond A to Z, so TOML wants it in quotes: "{bare}" = …', number
    return f"this is not TOML: {match[1]}; the line reads {line!r}", number
