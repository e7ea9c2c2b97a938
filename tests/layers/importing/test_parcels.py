"""The ministry's parcel file in all the variants that are met (domain facts 2.2).

The official areas come from the worked example of the domain facts: 489,913.92 m2 for
the parcel with a hole, 499.80 m2 for the small one at the edge of the zone.
"""

import contextlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.errors import CoordinateError, CRSError, EcobarrierError
from layers.catalog import Catalog
from layers.errors import DecisionNeededError, LayerReadError
from layers.exporting import export
from layers.importing.report import ImportReport
from layers.readers.parcels_txt import read_parcels

Bring = Callable[..., ImportReport]

SEEDS = Path(__file__).parents[3] / "seeds"

HEADER = """[属性描述]
格式版本号=1.01
数据产生单位=测试院
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=36
精度=0.001
转换参数=,,,,,,
"""
PARCELS = """[地块坐标]
10,48.9914,DK001,光伏一期,面,K48G,光伏,0404,@
J1,1,4466000.000,36415000.000
J2,1,4466500.000,36415000.000
J3,1,4466500.000,36416000.000
J4,1,4466000.000,36416000.000
J1,1,4466000.000,36415000.000
J5,2,4466100.000,36415200.000
J6,2,4466100.000,36415300.000
J7,2,4466200.000,36415300.000
J8,2,4466200.000,36415200.000
J5,2,4466100.000,36415200.000
4,0.0500,DK002,管护房,面,,管护,,@
J1,1,4466000.0000,36373000.0000
J2,1,4466000.0000,36373020.0000
J3,1,4466025.0000,36373020.0000
J4,1,4466025.0000,36373000.0000
"""
WHOLE = HEADER + PARCELS
AREAS = {"DK001": 489_913.92, "DK002": 499.80}


def without_prefix(text: str) -> str:
    return re.sub(r",36(\d{6}\.)", r",\1", text)


def swapped(text: str) -> str:
    return re.sub(r"^(J\d,\d),([\d.]+),([\d.]+)$", r"\1,\3,\2", text, flags=re.M)


def unclosed(text: str) -> str:
    """Leave out each line that repeats the first of its ring."""
    seen: set[str] = set()
    lines = []
    for line in text.splitlines():
        if line.startswith("J") and line in seen:
            continue
        seen.add(line)
        lines.append(line)
    return "\n".join(lines)


