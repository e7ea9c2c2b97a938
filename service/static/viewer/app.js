// Starts the page: data, panels, map; keeps them in step.

import { getJSON, lookAgain, onConnection } from './api.js';
import { drawCopy } from './copy.js';
import { checkFeature, checkSite, leaveCheck, openCheck, redrawCheck, startCheck } from './check.js';
import { $, button, h, icon, segments, setBadges, toast } from './dom.js';
import { drawing } from './draw.js';
import { startMenus, stillPicture } from './exports.js';
import { drawFurniture, drawWarning, startFurniture } from './furniture.js';
import { pick, setLanguage, setTexts, t } from './i18n.js';
import { closeIdentify, redrawIdentify, startIdentify } from './identify.js';
import { canDraw, createMap, fit, map, outlineOf, reload } from './map.js';
import { drawPanel, startPanel } from './panel.js';
import { labelSearch, startSearch } from './search.js';
import { COPY, data, HAS_RELIEF, PULSE, ROOT } from './source.js';
import { openStats, redrawStats, startStats, statsOpen } from './stats.js';
import { changed, listen, restore, startRemembering, state } from './state.js';
import { turnHatches } from './style.js';
import { drawSwipe, startSwipe, toggleSwipe } from './swipe.js';
import { drawTime, startTime, toggleTime } from './time.js';
import { UNITS } from './units.js';

let start = null;

function fontFaces() {
  const { fonts } = document.documentElement.dataset;
  const range = 'U+20-7E, U+A0-B0, U+B2-24F, U+2013-2014, U+2022, U+2032-2033, U+2212, U+2264-2265';
  const face = (family, file, more) => document.fonts.add(new FontFace(family, `url(${fonts}/${file}.woff2)`, { weight: '400 500', display: 'swap', ...more }));
  face('Ecobarrier SC', 'sc', { unicodeRange: 'U+0-B0, U+B2-10FFFF' });
  face('Ecobarrier Latin', 'latin', { unicodeRange: range });
}

// A catalogue without elevation has no relief.
async function wholeBase() {
  const relief = HAS_RELIEF ? getJSON(data('relief.json')).catch(() => null) : null;
  return { ...await getJSON(data('base.json')), relief: await relief };
}

// A copy has one page for both languages.
function languageAsked() {
  const asked = COPY ? new URLSearchParams(location.search).get('lang') : null;
  return ['zh', 'en'].includes(asked) ? asked : (document.documentElement.lang === 'en' ? 'en' : 'zh');
}

// What computes needs a service.
function tools() {
  const views = [['swipe', toggleSwipe], ['time_slider', toggleTime]];
  return COPY ? views : [['stats', () => statistics(null, null)], ...views, null, ['check_report', () => { open(`${ROOT}/check?lang=${state.lang}`, '_blank'); }]];
}

async function begin() {
  fontFaces();
  state.lang = languageAsked();
  const base = wholeBase();
  base.catch(() => {});
  start = await getJSON(data('start.json'));
  setTexts(start.texts);
  setBadges(start.badges);
  const ordered = start.layers.toSorted((a, b) => a.order - b.order);
  state.stack = ordered.map((layer) => layer.id);
  state.layers = new Map(start.layers.map((layer) => [layer.id, { on: layer.on && layer.map !== null, opacity: 1 }]));
  const linked = restore(new Set(state.stack)).catch(() => {});
  await linked;
  setLanguage(state.lang);
  startPanel(start);
  if (!COPY) { startCheck(start.layers); startStats(start.layers); }
  startSearch({ go, kind: (id) => pick(start.layers.find((layer) => layer.id === id)?.title) });
  startMenus(start.layers, tools, start.copy?.maps);
  drawFrame();
  document.documentElement.dataset.usable = 'yes';
  await begun(base);
}

