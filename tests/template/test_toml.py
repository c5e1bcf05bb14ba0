"""The line of each key of a TOML text."""

from __future__ import annotations

import tomllib

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


def test_what_stands_inside_a_value_is_neither_table_nor_key() -> None:
    text = """
X = [
  [1, 0],
  [0, 1],  # ]
]
[a]
c = [
  'b = [',
  "d] = \\"[",
  '''
e = 1
]
''',
[1],
  [ 'x' ]
  ]
f = { h = [1,
[2]
]}
g = 1
[[b]]
i = "[ {"
j = 2 # [
k = 3
"""
    assert tomllib.loads(text)["a"]["g"] == 1
    found = {key: line for (_, key), line in toml.key_lines(text).items() if key}
    assert found == {"X": 2, "c": 7, "f": 17, "g": 20, "i": 22, "j": 23, "k": 24}
    assert toml.key_lines(text)["a", "g"] == 20


def test_quotes_inside_a_string_of_several_lines_do_not_end_it() -> None:
    text = 'a = """\n\\"""\nb = 1\n"""\nc = 2\nd = [\n"""]\ne = 3\n"""]\nf = 4\n'
    assert set(tomllib.loads(text)) == {"a", "c", "d", "f"}
    assert toml.key_lines(text) == {("", "a"): 1, ("", "c"): 5, ("", "d"): 6, ("", "f"): 10}