VARIANTS: dict[str, Callable[[], bytes]] = {
    "gbk with CRLF": lambda: WHOLE.replace("\n", "\r\n").encode("gbk"),
    "utf-8": lambda: WHOLE.encode(),
    "byte order mark": lambda: WHOLE.encode("utf-8-sig"),
    "utf-16": lambda: WHOLE.encode("utf-16"),
    "full-width commas": lambda: WHOLE.replace(",", "，").encode("gbk"),
    "other brackets": lambda: WHOLE.replace("[", "【").replace("]", "】").encode("gbk"),
    "tabs": lambda: WHOLE.replace(",", "\t").encode(),
    "blanks around": lambda: WHOLE.replace(",", " , ").encode("gbk"),
    "columns swapped": lambda: swapped(WHOLE).encode("gbk"),
    "prefix removed": lambda: without_prefix(WHOLE).encode("gbk"),
    "prefix removed, swapped": lambda: swapped(without_prefix(WHOLE)).encode("gbk"),
    "rings unclosed": lambda: unclosed(WHOLE).encode("gbk"),
    "ring 2 restarts at J1": lambda: re.sub(
        r"J([5-8]),2", lambda m: f"J{int(m[1]) - 4},2", WHOLE
    ).encode("gbk"),
    "ring numbers all 1": lambda: WHOLE.replace(",2,4466", ",1,4466").encode("gbk"),
    "J absent": lambda: re.sub(r"^J", "", WHOLE, flags=re.M).encode("gbk"),
    "area in m2": lambda: (
        WHOLE.replace("48.9914", "489913.92").replace("0.0500", "499.80").encode("gbk")
    ),
    "8 fields": lambda: (
        WHOLE.replace(",0404,@", ",@").replace("管护,,@", "管护,@").encode("gbk")
    ),
    "13 fields": lambda: WHOLE.replace(",@", ",a,b,c,d,@").encode("gbk"),
    "datum and zone empty": lambda: (
        WHOLE.replace("=2000国家大地坐标系", "=")
        .replace("带号=36", "带号=")
        .encode("gbk")
    ),
    "count without closing points": lambda: WHOLE.replace("\n10,", "\n8,").encode(
        "gbk"
    ),
    "duplicate vertices": lambda: re.sub(
        r"^(J[267],.*)$", r"\1\n\1", WHOLE, flags=re.M
    ).encode("gbk"),
    "labels in a comment": lambda: WHOLE.replace(
        "转换参数=", "坐标=Y,X\n转换参数="
    ).encode(),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_official_areas(bring: Bring, tmp_path: Path, variant: str) -> None:
    path = tmp_path / "地块.txt"
    path.write_bytes(VARIANTS[variant]())
    report = bring(path)
    rounded = {key: round(value, 2) for key, value in report.areas_m2.items()}
    assert rounded == AREAS
    assert report.crs == ("EPSG:4545" if "prefix removed" in variant else "EPSG:4524")
    decided = {one["what"]: one["value"] for one in report.decisions}
    assert decided["zone"] == "36"
    assert decided["axis_order"] == ("xy" if "swapped" in variant else "yx")
    assert decided["datum"] == "cgcs2000"
    assert decided["units"] == ("m2" if variant == "area in m2" else "ha")
    assert all(one["reason"]["zh"] and one["reason"]["en"] for one in report.decisions)


@pytest.mark.parametrize("variant", ["header wiped", "header and sheet wiped"])
def test_header_wiped_asks(bring: Bring, tmp_path: Path, variant: str) -> None:
    """domain.md 2.3: X=4466000, Y=415000 is inside the region for four meridians."""
    text = without_prefix(PARCELS)
    if "sheet" in variant:
        text = text.replace("K48G", "")
    path = tmp_path / "a.txt"
    path.write_text(text, encoding="gbk")
    with pytest.raises(DecisionNeededError) as asked:
        bring(path)
    choices = asked.value.details["choices"]
    assert isinstance(choices, list)
    assert [one["meridian"] for one in choices] == [102, 105, 108, 111]
    assert "Alxa" in choices[2]["place_en"]
    if variant == "header wiped":
        assert [one["fits_map_sheet"] for one in choices] == [False, True, True, False]
    report = bring(path, crs=choices[2]["crs"])
    assert {key: round(v, 2) for key, v in report.areas_m2.items()} == AREAS
    again = bring(path, zone=36)
    assert again.areas_m2 == report.areas_m2


def test_header_wiped_with_prefix_needs_no_question(
    bring: Bring, tmp_path: Path
) -> None:
    path = tmp_path / "a.txt"
    path.write_text(PARCELS, encoding="gbk")
    report = bring(path)
    assert {key: round(v, 2) for key, v in report.areas_m2.items()} == AREAS
    codes = [one["code"] for one in report.decisions]
    assert {"decision_zone_prefix", "decision_datum_standard"} <= set(codes)


def test_map_sheet_decides(bring: Bring, tmp_path: Path) -> None:
    text = (
        without_prefix(PARCELS)
        .replace("K48G", "K49G")
        .replace("面,,管护", "面,K49G,管护")
    )
    path = tmp_path / "a.txt"
    path.write_text(text, encoding="gbk")
    report = bring(path)
    assert report.crs == "EPSG:4546"
    assert "decision_zone_sheet" in [one["code"] for one in report.decisions]


def test_one_parcel_per_file(bring: Bring, tmp_path: Path) -> None:
    """Files without a parcel's line are named by the file."""
    points = [line for line in PARCELS.splitlines() if line.startswith("J")]
    for name, lines in (("甲", points[:10]), ("乙", points[10:])):
        (tmp_path / f"{name}.txt").write_text("\n".join(lines), encoding="utf-8")
    report = bring(tmp_path / "甲.txt", tmp_path / "乙.txt")
    assert [round(v, 2) for v in report.areas_m2.values()] == [*AREAS.values()]
    assert list(report.areas_m2) == ["甲", "乙"]


def test_zone_of_header_and_of_digits_contradict(bring: Bring, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(WHOLE.replace("带号=36", "带号=37"), encoding="gbk")
    with pytest.raises(DecisionNeededError) as asked:
        bring(path)
    assert asked.value.code == "import_zone_conflict"
    assert bring(path, crs="EPSG:4524").areas_m2["DK002"] == pytest.approx(499.80171)


def test_mixed_prefixes(bring: Bring, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    text = WHOLE.replace("J3,1,4466025.0000,36373020", "J3,1,4466025.0000,37373020")
    path.write_text(text, encoding="gbk")
    with pytest.raises(CRSError) as refused:
        bring(path)
    assert refused.value.code == "import_prefix_mixed"
    assert "37373020" in str(refused.value)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("1980西安坐标系", "import_datum_unsafe"),
        ("北京54", "import_datum_unsafe"),
        ("火星坐标系", "import_datum_shifted"),
        ("本地独立坐标系", "import_datum_unknown"),
    ],
)
def test_other_datum(bring: Bring, tmp_path: Path, words: str, code: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(WHOLE.replace("2000国家大地坐标系", words), encoding="gbk")
    with pytest.raises(CRSError) as refused:
        bring(path)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        (
            "J2,1,4466500.000,36415000.000",
            "J2,1,44665x,3641",
            "txt_line_wrong",
            "44665x",
        ),
        ("J2,1,4466500.000", "J2,1,nan", "txt_line_wrong", "nan"),
        (PARCELS, "", "txt_no_parcels", "a.txt"),
        (
            "J3,1,4466025.0000,36373020.0000\nJ4,1,4466025.0000,36373000.0000\n",
            "",
            "txt_ring_short",
            "DK002",
        ),
    ],
)
def test_refusals_name_the_place(
    bring: Bring, tmp_path: Path, old: str, new: str, code: str, said: str
) -> None:
    path = tmp_path / "a.txt"
    path.write_text(WHOLE.replace(old, new), encoding="gbk")
    with pytest.raises(LayerReadError) as refused:
        bring(path)
    assert refused.value.code == code
    assert said in refused.value.text.zh
    assert said in refused.value.text.en


