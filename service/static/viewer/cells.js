// The value of a raster at a place, without a service: one cell out of the GeoTIFF that
// the copy offers, read by ranges. It is the file's own number at full resolution, never
// a colour of a picture and never from an overview. The layout is what our writer
// chooses: tiles, deflate, a predictor, little-endian; what is laid out otherwise is not
// guessed.
// TIFF 6.0; Adobe Photoshop TIFF Technical Note 3 (predictor of floating-point numbers).

import { partOf, unpacked } from './archive.js';

const FIRST_BYTES = 16384;
const LITTLE_ENDIAN = 0x4949;
const CLASSIC = 42;
const [WIDTH, HEIGHT, BITS, PACKING, SAMPLES, PREDICTOR, ACROSS, DOWN, OFFSETS, LENGTHS, FORMAT, NODATA] = [256, 257, 258, 259, 277, 317, 322, 323, 324, 325, 339, 42113];
const SIZES = { 1: 1, 2: 1, 3: 2, 4: 4 }; // bytes of BYTE, ASCII, SHORT, LONG
const ENTRY_BYTES = 12;
const DEFLATE = 8;
const [NONE, HORIZONTAL, FLOATING] = [1, 2, 3];
const NUMBERS = {
  1: { 8: Uint8Array, 16: Uint16Array, 32: Uint32Array },
  2: { 8: Int8Array, 16: Int16Array, 32: Int32Array },
  3: { 32: Float32Array, 64: Float64Array },
};

// A file that is laid out in a way that is not read here.
export class Untold extends Error {}

const opened = new Map();

class Tiff {
  constructor(address, head) {
    this.address = address;
    this.head = head;
    this.tags = new Map();
  }

  async bytes(offset, length, signal) {
    const there = this.head.subarray(offset, offset + length);
    return there.length === length ? there : partOf(this.address, offset, length, signal);
  }

  // The first directory, which is that of the full resolution.
  async start() {
    const head = new DataView(this.head.buffer, this.head.byteOffset, this.head.length);
    if (head.getUint16(0, true) !== LITTLE_ENDIAN || head.getUint16(2, true) !== CLASSIC) throw new Untold();
    const at = head.getUint32(4, true);
    const count = viewOf(await this.bytes(at, 2)).getUint16(0, true);
    const entries = viewOf(await this.bytes(at + 2, count * ENTRY_BYTES));
    for (let n = 0; n < count * ENTRY_BYTES; n += ENTRY_BYTES) {
      const [kind, length] = [entries.getUint16(n + 2, true), entries.getUint32(n + 4, true)];
      const inside = SIZES[kind] * length <= 4;
      this.tags.set(entries.getUint16(n, true), { kind, length, at: inside ? at + 2 + n + 8 : entries.getUint32(n + 8, true) });
    }
    return this;
  }

  // One number of a tag; what is meant where the tag is absent.
  async number(tag, place = 0, usual = undefined) {
    const { kind, length, at } = this.tags.get(tag) ?? {};
    if (kind === undefined) return usual;
    if (!(kind in SIZES) || place >= length) throw new Untold();
    const bytes = viewOf(await this.bytes(at + place * SIZES[kind], SIZES[kind]));
    return { 1: () => bytes.getUint8(0), 2: () => bytes.getUint8(0), 3: () => bytes.getUint16(0, true), 4: () => bytes.getUint32(0, true) }[kind]();
  }

  async nodata() {
    const { length, at } = this.tags.get(NODATA) ?? { length: 0 };
    return length ? Number.parseFloat(new TextDecoder().decode(await this.bytes(at, length))) : null;
  }

  async value(row, column, signal) {
    const [width, height] = [await this.number(WIDTH), await this.number(HEIGHT)];
    if (!(row >= 0 && row < height && column >= 0 && column < width)) return null;
    const [across, down] = [await this.number(ACROSS), await this.number(DOWN)];
    const Numbers = NUMBERS[await this.number(FORMAT, 0, 1)]?.[await this.number(BITS)];
    const layout = [await this.number(PACKING), await this.number(SAMPLES, 0, 1)];
    if (!Numbers || !across || layout.join() !== `${DEFLATE},1`) throw new Untold();
    const tile = Math.floor(row / down) * Math.ceil(width / across) + Math.floor(column / across);
    const length = await this.number(LENGTHS, tile);
    if (length === 0) return null;
    const bytes = await unpacked(await partOf(this.address, await this.number(OFFSETS, tile), length, signal), 'deflate');
    const line = across * Numbers.BYTES_PER_ELEMENT;
    const start = (row % down) * line;
    const value = read[await this.number(PREDICTOR, 0, NONE)]?.(bytes.slice(start, start + line), column % across, Numbers);
    if (value === undefined) throw new Untold();
    const [none] = Numbers.of(await this.nodata() ?? Number.NaN);
    return Number.isNaN(value) || value === none && this.tags.has(NODATA) ? null : value;
  }
}

const viewOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

// A number of a line of a tile, by predictor. Sums wrap as the numbers of the type do.
const read = {
  [NONE]: (line, column, Numbers) => new Numbers(line.buffer)[column],
  [HORIZONTAL]: (line, column, Numbers) => {
    const steps = new Numbers(line.buffer);
    const sum = Numbers.of(0);
    for (let at = 0; at <= column; at += 1) sum[0] += steps[at];
    return sum[0];
  },
  // Differences of bytes, of which the highest of all numbers come first.
  [FLOATING]: (line, column, Numbers) => {
    const size = Numbers.BYTES_PER_ELEMENT;
    for (let at = 1; at < line.length; at += 1) line[at] += line[at - 1];
    const own = new DataView(new ArrayBuffer(size));
    for (let at = 0; at < size; at += 1) own.setUint8(at, line[(at * line.length) / size + column]);
    return size === 4 ? own.getFloat32(0) : own.getFloat64(0);
  },
};

function tiffOf(address) {
  if (!opened.has(address)) {
    const made = partOf(address, 0, FIRST_BYTES).then((head) => new Tiff(address, head).start());
    made.catch(() => opened.delete(address));
    opened.set(address, made);
  }
  return opened.get(address);
}

// The value at a place; null where there is none. `grid` has the corner in the
// north-west and the size of cells, in degrees.
export async function cellAt(address, { x0, y0, dx, dy }, lon, lat, signal) {
  const tiff = await tiffOf(address);
  return tiff.value(Math.floor((y0 - lat) / dy), Math.floor((lon - x0) / dx), signal);
}
