// A click, or Enter on the map: what every layer has at that place.

import { getJSON } from './api.js';
import { $, badge, button, h, swatch } from './dom.js';
import { lang, listed, nameOf, pick, t, titleOf } from './i18n.js';
import { place } from './furniture.js';
import { lookUp } from './lookup.js';
import { clearOutline, map, motion, outlineOf } from './map.js';
import { ROOT } from './source.js';
import { state } from './state.js';
import { areaText, numberText } from './units.js';

const REACH_PX = 6;
const ABOVE_PX = 10;
const BELOW_PX = 36;
const FIRST = ['redline', 'user', 'sand', 'forest', 'water'];
const SHOWN = { in_im_km2: 1 };
let popup = null;
let last = null;
let asking = null;

export function startIdentify(actions) {
  map.on('click', (event) => { if (!actions.busy()) identify(event.lngLat, actions); });
  $('#map').addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !actions.busy() && !event.target.closest('.maplibregl-popup')) identify(map.getCenter(), actions);
    if (event.key === 'Escape') closeIdentify();
  });
}

export function closeIdentify() {
  popup?.remove();
}

export function redrawIdentify() {
  if (last) popup?.setDOMContent(content(last.found, last.layers, last.actions));
}

async function identify({ lng, lat }, actions) {
  asking?.abort();
  asking = new AbortController();
  popup?.remove();
  const ours = new globalThis.maplibregl.Popup({ maxWidth: '340px', focusAfterOpen: false, closeButton: true });
  popup = ours;
  ours.setLngLat([lng, lat]).setDOMContent(h('p', { class: 'looking', 'aria-busy': 'true' }, t('looking'))).addTo(map);
  ours.on('close', () => { if (popup === ours) { popup = null; last = null; clearOutline(); } });
  const reach = Math.min(0.5, (REACH_PX * 360) / (512 * 2 ** map.getZoom()));
  try {
    const found = actions.computes
      ? await getJSON(`/identify?lon=${lng.toFixed(6)}&lat=${lat.toFixed(6)}&reach=${reach.toFixed(6)}`, asking.signal)
      : await lookUp(actions.layers, { lng, lat }, reach, asking.signal);
    last = { found, layers: actions.layers, actions };
    ours.setDOMContent(content(found, actions.layers, actions));
    settle(ours);
    outline(found);
  } catch (error) {
    if (error.name !== 'AbortError') ours.setDOMContent(h('p', { class: 'looking', role: 'alert' }, error.text ?? t('failed')));
  }
}

// Name the closing button, move focus into the popup, and the popup into the map.
function settle(ours) {
  const element = ours.getElement();
  if (!element) return;
  const close = $('.maplibregl-popup-close-button', element);
  close.setAttribute('aria-label', t('close'));
  close.focus({ preventScroll: true });
  const stage = $('#stage').getBoundingClientRect();
  const box = element.getBoundingClientRect();
  const over = Math.max(0, box.bottom - stage.bottom + BELOW_PX) - Math.max(0, stage.top + ABOVE_PX - box.top);
  // On a phone the popup is as wide as the map, whichever side of the place it is on.
  const aside = Math.max(0, box.right + ABOVE_PX - stage.right) - Math.max(0, stage.left + ABOVE_PX - box.left);
  if (over || aside) map.panBy([aside, over], { duration: motion(250) });
}

// The banner is outlined black on white.
async function outline(found) {
  const banner = found.features.find((one) => one.layer === 'banners');
  if (!banner) return;
  await outlineOf('banners', banner.id);
  if (!popup) clearOutline();
}

function content(found, layers, actions) {
  const byId = new Map(layers.map((layer) => [layer.id, layer]));
  const banner = found.features.find((one) => one.layer === 'banners');
  const league = found.features.find((one) => one.layer === 'leagues');
  const rank = (one) => (FIRST.includes(byId.get(one.layer).theme) ? FIRST.indexOf(byId.get(one.layer).theme) : FIRST.length);
  const others = found.features.filter((one) => !['province', 'leagues', 'banners'].includes(one.layer)).sort((a, b) => rank(a) - rank(b));
  const named = banner ?? league;
  return h('div', { class: 'identified' },
    h('header', {},
      h('h2', {}, named ? nameOf(named.name, named.name_en) : t('here')),
      h('small', {}, [banner && league && nameOf(league.name, league.name_en), named && named.area_m2 !== null && areaText(named.area_m2), place({ lng: found.lon, lat: found.lat })].filter(Boolean).join(' · '))),
    others.length === 0 ? h('p', { class: 'nothing' }, t('nothing_here')) : h('ul', {}, others.map((one) => item(one, byId.get(one.layer)))),
    found.cells.length > 0 && h('dl', { class: 'cells' }, found.cells.filter((one) => one.value !== null).map((one) => cell(one, byId.get(one.layer)))),
    !actions.computes && h('div', { class: 'how-found' }, found.untold.length > 0 && untold(found.untold.map((id) => byId.get(id))), h('p', {}, t('from_tiles'))),
    actions.computes && named && h('div', { class: 'actions' },
      button(t('statistics_of'), () => actions.statistics(named.layer, named.id)),
      button(t('use_as_site'), () => actions.asSite(named.layer, named.id, nameOf(named.name, named.name_en)))));
}

function item(one, layer) {
  const title = titleOf(layer);
  const name = nameOf(one.name, one.name_en, one.id);
  const length = one.attributes.length_km ? `${t('length')} ${numberText(one.attributes.length_km, 1)} km` : null;
  return h('li', { 'data-layer': layer.id, class: state.layers.get(layer.id).on ? '' : 'hidden-layer' },
    swatch(layer.swatch),
    h('div', {}, h('b', {}, name), h('small', {}, [name === title ? null : title, one.area_m2 === null ? length : areaText(one.area_m2)].filter(Boolean).join(' · ')),
      attributes(one, layer)),
    badge(layer.status));
}

// What the layer tells of the feature, in the reader's language where it has both.
function attributes({ attributes: all }, layer) {
  const rows = Object.entries(all).filter(([name, value]) => {
    if (name.endsWith('_zh')) return lang() === 'zh';
    if (name.endsWith('_en')) return lang() === 'en';
    const both = `${name}_zh` in all || `${name}_en` in all;
    return !both && typeof value !== 'object' && !/adcode|^kind$|^basin$|_km2$|length_km/.test(name);
  }).concat(Object.entries(all).filter(([name]) => name in SHOWN)).slice(0, 5);
  rows.push([t('source'), layer.attribution], [t('accuracy'), layer.accuracy_m === null ? t('not_stated') : `±${numberText(layer.accuracy_m)} m`]);
  return h('details', {}, h('summary', {}, t('more')), h('dl', {}, rows.map(([name, value]) => [h('dt', {}, name), h('dd', {}, String(value))])));
}

function cell(one, layer) {
  const value = one.label ? pick(one.label) : numberText(one.value, Number.isInteger(one.value) ? 0 : 2) + (one.unit && one.unit !== '1' ? ` ${one.unit}` : '');
  return h('div', { 'data-layer': layer.id }, h('dt', {}, titleOf(layer)), h('dd', {}, value));
}

// Rasters whose value this page cannot tell, with their files.
const untold = (layers) => h('p', {}, t('untold'), layers.map((layer, n) => [n > 0 && listed(['', '']), h('a', { href: `${ROOT}/${layer.map.cells.file}` }, titleOf(layer))]));

export const isOpen = () => popup !== null;
