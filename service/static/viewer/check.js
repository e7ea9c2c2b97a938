// Check a site: draw or upload, ask the service, show its answer, keep it in the link.

import { getJSON, Problem, runOnFile } from './api.js';
import { $, badge, button, h, phone, swatch, toast } from './dom.js';
import { cancelDrawing, drawing, startDrawing } from './draw.js';
import { pick, t, titleOf } from './i18n.js';
import { fit, map, show } from './map.js';
import { question } from './reading.js';
import { rowsOf } from './report.js';
import { result, resultActions } from './result.js';
import { closeSide, errorCard, openSide, skeleton } from './side.js';
import { changed, remember, setSite, state } from './state.js';

const EXAMPLE = { type: 'Polygon', coordinates: [[[108.36, 40.36], [108.6, 40.3], [108.86, 40.38], [108.9, 40.54], [108.66, 40.66], [108.42, 40.58], [108.36, 40.36]]] };
const USUAL_RASTERS = ['land_cover', 'elevation', 'ndvi_max'];
const LOCATION = 'banners';
const CANCEL_AFTER_MS = 2000;

let layers = [];
let running = null;
let shown = { mode: 'empty' };

export function startCheck(all) {
  layers = all;
  $('#check-button').addEventListener('click', () => (drawing() ? cancelDrawing() : openCheck()));
  $('#file').addEventListener('change', (event) => {
    const [file] = event.target.files;
    event.target.value = '';
    if (file) checkFile(file);
  });
  dropZone();
}

const checkable = () => layers.filter((layer) => layer.kind === 'raster' ? layer.map : layer.geometry !== 'line' && layer.geometry !== 'point');
const usual = () => checkable().filter((layer) => (layer.kind === 'raster' ? USUAL_RASTERS.includes(layer.id) : !['province', 'leagues'].includes(layer.id))).map((layer) => layer.id);
const chosen = () => state.chosen ?? usual();

export function openCheck() {
  pressed(true);
  draw();
}

// The panel again, after a change of language or unit.
export function redrawCheck() {
  if (!$('#right').hidden && shown.mode !== 'other') draw();
}
export const leaveCheck = () => { shown = { ...shown, mode: 'other' }; pressed(false); };

const pressed = (on) => $('#check-button').setAttribute('aria-pressed', String(on));

function draw() {
  const title = t('result');
  const onclose = clear;
  if (shown.mode === 'other') shown = { mode: 'empty' };
  if (shown.mode === 'empty') openSide(title, empty(), { onclose });
  if (shown.mode === 'waiting') openSide(title, skeleton(t('computing'), shown.cancel), { onclose });
  if (shown.mode === 'error') openSide(title, refusal(shown.error), { onclose });
  if (shown.mode === 'result') {
    const view = { ...shown, layers, location: LOCATION, select, stateAccuracy: (accuracy) => checkSite({ ...shown.site, accuracy }) };
    openSide(title, result(view), { onclose, actions: resultActions(view) });
  }
}

function clear() {
  running?.abort();
  shown = { mode: 'empty' };
  pressed(false);
  for (const source of ['site', 'pieces', 'corners']) show(source, []);
  if (state.site) setSite(null);
}

function empty() {
  return h('div', { class: 'empty' },
    h('div', { class: 'drop-box' }, h('h3', {}, t('empty_title')), h('p', {}, t('empty_text')), h('div', { class: 'actions' }, starters())),
    choice());
}

const starters = () => [
  map && button(t('draw'), drawSite, { class: 'primary' }),
  button(t('upload'), () => $('#file').click()),
  button(t('example'), () => checkGeometry(EXAMPLE, 'example.geojson')),
];

function choice() {
  const set = new Set(chosen());
  const box = (layer) => h('label', {}, h('input', {
    type: 'checkbox', checked: set.has(layer.id), 'data-choice': layer.id,
    onchange: (event) => {
      if (event.target.checked) set.add(layer.id); else set.delete(layer.id);
      state.chosen = checkable().map((one) => one.id).filter((id) => set.has(id));
      remember();
    },
  }), swatch(layer.swatch), h('span', { title: pick(layer.title) }, titleOf(layer)), badge(layer.status));
  return h('details', { class: 'choice', open: !phone() }, h('summary', {}, t('compare_with')), checkable().map((layer) => box(layer)),
    h('label', { class: 'crs' }, t('crs_ask'), h('input', {
      type: 'text', placeholder: 'EPSG:4524', value: state.site?.crs ?? '', id: 'site-crs', autocomplete: 'off',
    })));
}

function drawSite() {
  if (phone()) $('#right').hidden = true;
  map.resize();
  pressed(true);
  startDrawing({ done: (geometry) => checkGeometry(geometry, 'site.geojson'), cancelled: draw });
}

