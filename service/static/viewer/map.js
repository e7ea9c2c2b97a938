// The map: made once, then told what changed.

import { getJSON, lost } from './api.js';
import { serveArchives } from './archive.js';
import { $, phone, toast } from './dom.js';
import { t } from './i18n.js';
import { drawPattern, PATTERN_RATIO } from './patterns.js';
import { COPY, tilesOf } from './source.js';
import { changed, listen, remember, state } from './state.js';
import { ANCHOR, buildStyle, EXTRAS, faded, hatchOf, opacityProperty, textFields } from './style.js';

const LIMITS = { minZoom: 2.2, maxZoom: 16 };
const MARGIN = [[55, 5], [170, 76]];
const FONT_PATIENCE_MS = 1500;
const LONG_MS = 60_000;

export const FONTS = '"Ecobarrier SC", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "WenQuanYi Zen Hei", sans-serif';
export let map = null;
export const failed = new Set();
let context = null;

export const emptyCollection = () => ({ type: 'FeatureCollection', features: [] });

// Space that panels and strips leave around what the map is fitted to.
export function padding(extra = 0) {
  if (phone()) return { top: 60 + extra, left: 14, right: 14, bottom: 40 + ($('#right').hidden ? 0 : innerHeight * 0.52) };
  return { top: 52 + extra, right: 60 + extra, bottom: 44 + extra, left: 36 + extra };
}

function library() {
  if (globalThis.maplibregl) return Promise.resolve();
  return new Promise((resolve, reject) => {
    $('#maplibre').addEventListener('load', resolve);
    $('#maplibre').addEventListener('error', reject);
  });
}

// The letters first: MapLibre draws ideographs with the font that is there just then.
async function font() {
  const load = Promise.all(['', '500 '].map((weight) => document.fonts.load(`${weight}24px "Ecobarrier SC"`, '内蒙古')));
  await Promise.race([load, new Promise((resolve) => { setTimeout(resolve, FONT_PATIENCE_MS); })]).catch(() => {});
}

export function canDraw() {
  const canvas = document.createElement('canvas');
  return Boolean(canvas.getContext('webgl2') ?? canvas.getContext('webgl'));
}

export async function createMap(start, base) {
  await Promise.all([library(), font()]);
  if (COPY) serveArchives(globalThis.maplibregl);
  context = { start, base };
  const place = state.view
    ? { center: [state.view.lng, state.view.lat], zoom: state.view.zoom }
    : { bounds: bounds(base), fitBoundsOptions: { padding: padding() } };
  map = newMap('map', buildStyle(start, base), place);
  map.on('moveend', () => {
    state.view = { zoom: map.getZoom(), ...map.getCenter() };
    remember();
  });
  map.on('error', (event) => faulty(event));
  listen('layers', update);
  listen('opacity', () => context.start.layers.forEach(apply));
  listen('language', relabel);
  await new Promise((resolve) => { map.once('style.load', resolve); });
  state.view = { zoom: map.getZoom(), ...map.getCenter() };
  return map;
}

export function newMap(container, style, place) {
  const made = new globalThis.maplibregl.Map({
    container, style, ...place, ...LIMITS, maxBounds: MARGIN,
    dragRotate: false, pitchWithRotate: false, attributionControl: false, fadeDuration: 120,
    localIdeographFontFamily: FONTS, canvasContextAttributes: { preserveDrawingBuffer: true },
  });
  made.touchZoomRotate.disableRotation();
  made.on('styleimagemissing', ({ id }) => {
    const image = drawPattern(id);
    if (image && !made.hasImage(id)) made.addImage(id, image, { pixelRatio: PATTERN_RATIO });
  });
  return made;
}

export const styleWith = (shown) => buildStyle(context.start, context.base, shown);
export const bounds = (base = context.base) => [base.bounds.slice(0, 2), base.bounds.slice(2)];

// A source that could not be loaded: the row of its layer says so, the others stay.
function faulty({ error, sourceId }) {
  if (error?.status === undefined && /fetch/i.test(error?.message ?? '')) { lost(); return; }
  if (COPY && error?.message === t('no_ranges')) toast(t('no_ranges'), LONG_MS);
  if (sourceId && state.layers.has(sourceId) && !failed.has(sourceId)) {
    failed.add(sourceId);
    changed('failures');
  }
}

export function retry(id) {
  failed.delete(id);
  map.getSource(id)?.setTiles(tilesOf(context.start.layers.find((layer) => layer.id === id)));
  changed('failures');
}

export function reload() {
  for (const layer of context.start.layers) if (layer.map && state.layers.get(layer.id).on) retry(layer.id);
}

function update() {
  for (const layer of context.start.layers) apply(layer);
  for (const id of state.stack) {
    for (const one of context.start.layers.find((layer) => layer.id === id).map?.layers ?? []) {
      if (map.getLayer(one.id)) map.moveLayer(one.id, ANCHOR);
    }
    if (id === lastUnderVeil()) map.moveLayer('veil', ANCHOR);
  }
}

// The veil stays over what was made to lie under it, wherever the reader moved that.
function lastUnderVeil() {
  const { layers, veil } = context.start;
  const under = new Set(layers.filter((layer) => layer.order < veil.order).map((layer) => layer.id));
  return state.stack.findLast((id) => under.has(id));
}

function apply(layer) {
  const { on, opacity } = state.layers.get(layer.id);
  const visibility = on ? 'visible' : 'none';
  for (const one of layer.map?.layers ?? []) {
    map.setLayoutProperty(one.id, 'visibility', visibility);
    if (one.paint?.['fill-pattern']) map.setPaintProperty(one.id, 'fill-pattern', hatchOf(layer, one.paint['fill-pattern']));
    if (opacityProperty(one)) map.setPaintProperty(one.id, opacityProperty(one), faded(one, opacity));
  }
  for (const id of EXTRAS[layer.id] ?? []) map.setLayoutProperty(id, 'visibility', visibility);
}

export function relabel(target = map) {
  for (const [id, layout] of Object.entries(textFields())) {
    for (const [property, value] of Object.entries(layout)) target.setLayoutProperty(id, property, value);
  }
}

export const show = (source, features) => map?.getSource(source)?.setData({ type: 'FeatureCollection', features });

// A feature outlined black on white: as the service has it, or out of the tiles.
export async function outlineOf(id, feature) {
  if (COPY) { outlineTiles(id, feature); return; }
  const whole = await getJSON(`/collections/${id}/items/${encodeURIComponent(feature)}`).catch(() => null);
  if (whole) show('found', [whole]);
}

const OUTLINE = 'copy-found';
export function clearOutline() {
  show('found', []);
  for (const one of ['case', 'line']) if (map?.getLayer(`${OUTLINE}-${one}`)) map.removeLayer(`${OUTLINE}-${one}`);
}

function outlineTiles(id, feature) {
  clearOutline();
  if (!map?.getSource(id)) return;
  for (const [part, like] of [['case', 'found-case'], ['line', 'found-line']]) {
    const { paint, layout } = map.getStyle().layers.find((one) => one.id === like);
    map.addLayer({ id: `${OUTLINE}-${part}`, type: 'line', source: id, 'source-layer': id, filter: ['==', ['to-string', ['get', 'id']], feature], paint, layout }, 'site-fill');
  }
}

export function fit(box, more = {}) {
  map?.fitBounds([box.slice(0, 2), box.slice(2)], { padding: padding(), duration: motion(600), ...more });
}
export const motion = (ms) => (matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : ms);
