// The time slider, for layers that have dates: others fade, lists fill up year by year.

import { $, h, iconButton } from './dom.js';
import { t, titleOf } from './i18n.js';
import { map } from './map.js';
import { remember, state } from './state.js';

const FADED = 0.25;
const LISTED = { layer: 'key_function_banners', field: 'listed_since' };
let layers = [];
let listing = [];
let filters = new Map();

// First and last year of "2019", "../2000" or "2001/2010".
export function span(text) {
  if (!text) return null;
  const [from, to] = text.includes('/') ? text.split('/') : [text, text];
  const year = (one, open) => (one === '..' || one === '' ? open : Number(one.slice(0, 4)));
  return [year(from, -Infinity), year(to, Infinity)];
}

const dated = () => layers.filter((layer) => layer.map && span(layer.valid_time));

export async function startTime(all, getJSON) {
  layers = all;
  if (layers.some((layer) => layer.id === LISTED.layer && layer.map)) {
    const found = await getJSON(`/collections/${LISTED.layer}/items?skipGeometry=true&limit=1000&properties=${LISTED.field}`).catch(() => ({ features: [] }));
    listing = found.features.map((one) => Number(one.properties[LISTED.field])).filter(Boolean);
  }
  if (state.year) drawTime();
}

export function years() {
  const ends = dated().flatMap((layer) => span(layer.valid_time)).filter((year) => Number.isFinite(year));
  return [...new Set([...ends, ...listing])].sort((a, b) => a - b);
}

export function toggleTime() {
  state.year = state.year ? null : years().at(-1) ?? null;
  remember();
  drawTime();
}

export function drawTime() {
  const bar = $('#timebar');
  bar.hidden = !state.year;
  apply();
  if (!state.year) return;
  const stops = years();
  const at = Math.max(0, stops.indexOf(state.year));
  const input = h('input', {
    type: 'range', id: 'year', min: '0', max: String(stops.length - 1), step: '1', value: String(at),
    'aria-label': t('time_year'), 'aria-valuetext': String(state.year), list: 'years',
    oninput: (event) => {
      state.year = stops[Number(event.target.value)];
      remember();
      const focused = document.activeElement === event.target;
      drawTime();
      if (focused) $('#year').focus();
    },
  });
  const there = dated().filter((layer) => within(layer));
  bar.replaceChildren(h('output', {}, String(state.year)), h('div', { class: 'slide' }, input,
    h('div', { class: 'stops' }, stops.map((year) => h('span', {}, String(year))))),
  h('p', {}, there.length ? `${there.map((layer) => titleOf(layer)).join(' · ')}` : '—', h('small', {}, t(listing.length && state.layers.get(LISTED.layer)?.on ? 'time_listed' : 'time_valid'))),
  iconButton('close', t('close'), toggleTime));
}

const within = (layer) => {
  const [from, to] = span(layer.valid_time);
  return from <= state.year && state.year <= to;
};

function apply() {
  for (const layer of dated()) {
    const factor = !state.year || within(layer) ? 1 : FADED;
    for (const one of layer.map.layers) setOpacity(one, factor * state.layers.get(layer.id).opacity);
  }
  for (const one of layers.find((layer) => layer.id === LISTED.layer)?.map?.layers ?? []) {
    if (!filters.has(one.id)) filters.set(one.id, map.getFilter(one.id));
    const own = filters.get(one.id);
    map.setFilter(one.id, state.year ? ['all', own, ['<=', ['to-number', ['get', LISTED.field]], state.year]] : own);
  }
}

function setOpacity(one, factor) {
  const property = { fill: 'fill-opacity', line: 'line-opacity', raster: 'raster-opacity' }[one.type];
  const own = one.paint?.[property] ?? (one.type === 'raster' ? 0.85 : 1);
  if (property && typeof own === 'number') map.setPaintProperty(one.id, property, own * factor);
}
