// The MapLibre style: base, themes in the order of the stack, borders, site, names.

import { lang } from './i18n.js';
import { byZoom } from './patterns.js';
import { data, GLYPHS, ROOT, tilesOf } from './source.js';
import { state } from './state.js';

const grow = (...stops) => ['interpolate', ['exponential', 1.4], ['zoom'], ...stops];
const even = (...stops) => ['interpolate', ['linear'], ['zoom'], ...stops];
const collection = (features = []) => ({ type: 'FeatureCollection', features });
const geojson = (data = collection()) => ({ type: 'geojson', data, tolerance: 0.3, buffer: 64 });

export const INK = '#16181d';
export const ANCHOR = 'banners-border'; // themes end below this one
const REGULAR = ['Ecobarrier Regular'];
const MEDIUM = ['Ecobarrier Medium'];
const ITALIC = ['Ecobarrier Italic'];

const OPACITY = { fill: 'fill-opacity', line: 'line-opacity', raster: 'raster-opacity', circle: 'circle-opacity' };
const RASTER_OPACITY = 0.85;

// One direction of hatch for one modelled layer; a second one in view is turned. Their
// samples in panel and tables follow.
export function turnHatches(layers, shown = state.layers) {
  let seen = 0;
  for (const layer of layers) {
    if (layer.status !== 'modelled' || !layer.map?.layers.some((one) => one.paint?.['fill-pattern'])) continue;
    if (shown.get(layer.id).on) seen += 1;
    layer.angle = seen > 1 ? 135 : 45;
    layer.swatch = layer.swatch.replaceAll(/rotate\(\d+\)/g, `rotate(${layer.angle})`);
  }
}
export const hatchOf = (layer, name) => byZoom(layer.angle === 135 ? name.replace('hatch-45', 'hatch-135') : name);

// Style layers of a catalogue layer, with its own opacity laid over theirs.
export function layersOf(layer, { on, opacity }) {
  return (layer.map?.layers ?? []).map((one) => {
    const property = OPACITY[one.type];
    const paint = { ...one.paint };
    if (paint['fill-pattern']) paint['fill-pattern'] = hatchOf(layer, paint['fill-pattern']);
    paint[property] = faded(one, opacity);
    if (one.type === 'raster') paint['raster-fade-duration'] = 0;
    return { ...one, paint, layout: { ...one.layout, visibility: on ? 'visible' : 'none' } };
  });
}

export const opacityProperty = (one) => OPACITY[one.type];
export function faded(one, opacity) {
  const own = one.paint?.[OPACITY[one.type]] ?? (one.type === 'raster' ? RASTER_OPACITY : 1);
  return typeof own === 'number' ? own * opacity : own;
}

// Sources of the base and the part of it that each shows: a layer may be called `rivers`.
const BASE = { borders: 'borders', veil: 'veil', names: 'names', 'river-lines': 'rivers' };

// Drawn by the page itself, but switched with a layer of the catalogue.
export const EXTRAS = {
  province: ['province-band', 'province-border'],
  leagues: ['leagues-border', 'league-names', 'seat-dots', 'seat-names'],
  banners: ['banners-border', 'banner-names'],
  rivers: ['river-names'],
  lakes: ['lake-names'],
  sandy_lands: ['sand-names'],
  forest_regions: ['forest-names'],
};

export function buildStyle(start, base, shown = state.layers) {
  turnHatches(start.layers, shown);
  const byId = new Map(start.layers.map((layer) => [layer.id, layer]));
  const themes = [];
  let veiled = false;
  for (const id of state.stack) {
    const layer = byId.get(id);
    if (!veiled && layer.order > start.veil.order) { themes.push(veil(start)); veiled = true; }
    themes.push(...layersOf(layer, shown.get(id)));
  }
  if (!veiled) themes.push(veil(start));
  const layers = [
    { id: 'ground', type: 'background', paint: { 'background-color': start.land } },
    ...(base.relief ? [RELIEF] : []),
    ...themes, ...borders(), ...site(), ...names(),
  ];
  for (const [id, extras] of Object.entries(EXTRAS)) {
    for (const one of layers) {
      if (extras.includes(one.id)) one.layout = { ...one.layout, visibility: shown.get(id)?.on ?? true ? 'visible' : 'none' };
    }
  }
  return {
    version: 8,
    glyphs: location.origin + ROOT + GLYPHS,
    sources: {
      ...Object.fromEntries(start.layers.filter((layer) => layer.map).map((layer) => [layer.id, { ...layer.map.source, tiles: tilesOf(layer) }])),
      ...Object.fromEntries(Object.entries(BASE).map(([name, part]) => [name, geojson(base[part])])),
      ...(base.relief ? { relief: picture(base.relief.bounds) } : {}),
      ...Object.fromEntries(['site', 'pieces', 'corners', 'found'].map((name) => [name, geojson()])),
    },
    layers,
  };
}

