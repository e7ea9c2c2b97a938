// Sizes in the reader's unit.
"use strict";
const units = (() => {
  const AREAS = { km2: ["km²", 1e6], ha: ["ha", 1e4], mu: [{ zh: "亩", en: "mu" }, 1e4 / 15] };
  let unit = "km2";

  function decimal(value) {
    const digits = value >= 1000 ? 0 : value >= 10 ? 1 : 3;
    return value.toLocaleString("en-US", { maximumFractionDigits: digits });
  }

  function area(m2) {
    const [name, size] = AREAS[unit];
    return `${decimal(m2 / size)} ${typeof name === "string" ? name : tongue.pick(name)}`;
  }

  const length = (m) => (m < 1000 ? `${m.toFixed(1)} m` : `${decimal(m / 1000)} km`);
  return { area, length, set: (name) => { unit = name; } };
})();
