"""The line of each key of a TOML text."""

from __future__ import annotations

from sheetgen.template import toml


def test_key_lines() -> None:
    text = (
        'title = "x"  # = [no]\n# [comment]\n\ndescription = """\n[inputs]\nw = 9\n"""\nrates = [\n  0.1,\n  0.2,\n]\n'
        " [ inputs ] # here\n'x 1' = 1\n\"y\"= 2\nz=3\n[a.b]\nc = '''one'''\nd = '''\nz = 4\n'''\n"
        'e = "\u2028"\nf = 1\n'
    )
    assert toml.key_lines(text) == {
        ("", "title"): 1,
        ("", "description"): 4,
        ("", "rates"): 8,
        ("inputs", ""): 12,
        ("inputs", "x 1"): 13,
        ("inputs", "y"): 14,
        ("inputs", "z"): 15,
        ("a.b", ""): 16,
        ("a.b", "c"): 17,
        ("a.b", "d"): 18,
        ("a.b", "e"): 21,
        ("a.b", "f"): 22,
    }