// 30" elevation goes soft where one looks close.
const RELIEF = {
  id: 'relief', type: 'raster', source: 'relief',
  paint: { 'raster-fade-duration': 0, 'raster-opacity': ['interpolate', ['linear'], ['zoom'], 4, 1, 6.5, 0.95, 8.5, 0.6, 10, 0.35] },
};
const picture = ([west, south, east, north]) => ({
  type: 'image', url: location.origin + ROOT + data('relief.webp'),
  coordinates: [[west, north], [east, north], [east, south], [west, south]],
});

const veil = (start) => ({
  id: 'veil', type: 'fill', source: 'veil',
  paint: { 'fill-color': start.veil.colour, 'fill-opacity': even(4, 0.7, 8, 0.5), 'fill-antialias': false },
});

// Where a border follows a river the two lines would fight from zoom 8.
const besideRiver = (own) => ['case', ['to-boolean', ['get', 'river']], 0.35, own];

function borders() {
  const line = (id, layer, paint, more = {}) => ({
    id, type: 'line', source: 'borders', filter: ['==', ['get', 'layer'], layer],
    layout: { 'line-join': 'round' }, paint, ...more,
  });
  return [
    line('banners-border', 'banners', {
      'line-color': '#8f8a95', 'line-width': grow(5, 0.5, 9, 1.1), 'line-dasharray': [3, 2],
      'line-opacity': even(5.2, 0, 5.8, 0.9, 7.4, 0.9, 8, besideRiver(0.9)),
    }, { minzoom: 5.2 }),
    line('leagues-border', 'leagues', { 'line-color': '#75707C', 'line-width': grow(4, 0.7, 9, 1.5), 'line-dasharray': [6, 2, 1.2, 2], 'line-opacity': even(7.4, 1, 8, besideRiver(1)) }),
    line('province-band', 'province', { 'line-color': '#8A7AA0', 'line-opacity': 0.26, 'line-width': grow(4, 5, 9, 12) }),
    line('province-border', 'province', { 'line-color': '#4A3B57', 'line-width': grow(4, 1.1, 9, 2.2), 'line-opacity': even(7.4, 1, 8, besideRiver(1)) }),
  ];
}

