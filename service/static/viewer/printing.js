// The sheet to print: a title of one's own, the paper, the site that was checked.

import { getFile, postForFile } from './api.js';
import { currentResult } from './check.js';
import { $, button, h, save, toast } from './dom.js';
import { lang, t } from './i18n.js';
import { bounds, map } from './map.js';
import { state } from './state.js';

const MOST_TITLE = 40;

export function askSheet(ids, dated) {
  const result = currentResult();
  const title = h('input', { type: 'text', id: 'sheet-title', maxLength: MOST_TITLE, placeholder: t('sheet_title_usual'), autocomplete: 'off' });
  const papers = [['A4', 'paper_a4'], ['A3', 'paper_a3']].map(([paper, words]) => h('label', {}, h('input', { type: 'radio', name: 'paper', value: paper, checked: paper === 'A4' }), t(words)));
  const withSite = result && h('input', { type: 'checkbox', checked: true, id: 'sheet-site' });
  const dialog = $('#dialog');
  const make = (event) => {
    event.preventDefault();
    const paper = dialog.querySelector('[name=paper]:checked').value;
    dialog.close();
    sheet({ ids, paper, title: title.value.trim(), result: withSite?.checked ? result : null }, dated(`-${paper}.pdf`));
  };
  dialog.setAttribute('aria-label', t('export_pdf'));
  dialog.replaceChildren(h('form', { onsubmit: make },
    h('h2', {}, t('export_pdf').replace('…', '')),
    h('label', { for: 'sheet-title', class: 'wide' }, t('sheet_title'), title),
    h('div', { role: 'radiogroup', 'aria-label': t('paper') }, papers),
    withSite && h('label', {}, withSite, t('sheet_site')),
    h('div', { class: 'actions' }, button(t('cancel'), () => dialog.close()), h('button', { type: 'submit', class: 'primary' }, t('make_sheet')))));
  dialog.showModal();
  title.focus();
}

async function sheet({ ids, paper, title, result }, name) {
  const view = map ? map.getBounds().toArray().flat() : bounds().flat();
  toast(t('making'));
  try {
    const bbox = view.map((one) => Number(one.toFixed(4)));
    const query = new URLSearchParams({ lang: lang(), paper, layers: ids.join(','), bbox: bbox.join(',') });
    if (title) query.set('title', title);
    query.set('unit', state.unit);
    const site = result && { report: result.report, pieces: result.pieces };
    save(name, await (site ? postForFile(`/print.pdf?${query}`, site) : getFile(`/print.pdf?${query}`)));
    $('#toast').hidden = true;
  } catch (error) { toast(error.text ?? t('failed')); }
}
