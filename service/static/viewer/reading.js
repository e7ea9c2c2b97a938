// How a site's file was read, what only its sender can say, how accurate it is.

import { button, h } from './dom.js';
import { colon, listed, pick, t, titleOf, zh } from './i18n.js';
import { fit, show } from './map.js';

const CODED = ['encoding', 'crs', 'zone', 'datum', 'axis_order', 'prefix', 'units', 'angles'];

export const isDecision = (note) => note.decided !== undefined;

// What was decided, each with its reason; nothing for a file that left nothing open.
export function readingOf(report) {
  const made = report.notes.filter((note) => isDecision(note));
  if (made.length === 0) return null;
  const value = (what) => made.find((note) => note.decided === what)?.chosen;
  const brief = [value('crs'), value('encoding')].filter(Boolean).join(zh() ? '，' : ', ');
  return h('details', { class: 'notes reading' }, h('summary', {}, t('file_read'), brief && colon() + brief),
    h('dl', {}, made.map((note) => h('div', {}, h('dt', {}, t(`decided_${note.decided}`), shown(note) && h('b', {}, shown(note))), h('dd', {}, pick(note))))));
}

function shown({ decided, chosen }) {
  if (!CODED.includes(decided)) return null;
  if (decided === 'axis_order') return t(chosen === 'yx' ? 'north_first' : 'east_first');
  if (decided === 'prefix') return t(chosen === 'with' ? 'with_prefix' : 'without_prefix');
  return chosen;
}

// Several systems are possible: each is offered with where the site would be.
export function question({ details }, choose) {
  const choices = (details?.choices ?? []).filter((one) => one.crs);
  if (choices.length === 0) return null;
  const centres = choices.map(({ bounds: [west, south, east, north] }) => [(west + east) / 2, (south + north) / 2]);
  show('corners', centres.map((coordinates) => ({ type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates } })));
  const [lons, lats] = [centres.map(([lon]) => lon), centres.map(([, lat]) => lat)];
  fit([Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)], { maxZoom: 7 });
  return h('div', { class: 'question', role: 'alert' }, h('h3', {}, t('which_crs')), h('p', {}, t('which_crs_text', { file: details.where ?? '' })),
    choices.map((one, at) => button([h('b', {}, one.crs), h('span', {}, offered(one, centres[at]))], () => choose(one.crs), { class: 'ghost offer' })));
}

const offered = (one, [lon, lat]) => [
  one.meridian && t('meridian', { degrees: one.meridian, width: one.width }),
  `${pick({ zh: one.place_zh, en: one.place_en })} ${lon.toFixed(3)}°E ${lat.toFixed(3)}°N`,
  one.fits_map_sheet && t('fits_sheet'),
].filter(Boolean).join(' · ');

// Why a +/- is missing; the sender may say how accurate the site is, and gets it.
export function accuracyOf(report, rows, layers, state) {
  if (rows.every((row) => row.spread_m2 !== null)) return null;
  const unknown = new Set(report.overlaps.flatMap((one) => one.notes).filter((note) => note.code === 'accuracy_unknown').map((note) => note.layer));
  const named = layers.filter((layer) => unknown.has(layer.id)).map((layer) => titleOf(layer));
  return h('div', { class: 'accuracy' },
    named.length > 0 && h('p', {}, t('layers_inexact') + colon() + listed(named)),
    unknown.has(report.site.id) && accuracyForm(state));
}

function accuracyForm(state) {
  const field = h('input', { type: 'number', min: '0', max: '100000', step: 'any', required: true, id: 'site-accuracy', inputMode: 'decimal' });
  const submit = (event) => { event.preventDefault(); state(Number(field.value)); };
  return h('form', { onsubmit: submit }, h('label', { for: 'site-accuracy' }, t('site_inexact')), field, h('span', {}, t('metres')), h('button', { type: 'submit', class: 'ghost' }, t('compute')));
}
