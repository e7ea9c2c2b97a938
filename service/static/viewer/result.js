// The answer to a check: sentence, table, chart, land cover, notes, ways to take it.

import { postForFile } from './api.js';
import { bars, stack } from './chart.js';
import { badge, button, cautioned, copy, h, save, statusWord, swatch, toast } from './dom.js';
import { bracketed, colon, lang, listed, nameOf, pick, t, titleOf, zh } from './i18n.js';
import { accuracyOf, isDecision, readingOf } from './reading.js';
import { classesOf, csv, rowsOf, siteArea, tableOf, tabbed } from './report.js';
import { areaText, numberText, shareText, tableUnit, UNITS, withSpread } from './units.js';
import { state } from './state.js';

const MOST_PLACES = 5;

export function result(view) {
  const { report, layers, location } = view;
  const all = rowsOf(report, layers);
  const rows = all.filter((row) => row.layer.id !== location);
  const touched = rows.filter((row) => row.area_m2 > 0);
  return [
    h('section', { class: 'key-figure' },
      h('p', { class: 'figure' }, h('b', { 'data-m2': siteArea(report) }, areaText(siteArea(report))), h('span', {}, t('site_area'))),
      h('p', { class: 'others' }, [...UNITS.filter((unit) => unit !== state.unit).map((unit) => areaText(siteArea(report), unit)),
        report.area.rows.length > 1 && `${report.area.rows.length} ${t('sites')}`, places(all.find((row) => row.layer.id === location))].filter(Boolean).join(' · ')),
      h('div', { role: 'status', 'aria-live': 'polite' }, verdicts(rows, report))),
    h('section', {}, table(touched, view), accuracyOf(report, touched, layers, view.stateAccuracy), untouched(rows)),
    touched.length > 0 && h('section', {}, h('h3', {}, t('share_chart')), bars(touched.map((row) => ({
      layer: row.layer, share: row.share, spread: row.spread_m2 === null ? null : row.spread_m2 / siteArea(report),
    })), t('share_chart'))),
    ...report.zonals.map((one) => cover(one, layers)),
    readingOf(report),
    notes(report),
    h('section', { class: 'method' }, h('p', {}, t('method_text')), h('p', {}, t('result_id'), ' ', h('code', {}, report.result_id))),
  ];
}

const places = (row) => row && listed(row.pairs.filter((one) => !one.sliver).sort((a, b) => b.area_m2 - a.area_m2).slice(0, MOST_PLACES).map((one) => nameOf(one.right_name, one.right_name_en)));

// The red line first: it is what people ask about.
function verdicts(rows, report) {
  const lines = rows.filter((row) => row.layer.theme === 'redline');
  return lines.map(({ layer, area_m2: area, share, spread_m2: spread }) => {
    const { factor, name } = tableUnit(siteArea(report));
    const [value, plus] = withSpread(area, spread, factor);
    const words = { status: zh() ? statusWord(layer.status) : statusWord(layer.status).toLowerCase(), layer: zh() ? titleOf(layer) : titleOf(layer).replace(/^[A-Z](?=[a-z])/, (one) => one.toLowerCase()), value, unit: name, share: shareText(share), spread: plus };
    return h('p', { class: `verdict ${area > 0 ? 'touched' : 'clear'}`, 'data-layer': layer.id },
      t(area > 0 ? (plus === null ? 'touches_about' : 'touches') : 'touches_not', words), cautioned(layer.status) ? (zh() ? '' : ' ') + t('not_legal', words) : '');
  });
}

function table(rows, { report, pieces, selected, select }) {
  const { factor, name } = tableUnit(siteArea(report));
  return h('table', { class: 'overlaps' },
    h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, t('layer')), h('th', { scope: 'col' }, t('overlap') + bracketed(name)), h('th', { scope: 'col' }, t('of_site')))),
    h('tbody', {}, rows.map((row) => tableRow(row, factor, selected, select)), rest(pieces, report, factor)),
    rows.length > 0 && h('caption', {}, t('pieces_shown')));
}

