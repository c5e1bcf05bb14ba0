"""XML that every program reads alike, and what is refused because some would read it differently."""

from __future__ import annotations

import io

import pytest

from sheetgen.xlsx.plain_xml import Ambiguous, PlainPart, entry_at, integer, parse, root_in_any_encoding

PLAIN = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<a>η &lt;!-- &lt;? </a>'


@pytest.mark.parametrize(
    "xml", [PLAIN.encode(), b"\xef\xbb\xbf" + PLAIN.encode(), b"<a/>", b'<?xml version="1.0"?><a/>']
)
def test_what_is_plain(xml: bytes) -> None:
    assert parse(xml).tag == "a"
    part = PlainPart(io.BytesIO(xml))
    assert b"".join(iter(lambda: part.read(7), b"")) == xml


ODD = [
    (PLAIN.encode("utf-16"), "encoding"),
    (b'<?xml version="1.0" encoding="latin-1"?><a/>', "encoding"),
    (b'<!DOCTYPE a [<!ENTITY e "1">]><a>&e;</a>', "document type"),
]


@pytest.mark.parametrize(("xml", "what"), ODD)
def test_what_no_part_may_have(xml: bytes, what: str) -> None:
    with pytest.raises(Ambiguous, match=what):
        parse(xml)


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize(
    "odd", ["<v>1<!-- 2 -->3</v>", "<v><![CDATA[1]]></v>", "<v>1<?x?></v>", '<!DOCTYPE a [<!ENTITY e "1">]>']
)
def test_what_no_sheet_may_have_wherever_its_pieces_end(odd: str, size: int) -> None:
    part = PlainPart(io.BytesIO(f'<?xml version="1.0"?><worksheet>{odd}</worksheet>'.encode()))
    with pytest.raises(Ambiguous, match="among its cells"):
        list(iter(lambda: part.read(size), b""))


@pytest.mark.parametrize("text", ["", " 1", "1 ", "+1", "1.0", "1_0", "²", "٢", "１", "--1", "9" * 5000])
def test_what_is_no_integer(text: str) -> None:
    """Python's own test for digits takes ² for one, and its reading 1_0 and ٢ for numbers."""
    assert integer(text) is None
    assert entry_at("abc", text) is None


def test_integers_and_what_they_number() -> None:
    assert [integer(text) for text in ("0", "12", "-3", "007")] == [0, 12, -3, 7]
    assert [entry_at("abc", text) for text in ("0", "2", "3", "-1")] == ["a", "c", None, None]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "shift_jis", "gb2312", "big5", "euc-jp"])
def test_a_root_is_read_in_every_encoding(encoding: str) -> None:
    """Expat itself knows none that has several bytes a letter, but UTF-8 and UTF-16."""
    word = "café" if encoding == "iso-8859-1" else "日本"
    xml = f'<?xml version="1.0" encoding="{encoding}"?><a b="{word}"/>'
    assert root_in_any_encoding(xml.encode(encoding)).attrib == {"b": word}


def test_what_is_not_in_the_encoding_that_it_declares() -> None:
    with pytest.raises(UnicodeError):
        root_in_any_encoding(b'<?xml version="1.0" encoding="shift_jis"?><a b="\xff\xff"/>')
