// Tiles out of PMTiles archives (version 3) by range requests, so that a copy of the map
// needs a web server that hands out parts of files, and nothing else.
// https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md

import { t } from './i18n.js';
import { SCHEME } from './source.js';

const HEADER_BYTES = 127;
const FIRST_BYTES = 16384; // header and root directory, says the specification
const DIRECTORIES_KEPT = 64;
const DEEPEST = 4; // directories on the way to a tile
const GZIP = 2;
const MVT = 1;
// A transparent pixel: MapLibre waits for ever for a picture that is nothing.
const NO_PICTURE = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

// What is wrong with a file or the server, in the reader's language.
export class Unreadable extends Error {
  constructor(key, status) {
    super(t(key));
    this.status = status;
  }

  get text() { return this.message; }
}

export async function unpacked(bytes, how = 'gzip') {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(how));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// Bytes of a file; an answer that is no part would be the whole of it, for each tile.
export async function partOf(address, offset, length, signal) {
  const answer = await fetch(address, { headers: { Range: `bytes=${offset}-${offset + length - 1}` }, signal });
  if (answer.status === 206) return new Uint8Array(await answer.arrayBuffer());
  answer.body?.cancel();
  if (answer.status === 200) throw new Unreadable('no_ranges', 200);
  throw new Unreadable('failed', answer.status);
}

// Numbers of a tile: all smaller zooms first, then along Hilbert's curve.
export function tileId(z, x, y) {
  let id = (4 ** z - 1) / 3;
  for (let bit = z - 1; bit >= 0; bit -= 1) {
    const half = 2 ** bit;
    const right = Math.floor(x / half) % 2;
    const down = Math.floor(y / half) % 2;
    id += ((3 * right) ^ down) * half * half;
    if (!down) {
      const [column, row] = right ? [half - 1 - (x % half), half - 1 - (y % half)] : [x % half, y % half];
      [x, y] = [row, column];
    }
  }
  return id;
}

// Entries of a directory, ascending by id; a run of 0 leads to a further directory.
export function entriesOf(bytes) {
  let at = 0;
  const number = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      if (at >= bytes.length) throw new Unreadable('archive_damaged', 0);
      const byte = bytes[at];
      at += 1;
      value += (byte % 128) * factor;
      if (byte < 128) return value;
    }
  };
  const entries = Array.from({ length: number() }, () => ({}));
  let id = 0;
  for (const one of entries) { id += number(); one.id = id; }
  for (const one of entries) one.run = number();
  for (const one of entries) one.length = number();
  let end = 0;
  for (const one of entries) {
    const mark = number();
    one.offset = mark === 0 ? end : mark - 1; // 0: right behind the one before
    end = one.offset + one.length;
  }
  return entries;
}

export function entryOf(entries, id) {
  const at = entries.findLastIndex((one) => one.id <= id);
  const found = entries[at];
  return found && (found.run === 0 || id - found.id < found.run) ? found : null;
}

function headerOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  const long = (at) => Number(view.getBigUint64(at, true));
  return {
    root: [long(8), long(16)], leaves: long(40), tiles: long(56),
    directories: bytes[97], packing: bytes[98], kind: bytes[99], least: bytes[100], most: bytes[101],
  };
}

export class Archive {
  constructor(address) {
    this.address = address;
    this.header = null;
    this.kept = new Map();
  }

  part(offset, length, signal) {
    return partOf(this.address, offset, length, signal);
  }

  async start() {
    const bytes = await this.part(0, FIRST_BYTES);
    if (bytes.length < HEADER_BYTES || new TextDecoder().decode(bytes.subarray(0, 7)) !== 'PMTiles' || bytes[7] !== 3) throw new Unreadable('archive_damaged', 0);
    const header = headerOf(bytes);
    const [offset, length] = header.root;
    const root = offset + length <= bytes.length ? bytes.subarray(offset, offset + length) : await this.part(offset, length);
    return { ...header, entries: await this.directory(root, header) };
  }

  // Read once; after a failure again.
  ready() {
    this.header ??= this.start().catch((error) => { this.header = null; throw error; });
    return this.header;
  }

  async directory(bytes, header) {
    return entriesOf(header.directories === GZIP ? await unpacked(bytes) : bytes);
  }

  leaf({ offset, length }, header) {
    const known = this.kept.get(offset);
    this.kept.delete(offset);
    const entries = known ?? this.part(header.leaves + offset, length).then((bytes) => this.directory(bytes, header));
    this.kept.set(offset, entries);
    if (this.kept.size > DIRECTORIES_KEPT) this.kept.delete(this.kept.keys().next().value);
    entries.catch(() => this.kept.delete(offset));
    return entries;
  }

  // The content of a tile; null where there is none.
  async tile(z, x, y, signal) {
    const header = await this.ready();
    if (z < header.least || z > header.most) return null;
    const id = tileId(z, x, y);
    let { entries } = header;
    for (let depth = 0; depth < DEEPEST; depth += 1) {
      const entry = entryOf(entries, id);
      if (!entry) return null;
      if (entry.run > 0) {
        const bytes = await this.part(header.tiles + entry.offset, entry.length, signal);
        return header.packing === GZIP ? unpacked(bytes) : bytes;
      }
      entries = await this.leaf(entry, header);
    }
    throw new Unreadable('archive_damaged', 0);
  }
}

const archives = new Map();
export function archiveOf(address) {
  if (!archives.has(address)) archives.set(address, new Archive(address));
  return archives.get(address);
}

const nothing = (kind) => (kind === MVT ? new ArrayBuffer(0) : Uint8Array.from(atob(NO_PICTURE), (one) => one.codePointAt(0)).buffer);

// Let MapLibre ask for `archive://path/of/file.pmtiles/z/x/y`.
export function serveArchives(library) {
  library.addProtocol(SCHEME, async ({ url }, abort) => {
    const [, address, ...place] = /^\w+:\/\/(.*)\/(\d+)\/(\d+)\/(\d+)$/.exec(url);
    const archive = archiveOf(address);
    const bytes = await archive.tile(...place.map(Number), abort?.signal);
    return { data: bytes ? bytes.slice().buffer : nothing((await archive.ready()).kind) };
  });
}