// The site is black on white, so that it never looks like a layer; its pieces have the
// colour of the layer they belong to.
function site() {
  const round = { 'line-join': 'round' };
  return [
    { id: 'found-case', type: 'line', source: 'found', layout: round, paint: { 'line-color': '#fff', 'line-width': 5 } },
    { id: 'found-line', type: 'line', source: 'found', layout: round, paint: { 'line-color': INK, 'line-width': 2.2 } },
    { id: 'site-fill', type: 'fill', source: 'site', filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': '#fff', 'fill-opacity': 0.42 } },
    { id: 'piece-fill', type: 'fill', source: 'pieces', paint: { 'fill-color': ['get', 'colour'], 'fill-opacity': 0.42 } },
    { id: 'piece-line', type: 'line', source: 'pieces', paint: { 'line-color': INK, 'line-width': 1.6, 'line-dasharray': [3, 1.5] } },
    { id: 'site-case', type: 'line', source: 'site', layout: round, paint: { 'line-color': '#fff', 'line-width': 6 } },
    { id: 'site-line', type: 'line', source: 'site', layout: round, paint: { 'line-color': INK, 'line-width': 2.6 } },
    { id: 'corners', type: 'circle', source: 'corners', paint: { 'circle-radius': 5, 'circle-color': '#fff', 'circle-stroke-color': INK, 'circle-stroke-width': 2 } },
  ];
}

// The reader's script first and larger; the other one under it where there is room.
function text(second) {
  const [first, other] = lang() === 'zh' ? ['zh', 'en'] : ['en', 'zh'];
  if (!second) return ['get', first];
  return ['case', ['==', ['get', 'zh'], ['get', 'en']], ['get', first],
    ['format', ['get', first], {}, '\n', {}, ['get', other], { 'font-scale': first === 'zh' ? 0.78 : 0.9 }]];
}
const secondFrom = (zoom) => ['step', ['zoom'], text(false), zoom, text(true)];

export function textFields() {
  const chinese = lang() === 'zh';
  return {
    'neighbour-names': { 'text-field': text(true) },
    'banner-names': { 'text-field': secondFrom(7.4) },
    'river-names': { 'text-field': text(false), 'text-letter-spacing': chinese ? 0.3 : 0.06 },
    'forest-names': { 'text-field': secondFrom(6.2), 'text-font': chinese ? REGULAR : ITALIC },
    'lake-names': { 'text-field': secondFrom(7.4), 'text-font': chinese ? REGULAR : ITALIC },
    'sand-names': { 'text-field': secondFrom(5.6), 'text-font': chinese ? REGULAR : ITALIC, 'text-letter-spacing': chinese ? 0.1 : 0.03 },
    'seat-names': { 'text-field': text(false) },
    'league-names': { 'text-field': secondFrom(4.7), 'text-letter-spacing': chinese ? 0.08 : 0.02 },
  };
}

const halo = (width) => ({ 'text-halo-color': 'rgba(255,255,252,.92)', 'text-halo-width': width, 'text-halo-blur': 0.4 });

// The last one is placed first: it has the say where names collide.
function names() {
  const fields = textFields();
  const point = (id, kind, layout, paint, more = {}) => ({
    id, type: 'symbol', source: 'names',
    ...more,
    filter: more.filter ? ['all', ['==', ['get', 'kind'], kind], more.filter] : ['==', ['get', 'kind'], kind],
    layout: { 'text-font': REGULAR, 'text-line-height': 1.15, 'symbol-sort-key': ['get', 'rank'], ...layout, ...fields[id] }, paint,
  });
  const around = { 'text-variable-anchor': ['left', 'right', 'top', 'bottom'], 'text-justify': 'auto' };
  const inside = { 'text-variable-anchor': ['center', 'top', 'bottom'] };
  return [
    point('neighbour-names', 'neighbour', { 'text-size': grow(4, 11, 8, 15), 'text-letter-spacing': 0.12 }, { 'text-color': '#74767C', ...halo(1.2) }),
    point('banner-names', 'banner', { 'text-size': grow(6, 11.5, 9, 14.5), 'text-max-width': 7, 'text-padding': 6, ...inside }, { 'text-color': '#4D5159', ...halo(1.5) }, { minzoom: 6.1, filter: ['>=', ['zoom'], ['get', 'first']] }),
    { id: 'river-names', type: 'symbol', source: 'river-lines', minzoom: 4.8,
      layout: { 'symbol-placement': 'line', 'text-font': ITALIC, 'text-size': grow(5, 11, 9, 14), 'symbol-spacing': 420, 'text-max-angle': 30, 'text-offset': [0, -0.8], ...fields['river-names'] },
      paint: { 'text-color': '#1D5F96', ...halo(1.4) } },
    point('forest-names', 'forest', { 'text-size': grow(4, 11, 9, 15), 'text-max-width': 8, ...inside }, { 'text-color': '#1F4A30', ...halo(1.6) }, { minzoom: 4.9 }),
    { id: 'seat-dots', type: 'circle', source: 'names', minzoom: 5, filter: ['==', ['get', 'kind'], 'seat'],
      paint: { 'circle-radius': ['case', ['get', 'capital'], 4.2, 2.8], 'circle-color': '#fff', 'circle-stroke-color': '#2A2D34', 'circle-stroke-width': 1.4 } },
    point('sand-names', 'sand', { 'text-size': grow(4, 11, 9, 16), 'text-max-width': 9, 'text-padding': 4, ...inside }, { 'text-color': '#5F3D06', ...halo(1.9) }),
    point('lake-names', 'lake', { 'text-size': grow(4, 10.5, 9, 14), 'text-radial-offset': 0.9, ...around }, { 'text-color': '#1D5F96', ...halo(1.4) }, { minzoom: 4.6, filter: ['>=', ['zoom'], ['get', 'first']] }),
    point('seat-names', 'seat', { 'text-font': MEDIUM, 'text-size': grow(5, 12, 9, 16), 'text-radial-offset': 0.55, ...around }, { 'text-color': '#2A2D34', ...halo(1.6) }, { minzoom: 5 }),
    point('league-names', 'league', {
      'text-font': MEDIUM, 'text-size': grow(3.5, 11, 5, 14, 7, 19), 'text-max-width': 9, 'text-padding': 3,
      'text-variable-anchor': ['center', 'top', 'bottom', 'left', 'right'],
    }, { 'text-color': '#2A2D34', ...halo(1.7), 'text-opacity': even(6.6, 1, 7.2, 0) }, { maxzoom: 7.2, filter: ['any', ['!', ['get', 'same']], ['<', ['zoom'], 5]] }),
  ];
}