function tableRow({ layer, area_m2: area, share, spread_m2: spread }, factor, selected, select) {
  const [value, plus] = withSpread(area, spread, factor);
  const toggle = () => select(layer.id);
  return h('tr', {
    'data-layer': layer.id, tabIndex: 0, 'aria-selected': String(selected === layer.id), onclick: toggle,
    onkeydown: (event) => { if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); toggle(); } },
  }, h('td', {}, h('span', { class: 'layer-name' }, swatch(layer.swatch), h('span', { title: pick(layer.title) }, titleOf(layer), ' ', badge(layer.status)))),
  h('td', { 'data-m2': area, title: `${area} m²` }, value, h('small', {}, plus === null ? t('spread_unknown') : `±${plus}`)),
  h('td', { title: String(share) }, shareText(share)));
}

function rest(pieces, report, factor) {
  if (!pieces || pieces.rest_m2 === null) return null;
  return h('tr', { class: 'rest' }, h('td', {}, t('beyond')), h('td', { 'data-m2': pieces.rest_m2 }, withSpread(pieces.rest_m2, null, factor)[0]), h('td', {}, shareText(pieces.rest_m2 / siteArea(report))));
}

function untouched(rows) {
  const names = rows.filter((row) => row.area_m2 === 0).map((row) => titleOf(row.layer));
  return names.length > 0 && h('p', { class: 'untouched' }, t('not_touched') + colon() + listed(names));
}

export function cover(zonal, layers, zone = null) {
  const layer = layers.find((one) => one.id === zonal.raster.id);
  const heading = h('h3', {}, titleOf(layer), layer.valid_time ? ` · ${pick(layer.time)}` : '');
  const numbers = zonal.statistics.filter((one) => zone === null || one.zone_id === zone);
  const parts = classesOf(zonal, layer, zone);
  return h('section', { 'data-cover': layer.id }, heading, statistics(together(numbers), layer),
    layer.classes.length > 0 && stack(parts, pick(layer.title)));
}

// The numbers of several polygons as of one: means count by their area.
function together(numbers) {
  const known = numbers.filter((one) => one.mean !== null);
  if (known.length < 2) return known[0] ?? null;
  const area = known.reduce((sum, one) => sum + one.area_m2, 0);
  return {
    mean: known.reduce((sum, one) => sum + one.mean * one.area_m2, 0) / area,
    min: Math.min(...known.map((one) => one.min)), max: Math.max(...known.map((one) => one.max)),
  };
}

function statistics(one, layer) {
  if (layer.classes.length > 0) return null;
  if (one === null) return h('p', {}, t('no_data'));
  const digits = layer.unit === 'm' ? 0 : 2;
  const unit = layer.unit && layer.unit !== '1' ? ` ${layer.unit}` : '';
  return h('dl', { class: 'numbers' }, [['mean', one.mean], ['least', one.min], ['most', one.max]].map(([key, value]) => h('div', {},
    h('dt', {}, t(key)), h('dd', { title: String(value) }, numberText(value, digits) + unit))));
}

function notes(report) {
  const all = [...report.notes, ...report.overlaps.flatMap((one) => one.notes), ...report.zonals.flatMap((one) => one.notes)];
  const texts = [...new Set(all.filter((one) => !isDecision(one)).map((one) => pick(one)))];
  return texts.length > 0 && h('details', { class: 'notes' }, h('summary', {}, `${t('notes')} (${texts.length})`), h('ul', {}, texts.map((one) => h('li', {}, one))));
}

export function resultActions({ report, layers, site, linked }) {
  const name = `ecobarrier-${report.result_id.replaceAll(':', '-')}`;
  const table_ = () => tableOf(report, layers);
  return [
    button(t('copy'), () => copy(tabbed(table_()))),
    button('CSV', () => save(`${name}.csv`, new Blob([csv(table_())], { type: 'text/csv' }))),
    button('XLSX', async () => {
      try {
        save(`${name}.xlsx`, await postForFile(`/viewer/table.xlsx?lang=${lang()}`, report));
      } catch (error) { toast(error.text ?? t('failed')); }
    }),
    button(t('link'), () => (linked ? copy(location.href) : toast(t('link_long')))),
    button(t('upload_copy'), () => save(site.name, site.blob), { title: site.name }),
  ];
}

