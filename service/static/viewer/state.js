// What the page shows, and the link that brings it back.

export const state = {
  unit: 'km2',
  layers: new Map(), // id -> { on, opacity }
  stack: [], // ids from below
  site: null, // { name, blob, crs, accuracy }
  chosen: null, // ids to check against; null for the usual ones
  zone: null, // { layer, id }
  swipe: null, // { left, right }
  year: null,
  lang: null,
  view: null, // { zoom, lat, lng }
};

const listeners = new Map();
export function listen(topic, listener) {
  listeners.set(topic, [...(listeners.get(topic) ?? []), listener]);
}
export function changed(topic) {
  for (const listener of listeners.get(topic) ?? []) listener();
  remember();
}

export const MOST_SITE_BYTES = 12_000;

let remembering = 0;
let siteText = null;

// The address follows what is shown, a moment later.
export function remember() {
  clearTimeout(remembering);
  remembering = setTimeout(() => {
    if (ready) history.replaceState(null, '', `#${hash()}`);
  }, 150);
}
let ready = false;
export const startRemembering = () => { ready = true; remember(); };

export function hash() {
  const parts = new URLSearchParams();
  const { view } = state;
  if (view) parts.set('v', [view.zoom.toFixed(2), view.lat.toFixed(5), view.lng.toFixed(5)].join('/'));
  const on = state.stack.filter((id) => state.layers.get(id).on);
  parts.set('l', on.map((id) => {
    const { opacity } = state.layers.get(id);
    return opacity === 1 ? id : `${id}*${Math.round(opacity * 100)}`;
  }).join(','));
  parts.set('u', state.unit);
  parts.set('lang', state.lang);
  if (state.chosen) parts.set('c', state.chosen.join(','));
  if (state.site && siteText) parts.set('site', siteText);
  if (state.site?.crs) parts.set('crs', state.site.crs);
  if (Number.isFinite(state.site?.accuracy)) parts.set('acc', state.site.accuracy);
  if (state.zone) parts.set('zone', `${state.zone.layer}/${state.zone.id}`);
  if (state.swipe) parts.set('swipe', `${state.swipe.left}/${state.swipe.right}`);
  if (state.year) parts.set('year', state.year);
  return parts.toString().replaceAll('%2F', '/').replaceAll('%2C', ',');
}

// Read what a link says; unknown layers are left out.
export async function restore(known) {
  const parts = new URLSearchParams(location.hash.slice(1));
  const view = parts.get('v')?.split('/').map(Number);
  if (view?.length === 3 && view.every(Number.isFinite)) {
    state.view = { zoom: view[0], lat: view[1], lng: view[2] };
  }
  if (parts.has('l')) restoreLayers(parts.get('l'));
  if (['km2', 'ha', 'mu'].includes(parts.get('u'))) state.unit = parts.get('u');
  if (['zh', 'en'].includes(parts.get('lang'))) state.lang = parts.get('lang');
  if (parts.has('c')) state.chosen = parts.get('c').split(',').filter((id) => known.has(id));
  state.zone = pair(parts.get('zone'), 'layer', 'id');
  state.swipe = pair(parts.get('swipe'), 'left', 'right');
  if (state.swipe && !(known.has(state.swipe.left) && known.has(state.swipe.right))) state.swipe = null;
  state.year = Number(parts.get('year')) || null;
  if (parts.has('site')) {
    state.site = { ...(await unpacked(parts.get('site'))), crs: parts.get('crs'), accuracy: parts.has('acc') ? Number(parts.get('acc')) : null };
    siteText = parts.get('site');
  }
}

function restoreLayers(text) {
  const wanted = text.split(',').filter(Boolean).map((one) => one.split('*'));
  for (const one of state.layers.values()) one.on = false;
  const ids = [];
  for (const [id, percent] of wanted) {
    const layer = state.layers.get(id);
    if (!layer) continue;
    layer.on = true;
    layer.opacity = percent === undefined ? 1 : Math.min(100, Math.max(0, Number(percent) || 0)) / 100;
    ids.push(id);
  }
  // Those of the link in its order, in the places that they hold together.
  const places = state.stack.map((id, at) => (ids.includes(id) ? at : -1)).filter((at) => at >= 0);
  places.forEach((at, index) => { state.stack[at] = ids[index]; });
}

function pair(text, first, second) {
  const at = text?.indexOf('/') ?? -1;
  return at > 0 ? { [first]: text.slice(0, at), [second]: text.slice(at + 1) } : null;
}

// The file of a site goes into the link whole, so that the link computes the same.
export async function setSite(site) {
  state.site = site;
  siteText = site ? await packed(site) : null;
  remember();
  return siteText !== null;
}

async function packed({ name, blob }) {
  if (blob.size > 20 * MOST_SITE_BYTES) return null;
  const stream = blob.stream().pipeThrough(new CompressionStream('gzip'));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  if (bytes.length > MOST_SITE_BYTES) return null;
  const base64 = btoa(String.fromCharCode(...bytes));
  return `${name.replaceAll('~', '-')}~${base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
}

async function unpacked(text) {
  const [name, base64] = text.split('~');
  const bytes = Uint8Array.from(atob(base64.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.codePointAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return { name, blob: await new Response(stream).blob() };
}
