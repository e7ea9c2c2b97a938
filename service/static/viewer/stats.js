// Statistics of a banner or league: the numbers of `ecobarrier zonal` and `overlap`.

import { getJSON, run } from './api.js';
import { bars } from './chart.js';
import { $, badge, button, h, swatch } from './dom.js';
import { bracketed, lang, nameOf, pick, t, titleOf } from './i18n.js';
import { fit, show } from './map.js';
import { cover } from './result.js';
import { errorCard, openSide, skeleton } from './side.js';
import { places } from './search.js';
import { remember, state } from './state.js';
import { areaText, shareText, tableUnit, withSpread } from './units.js';

const BARRIERS = ['redline', 'sand', 'forest'];
const RASTERS = ['land_cover', 'elevation', 'ndvi_max'];
const kept = new Map();
let layers = [];
let shown = null;

export const startStats = (all) => { layers = all; };

// An answer is the same for every zone of a layer: asked once while the page is open.
function once(key, make) {
  if (!kept.has(key)) {
    const promise = make();
    kept.set(key, promise);
    promise.catch(() => kept.delete(key));
  }
  return kept.get(key);
}

export async function openStats(layer, id, onclose) {
  state.zone = layer ? { layer, id } : null;
  remember();
  shown = { layer, id, onclose, data: null };
  const ours = shown;
  openSide(t('stats'), layer ? skeleton(t('looking')) : await choose(null), { onclose: closed });
  if (!layer) return;
  try {
    const data = await load(layer, id);
    if (shown !== ours) return;
    ours.data = data;
    await redrawStats();
    show('found', [data.feature]);
    const zone = data.places.find((one) => one.layer === layer && one.id === id);
    if (zone) fit(zone.bounds, { maxZoom: 9 });
  } catch (error) {
    if (shown === ours) openSide(t('stats'), errorCard(t('failed'), error.text ?? t('failed'), [button(t('retry'), () => openStats(layer, id, onclose))]), { onclose: closed });
  }
}

function closed() {
  shown?.onclose?.();
  shown = null;
  state.zone = null;
  show('found', []);
  remember();
}

async function load(layer, id) {
  const barriers = layers.filter((one) => BARRIERS.includes(one.theme) && one.geometry === 'polygon');
  const rasters = layers.filter((one) => RASTERS.includes(one.id) && one.map);
  const [feature, all, overlaps, zonals] = await Promise.all([
    getJSON(`/collections/${layer}/items/${encodeURIComponent(id)}`),
    places(),
    Promise.all(barriers.map((one) => once(`o/${layer}/${one.id}`, () => getJSON(`/overlap?left=${layer}&right=${one.id}`)))),
    Promise.all(rasters.map((one) => once(`z/${layer}/${one.id}`, () => run('zonal', { zones: layer, raster: one.id })))),
  ]);
  return { feature, places: all, overlaps, zonals };
}

export async function redrawStats() {
  if (!shown) return;
  if (!shown.data) { openSide(t('stats'), shown.layer ? skeleton(t('looking')) : await choose(null), { onclose: closed }); return; }
  const { layer, id, data } = shown;
  const { properties } = data.feature;
  const rows = data.overlaps.map((report) => zoneRow(report, id));
  const area = rows[0]?.zone.area_m2 ?? 0;
  openSide(t('stats'), [
    await choose(`${layer}/${id}`),
    h('section', { class: 'key-figure' },
      h('h3', { class: 'zone-name' }, nameOf(properties.name_zh, properties.name_en)),
      h('p', { class: 'figure' }, h('b', { 'data-m2': area }, areaText(area)), h('span', {}, t('area')))),
    h('section', {}, h('h3', {}, t('stats_zones')), zoneTable(rows, area),
      bars(rows.filter((one) => one.area_m2 > 0).map((one) => ({ layer: one.layer, share: one.area_m2 / area, spread: one.spread_m2 === null ? null : one.spread_m2 / area })), t('stats_zones'))),
    ...data.zonals.map((one) => cover(one, layers, id)),
    h('section', { class: 'method' }, h('p', {}, t('method_text')), data.overlaps.map((one) => h('p', {}, t('result_id'), ' ', h('code', {}, one.result_id)))),
  ], { onclose: closed });
}

function zoneRow(report, id) {
  const zone = report.left_features.find((one) => one.id === id);
  const pairs = report.rows.filter((row) => row.kind === 'overlap' && row.left_id === id);
  const known = pairs.every((row) => row.uncertainty_m2 !== null);
  return {
    layer: layers.find((one) => one.id === report.right.id), zone, area_m2: zone.overlap_dissolved_m2,
    spread_m2: known ? pairs.reduce((sum, row) => sum + row.uncertainty_m2, 0) : null,
  };
}

function zoneTable(rows, area) {
  const { factor, name } = tableUnit(area);
  return h('table', { class: 'overlaps' },
    h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, t('layer')), h('th', { scope: 'col' }, t('overlap') + bracketed(name)), h('th', { scope: 'col' }, t('of_zone')))),
    h('tbody', {}, rows.map(({ layer, area_m2: m2, spread_m2: spread }) => {
      const [value, plus] = withSpread(m2, spread, factor);
      return h('tr', { 'data-layer': layer.id },
        h('td', {}, h('span', { class: 'layer-name' }, swatch(layer.swatch), h('span', { title: pick(layer.title) }, titleOf(layer), ' ', badge(layer.status)))),
        h('td', { 'data-m2': m2, title: `${m2} m²` }, value, m2 > 0 && h('small', {}, plus === null ? '± –' : `±${plus}`)),
        h('td', {}, shareText(m2 / area)));
    })));
}

async function choose(current) {
  const all = await places();
  const group = (layer) => all.filter((one) => one.layer === layer);
  const leagues = group('leagues');
  const banners = group('banners').sort((a, b) => (lang() === 'en' ? a.en.localeCompare(b.en) : a.id.localeCompare(b.id)));
  const option = (one) => h('option', { value: `${one.layer}/${one.id}`, selected: `${one.layer}/${one.id}` === current }, pick(one));
  return h('label', { class: 'zone-choice' }, t('stats_pick'), h('select', {
    id: 'zone-select', onchange: (event) => { const [layer, id] = event.target.value.split('/'); if (id) openStats(layer, id, shown?.onclose); },
  }, h('option', { value: '' }, t('stats_none')),
  h('optgroup', { label: pick(layers.find((one) => one.id === 'leagues')?.title) }, leagues.map((one) => option(one))),
  h('optgroup', { label: pick(layers.find((one) => one.id === 'banners')?.title) }, banners.map((one) => option(one)))));
}

export const statsOpen = () => shown !== null && !$('#right').hidden;
