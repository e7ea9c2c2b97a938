"""Encodings: what proves a label, what contradicts it."""

import pytest

from layers.readers.encodings import decide, decode, fits, python_name

RED = "红线"


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("GBK", "gb18030"),
        ("gb2312", "gb18030"),
        ("ANSI 936", "gb18030"),
        ("OEM 936", "gb18030"),
        ("CP936", "gb18030"),
        ("utf8", "utf-8"),
        ("65001", "utf-8"),
        ("8859_1", "iso8859-1"),
        ("950", "cp950"),
        ("", None),
        ("\x00", None),
    ],
)
def test_labels(label: str, name: str | None) -> None:
    assert python_name(label) == name


def test_cut_character_is_left_out() -> None:
    whole = RED.encode("utf-8")
    assert decode(whole[:-1], "utf-8") == "红"
    assert fits([whole[:-1]], "utf-8")
    assert not fits([RED.encode("gbk")], "utf-8")


def test_label_before_language_byte_before_trial() -> None:
    values = [RED.encode("gbk")]
    how = {
        decide(values, "GBK", 0x4D),
        decide(values, None, 0x4D),
        decide(values, None, 0),
    }
    assert {one.how for one in how if one} == {"cpg", "ldid", "trial"}
    assert {one.encoding for one in how if one} == {"gb18030"}


def test_gbk_that_passes_as_utf8() -> None:
    """The cat in GBK is an e with an accent in UTF-8."""
    cat = "猫".encode("gbk")
    assert cat.decode("utf-8") == "è"
    decision = decide([cat, RED.encode("gbk")], None, 0)
    assert decision is not None
    assert decision.encoding == "gb18030"


def test_nothing_fits() -> None:
    values = [RED.encode("utf-8"), b"\xff\xff"]
    assert decide(values, None, 0) is None
    assert decode(values[0], None) == RED
    assert decode(values[1], None) == "\ufffd\ufffd"
