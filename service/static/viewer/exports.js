// Take the view away: web map, picture, printable sheet, link.

import { getFile } from './api.js';
import { $, copy, h, save, toast } from './dom.js';
import { lang, t } from './i18n.js';
import { scaleBar, warning } from './furniture.js';
import { map } from './map.js';
import { askSheet } from './printing.js';
import { aboutLayers, COPY, ROOT, stillMap } from './source.js';
import { setSite, state } from './state.js';

let layers = [];
let hasMaps = true;
const shownIds = () => state.stack.filter((id) => state.layers.get(id).on && layers.find((layer) => layer.id === id).map);
const dated = (suffix) => `ecobarrier-${lang()}-${new Date().toISOString().slice(0, 10)}${suffix}`;

export function startMenus(all, tools, maps = true) {
  layers = all;
  hasMaps = maps;
  const list = ['export_layers', () => { open(ROOT + aboutLayers(lang()), '_blank'); }];
  const web = ['export_folium', () => { open(ROOT + stillMap(lang()), '_blank'); }];
  menu($('#export-button'), () => (COPY ? [
    ...(hasMaps ? [web] : []), ['export_png', picture], null, list, ['export_link', link],
  ] : [
    ['export_folium', folium], ['export_png', picture], ['export_pdf', () => askSheet(shownIds(), dated)],
    null, list, ['export_link', link],
  ]));
  menu($('#tools-button'), tools);
}

function menu(opener, items) {
  const place = $('#menu');
  const close = (back) => {
    if (place.hidden) return;
    place.hidden = true;
    opener.setAttribute('aria-expanded', 'false');
    if (back) opener.focus();
  };
  opener.addEventListener('click', (event) => {
    event.stopPropagation();
    const again = !place.hidden && place.dataset.of === opener.id;
    document.dispatchEvent(new CustomEvent('close-menus'));
    if (again) return;
    place.dataset.of = opener.id;
    const { bottom, right } = opener.getBoundingClientRect();
    place.style.setProperty('top', `${bottom + 6}px`);
    place.style.setProperty('right', `${Math.max(8, innerWidth - right)}px`);
    place.replaceChildren(...items().map((item) => (item ? h('button', {
      type: 'button', role: 'menuitem', 'data-item': item[0], onclick: () => { close(true); item[1](); },
    }, t(item[0])) : h('hr'))));
    place.hidden = false;
    opener.setAttribute('aria-expanded', 'true');
    $('button', place).focus();
  });
  place.addEventListener('keydown', (event) => {
    if (place.dataset.of !== opener.id) return;
    const buttons = [...place.querySelectorAll('button')];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Escape') close(true);
    if (!step) return;
    event.preventDefault();
    buttons.at((buttons.indexOf(document.activeElement) + step) % buttons.length).focus();
  });
  document.addEventListener('click', (event) => { if (!place.contains(event.target)) close(false); });
  document.addEventListener('close-menus', () => close(false));
}

async function fetched(path, name) {
  toast(t('making'));
  try {
    save(name, await getFile(path));
    $('#toast').hidden = true;
  } catch (error) { toast(error.text ?? t('failed')); }
}

const folium = () => fetched(`/map?download=true&lang=${lang()}&layers=${shownIds().join(',')}`, dated('.html'));

async function link() {
  const fits = state.site ? await setSite(state.site) : true;
  setTimeout(() => (fits ? copy(location.href) : toast(t('link_long'))), 200);
}

const FOOT = 44;
const FONT = '"Ecobarrier SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';

// The map as it is, with what must not be lost from it: status, scale, sources.
function picture() {
  const drawn = map.getCanvas();
  const ratio = drawn.width / drawn.clientWidth;
  const canvas = document.createElement('canvas');
  canvas.width = drawn.width;
  canvas.height = drawn.height + FOOT * ratio;
  const pen = canvas.getContext('2d');
  pen.drawImage(drawn, 0, 0);
  pen.scale(ratio, ratio);
  const [width, height] = [canvas.width / ratio, canvas.height / ratio];
  caution(pen, width);
  foot(pen, width, height);
  canvas.toBlob((blob) => save(dated('.png'), blob));
}

function caution(pen, width) {
  const { text } = warning(layers);
  if (!text) return;
  pen.font = `13px ${FONT}`;
  const lines = wrapped(pen, text, width - 60);
  const wide = Math.max(...lines.map((line) => pen.measureText(line).width));
  pen.fillStyle = 'rgba(255,255,255,.95)';
  pen.fillRect(12, 12, wide + 26, lines.length * 19 + 10);
  pen.fillStyle = '#B86B00';
  pen.fillRect(12, 12, 4, lines.length * 19 + 10);
  pen.fillStyle = '#4F2B00';
  lines.forEach((line, at) => pen.fillText(line, 25, 31 + at * 19));
}

function wrapped(pen, text, width) {
  const lines = [''];
  for (const part of text.match(/[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*/g) ?? []) {
    if (pen.measureText(lines.at(-1) + part).width > width) lines.push('');
    lines[lines.length - 1] += part;
  }
  return lines;
}

function foot(pen, width, height) {
  const { pixels, label } = scaleBar();
  const y = height - FOOT;
  pen.fillStyle = '#fff';
  pen.fillRect(0, y, width, FOOT);
  pen.strokeStyle = '#2C3440';
  pen.lineWidth = 1.5;
  pen.beginPath();
  pen.moveTo(12, y + 10); pen.lineTo(12, y + 16); pen.lineTo(12 + pixels, y + 16); pen.lineTo(12 + pixels, y + 10);
  pen.stroke();
  pen.fillStyle = '#465261';
  pen.font = `12px ${FONT}`;
  pen.fillText(label, 20 + pixels, y + 18);
  pen.fillText(`${t('base')} · ${new Date().toISOString().slice(0, 10)}`, 12, y + 36);
  pen.textAlign = 'right';
  pen.fillText(t('review'), width - 12, y + 18);
}

// The still picture where there is no WebGL.
export const stillPicture = () => hasMaps && h('iframe', { src: ROOT + stillMap(lang()), title: t('app') });