function checkGeometry(geometry, name) {
  // A drawn polygon is exact: what is uncertain is where the layers' lines are.
  const feature = { type: 'Feature', properties: { accuracy_m: 0 }, geometry };
  const text = JSON.stringify({ type: 'FeatureCollection', features: [feature] });
  show('site', [feature]);
  return checkFile(new File([text], name, { type: 'application/geo+json' }));
}

// A feature of a layer as a site, e.g. a whole banner.
export async function checkFeature(layer, id) {
  pressed(true);
  const feature = await getJSON(`/collections/${layer}/items/${encodeURIComponent(id)}`);
  return checkGeometry(feature.geometry, `${layer}-${id}.geojson`);
}

function dropZone() {
  const zone = $('#drop');
  const carriesFile = (event) => [...event.dataTransfer.types].includes('Files');
  addEventListener('dragover', (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    zone.textContent = t('drop');
    zone.hidden = false;
  });
  addEventListener('dragleave', (event) => { if (!event.relatedTarget) zone.hidden = true; });
  addEventListener('drop', (event) => {
    event.preventDefault();
    zone.hidden = true;
    const [file] = event.dataTransfer.files;
    if (file) checkFile(file);
  });
}

function checkFile(file) {
  const crs = $('#site-crs')?.value.trim() || null;
  return checkSite({ name: file.name, blob: file, crs });
}

export async function checkSite(site) {
  running?.abort();
  const ours = new AbortController();
  running = ours;
  pressed(true);
  for (const source of ['pieces', 'corners']) show(source, []);
  waiting(ours);
  try {
    const linked = await setSite(site);
    const wanted = chosen();
    const report = runOnFile('site', site, wanted, ours.signal);
    const pieces = runOnFile('pieces', site, wanted.filter((id) => layers.find((one) => one.id === id)?.kind === 'vector' && id !== LOCATION), ours.signal);
    pieces.catch(() => {});
    shown = { mode: 'result', report: await report, pieces: null, selected: null, linked, site };
    draw();
    shown.pieces = await pieces;
    shown.selected = foremost(shown);
    draw();
    place(shown.pieces);
  } catch (error) {
    if (error.name !== 'AbortError') failed(error);
  }
}

function waiting(ours) {
  shown = { mode: 'waiting', cancel: null };
  draw();
  setTimeout(() => {
    if (running !== ours || shown.mode !== 'waiting') return;
    shown.cancel = button(t('cancel'), () => { ours.abort(); shown = { mode: 'empty' }; draw(); });
    draw();
  }, CANCEL_AFTER_MS);
}

function failed(error) {
  if (shown.mode === 'result') { toast(error.text ?? t('failed')); return; }
  shown = { mode: 'error', error };
  draw();
}

function refusal(error) {
  const choose = (crs) => checkSite({ ...state.site, crs });
  const asked = error instanceof Problem && state.site ? question(error.document, choose) : null;
  if (asked) return asked;
  const card = errorCard(t('error_title'), error.text ?? t('failed'), starters());
  // The file states no CRS: ask for it here, where the remedy is.
  const asks = error instanceof Problem && /crs/.test(error.document.code ?? '') && state.site;
  return asks ? [card, choice(), button(t('retry'), () => checkSite({ ...state.site, crs: $('#site-crs').value.trim() }), { class: 'primary' })] : card;
}

// What people ask about first: the red line, else the layer that takes most of the site.
function foremost({ report, pieces }) {
  const there = new Set(pieces.features.map((one) => one.properties.layer));
  const rows = rowsOf(report, layers).filter((row) => there.has(row.layer.id));
  return (rows.find((row) => row.layer.theme === 'redline') ?? rows[0])?.layer.id ?? null;
}

// Site and pieces on the map; the site as the service read it.
function place(collection) {
  const site = collection.features.filter((one) => one.properties.role === 'site');
  show('site', site);
  select(shown.selected);
  if (collection.bbox) fit(collection.bbox, { maxZoom: 14 });
}

function select(id) {
  shown.selected = id;
  const colours = new Map(layers.map((layer) => [layer.id, layer.colour]));
  const wanted = (shown.pieces?.features ?? []).filter((one) => one.properties.role === 'piece' && one.properties.layer === id);
  show('pieces', wanted.map((one) => ({ ...one, properties: { ...one.properties, colour: colours.get(one.properties.layer) ?? '#5E6B7A' } })));
  for (const row of document.querySelectorAll('tr[data-layer]')) row.setAttribute('aria-selected', String(row.dataset.layer === id));
  changed('site');
}

export const currentResult = () => (state.site && shown.report && shown.pieces ? shown : null);
export const closeCheck = closeSide;
