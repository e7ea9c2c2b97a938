// The time slider, for layers that have dates: others fade, lists fill up year by year.

import { $, h, iconButton, toast } from './dom.js';
import { colon, listed, t, titleOf } from './i18n.js';
import { map } from './map.js';
import { data } from './source.js';
import { remember, state } from './state.js';

const FADED = 0.25;
let layers = [];
let dates = {}; // what each layer knows of time, by id
let load = null;
const filters = new Map();

// First and last year of "2019", "../2000" or "2001/2010".
export function span(text) {
  if (!text) return null;
  const [from, to] = text.includes('/') ? text.split('/') : [text, text];
  const year = (one, open) => (one === '..' || one === '' ? open : Number(one.slice(0, 4)));
  return [year(from, -Infinity), year(to, Infinity)];
}

const dated = () => layers.filter((layer) => layer.map && span(dates[layer.id]?.valid_time));
const listing = () => layers.filter((layer) => layer.map && dates[layer.id]?.field);
const isOn = (layer) => state.layers.get(layer.id).on;

export async function startTime(all, getJSON) {
  layers = all;
  load = async () => { dates = await getJSON(data('dates.json')); };
  if (state.year) await openTime().catch(() => {});
}

// The stops: where the data of layers begin or end, where versions do, and the years in
// which features joined a layer. Of what is in view, if that has any.
export function years() {
  const ends = (text) => (span(text) ?? []).filter((year) => Number.isFinite(year));
  const of = (wanted) => layers.filter((layer) => layer.map && wanted(layer)).flatMap((layer) => {
    const known = dates[layer.id];
    if (!known) return [];
    return [...ends(known.valid_time), ...known.years, ...known.older.flatMap((one) => ends(one.valid_time))];
  });
  const inView = new Set(of(isOn));
  return [...(inView.size > 1 ? inView : new Set(of(() => true)))].sort((a, b) => a - b);
}

async function openTime() {
  await load();
  const stops = years();
  // A link may name a year that no layer has: take the last one before it.
  state.year = stops.findLast((year) => year <= (state.year ?? Infinity)) ?? stops[0] ?? null;
  remember();
  drawTime();
}

export function toggleTime() {
  if (!state.year) { openTime().catch((error) => toast(error.text ?? t('failed'))); return; }
  state.year = null;
  remember();
  drawTime();
}

export function drawTime() {
  const bar = $('#timebar');
  bar.hidden = !state.year;
  apply();
  if (!state.year) return;
  const stops = years();
  const at = Math.max(0, stops.findLastIndex((year) => year <= state.year));
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
  bar.replaceChildren(h('output', {}, String(state.year)), h('div', { class: 'slide' }, input,
    h('div', { class: 'stops' }, stops.map((year) => h('span', {}, String(year))))),
  h('p', {}, told().map((text) => h('span', {}, text))), iconButton('close', t('close'), toggleTime));
}

// What the year shows, and what of it cannot be drawn.
function told() {
  const names = (found) => listed(found.map((layer) => titleOf(layer)));
  const there = dated().filter((layer) => within(layer));
  const filling = listing().filter((layer) => isOn(layer));
  const earlier = layers.filter((layer) => (dates[layer.id]?.older ?? []).some((one) => one.valid_time && inside(one.valid_time)));
  return [
    there.length > 0 && `${t('time_valid')}${colon()}${names(there)}`,
    filling.length > 0 && `${t('time_listed')}${colon()}${names(filling)}`,
    earlier.length > 0 && `${t('time_older')}${colon()}${names(earlier)}`,
  ].filter(Boolean);
}

const inside = (text) => {
  const [from, to] = span(text);
  return from <= state.year && state.year <= to;
};
const within = (layer) => inside(dates[layer.id].valid_time);

function apply() {
  for (const layer of dated()) {
    const factor = !state.year || within(layer) ? 1 : FADED;
    for (const one of layer.map.layers) setOpacity(one, factor * state.layers.get(layer.id).opacity);
  }
  for (const layer of listing()) {
    for (const one of layer.map.layers) {
      if (!filters.has(one.id)) filters.set(one.id, map.getFilter(one.id));
      const own = filters.get(one.id);
      map.setFilter(one.id, state.year ? ['all', own, ['<=', ['to-number', ['get', dates[layer.id].field]], state.year]] : own);
    }
  }
}

function setOpacity(one, factor) {
  const property = { fill: 'fill-opacity', line: 'line-opacity', raster: 'raster-opacity' }[one.type];
  const own = one.paint?.[property] ?? (one.type === 'raster' ? 0.85 : 1);
  if (property && typeof own === 'number') map.setPaintProperty(one.id, property, own * factor);
}
