// From the service's report to rows; nothing is measured here.

import { pick } from './i18n.js';

// One row per layer of polygons: the dissolved overlap, its share of the site, the +/-
// of its pairs together (their errors share a cause, so they add up).
export function rowsOf(report, layers) {
  const byId = new Map(layers.map((layer) => [layer.id, layer]));
  return report.overlaps.map((one) => {
    const pairs = one.rows.filter((row) => row.kind === 'overlap');
    const known = pairs.every((row) => row.uncertainty_m2 !== null);
    const area = one.totals.overlap_dissolved_m2;
    return {
      layer: byId.get(one.right.id) ?? { ...one.right, swatch: '<svg></svg>' },
      area_m2: area,
      share: one.totals.left_dissolved_m2 ? area / one.totals.left_dissolved_m2 : null,
      spread_m2: known ? pairs.reduce((sum, row) => sum + row.uncertainty_m2, 0) : null,
      pairs,
      report: one,
    };
  }).sort((a, b) => b.area_m2 - a.area_m2);
}

export const siteArea = (report) => report.area.total_m2;

// Areas and shares of the classes of a raster, for one zone or all zones together.
export function classesOf(zonal, layer, zone = null) {
  const rows = zonal.rows.filter((row) => zone === null || row.zone_id === zone);
  const total = rows.reduce((sum, row) => sum + row.area_m2, 0);
  const found = new Map();
  for (const row of rows) {
    const known = layer.classes.find((one) => one.value === row.value);
    const label = pick({ zh: row.label, en: row.label_en });
    const colour = known?.colour ?? (layer.ramp && colourAt(layer.ramp, row.value)) ?? '#D9DEE4';
    const before = found.get(row.value)?.area_m2 ?? 0;
    found.set(row.value, { value: row.value, label, colour, area_m2: before + row.area_m2 });
  }
  return [...found.values()].map((one) => ({ ...one, share: one.area_m2 / total })).filter((one) => one.area_m2 > 0);
}

const colourAt = (ramp, value) => (typeof value === 'number' ? ramp.findLast(([stop]) => stop <= value)?.[1] : undefined);

// A table for spreadsheets: numbers as they are, in m2 and in the three units.
export function tableOf(report, layers) {
  const head = ['layer', 'layer_zh', 'layer_en', 'status', 'feature', 'feature_zh', 'feature_en', 'overlap_m2', 'overlap_km2', 'overlap_ha', 'overlap_mu', 'share_of_site', 'plus_minus_m2', 'result_id', 'caution'];
  const body = rowsOf(report, layers).flatMap(({ layer, area_m2: area, share, spread_m2: spread, pairs, report: one }) => {
    const start = [layer.id, layer.title.zh, layer.title.en, layer.status];
    const end = [one.result_id, layer.caution ? pick(layer.caution) : ''];
    return [
      [...start, '', '', '', area, area / 1e6, area / 1e4, area / 1e4 * 15, share, spread ?? '', ...end],
      ...pairs.map((row) => [...start, row.right_id, row.right_name ?? '', row.right_name_en ?? '', row.area_m2, row.area_m2 / 1e6, row.area_m2 / 1e4, row.area_m2 / 1e4 * 15, row.share_left, row.uncertainty_m2 ?? '', ...end]),
    ];
  });
  const site = siteArea(report);
  const own = ['site', report.site.title.zh, report.site.title.en, report.site.status, '', '', '', site, site / 1e6, site / 1e4, site / 1e4 * 15, 1, '', report.area.result_id, ''];
  return [head, own, ...body];
}

// No text becomes a formula of the spreadsheet; the rule is that of layers/cells.py.
const FORMULA = /^'*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r][^]+$/;
const NUMBER = /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?$/i;
const guarded = (value) => (typeof value === 'string' && FORMULA.test(value) && !NUMBER.test(value) ? `'${value}` : String(value));
const quoted = (value) => (/[",\r\n\t]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
export const csv = (table) => `\uFEFF${table.map((row) => row.map((value) => quoted(guarded(value))).join(',')).join('\r\n')}\r\n`;
export const tabbed = (table) => table.map((row) => row.map((value) => guarded(value).replaceAll(/[\t\r\n]/g, ' ')).join('\t')).join('\n');
