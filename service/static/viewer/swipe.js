// Two layers side by side: a second map over the first, cut at a line one can move.

import { $, h, iconButton } from './dom.js';
import { t, titleOf } from './i18n.js';
import { map, newMap, relabel, styleWith } from './map.js';
import { changed, remember, state } from './state.js';

const STEP = 0.05;
let second = null;
let position = 0.5;
let layers = [];
let before = null;

export const startSwipe = (all) => { layers = all; if (state.swipe) open(state.swipe); };

const drawable = () => layers.filter((layer) => layer.map && layer.map.layers.length);

export function toggleSwipe() {
  if (state.swipe) { closeSwipe(); return; }
  const preferred = ['land_cover', 'redline', 'climate_zone'].filter((id) => drawable().some((layer) => layer.id === id));
  const [left, right] = [...preferred, ...drawable().map((layer) => layer.id)];
  open({ left, right });
}

// Left and right show the same but for the two layers compared.
function shownOn(side) {
  const other = side === 'left' ? 'right' : 'left';
  const shown = new Map([...state.layers].map(([id, one]) => [id, { ...one }]));
  for (const layer of layers) if (layer.kind === 'raster') shown.get(layer.id).on = false;
  shown.get(state.swipe[other]).on = false;
  shown.get(state.swipe[side]).on = true;
  return shown;
}

function open(pair) {
  state.swipe = pair;
  before ??= new Map([...state.layers].map(([id, one]) => [id, one.on]));
  for (const [id, one] of shownOn('right')) state.layers.get(id).on = one.on;
  changed('layers');
  second?.remove();
  const place = $('#swipe');
  place.hidden = false;
  place.replaceChildren(h('div', { id: 'swipe-map' }));
  second = newMap('swipe-map', styleWith(shownOn('left')), { center: map.getCenter(), zoom: map.getZoom() });
  map.on('move', follow);
  second.on('move', lead);
  drawSwipe();
}

let following = false;
const follow = () => copyView(map, second);
const lead = () => copyView(second, map);
function copyView(from, to) {
  if (following || !to) return;
  following = true;
  to.jumpTo({ center: from.getCenter(), zoom: from.getZoom() });
  following = false;
}

export function drawSwipe() {
  if (!state.swipe || !second) return;
  const place = $('#swipe');
  for (const old of place.querySelectorAll('.swipe-part')) old.remove();
  const handle = h('div', {
    class: 'swipe-part swipe-handle', role: 'slider', tabIndex: 0, 'aria-label': t('swipe_handle'),
    'aria-valuemin': '0', 'aria-valuemax': '100', onpointerdown: drag, onkeydown: keyed,
  }, h('i', {}, '◂ ▸'));
  place.append(handle, chooser('left'), chooser('right'),
    h('div', { class: 'swipe-part swipe-close' }, iconButton('close', t('close'), closeSwipe)));
  if (second.isStyleLoaded()) relabel(second);
  cut();
}

function chooser(side) {
  return h('label', { class: `swipe-part swipe-choice ${side}` }, h('span', { class: 'visually-hidden' }, t(`swipe_${side}`)), h('select', {
    'data-side': side, onchange: (event) => open({ ...state.swipe, [side]: event.target.value }),
  }, drawable().map((layer) => h('option', { value: layer.id, selected: layer.id === state.swipe[side] }, titleOf(layer)))));
}

function cut() {
  const right = `${100 * (1 - position)}%`;
  $('#swipe-map').style.setProperty('clip-path', `inset(0 ${right} 0 0)`);
  const handle = $('.swipe-handle');
  handle.style.setProperty('left', `${100 * position}%`);
  handle.setAttribute('aria-valuenow', String(Math.round(100 * position)));
}

function drag(event) {
  const { left, width } = $('#swipe').getBoundingClientRect();
  event.preventDefault();
  event.target.setPointerCapture(event.pointerId);
  const move = ({ clientX }) => { position = Math.min(0.98, Math.max(0.02, (clientX - left) / width)); cut(); };
  event.target.addEventListener('pointermove', move);
  event.target.addEventListener('pointerup', () => event.target.removeEventListener('pointermove', move), { once: true });
}

function keyed(event) {
  const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
  if (!step) return;
  event.preventDefault();
  position = Math.min(0.98, Math.max(0.02, position + step));
  cut();
}

export function closeSwipe() {
  map.off('move', follow);
  second?.remove();
  second = null;
  state.swipe = null;
  $('#swipe').hidden = true;
  $('#swipe').replaceChildren();
  for (const [id, on] of before ?? []) state.layers.get(id).on = on;
  before = null;
  changed('layers');
  remember();
}
