// What a copy of the map says of itself: of when it is, and where answers are computed.

import { $, h } from './dom.js';
import { colon, lang, t } from './i18n.js';
import { aboutLayers, ROOT } from './source.js';

// `copy` has the day, the version of the copy, the number of layers that are left out
// because they are restricted, and the address of a service, if there is one.
export function drawCopy(copy) {
  const place = $('#copy');
  place.replaceChildren(
    h('b', {}, t('copy_of', { date: copy.date })),
    h('span', { class: 'copy-more' }, t('copy_where'), copy.service && h('a', { href: copy.service }, copy.service),
      copy.restricted > 0 && h('span', {}, t('copy_restricted', { count: copy.restricted }))),
    h('a', { href: `${ROOT}${aboutLayers(lang())}`, title: `${t('version')}${colon()}${copy.version}` }, t('export_layers')),
  );
}