async function begun(base) {
  const loading = $('#loading');
  loading.textContent = t('loading');
  listen('layers', () => { turnHatches(start.layers); drawPanel(); drawWarning(start.layers); drawTime(); });
  listen('failures', drawPanel);
  if (canDraw()) {
    await createMap(start, await base);
    document.documentElement.dataset.interactive = 'yes';
    startFurniture();
    startIdentify({ busy: drawing, layers: start.layers, computes: !COPY, statistics, asSite });
    startTime(start.layers, getJSON);
    startSwipe(start.layers);
    map.once('idle', () => { document.documentElement.dataset.ready = 'yes'; });
  } else {
    $('#map').append(h('p', { class: 'no-map', role: 'alert' }, COPY ? t('no_webgl_copy') : t('no_webgl')), stillPicture() || '');
    document.documentElement.dataset.ready = 'yes';
  }
  loading.hidden = true;
  startRemembering();
  if (COPY) return;
  if (state.site) checkSite(state.site);
  else if (state.zone) statistics(state.zone.layer, state.zone.id);
}

function drawFrame() {
  document.title = `${t('app')} · Ecobarrier`;
  $('.brand h1').textContent = t('app');
  $('#skip').textContent = t('skip');
  const label = (selector, name, text, sign) => {
    const element = $(selector);
    element.replaceChildren(icon(name), h('span', {}, text));
    element.setAttribute('aria-label', text);
    if (sign) element.title = text;
  };
  label('#menu-button', 'layers', t('layers'));
  if (!COPY) label('#check-button', 'polygon', t('check'));
  label('#tools-button', 'tools', t('tools'));
  label('#export-button', 'export', t('export'));
  segments($('#unit'), UNITS.map((unit) => [unit, t(unit)]), state.unit, (unit) => { state.unit = unit; drawFrame(); changed('unit'); }, t('units'));
  segments($('#language'), [['zh', '中', '中文'], ['en', 'EN', 'English']], state.lang, speak, 'Language / 语言');
  $('#map').setAttribute('aria-label', t('app'));
  labelSearch();
  drawFurniture();
  drawWarning(start.layers);
  if (COPY) drawCopy(start.copy);
}

function speak(language) {
  state.lang = language;
  setLanguage(language);
  drawFrame();
  drawPanel();
  changed('language');
}

function go(place) {
  fit(place.bounds, { maxZoom: 9 });
  if (['banners', 'leagues'].includes(place.layer) && statsOpen()) { statistics(place.layer, place.id); return; }
  outlineOf(place.layer, place.id);
}

function statistics(layer, id) {
  closeIdentify();
  leaveCheck();
  openStats(layer, id, () => {});
}

function asSite(layer, id) {
  closeIdentify();
  openCheck();
  checkFeature(layer, id).catch((error) => toast(error.text ?? t('failed')));
}

function connection(online) {
  const strip = $('#offline');
  strip.hidden = online;
  if (online) { toast(t('reconnected')); if (map) reload(); return; }
  strip.replaceChildren(icon('warning'), h('span', {}, t('offline')), button(t('reconnect'), lookAgain));
}

onConnection(connection);
listen('unit', () => { redrawCheck(); redrawStats(); redrawIdentify(); });
listen('language', () => { redrawCheck(); redrawStats(); redrawIdentify(); drawSwipe(); drawTime(); });
$('#menu-button').addEventListener('click', () => { drawPanel(); $('#left').classList.toggle('open'); });
addEventListener('resize', () => { if (start) labelSearch(); map?.resize(); });
addEventListener('offline', () => getJSON(PULSE).catch(() => {}));

// Without data nothing can be shown: say so, in both languages, and how to go on.
begin().catch((error) => {
  const place = $('#loading');
  place.hidden = false;
  place.replaceChildren(h('span', { role: 'alert' }, error.message || '页面未能载入。 The page could not be loaded. '), h('button', { type: 'button', class: 'ghost', onclick: () => location.reload() }, '重试 · Try again'));
  throw error;
});
