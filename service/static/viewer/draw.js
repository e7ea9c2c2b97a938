// Draw a polygon: a click adds a corner; double-click, Enter or the first corner ends.

import { $, button, h } from './dom.js';
import { t } from './i18n.js';
import { map, show } from './map.js';
import { kilometres } from './units.js';

const CATCH_PX = 12;
const DIGITS = 6; // a tenth of a metre
const EARTH_KM = 6371.0088;
let session = null;

export const drawing = () => session !== null;

export function startDrawing({ done, cancelled }) {
  stop();
  session = { corners: [], pointer: null, done, cancelled };
  map.doubleClickZoom.disable();
  map.getCanvas().classList.add('drawing');
  map.on('click', add);
  map.on('dblclick', end);
  map.on('mousemove', follow);
  document.addEventListener('keydown', keyed);
  show('site', []);
  draw();
}

export function cancelDrawing() {
  const { cancelled } = session;
  stop();
  show('site', []);
  cancelled();
}

function stop() {
  if (!session) return;
  session = null;
  map.doubleClickZoom.enable();
  map.getCanvas().classList.remove('drawing');
  map.off('click', add);
  map.off('dblclick', end);
  map.off('mousemove', follow);
  document.removeEventListener('keydown', keyed);
  show('corners', []);
  $('#hint').hidden = true;
}

const rounded = ({ lng, lat }) => [Number(lng.toFixed(DIGITS)), Number(lat.toFixed(DIGITS))];

function add(event) {
  const { corners } = session;
  if (corners.length > 2) {
    const first = map.project(corners[0]);
    if (Math.hypot(first.x - event.point.x, first.y - event.point.y) < CATCH_PX) { finish(); return; }
  }
  const last = corners.at(-1) && map.project(corners.at(-1));
  // The second click of a double-click is no corner of its own.
  if (last && Math.hypot(last.x - event.point.x, last.y - event.point.y) < 3) return;
  corners.push(rounded(event.lngLat));
  draw();
}

function end(event) {
  event.preventDefault();
  finish();
}

function follow(event) {
  session.pointer = [event.lngLat.lng, event.lngLat.lat];
  if (session.corners.length) drawShape();
}

function keyed(event) {
  if (event.target.closest?.('input, textarea')) return;
  if (event.key === 'Escape') cancelDrawing();
  else if (event.key === 'Enter' && !event.target.closest?.('button')) finish();
  else if (event.key === 'Backspace') { undo(); event.preventDefault(); }
}

function undo() {
  session.corners.pop();
  draw();
}

function finish() {
  const { corners, done } = session;
  if (corners.length < 3) return;
  stop();
  done({ type: 'Polygon', coordinates: [[...corners, corners[0]]] });
}

function drawShape() {
  const { corners, pointer } = session;
  const all = pointer ? [...corners, pointer] : corners;
  const geometry = all.length > 2 ? { type: 'Polygon', coordinates: [[...all, all[0]]] } : { type: 'LineString', coordinates: all };
  show('site', all.length > 1 ? [{ type: 'Feature', properties: {}, geometry }] : []);
}

function draw() {
  const { corners } = session;
  show('corners', corners.map((one) => ({ type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: one } })));
  drawShape();
  const around = corners.length > 2 ? ` · ${t('perimeter')} ${kilometres(perimeter([...corners, corners[0]]))}` : '';
  const hint = $('#hint');
  hint.hidden = false;
  hint.replaceChildren(
    h('span', {}, corners.length ? `${corners.length} ${t('corners')}${around}` : t('draw_hint')),
    button(t('undo'), undo, { disabled: !corners.length }),
    button(t('finish'), finish, { disabled: corners.length < 3 }),
    button(t('cancel'), cancelDrawing),
  );
}

// Roughly, while drawing: every area comes from the service.
export function perimeter(points) {
  let sum = 0;
  for (let i = 1; i < points.length; i += 1) sum += distance(points[i - 1], points[i]);
  return sum;
}

function distance([lon1, lat1], [lon2, lat2]) {
  const r = Math.PI / 180;
  const a = Math.sin(((lat2 - lat1) * r) / 2) ** 2 + Math.cos(lat1 * r) * Math.cos(lat2 * r) * Math.sin(((lon2 - lon1) * r) / 2) ** 2;
  return 2 * EARTH_KM * Math.asin(Math.sqrt(a));
}
