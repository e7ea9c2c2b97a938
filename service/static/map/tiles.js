// Base tiles of the user's choice. Tiles in GCJ-02 are moved to where things are; the
// map itself, and all that is measured on it, stays true.
"use strict";
const tiles = (() => {
  // The public formula of the shift (GCJ-02 on the Krasovsky ellipsoid), degrees.
  const A = 6378245, E2 = 0.00669342162296594323, PI = Math.PI, RAD = PI / 180;
  const wave = (x, ...terms) => terms.reduce((sum, [size, rate]) => sum + size * Math.sin(rate * x * PI), 0) * 2 / 3;

  function shift(lon, lat) {
    const x = lon - 105, y = lat - 35;
    const ripple = wave(x, [20, 6], [20, 2]), root = Math.sqrt(Math.abs(x));
    const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple + wave(y, [20, 1], [40, 1 / 3], [160, 1 / 12], [320, 1 / 30]);
    const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple + wave(x, [20, 1], [40, 1 / 3], [150, 1 / 12], [300, 1 / 30]);
    const w = 1 - E2 * Math.sin(lat * RAD) ** 2;
    return [
      east / ((A / Math.sqrt(w)) * Math.cos(lat * RAD) * RAD),
      north / (((A * (1 - E2)) / (w * Math.sqrt(w))) * RAD),
    ];
  }

  // Outside China the tiles are not shifted; this is the usual box of the formula.
  const inChina = (lon, lat) => lon > 72.004 && lon < 137.8347 && lat > 0.8293 && lat < 55.8271;
  const toGcj02 = (lon, lat) => {
    if (!inChina(lon, lat)) return [lon, lat];
    const [east, north] = shift(lon, lat);
    return [lon + east, lat + north];
  };

  // Pixels from where the tiles draw a place to where it is.
  function offset(map, place, zoom) {
    const [lon, lat] = toGcj02(place.lng, place.lat);
    return map.project([lat, lon], zoom).subtract(map.project(place, zoom));
  }

  const Shifted = L.TileLayer.extend({
    _getTiledPixelBounds(center) {
      const bounds = L.TileLayer.prototype._getTiledPixelBounds.call(this, center);
      const by = offset(this._map, center, this._tileZoom);
      return L.bounds(bounds.min.add(by), bounds.max.add(by));
    },
    _getTilePos(coords) {
      const middle = coords.add([0.5, 0.5]).scaleBy(this.getTileSize());
      const by = offset(this._map, this._map.unproject(middle, coords.z), coords.z);
      return L.TileLayer.prototype._getTilePos.call(this, coords).subtract(by.round());
    },
  });

  function layer({ url, datum }) {
    const options = { maxZoom: 18, className: `tiles ${datum}` };
    return datum === "gcj02" ? new Shifted(url, options) : L.tileLayer(url, options);
  }

  return { layer, toGcj02 };
})();
