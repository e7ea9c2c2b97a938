"""Seats of the 12 leagues and cities: names and places for the map.

To a kilometre, for orientation only: nothing is measured from them. The seat of a
league is a town of its own name (of Hulunbuir it is Hailar), which maps name instead.
"""

from typing import NamedTuple


class Seat(NamedTuple):
    """Where a league is governed from; ``league`` is its code (GB/T 2260)."""

    league: str
    zh: str
    en: str
    lon: float
    lat: float
    capital: bool = False


SEATS = (
    Seat("150100", "呼和浩特", "Hohhot", 111.75, 40.84, capital=True),
    Seat("150200", "包头", "Baotou", 109.84, 40.66),
    Seat("150300", "乌海", "Wuhai", 106.79, 39.66),
    Seat("150400", "赤峰", "Chifeng", 118.89, 42.26),
    Seat("150500", "通辽", "Tongliao", 122.24, 43.65),
    Seat("150600", "鄂尔多斯", "Ordos", 109.78, 39.61),
    Seat("150700", "海拉尔", "Hailar", 119.74, 49.21),
    Seat("150800", "临河", "Linhe", 107.39, 40.75),
    Seat("150900", "集宁", "Jining", 113.12, 41.00),
    Seat("152200", "乌兰浩特", "Ulanhot", 122.08, 46.08),
    Seat("152500", "锡林浩特", "Xilinhot", 116.09, 43.94),
    Seat("152900", "巴彦浩特", "Bayanhot", 105.70, 38.84),
)
