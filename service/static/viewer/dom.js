// Elements, icons and small controls. Text of layers only ever becomes text nodes.

import { pick, t } from './i18n.js';

export const $ = (selector, root = document) => root.querySelector(selector);

// Make an element: `on...` properties are listeners, `style` is set property by property
// (the content policy allows no style attributes), null children are left out.
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'style') for (const [k, v] of Object.entries(value)) element.style.setProperty(k, v);
    else if (name in element && typeof value !== 'string') element[name] = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat(4).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const PATHS = {
  layers: 'M9 2 1 6l8 4 8-4zM1 10l8 4 8-4M1 14l8 4 8-4',
  down: 'M4 7l5 5 5-5',
  left: 'M11 4 6 9l5 5',
  close: 'M4 4l10 10M14 4 4 14',
  search: 'M7.5 13a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM12 12l4 4',
  polygon: 'M4 13 3 5l8-3 5 6-5 8z',
  export: 'M9 12V2M5 6l4-4 4 4M3 11v5h12v-5',
  tools: 'M3 5h12M3 9h12M3 13h12M6 3v4M12 7v4M8 11v4',
  plus: 'M9 3v12M3 9h12',
  minus: 'M3 9h12',
  home: 'M2 9l7-6 7 6M4 8v8h10V8',
  raise: 'M9 14V4M5 8l4-4 4 4',
  lower: 'M9 4v10M5 10l4 4 4-4',
  warning: 'M9 2 1 16h16zM9 7v4M9 13v1',
  lock: 'M4 8h10v8H4zM6 8V5a3 3 0 0 1 6 0v3',
};

const SVG = 'http://www.w3.org/2000/svg';

// Make an SVG element; colours are attributes, which the content policy does not touch.
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export function icon(name, size = 18) {
  const drawn = svg('svg', {
    viewBox: '0 0 18 18', width: size, height: size, fill: 'none', stroke: 'currentColor',
    'stroke-width': 1.6, 'stroke-linecap': 'round', 'stroke-linejoin': 'round', 'aria-hidden': 'true',
  });
  drawn.append(svg('path', { d: PATHS[name] }));
  return drawn;
}

let swatches = 0;

// The legend's sample as the server drew it; its pattern gets an id of its own, because
// the same sample stands in the panel, in the table and in popups.
export function swatch(markup) {
  swatches += 1;
  const parsed = new DOMParser().parseFromString(markup.replaceAll(/(sw-[\w-]+)/g, `$1-${swatches}`), 'text/html');
  return document.adoptNode(parsed.body.firstElementChild);
}

let badgeTexts = {};
export const setBadges = (badges) => { badgeTexts = badges; };
export const badge = (status) => h('span', { class: `badge ${status}` }, pick(badgeTexts[status]));
export const cautioned = (status) => badgeTexts[status]?.cautioned ?? false;
export const statusWord = (status) => pick(badgeTexts[status]);

export const button = (label, onclick, more = {}) => h('button', { type: 'button', class: 'ghost', onclick, ...more }, label);

export function iconButton(name, label, onclick, more = {}) {
  return h('button', { type: 'button', class: 'icon small', 'aria-label': label, title: label, onclick, ...more }, icon(name, more.size ?? 16));
}

// A choice of one, moved through by arrow keys.
export function segments(element, items, chosen, choose, label) {
  const pickAt = (index) => {
    choose(items[(index + items.length) % items.length][0]);
    $('[aria-checked=true]', element)?.focus();
  };
  element.setAttribute('aria-label', label);
  element.replaceChildren(...items.map(([value, text, about], index) => h('button', {
    type: 'button', role: 'radio', 'data-value': value, 'aria-checked': String(value === chosen),
    'aria-label': about, tabIndex: value === chosen ? 0 : -1,
    onclick: () => { choose(value); $('[aria-checked=true]', element)?.focus(); },
    onkeydown: (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      pickAt(index + step);
    },
  }, text)));
}

let toastTimer = 0;
export function toast(text, ms = 4000) {
  const place = $('#toast');
  place.textContent = text;
  place.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { place.hidden = true; }, ms);
}

export function save(name, blob) {
  const address = URL.createObjectURL(blob);
  h('a', { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without https there is no clipboard interface: the old way still works.
    const area = h('textarea', { class: 'offscreen', value: text });
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  toast(t('copied'));
}

export const phone = () => matchMedia('(max-width: 760px)').matches;
