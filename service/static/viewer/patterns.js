// Hatch and dots, drawn on canvases whose side is a power of two: else seams show
// where MapLibre enlarges a pattern between whole zooms.

const RATIO = 2;
const OPACITY = 0.78;

// Spacing and weight by zoom: fine where much lies under it, open where detail counts.
const HATCHES = {
  s: { side: 16, lines: 2, width: 0.8 },
  m: { side: 32, lines: 3, width: 1.2 },
  l: { side: 32, lines: 2, width: 1.4 },
};
const SPARSE = [[4, 4], [12, 12]];
const DENSE = [...SPARSE, [12, 4], [4, 12]];

// Let a style layer of the server take the hatch that fits the zoom.
export function byZoom(name) {
  return name.startsWith('hatch') ? ['step', ['zoom'], `${name}-s`, 6, `${name}-m`, 8, `${name}-l`] : name;
}

export function drawPattern(name) {
  const hatch = /^hatch-(\d+)-([0-9A-F]{6})-([sml])$/i.exec(name);
  if (hatch) return hatched({ angle: Number(hatch[1]), ink: `#${hatch[2]}`, ...HATCHES[hatch[3]] });
  const dots = /^dots_(sparse|dense)-([0-9A-F]{6})$/i.exec(name);
  return dots ? dotted(`#${dots[2]}`, dots[1] === 'dense' ? DENSE : SPARSE) : null;
}

function canvasOf(side) {
  const canvas = document.createElement('canvas');
  canvas.width = side * RATIO;
  canvas.height = side * RATIO;
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  pen.globalAlpha = OPACITY;
  return [canvas, pen];
}

function hatched({ angle, ink, side, lines, width }) {
  const [canvas, pen] = canvasOf(side);
  const n = canvas.width;
  pen.strokeStyle = ink;
  pen.lineWidth = width * RATIO;
  pen.beginPath();
  for (let k = -lines; k <= 2 * lines; k += 1) {
    const from = (k * n) / lines;
    // Each line runs on beyond the tile, so that corners join.
    if (angle === 45) { pen.moveTo(from - n, n); pen.lineTo(from + n, -n); } else { pen.moveTo(from - n, 0); pen.lineTo(from + n, 2 * n); }
  }
  pen.stroke();
  return pen.getImageData(0, 0, n, n);
}

function dotted(ink, places) {
  const [canvas, pen] = canvasOf(16);
  pen.fillStyle = ink;
  for (const [x, y] of places) {
    pen.beginPath();
    pen.arc(x * RATIO, y * RATIO, 0.85 * RATIO, 0, 7);
    pen.fill();
  }
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

export const PATTERN_RATIO = RATIO;
