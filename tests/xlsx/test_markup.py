"""XML parts that are changed at a few places, whatever their writer did."""

from __future__ import annotations

import time
from xml.etree import ElementTree
from xml.etree.ElementTree import ParseError

import pytest

from sheetgen.xlsx.elements import attributes
from sheetgen.xlsx.markup import Markup

ORDER = ("a", "b", "c", "d")
SPELLINGS = {
    "plain": '<r xmlns="m"><b n="1"><i/></b><d/></r>',
    "single quotes": "<r xmlns='m'><b n='1'><i/></b><d/></r>",
    "spaces": '<r\n xmlns = "m" ><b\tn =\r\n"1" ><i /></b ><d\n/></r >',
    "empty elements opened": '<r xmlns="m"><b n="1"><i></i></b><d></d></r>',
    "comments": '<!-- <b> --><r xmlns="m"><!-- <d/></r> --><b n="1"><i/><!-- </b> --></b><?p <d/> ?><d/></r><!-- -->',
    "character data": '<r xmlns="m"><b n="1"><i/><![CDATA[]]></b><d/></r>',
    "a prefix": '<x:r xmlns:x="m"><x:b n="1"><x:i/></x:b><x:d/></x:r>',
    "two prefixes": '<x:r xmlns:x="m" xmlns:y="m"><y:b n="1"><x:i/></y:b><d xmlns="m"/></x:r>',
    "another default": '<x:r xmlns:x="m" xmlns="other"><x:b n="1"><x:i/></x:b><x:d/></x:r>',
    "greater than": '<r xmlns="m" t="&gt; > /&gt;"><b n="1" t="/>"><i t=">"/></b><d/></r>',
    "declared": '<?xml version="1.0" encoding="utf-8" standalone="yes"?>\r\n<r xmlns="m"><b n="1"><i/></b><d/></r>',
    "letters of many bytes": '<r xmlns="m" t="∂"><b n="1" t="∂𝜂"><i>∂</i></b><d/></r>',
}


def meant(xml: bytes) -> list[tuple[str, str]]:
    """Return the elements below the root with their attribute n, in order, as another parser reads them."""
    root = ElementTree.fromstring(xml)
    assert root.tag == "{m}r"
    return [(element.tag, element.get("n", "")) for element in root.iter() if element is not root]


@pytest.mark.parametrize("xml", SPELLINGS.values(), ids=SPELLINGS)
def test_changes_are_made_in_every_spelling(xml: str) -> None:
    part = Markup(xml.encode())
    assert not part.changed
    assert bytes(part) == xml.encode()
    b, d = part.root.children
    assert (b.name, b.get("n"), d.get("n", "none")) == ("b", "1", "none")
    part.set(b, "n", '2"<')
    part.set(d, "n", "3")
    part.append(b, "<k n='4'><l/></k>")
    part.append(d, "<e/>")
    part.insert("<c><f/></c>", ORDER)
    part.insert("<a/>", ORDER)
    assert part.changed
    # Each new element stands in the root's namespace, at its place in the order.
    assert meant(bytes(part)) == [
        ("{m}a", ""), ("{m}b", '2"<'), ("{m}i", ""), ("{m}k", "4"), ("{m}l", ""), ("{m}c", ""), ("{m}f", ""),
        ("{m}d", "3"), ("{m}e", ""),
    ]  # fmt: skip
    assert [child.name for child in Markup(bytes(part)).root.children] == list(ORDER)


