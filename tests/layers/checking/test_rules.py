"""The table of rules: the default one holds, and a bad one says where it is bad."""

from pathlib import Path

import pytest

from geo.errors import EcobarrierError
from layers.checking.rules import parse_rules, read_rules

HEAD = 'id = "office"\nversion = "1"\ntitle = {zh = "局", en = "Office"}\n'
RULE = '[[rule]]\nid = "a"\nlayers = ["*"]\nlevel = "check_needed"\n'


def refused(text: str) -> EcobarrierError:
    with pytest.raises(EcobarrierError) as caught:
        parse_rules(text.encode(), "office.toml")
    assert "office.toml" in caught.value.text.zh
    assert "office.toml" in caught.value.text.en
    return caught.value


def test_every_default_rule_cites_or_says_something_and_awaits_the_office() -> None:
    rules = read_rules()
    assert rules.file is None
    for one in rules.content.rule:
        assert not one.confirmed
        assert one.clause is not None or one.remark is not None
        assert one.level != "indicative"


def test_a_table_of_the_office_is_read(tmp_path: Path) -> None:
    path = tmp_path / "office.toml"
    path.write_text(HEAD + RULE + "confirmed = true\n", encoding="utf-8")
    rules = read_rules(path)
    assert (rules.file, rules.content.rule[0].confirmed) == ("office.toml", True)
    assert len(rules.sha256) == 64


@pytest.mark.parametrize(
    ("fault", "key", "value"),
    [
        (RULE.replace("check_needed", "forbidden"), "rule 1 (a).level", "forbidden"),
        (RULE.replace('["*"]', "[]"), "rule 1 (a).layers", "[]"),
        (RULE.replace('["*"]', "[7]"), "rule 1 (a).layers.0", "7"),
        (RULE + "clause = 5\n", "rule 1 (a).clause", "5"),
        (RULE + "[rule.clause]\n", "rule 1 (a).clause.document", "{}"),
        (RULE + "colour = 'red'\n", "rule 1 (a).colour", "red"),
        (RULE + 'remark = {zh = "只有中文"}\n', "rule 1 (a).remark.en", "只有中文"),
        (RULE + RULE, "rule", "id"),
        ('rule = "none"\n', "rule", "none"),
        ("", "rule", "office"),
    ],
)
def test_a_bad_rule_names_file_key_and_value(fault: str, key: str, value: str) -> None:
    error = refused(HEAD + fault)
    assert error.code == "rules_wrong"
    assert error.details["key"] == key
    assert value in str(error.details["value"])
    assert "not_allowed, case_needed, check_needed, clear" in error.text.en


@pytest.mark.parametrize(
    "raw", [b"id = ", b"\xff\xfe", b"a = 1\na = 2\n", b"x = " + b"[" * 5000]
)
def test_what_is_no_toml_is_refused(raw: bytes) -> None:
    with pytest.raises(EcobarrierError) as caught:
        parse_rules(raw, "office.toml")
    assert caught.value.code == "rules_not_toml"


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(EcobarrierError) as caught:
            read_rules(path)
        assert caught.value.code == "rules_unreadable"
