// What stands around the map: scale, coordinates, sources, zoom buttons, warnings.

import { $, cautioned, h, icon, iconButton, statusWord } from './dom.js';
import { bracketed, listed, t, titleOf, zh } from './i18n.js';
import { bounds, map, motion, padding } from './map.js';
import { state } from './state.js';

const MERCATOR_M = 78271.517; // metres to the pixel at the equator, zoom 0, 512 px tiles
const STEPS = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500];
const SCALE_PX = 120;

// `map` reads the scale at the middle of the map: in Mercator it differs across it.
export function scaleBar() {
  const { lat } = map.getCenter();
  const metres = (MERCATOR_M * Math.cos((lat * Math.PI) / 180)) / 2 ** map.getZoom();
  const km = STEPS.findLast((one) => (one * 1000) / metres < SCALE_PX) ?? STEPS[0];
  return { km, pixels: (km * 1000) / metres, label: km < 1 ? `${km * 1000} m` : `${km} km` };
}

export function drawScale() {
  const { pixels, label } = scaleBar();
  $('#scale').replaceChildren(h('i', { style: { width: `${pixels}px` } }), h('span', {}, label));
}

export const place = ({ lng, lat }) => `${lng.toFixed(4)}°E ${lat.toFixed(4)}°N`;

export function startFurniture() {
  map.on('move', drawScale);
  map.on('mousemove', ({ lngLat }) => { $('#coordinates').textContent = `${place(lngLat)} · z${map.getZoom().toFixed(1)}`; });
  drawScale();
}

export function drawFurniture() {
  $('#zoomer').replaceChildren(
    iconButton('plus', t('zoom_in'), () => map?.zoomIn({ duration: motion(300) }), { size: 18 }),
    iconButton('minus', t('zoom_out'), () => map?.zoomOut({ duration: motion(300) }), { size: 18 }),
    iconButton('home', t('home'), () => map?.fitBounds(bounds(), { padding: padding(), duration: motion(600) }), { size: 18 }),
  );
  $('#credit').replaceChildren(h('span', { class: 'sources' }, t('base')), h('span', { class: 'review' }, t('review')));
}

// Sentence for what in view is no legal line; empty where nothing is.
export function warning(layers) {
  const found = new Map();
  for (const layer of layers) {
    if (state.layers.get(layer.id).on && layer.map && cautioned(layer.status)) {
      found.set(layer.status, [...(found.get(layer.status) ?? []), titleOf(layer)]);
    }
  }
  const parts = [...found].map(([status, names]) => [statusWord(status), bracketed(listed(names))]);
  return { parts, text: parts.length ? t('warn_start') + parts.map((one) => one.join('')).join(zh() ? '、' : '; ') + t('warn_end') : '' };
}

export function drawWarning(layers) {
  const { parts } = warning(layers);
  const strip = $('#warning');
  strip.replaceChildren();
  if (!parts.length) return;
  const words = parts.flatMap(([status, names], at) => [at ? (zh() ? '、' : '; ') : '', h('b', {}, status), names]);
  strip.append(
    icon('warning', 15),
    h('span', { class: 'long' }, t('warn_start'), ...words, t('warn_end')),
    h('span', { class: 'short' }, t('warn_short')),
  );
}
