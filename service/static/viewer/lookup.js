// What is at a place, without a service: cells out of the rasters' own files, and the
// attributes of features out of the tiles of the deepest zoom. Their outlines are simplified, so near one it may be the neighbour;
// areas were computed from the full geometry when the copy was made, never from tiles.

import { getJSON } from './api.js';
import { archiveOf } from './archive.js';
import { cellAt } from './cells.js';
import { ROOT } from './source.js';

const HIDDEN = new Set(['id', 'name_zh', 'name_en', 'area_km2', 'adcode']);
const MOST_OF_A_LAYER = 8;
const [POINT, LINE, POLYGON] = [1, 2, 3];
const text = new TextDecoder();

// A message of the Protocol Buffers encoding: number, value of each of its fields.
function* fieldsOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  const number = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at];
      at += 1;
      value += (byte % 128) * factor;
      if (!(byte >= 128)) return value;
    }
  };
  while (at < bytes.length) {
    const head = number();
    const field = Math.floor(head / 8);
    const kind = head % 8;
    if (kind === 0) yield [field, number()];
    else if (kind === 2) { const size = number(); yield [field, bytes.subarray(at, at + size)]; at += size; } else if (kind === 1) { yield [field, view.getFloat64(at, true)]; at += 8; } else { yield [field, view.getFloat32(at, true)]; at += 4; }
  }
}

function numbersOf(bytes) {
  const numbers = [];
  let value = 0;
  let factor = 1;
  for (const byte of bytes) {
    value += (byte % 128) * factor;
    factor *= 128;
    if (byte < 128) { numbers.push(value); value = 0; factor = 1; }
  }
  return numbers;
}

const signed = (value) => (value % 2 ? -(value + 1) / 2 : value / 2);

function valueOf(bytes) {
  for (const [field, value] of fieldsOf(bytes)) {
    if (field === 1) return text.decode(value);
    if (field === 6) return signed(value);
    return field === 7 ? value === 1 : value;
  }
  return null;
}

// Rings or lines in units of the tile (Mapbox Vector Tile specification 2.1, 4.3).
export function partsOf(commands) {
  const parts = [];
  let [x, y] = [0, 0];
  for (let at = 0; at < commands.length;) {
    const [command, count] = [commands[at] % 8, Math.floor(commands[at] / 8)];
    at += 1;
    if (command === 7) { parts.at(-1).push(parts.at(-1)[0]); continue; }
    for (let n = 0; n < count; n += 1) {
      x += signed(commands[at]);
      y += signed(commands[at + 1]);
      at += 2;
      if (command === 1) parts.push([]);
      parts.at(-1).push([x, y]);
    }
  }
  return parts;
}

export function featuresOf(bytes) {
  const found = [];
  for (const [field, layer] of fieldsOf(bytes)) {
    if (field !== 3) continue;
    const [features, keys, values] = [[], [], []];
    let extent = 4096;
    for (const [of, value] of fieldsOf(layer)) {
      if (of === 2) features.push(value);
      if (of === 3) keys.push(text.decode(value));
      if (of === 4) values.push(valueOf(value));
      if (of === 5) extent = value;
    }
    for (const one of features) {
      const feature = { kind: 0, parts: [], properties: {}, extent };
      for (const [of, value] of fieldsOf(one)) {
        if (of === 3) feature.kind = value;
        if (of === 4) feature.parts = partsOf(numbersOf(value));
        if (of === 2) { const tags = numbersOf(value); for (let at = 0; at < tags.length; at += 2) feature.properties[keys[tags[at]]] = values[tags[at + 1]]; }
      }
      found.push(feature);
    }
  }
  return found;
}

// Even-odd over all rings: inside a hole is outside.
export function isInside(rings, [x, y]) {
  let inside = false;
  for (const ring of rings) {
    for (let at = 1; at < ring.length; at += 1) {
      const [[x0, y0], [x1, y1]] = [ring[at - 1], ring[at]];
      if ((y0 > y) !== (y1 > y) && x < x0 + ((y - y0) * (x1 - x0)) / (y1 - y0)) inside = !inside;
    }
  }
  return inside;
}

function distance([x, y], [x0, y0], [x1, y1]) {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const along = dx || dy ? Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy))) : 0;
  return Math.hypot(x - x0 - along * dx, y - y0 - along * dy);
}

const isNear = (parts, at, reach) => parts.some((part) => part.some((one, n) => distance(at, part[Math.max(0, n - 1)], one) <= reach));

function isAt({ kind, parts, extent }, [x, y], reach) {
  const at = [x * extent, y * extent];
  if (kind === POLYGON) return isInside(parts, at);
  return kind === LINE || kind === POINT ? isNear(kind === LINE ? parts : parts.flat().map((one) => [one]), at, reach * extent) : false;
}

async function ofLayer(layer, lon, lat, reach, signal) {
  const archive = archiveOf(`${ROOT}/${layer.map.archive}`);
  const { most } = await archive.ready();
  const side = 2 ** most;
  const sine = Math.sin((lat * Math.PI) / 180);
  const [x, y] = [side * (lon / 360 + 0.5), side * (0.5 - Math.atanh(sine) / (2 * Math.PI))];
  const tile = await archive.tile(most, Math.floor(x), Math.floor(y), signal);
  const here = tile ? featuresOf(tile).filter((one) => isAt(one, [x % 1, y % 1], (reach / 360) * side)) : [];
  if (here.length === 0) return [];
  const areas = layer.map.areas ? await getJSON(`/${layer.map.areas}`).catch(() => ({})) : {};
  // A feature too small for the grid is in the tile once more, as a mark.
  const byId = new Map(here.map(({ properties }) => [String(properties.id), properties]));
  return [...byId].slice(0, MOST_OF_A_LAYER).map(([id, properties]) => ({
    layer: layer.id, id, name: properties.name_zh ?? null, name_en: properties.name_en ?? null,
    area_m2: areas[id] ?? null,
    attributes: Object.fromEntries(Object.entries(properties).filter(([name]) => !HIDDEN.has(name))),
  }));
}

// The value of a raster's cell. Its file says in degrees where its cells are; one in
// another system, or one that cannot be read here, is named instead.
async function ofRaster(layer, lon, lat, signal) {
  const { file, grid } = layer.map.cells;
  if (!grid) return null;
  try {
    const value = await cellAt(`${ROOT}/${file}`, grid, lon, lat, signal);
    const label = layer.classes.find((one) => one.value === value)?.title ?? null;
    return { layer: layer.id, value, label, unit: layer.unit };
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    return null;
  }
}

// As the service answers `/identify`; `untold` are rasters whose value is not known here.
export async function lookUp(layers, { lng: lon, lat }, reach, signal) {
  const drawn = layers.filter((layer) => layer.map);
  const rasters = drawn.filter((layer) => layer.kind === 'raster');
  const found = await Promise.all([
    Promise.all(drawn.filter((layer) => layer.kind === 'vector').map((layer) => ofLayer(layer, lon, lat, reach, signal))),
    Promise.all(rasters.map((layer) => ofRaster(layer, lon, lat, signal))),
  ]);
  const [features, cells] = found.map((one) => one.flat());
  return { lon, lat, features, cells: cells.filter(Boolean), untold: rasters.filter((_, n) => !cells[n]).map((layer) => layer.id) };
}
