// Where things come from: the running service, or the files of a copy of it that any web
// server hands out. The page of a copy says in `data-copy` where its documents are.

const { assets, copy, relief } = document.documentElement.dataset;

export const COPY = copy !== undefined;
// A service is asked.
export const HAS_RELIEF = !COPY || relief !== '';
// What stands before every address; a copy works under any folder.
export const ROOT = COPY ? new URL('.', location.href).pathname.replace(/\/$/, '') : assets.replace(/\/viewer\/[^/]*$/, '');

const beside = (path) => `/${path.replace(/^\.\//, '')}`;

// A document that only the page asks for, such as `start.json`.
export const data = (name) => {
  if (!COPY) return `/viewer/${name}`;
  return `${beside(name.startsWith('relief.') ? relief : copy)}/${name}`;
};
// What is asked for only to see whether there is still a connection.
export const PULSE = COPY ? '/site.json' : '/health';
export const GLYPHS = `${COPY ? data('glyphs') : '/glyphs'}/{fontstack}/{range}.pbf`;

export const aboutLayers = (language) => (COPY ? `${beside(copy)}/layers.${language}.html` : `/layers?lang=${language}`);
export const aboutLayer = (id, language) => (COPY ? `${aboutLayers(language)}#${id}` : `/collections/${id}?lang=${language}`);
export const stillMap = (language) => (COPY ? `${beside(copy)}/maps/all.html?lang=${language}` : `/map?lang=${language}`);

// Addresses of a layer's tiles. Workers resolve no relative ones; those of a copy are
// read out of its archive by ranges, see archive.js.
export const SCHEME = 'archive';
export const tilesOf = ({ map }) => (COPY
  ? [`${SCHEME}://${ROOT}/${map.archive}/{z}/{x}/{y}`]
  : map.source.tiles.map((one) => location.origin + ROOT + one));
