"""How pages write numbers: for people, so rounded; the JSON beside has them whole."""

from collections.abc import Callable, Iterable, Mapping

from service.words import Language

_KM2 = 1e6
_HECTARE = 1e4
_UNITS = {"km²": _KM2, "ha": _HECTARE, "m²": 1.0}
UNKNOWN = "—"


def area(value_m2: float | None) -> str:
    """Write an area in km2, small ones in hectares or square metres.

    >>> area(86_853_200_000.0), area(123_456.0), area(250.0), area(None)
    ('86,853 km²', '12.35 ha', '250 m²', '—')
    """
    if value_m2 is None:
        return UNKNOWN
    if abs(value_m2) >= _KM2:
        return f"{_digits(value_m2 / _KM2)} km²"
    if abs(value_m2) >= _HECTARE:
        return f"{_digits(value_m2 / _HECTARE)} ha"
    return f"{_digits(value_m2)} m²"


def unit(values_m2: Iterable[float | None]) -> str:
    """Choose the unit of a column of areas by its largest.

    >>> unit([12_000.0, 3e9, None]), unit([12_000.0, 5.0]), unit([])
    ('km²', 'ha', 'm²')
    """
    largest = max((abs(one) for one in values_m2 if one is not None), default=0.0)
    return next((name for name, size in _UNITS.items() if largest >= size), "m²")


def area_in(value_m2: float | None, name: str) -> str:
    """Write an area in the unit that the head of its column names.

    >>> area_in(86_853_200_000.0, "km²"), area_in(122.0, "km²"), area_in(0.0, "ha")
    ('86,853', '< 0.01', '0')
    """
    if value_m2 is None:
        return UNKNOWN
    value = value_m2 / _UNITS[name]
    return "< 0.01" if 0 < value < 0.005 else _digits(value)


def headed(name: str, unit_name: str, language: Language) -> str:
    """Write the head of a column with its unit.

    >>> headed("Overlap", "ha", "en"), headed("重叠面积", "ha", "zh")
    ('Overlap (ha)', '重叠面积（公顷）')
    """
    if language == "en":
        return f"{name} ({unit_name})"
    return f"{name}（{'公顷' if unit_name == 'ha' else unit_name}）"


def share(value: float | None) -> str:
    """Write a share of 0-1 in per cent.

    >>> share(0.1234), share(1.0), share(0.00001), share(None)
    ('12.34 %', '100 %', '< 0.01 %', '—')
    """
    if value is None:
        return UNKNOWN
    if 0 < value < 0.0001:
        return "< 0.01 %"
    return f"{_digits(value * 100)} %"


def count(value: float | None) -> str:
    """Write a number with separators.

    >>> count(1234567), count(0.5), count(None)
    ('1,234,567', '0.5', '—')
    """
    return UNKNOWN if value is None else _digits(value, 4)


def difference(published: float | None, computed: float | None) -> str:
    """Write how far the computed figure is from the published one, in per cent.

    >>> difference(100.0, 97.5), difference(100.0, 100.0), difference(None, 3.0)
    ('−2.5 %', '0 %', '—')
    """
    if not published or computed is None:
        return UNKNOWN
    change = round((computed / published - 1) * 100, 2)
    sign = "−" if change < 0 else "+" if change > 0 else ""
    return f"{sign}{_digits(abs(change))} %"


def _digits(value: float, decimals: int = 2) -> str:
    """Separate thousands; decimals only below 1,000, without zeros at the end.

    >>> _digits(1234.5), _digits(12.30), _digits(3)
    ('1,234', '12.3', '3')
    """
    if abs(value) >= 1000 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:,.{decimals}f}".rstrip("0").rstrip(".")


NUMBERS: Mapping[str, Callable[..., str]] = {
    "area": area,
    "area_in": area_in,
    "share": share,
    "count": count,
    "difference": difference,
    "headed": headed,
    "unit": unit,
}
