// Charts: bars with whiskers, and a stack of classes. A table beside says the same.

import { h, svg } from './dom.js';
import { titleOf } from './i18n.js';
import { shareText } from './units.js';

const WIDTH = 350;
const ROW = 24;
const LABEL = 136;
const VALUE = 50;
const LEAST_SHARE = 0.005;
let ids = 0;

const x = (share) => LABEL + (WIDTH - LABEL - VALUE) * share;

const cut = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
const wide = (text) => [...text].reduce((sum, one) => sum + (one.codePointAt(0) > 0x2e7f ? 2 : 1), 0);

// rows: { layer, share, spread } with shares of 1; spread null where unknown.
export function bars(rows, label) {
  const height = rows.length * ROW;
  return svg('svg', { class: 'bars', viewBox: `0 0 ${WIDTH} ${height + 20}`, role: 'img', 'aria-label': label },
    ...[0, 0.5, 1].flatMap((share) => [
      svg('path', { d: `M${x(share)} 0V${height}`, class: 'grid' }),
      words(`${100 * share}%`, { x: x(share), y: height + 15, class: 'axis', 'text-anchor': 'middle' }),
    ]),
    ...rows.map((row, at) => bar(row, at * ROW + 5)));
}

function words(text, attributes) {
  const element = svg('text', attributes);
  element.textContent = text;
  return element;
}

function bar({ layer, share, spread }, y) {
  const title = titleOf(layer);
  const low = x(Math.max(0, share - (spread ?? 0)));
  const high = x(Math.min(1, share + (spread ?? 0)));
  const middle = y + 7;
  const [fill, opacity, definition] = filling(layer);
  const group = svg('g', { 'data-layer': layer.id });
  if (definition) group.append(definition);
  group.append(
    words(cut(title, wide(title) > title.length ? 10 : 19), { x: LABEL - 8, y: y + 11, 'text-anchor': 'end' }),
    svg('rect', { x: LABEL, y, width: Math.max(1, x(share) - LABEL), height: 14, fill, 'fill-opacity': opacity, stroke: layer.colour ?? '#5E6B7A', 'stroke-dasharray': definition ? '4 2' : 'none' }),
    words(shareText(share), { x: Math.max(high, x(share)) + 5, y: y + 11, class: 'value' }),
  );
  if (spread) group.append(svg('path', { d: `M${low} ${middle}H${high}M${low} ${y + 3}v8M${high} ${y + 3}v8`, class: 'whisker' }));
  return group;
}

// The sample's own pattern, with an id that no other drawing has.
function filling(layer) {
  const sample = new DOMParser().parseFromString(layer.swatch, 'text/html').body.firstElementChild;
  const pattern = sample.querySelector('pattern');
  if (pattern) {
    ids += 1;
    pattern.id = `bar-${ids}`;
    const defs = svg('defs');
    defs.append(document.adoptNode(pattern));
    return [`url(#bar-${ids})`, 1, defs];
  }
  const box = [...sample.querySelectorAll('rect')].findLast((one) => one.getAttribute('fill') !== 'none');
  // A layer that the map draws as an outline is one here, too, but for a tint.
  if (!box) return [layer.colour ?? '#B7C0CA', 0.15, null];
  return [box.getAttribute('fill'), Math.max(0.25, Number(box.getAttribute('fill-opacity') ?? 1)), null];
}

// parts: { label, colour, share }, shares of 1.
export function stack(parts, label) {
  const shown = parts.filter((one) => one.share > 0).sort((a, b) => b.share - a.share);
  return h('div', { class: 'stack-chart' },
    h('div', { class: 'stack', role: 'img', 'aria-label': label }, shown.map((one) => h('i', {
      title: `${one.label} ${shareText(one.share)}`, style: { flex: String(one.share), background: one.colour },
    }))),
    h('ul', { class: 'keys' }, shown.filter((one) => one.share >= LEAST_SHARE).map((one) => h('li', {},
      h('i', { style: { background: one.colour } }), one.label, h('b', {}, shareText(one.share))))));
}
