// The service as the page sees it: answers, refusals with a reason, a lost connection.

import { lang, pick, t } from './i18n.js';
import { PULSE, ROOT } from './source.js';

const AGAIN_MS = 4000;

// A refusal; `document` is the problem document (RFC 9457) in both languages.
export class Problem extends Error {
  constructor(document, status) {
    super(document.detail ?? document.title ?? String(status));
    this.document = document;
    this.status = status;
  }

  get text() {
    const { text, detail, title } = this.document;
    return pick(text) || detail || title || t('failed');
  }
}

export class Offline extends Error {
  get text() { return t('offline'); }
}

let online = true;
let tell = () => {};
export const onConnection = (listener) => { tell = listener; };
export function lost() {
  if (!online) return;
  online = false;
  tell(false);
  setTimeout(lookAgain, AGAIN_MS);
}

export async function lookAgain() {
  if (online) return;
  try {
    await fetch(ROOT + PULSE, { cache: 'no-store' });
    online = true;
    tell(true);
  } catch {
    setTimeout(lookAgain, AGAIN_MS);
  }
}

async function call(path, options = {}) {
  let response;
  try {
    response = await fetch(ROOT + path, options);
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    lost();
    throw new Offline();
  }
  if (response.ok) return response;
  let document = {};
  try {
    document = await response.json();
  } catch { /* a refusal without a document still has its status */ }
  throw new Problem(document, response.status);
}

export const getJSON = async (path, signal) => (await call(path, { signal, headers: { Accept: 'application/json' } })).json();

const TYPES = { geojson: 'application/geo+json', json: 'application/geo+json', zip: 'application/zip', gpkg: 'application/geopackage+sqlite3', kml: 'application/vnd.google-earth.kml+xml', kmz: 'application/vnd.google-earth.kmz' };

// Run a process on a file, as a program would.
export async function runOnFile(process, { name, blob, crs, accuracy }, layers, signal) {
  const query = new URLSearchParams({ name, layers: layers.join(','), lang: lang() });
  if (crs) query.set('crs', crs);
  if (Number.isFinite(accuracy)) query.set('accuracy_m', accuracy);
  const suffix = name.split('.').pop().toLowerCase();
  const headers = { 'Content-Type': TYPES[suffix] ?? 'application/octet-stream', Accept: 'application/json' };
  const path = `/processes/${process}/execution?${query}`;
  return (await call(path, { method: 'POST', body: blob, headers, signal })).json();
}

export async function run(process, inputs, signal) {
  const headers = { 'Content-Type': 'application/json', Accept: 'application/json' };
  const body = JSON.stringify({ inputs });
  return (await call(`/processes/${process}/execution`, { method: 'POST', body, headers, signal })).json();
}

export async function postForFile(path, body) {
  const headers = { 'Content-Type': 'application/json' };
  return (await call(path, { method: 'POST', body: JSON.stringify(body), headers })).blob();
}

export const getFile = async (path) => (await call(path)).blob();