@pytest.mark.parametrize("xml", SPELLINGS.values(), ids=SPELLINGS)
def test_what_is_removed_leaves_every_other_byte(xml: str) -> None:
    part = Markup(xml.encode())
    b, _ = part.root.children
    written = part.source(b)
    part.remove(b)
    assert bytes(part).decode() == xml.replace(written, "")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_a_part_keeps_its_encoding(encoding: str) -> None:
    declared = encoding.replace("-sig", "")
    part = Markup(f'<?xml version="1.0" encoding="{declared}"?><r t="é"/>'.encode(encoding))
    assert part.root.get("t") == "é"
    part.append(part.root, "<a t='∂'/>")
    root = ElementTree.fromstring(bytes(part))
    assert (root.get("t"), root[0].get("t")) == ("é", "∂")
    assert f'encoding="{declared}"' in bytes(part).decode(encoding)


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [(b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"", "utf-16-le"), (b"", "utf-16-be"),
     (b"\xef\xbb\xbf", "utf-8")],
)  # fmt: skip
def test_every_other_byte_stays_in_every_encoding(mark: bytes, encoding: str) -> None:
    part = Markup(mark + "<r t='∂'><a/></r>".encode(encoding))
    part.set(part.root.children[0], "n", "1")
    assert bytes(part) == mark + "<r t='∂'><a n=\"1\"/></r>".encode(encoding)


def test_an_element_like_another() -> None:
    part = Markup(b"<x:r xmlns:x='m'><x:a t='/>' ><x:b/></x:a><x:c u='1' /></x:r>")
    a, c = part.root.children
    assert (part.like(a, "one"), part.like(c, "<x:d/>")) == ("<x:a t='/>' >one</x:a>", "<x:c u='1' ><x:d/></x:c>")


def test_an_empty_root_takes_elements_in_their_order() -> None:
    part = Markup(b"<r/>")
    for name in ("d", "b", "c"):
        part.insert(f"<{name}/>", ORDER)
    assert bytes(part) == b"<r><b/><c/><d/></r>"


def test_elements_that_say_the_same_mean_the_same() -> None:
    first, second, *others = (
        Markup(xml.encode()).root.children[0].meaning
        for xml in (
            '<r xmlns="m"><b n="1" o="&lt;"> <i/> </b></r>',
            "<x:r xmlns:x='m'><x:b o='&#60;' n='1'><x:i></x:i></x:b></x:r>",
            '<r xmlns="m"><b n="1" o="&lt;"/></r>',
            '<r xmlns="m"><b n="1" o="&lt;">t<i/></b></r>',
            '<r xmlns="m"><b xmlns="k" n="1" o="&lt;"><i/></b></r>',
        )
    )
    assert first == second
    assert first not in others


def test_what_is_no_part() -> None:
    with pytest.raises(ParseError):
        Markup(b"<r><a></r>")
    with pytest.raises(ValueError, match="document type"):
        Markup(b'<!DOCTYPE r [<!ENTITY e "<a/>">]><r>&e;</r>')


def test_the_time_to_read_a_list_does_not_grow_with_the_square_of_its_length() -> None:
    """Between the elements stands text, as where a style sheet of 200,000 cell formats is indented."""

    def seconds(text: bytes) -> float:
        """Return the least time of three: collecting the garbage of other tests may fall into one."""
        content, times = b"<a>" + (b"<b/>" + text) * 30_000 + b"</a>", []
        for _ in range(3):
            start = time.process_time()
            assert len(Markup(content).root.children) == 30_000
            times.append(time.process_time() - start)
        return min(times)

    assert seconds(b" " * 200) < 10 * seconds(b"")


@pytest.mark.parametrize("xml", [*SPELLINGS.values(), '<r><b n="1"><i/></b><d/></r>'])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_attributes_are_found_in_every_spelling(xml: str, encoding: str) -> None:
    content = xml.replace('encoding="utf-8"', f'encoding="{encoding}"').encode(encoding)
    assert attributes(content, {"b": "n", "d": "n", "e": "n"}) == {"b": {"1"}, "d": {""}, "e": set()}


def test_attributes_of_another_namespace_are_not_found_and_no_part_has_none() -> None:
    other = b'<r xmlns="m" xmlns:o="other"><o:b n="1"/><b o:n="2"/></r>'
    assert attributes(other, {"b": "n"}) == {"b": {""}}
    with pytest.raises(ParseError):
        attributes(b"<r><b>", {"b": "n"})
    with pytest.raises(ValueError, match="document type"):
        attributes(b"<!DOCTYPE r><r/>", {"b": "n"})