def test_strict_refuses_what_would_be_repaired(bring: Bring, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(WHOLE, encoding="gbk")
    with pytest.raises(LayerReadError) as refused:
        bring(path, strict=True)
    assert refused.value.code == "import_strict"
    whole = WHOLE + "J1,1,4466000.0000,36373000.0000\n"
    path.write_text(whole, encoding="gbk")
    assert bring(path, strict=True).repairs == ()


@settings(max_examples=60)
@given(
    cut=st.integers(0, len(WHOLE)),
    at=st.integers(0, len(WHOLE)),
    text=st.text(alphabet="J12,@=.[]面 \n\t，-e9", max_size=12),
)
def test_any_change_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, cut: int, at: int, text: str
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "a.txt"
    broken = (WHOLE[:at] + text + WHOLE[at:])[: cut + len(text)]
    path.write_text(broken, encoding="gb18030")
    with contextlib.suppress(EcobarrierError):
        assert len(read_parcels(path).frame)


@pytest.mark.parametrize("prefix", ["with", "without"])
@pytest.mark.parametrize("zone", [33, 35, 37, 38, 42])
def test_far_zone_and_back(
    bring: Bring, tmp_path: Path, workspace: Path, zone: int, prefix: str
) -> None:
    """Up to 18 degrees off, the digits tell nothing, or another zone: the header does.

    Edges are densified to 70 m for the way, which may change the area by the perimeter
    times 0.2 mm, 0.6 m2 here; it does by 2 mm2.
    """
    (tmp_path / "a.txt").write_text(HEADER + PARCELS, encoding="gbk")
    before = bring(tmp_path / "a.txt").area_m2
    layer = Catalog.open(SEEDS, workspace).vector("mine")
    crs = f"CGCS2000 3-degree zone {zone} {prefix} prefix"
    export(layer, tmp_path / "far.txt", crs=crs, encoding="gbk")
    report = bring(tmp_path / "far.txt")
    code = 4488 + zone if prefix == "with" else 4509 + zone
    assert report.crs == f"EPSG:{code}"
    assert report.area_m2 == pytest.approx(before, abs=0.01)
    decided = {one["what"]: one["value"] for one in report.decisions}
    assert (decided["zone"], decided["axis_order"]) == (str(zone), "yx")


def test_far_zone_whose_digits_name_another_is_not_written(
    bring: Bring, tmp_path: Path, workspace: Path
) -> None:
    """40,393,637 m from the meridian of zone 40 reads as the middle of zone 39."""
    (tmp_path / "a.txt").write_text(HEADER + PARCELS, encoding="gbk")
    bring(tmp_path / "a.txt")
    layer = Catalog.open(SEEDS, workspace).vector("mine")
    with pytest.raises(CoordinateError) as refusal:
        export(layer, tmp_path / "far.txt", crs="EPSG:4528", encoding="gbk")
    assert refusal.value.code == "coordinates_wrong_zone"
    assert not (tmp_path / "far.txt").exists()


@pytest.mark.parametrize("swapped", [False, True])
def test_header_decides_the_order_far_from_the_meridian(
    bring: Bring, tmp_path: Path, swapped: bool
) -> None:
    text = HEADER.replace("带号=36", "带号=38") + PARCELS.split("\n4,")[0] + "\n"
    pairs = re.findall(r"(4466\d+\.000),36(41\d+\.000)", text)
    for north, east in set(pairs):
        far = (north, f"37{int(east[:6]) + 490_000}.000")
        order = far[::-1] if swapped else far
        text = text.replace(f"{north},36{east}", ",".join(order))
    (tmp_path / "a.txt").write_text(text, encoding="gbk")
    report = bring(tmp_path / "a.txt")
    assert report.crs == "EPSG:4526"
    decided = {one["what"]: one["value"] for one in report.decisions}
    assert decided["axis_order"] == ("xy" if swapped else "yx")
