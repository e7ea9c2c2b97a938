// The layer panel: by theme, each row with sample, status, opacity, order, legend.

import { $, badge, button, h, icon, iconButton, phone, swatch } from './dom.js';
import { bracketed, colon, lang, pick, t, titleOf } from './i18n.js';
import { failed, map, retry } from './map.js';
import { aboutLayer, ROOT } from './source.js';
import { changed, state } from './state.js';
import { numberText } from './units.js';

const opened = new Set();
let start = null;

export function startPanel(content) {
  start = content;
  drawPanel();
}

const count = () => {
  const drawable = start.layers.filter((layer) => layer.map);
  return `${drawable.filter((layer) => state.layers.get(layer.id).on).length}/${drawable.length}`;
};

export function fold(folded) {
  $('#left').classList.toggle('rail', folded);
  map?.resize();
}

export function drawPanel() {
  const focus = document.activeElement?.dataset?.focus;
  const panel = $('#left');
  panel.setAttribute('aria-label', t('layers'));
  const top = panel.scrollTop;
  panel.replaceChildren(
    h('div', { class: 'rail-bar' },
      iconButton('layers', t('layers_open'), () => fold(false), { size: 18, class: 'icon' }),
      h('span', { class: 'vertical' }, `${t('layers')} ${count()}`)),
    h('div', { class: 'panel-head' }, h('h2', {}, t('layers'), h('small', {}, count())),
      iconButton(phone() ? 'close' : 'left', t('layers_fold'), () => (phone() ? panel.classList.remove('open') : fold(true)))),
    ...start.themes.map((theme) => themeSection(theme)).filter(Boolean),
    h('p', { class: 'panel-foot' }, t('key')),
  );
  panel.scrollTop = top;
  if (focus) $(`[data-focus="${focus}"]`, panel)?.focus();
}

function themeSection(theme) {
  const layers = start.layers.filter((layer) => layer.theme === theme.id);
  return layers.length > 0 && h('section', { class: 'theme' }, h('h3', {}, pick(theme)), layers.map((layer) => row(layer)));
}

function row(layer) {
  const shown = state.layers.get(layer.id);
  const isOpen = opened.has(layer.id);
  const name = titleOf(layer);
  const toggle = h('input', {
    type: 'checkbox', checked: shown.on, disabled: !layer.map, 'data-focus': `on-${layer.id}`,
    onchange: (event) => { shown.on = event.target.checked; changed('layers'); },
  });
  return h('div', { class: 'layer', 'data-layer': layer.id },
    h('div', { class: 'row' },
      h('label', {}, toggle, swatch(layer.swatch), h('span', { class: 'name', title: layer.map ? pick(layer.title) : t('restricted') }, name)),
      badge(layer.status),
      iconButton('down', `${t('more')}${colon()}${name}`, () => {
        if (isOpen) opened.delete(layer.id); else opened.add(layer.id);
        drawPanel();
      }, { 'aria-expanded': String(isOpen), 'data-focus': `more-${layer.id}`, class: 'icon small chevron', size: 14 })),
    failed.has(layer.id) && h('p', { class: 'row-failed', role: 'alert' }, t('layer_failed'), button(t('retry'), () => retry(layer.id))),
    isOpen && details(layer, shown));
}

function details(layer, shown) {
  return h('div', { class: 'details' },
    layer.map && opacityRow(layer, shown),
    legend(layer),
    layer.caution && h('p', { class: 'note' }, pick(layer.caution)),
    facts(layer),
    figures(layer),
    links(layer));
}

function opacityRow(layer, shown) {
  const output = h('output', {}, `${Math.round(shown.opacity * 100)}%`);
  const move = (step) => {
    const from = state.stack.indexOf(layer.id);
    const visible = state.stack.filter((id) => state.layers.get(id).on || id === layer.id);
    const neighbour = visible[visible.indexOf(layer.id) + step];
    if (neighbour === undefined) return;
    const to = state.stack.indexOf(neighbour);
    state.stack.splice(from, 1);
    state.stack.splice(to, 0, layer.id);
    changed('layers');
  };
  return h('div', { class: 'opacity' }, h('span', {}, t('opacity')),
    h('input', {
      type: 'range', min: '0', max: '100', value: String(shown.opacity * 100), 'aria-label': t('opacity'),
      oninput: (event) => {
        shown.opacity = Number(event.target.value) / 100;
        output.textContent = `${event.target.value}%`;
        changed('opacity');
      },
    }), output,
    iconButton('raise', t('up'), () => move(1), { 'data-focus': `up-${layer.id}`, size: 14 }),
    iconButton('lower', t('down'), () => move(-1), { 'data-focus': `down-${layer.id}`, size: 14 }));
}

function legend(layer) {
  if (layer.classes.length) {
    return h('ul', { class: 'classes' }, layer.classes.map((one) => h('li', {},
      h('i', { style: { background: one.colour } }), pick(one.title))));
  }
  if (layer.variants.length) {
    return h('ul', { class: 'classes' }, layer.variants.map((one) => h('li', { class: 'wide' }, swatch(one.swatch), pick(one))));
  }
  return layer.ramp && ramp(layer);
}

function ramp({ ramp: stops, unit }) {
  const [low] = stops[0];
  const [high] = stops.at(-1);
  const marks = stops.map(([value, colour]) => `${colour} ${(100 * (value - low)) / (high - low)}%`);
  const unitText = unit && unit !== '1' ? ` ${unit}` : '';
  return h('div', { class: 'ramp' }, h('i', { style: { background: `linear-gradient(90deg, ${marks.join(', ')})` } }),
    h('span', {}, `${low}${unitText}`), h('span', {}, `${high}${unitText}`));
}

function facts(layer) {
  const accuracy = layer.accuracy_m === null ? t('not_stated') : `±${numberText(layer.accuracy_m)} m`;
  const known = [['source', layer.attribution], ['licence', layer.licence], ['date', pick(layer.time)], ['accuracy', accuracy], ['version', layer.version]];
  return h('dl', {}, known.map(([key, value]) => [h('dt', {}, t(key)), h('dd', {}, value)]));
}

// A published figure beside what the geometry gives; never forced to agree.
function figures(layer) {
  const shown = layer.figures.filter((one) => one.published !== null && one.computed !== null).slice(0, 3);
  return shown.length > 0 && h('ul', { class: 'figures' }, shown.map((one) => h('li', { title: one.document },
    `${pick(one.title)}${colon()}`, `${t('published')} ${numberText(one.published)} · ${t('drawn')} ${numberText(one.computed)} ${one.unit === 'km2' ? 'km²' : one.unit}`)));
}

function links(layer) {
  return h('p', { class: 'links' },
    h('a', { href: ROOT + aboutLayer(layer.id, lang()), target: '_blank' }, t('about')),
    layer.restricted && !layer.map && h('span', {}, bracketed(t('restricted'))));
}
