// Search by Chinese, pinyin (whole or initials) and English.

import { getJSON } from './api.js';
import { $, h, icon, phone } from './dom.js';
import { pick, pickOther, t, zh } from './i18n.js';
import { data } from './source.js';

const MOST = 8;
let index = null;
let loading = null;

const plain = (text) => text.normalize('NFD').replaceAll(/[\u0300-\u036f'’\s-]/g, '').toLowerCase();

export async function places() {
  loading ??= getJSON(data('places.json')).then((found) => {
    index = found.map((one, rank) => ({ ...one, rank, keys: [one.zh, one.pinyin, one.en, one.other, one.initials].map(plain) }));
  });
  try {
    await loading;
  } catch (error) {
    loading = null;
    throw error;
  }
  return index;
}

// Best first: a whole key, the start of one, a part of one; then as people look for them.
export function matches(query, all) {
  const wanted = plain(query);
  if (!wanted) return [];
  const scored = [];
  for (const place of all) {
    let score = 9;
    place.keys.forEach((key, at) => {
      if (!key || (at === 4 && wanted.length < 2)) return;
      if (key === wanted) score = Math.min(score, 0);
      else if (key.startsWith(wanted)) score = Math.min(score, at === 4 ? 3 : 1);
      else if (at !== 4 && key.includes(wanted)) score = Math.min(score, 2);
    });
    if (score < 9) scored.push([score, place]);
  }
  return scored.sort((a, b) => a[0] - b[0] || a[1].rank - b[1].rank).slice(0, MOST).map(([, place]) => place);
}

// `go` is told which place was chosen; `kind` names the layer of a place.
export function startSearch({ go, kind }) {
  let hits = [];
  let chosen = 0;
  const list = h('ul', { id: 'search-list', role: 'listbox', hidden: true });
  const input = h('input', {
    id: 'search-input', role: 'combobox', 'aria-controls': 'search-list', 'aria-expanded': 'false',
    'aria-autocomplete': 'list', autocomplete: 'off', spellcheck: false,
  });
  const close = () => { list.hidden = true; input.setAttribute('aria-expanded', 'false'); };
  const take = (place) => { input.value = pick(place); close(); go(place); };
  const draw = () => {
    list.hidden = !input.value.trim();
    input.setAttribute('aria-expanded', String(!list.hidden));
    input.setAttribute('aria-activedescendant', hits.length ? `hit-${chosen}` : '');
    list.replaceChildren(...(hits.length ? hits.map((place, at) => h('li', {
      role: 'option', id: `hit-${at}`, 'aria-selected': String(at === chosen),
      onpointerdown: (event) => { event.preventDefault(); take(place); },
    }, h('b', {}, pick(place)), h('small', {}, pickOther(place)),
    h('small', { class: 'kind' }, place.within ? place.within[zh() ? 0 : 1] : kind(place.layer)))) : [h('li', { class: 'none' }, t('search_none'))]));
    list.setAttribute('aria-label', t('search_short'));
  };
  input.addEventListener('input', async () => {
    hits = matches(input.value, await places());
    chosen = 0;
    draw();
  });
  input.addEventListener('focus', () => places().catch(() => {}));
  input.addEventListener('blur', close);
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown') chosen = Math.min(chosen + 1, hits.length - 1);
    else if (event.key === 'ArrowUp') chosen = Math.max(chosen - 1, 0);
    else if (event.key === 'Enter' && hits[chosen]) { take(hits[chosen]); return; }
    else if (event.key === 'Escape') { input.value = ''; hits = []; } else return;
    event.preventDefault();
    draw();
  });
  $('#search').replaceChildren(icon('search', 16), input, list);
  labelSearch();
}

export function labelSearch() {
  const input = $('#search-input');
  input.setAttribute('aria-label', t('search_short'));
  input.placeholder = phone() ? t('search_short') : t('search');
}
