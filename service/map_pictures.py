"""Pictures of a map within a number of bytes: the large ones become coarser."""

import io
from dataclasses import replace

from PIL import Image

from service.map_rasters import Picture, encode

LEAST_WIDTH = 120
"""Pixels. A picture narrower than that shows nothing, so a map is refused instead."""

_STEP = 0.9
_AIM = 0.97
_WEBP_QUALITY = 72


def within(pictures: list[Picture], room: int) -> list[Picture]:
    """Make pictures coarser until all of them together fit.

    Parameters
    ----------
    pictures : list of Picture
    room : int
        Bytes for all of them as they stand on the page.

    Returns
    -------
    list of Picture
        In the order given. Those below an equal share of the room stay as they are;
        the others have as many pixels as their share allows, but are never narrower
        than :data:`LEAST_WIDTH`, even if they do not fit then.
    """
    limit = _equal_limit([len(one.data_url) for one in pictures], room)
    return [_shrunk(one, limit) for one in pictures]


def _equal_limit(sizes: list[int], room: int) -> int:
    """Bytes per picture so that all fit, if the small ones keep what they have."""
    for done, size in enumerate(ascending := sorted(sizes)):
        left = room - sum(ascending[:done])
        share = left // (len(sizes) - done)
        if size > share:
            return max(share, 0)
    return max(sizes, default=0)


def _shrunk(picture: Picture, limit: int) -> Picture:
    """Answer a picture with fewer pixels over the same box; itself if it fits."""
    if len(picture.data_url) <= limit:
        return picture
    full = Image.open(io.BytesIO(picture.content))
    made, width = picture, full.width
    while len(made.data_url) > limit and width > LEAST_WIDTH:
        aim = _AIM * (limit / len(made.data_url)) ** 0.5
        width = max(LEAST_WIDTH, int(width * min(_STEP, aim)))
        made = _resized(full, width, picture)
    return made


def _resized(full: Image.Image, width: int, picture: Picture) -> Picture:
    size = width, max(1, round(full.height * width / full.width))
    if full.mode == "P":
        # Colours are classes: one between two classes would be a third.
        coarse = full.resize(size, Image.Resampling.NEAREST)
        data = encode(coarse, "PNG", transparency=0, optimize=True)
    else:
        coarse = full.resize(size, Image.Resampling.LANCZOS)
        data = encode(coarse, "WEBP", quality=_WEBP_QUALITY, method=4)
    url, count = data
    return replace(picture, data_url=url, byte_count=count)
