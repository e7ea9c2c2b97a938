// The right panel: one content at a time; focus returns where it came from.

import { $, h, iconButton, phone } from './dom.js';
import { t } from './i18n.js';
import { map } from './map.js';
import { fold } from './panel.js';

const DOCKED_WIDTH = 1440; // from here both panels fit beside the map
let from = null;
let closed = () => {};

export function openSide(title, children, { onclose, actions } = {}) {
  const side = $('#right');
  if (side.hidden) from = document.activeElement;
  closed = onclose ?? closed;
  const wasHidden = side.hidden;
  side.hidden = false;
  side.setAttribute('aria-label', title);
  side.replaceChildren(
    h('div', { class: 'panel-head' }, h('h2', { tabIndex: -1, id: 'side-title' }, title), iconButton('close', t('close'), closeSide)),
    h('div', { class: 'side-body' }, children),
    actions ? h('div', { class: 'side-actions' }, actions) : '',
  );
  if (wasHidden && innerWidth < DOCKED_WIDTH && !phone()) fold(true);
  if (phone()) $('#left').classList.remove('open');
  map?.resize();
}

export function closeSide() {
  $('#right').hidden = true;
  $('#right').replaceChildren();
  map?.resize();
  closed();
  from?.focus?.();
}

export const sideOpen = () => !$('#right').hidden;

export const skeleton = (text, cancel) => h('div', { class: 'waiting', 'aria-busy': 'true' }, h('p', {}, text),
  [60, 100, 100, 86, 100, 72].map((width) => h('div', { class: 'bone', style: { width: `${width}%` } })), cancel);

export const errorCard = (title, text, actions) => h('div', { class: 'refusal', role: 'alert' }, h('h3', {}, title), h('p', {}, text), h('div', { class: 'actions' }, actions));
