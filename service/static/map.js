// The behaviour of a map page: drawing by zoom, names, legend, warning, popups.
const ecobarrier = (() => {
  const REFERENCE_ZOOMS = [4, 9];
  const GAP = 8; // px between a popup and what floats over the map
  const BUTTONS_PX = 64; // height of what lies on the map
  const LINE_TOLERANCE = 7; // px around a click within which a line is found

  // Widths grow with zoom by the factor 1.4 per level.
  function byZoom([low, high], zoom) {
    const [z0, z1] = REFERENCE_ZOOMS;
    const t = (1.4 ** (zoom - z0) - 1) / (1.4 ** (z1 - z0) - 1);
    return low + (high - low) * Math.min(1.5, Math.max(0, t));
  }

  function pathStyle(symbol, zoom) {
    const weight = byZoom(symbol.width, zoom);
    const unit = Math.max(1, weight);
    return {
      color: symbol.line,
      opacity: zoom < symbol.from_zoom ? 0 : 1,
      weight,
      dashArray: symbol.dash.length ? symbol.dash.map((part) => part * unit).join(" ") : null,
      fill: symbol.fill !== null,
      fillColor: symbol.fill,
      fillOpacity: symbol.fill_opacity,
      lineCap: symbol.dash.length ? "butt" : "round",
    };
  }

  function vector(symbols, data, pane) {
    const renderer = L.svg({ pane, padding: 0.4 });
    const symbolOf = (feature) => symbols[feature.properties.k || ""];
    const shared = { pane, renderer, interactive: false };
    const pointToLayer = (feature, place) => L.circleMarker(place, { ...shared, radius: 4 });
    const band = symbols[""].band;
    // Groups draw in the order their members were made in.
    const under = band && L.geoJSON(data, { ...shared, pointToLayer });
    const main = L.geoJSON(data, { ...shared, pointToLayer });
    const group = L.layerGroup(under ? [under, main] : [main]);
    group.data = data;
    group.restyle = (zoom) => {
      main.setStyle((feature) => pathStyle(symbolOf(feature), zoom));
      if (!under) return;
      const [color, opacity, widths] = band;
      under.setStyle({ color, opacity, weight: byZoom(widths, zoom), fill: false });
    };
    return group;
  }

  // Everything outside the region is context, not subject.
  function addVeil(map, group, { fill, opacity }) {
    const shells = [];
    for (const { geometry } of group.data.features) {
      const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
      for (const [shell] of polygons) shells.push(shell.map(([lon, lat]) => [lat, lon]));
    }
    const world = [[-85, -180], [85, -180], [85, 180], [-85, 180]];
    L.polygon([world, ...shells], {
      pane: "pane-veil", renderer: L.svg({ pane: "pane-veil", padding: 0.4 }),
      stroke: false, fillColor: fill, fillOpacity: opacity, interactive: false,
    }).addTo(map);
  }

  // ---- what lies at a place ------------------------------------------------------
  function inRing(ring, x, y) {
    let inside = false;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [xi, yi] = ring[i], [xj, yj] = ring[j];
      if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
    }
    return inside;
  }

  const inPolygon = (rings, x, y) => rings.reduce((odd, ring) => odd !== inRing(ring, x, y), false);

  function nearLine(map, coordinates, point) {
    const at = ([lon, lat]) => map.latLngToContainerPoint([lat, lon]);
    for (let i = 1; i < coordinates.length; i++) {
      const distance = L.LineUtil.pointToSegmentDistance(point, at(coordinates[i - 1]), at(coordinates[i]));
      if (distance <= LINE_TOLERANCE) return true;
    }
    return false;
  }

  function touches(map, geometry, place, point) {
    const { type, coordinates: c } = geometry;
    switch (type) {
      case "Polygon": return inPolygon(c, place.lng, place.lat);
      case "MultiPolygon": return c.some((rings) => inPolygon(rings, place.lng, place.lat));
      case "LineString": return nearLine(map, c, point);
      case "MultiLineString": return c.some((line) => nearLine(map, line, point));
      case "Point": return nearLine(map, [c, c], point);
      case "MultiPoint": return c.some((one) => nearLine(map, [one, one], point));
      case "GeometryCollection": return geometry.geometries.some((one) => touches(map, one, place, point));
      default: return false;
    }
  }

  // ---- elements ------------------------------------------------------------------
  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
  }

  const badge = (layer) => element("span", { class: `badge ${layer.status}` }, tongue.pick(layer.badge));

  // A pattern is not drawn while the legend that holds it is hidden, so a copy has its own.
  let copies = 0;
  function sampleOf(layer) {
    const sample = document.querySelector(`.layer[data-layer="${layer.id}"] .swatch`)?.cloneNode(true);
    copies += 1;
    for (const pattern of sample?.querySelectorAll("[id]") ?? []) {
      for (const user of sample.querySelectorAll(`[fill="url(#${pattern.id})"]`)) user.setAttribute("fill", `url(#${pattern.id}-${copies})`);
      pattern.id += `-${copies}`;
    }
    return sample;
  }

  function foundItem(layer, facts, on) {
    const { word, pick, second } = tongue;
    const list = element("dl");
    const put = (name, value, exact) => value !== undefined && list.append(
      element("dt", {}, name), element("dd", exact === undefined ? {} : { title: exact, "data-exact": exact }, value));
    put(word("adcode"), facts.a);
    if (facts.m2 !== undefined) put(word("area"), units.area(facts.m2), `${facts.m2} m²`);
    if (facts.m !== undefined) put(word("length"), units.length(facts.m), `${facts.m} m`);
    list.append(element("dt", {}, word("source")), element("dd", { class: "source" }, layer.source));
    const name = pick(facts), under = second(facts);
    return element("li", { "data-layer": layer.id },
      element("h3", {}, name || pick(layer.title), under ? element("small", {}, under) : null),
      element("div", { class: "of" }, sampleOf(layer), element("span", {}, pick(layer.title)), badge(layer),
        on ? null : element("span", { class: "off" }, word("not_shown"))),
      list,
      layer.caution ? element("p", { class: "caution" }, pick(layer.caution)) : null);
  }

  // What has the name that was looked for.
  const shortName = (name) => (name || "").replace(/\s*[(（][^()（）]*[)）]$/, "");
  const isNamed = (hit, facts) => (hit.zh ? shortName(facts.zh) === hit.zh : shortName(facts.en) === hit.en);

  function described(map, overlays, layers, place, hit) {
    const point = map.latLngToContainerPoint(place);
    const items = [], first = [];
    for (const layer of layers.filter((one) => one.kind === "vector")) {
      for (const { geometry, properties } of overlays[layer.id].data.features) {
        const wanted = hit && hit.layer === layer.id && isNamed(hit, properties);
        // The place of a narrow feature may lie beside it once it is rounded.
        if (!touches(map, geometry, place, point) && !(wanted && !first.length)) continue;
        (wanted ? first : items).push(foundItem(layer, properties, map.hasLayer(overlays[layer.id])));
      }
    }
    items.unshift(...first);
    const where = `${place.lat.toFixed(4)}° N, ${place.lng.toFixed(4)}° E`;
    const line = element("li", { class: "where" }, items.length ? where : `${where} · ${tongue.word("nothing_here")}`);
    // Somebody who asked for a name knows where; who clicked, wants to.
    if (first.length) items.push(line); else items.unshift(line);
    return element("ul", { class: first.length ? "found named" : "found" }, ...items);
  }

  // Popups keep clear of what floats over the map: strip, tools, zoom buttons.
  function clearances(map) {
    const frame = map.getContainer().getBoundingClientRect();
    const boxes = (names) => names.map((name) => document.querySelector(name).getBoundingClientRect()).filter((box) => box.height > 0);
    const low = Math.max(...boxes(["#open", "#warning", ".tools .bar", "#measuring"]).map((box) => box.bottom - frame.top));
    const aside = Math.max(...boxes([".zoomer"]).map((box) => frame.right - box.left));
    return { autoPanPaddingTopLeft: [GAP, low + GAP], autoPanPaddingBottomRight: [aside + GAP, GAP] };
  }

  let retell = null; // writes the open popup anew, in another language or unit
  function identify(map, overlays, layers, place, hit) {
    const content = () => described(map, overlays, layers, place, hit);
    const popup = L.popup({ minWidth: 300, maxWidth: 300, ...clearances(map) });
    // The strip names what is in view, so it may grow while the map moves.
    map.once("autopanstart", () => map.once("moveend", () => {
      Object.assign(popup.options, clearances(map));
      if (popup.isOpen()) popup.update();
    }));
    popup.setLatLng(place).setContent(content());
    popup.openOn(map);
    retell = () => popup.isOpen() && popup.setContent(content());
  }

  // ---- names ---------------------------------------------------------------------
  const latLng = ([lon, lat]) => [lat, lon];

  function addNames(map, labels) {
    const pane = map.createPane("pane-names");
    pane.style.zIndex = 600;
    pane.style.pointerEvents = "none";
    const named = labels.map((label) => {
      const text = element("span", { class: `name ${label.kind}` });
      const icon = L.divIcon({ html: text, className: "", iconSize: [0, 0] });
      const marker = L.marker(latLng(label.places[0]), { icon, pane: "pane-names", interactive: false, keyboard: false });
      return { ...label, element: text, marker: marker.addTo(map) };
    });
    return named.sort((a, b) => b.rank - a.rank);
  }

  // Labels come with the Chinese name first.
  function writeNames(named) {
    for (const { element: made, text, second } of named) {
      const [first, under] = tongue.now() === "en" && second ? [second, text] : [text, second];
      made.replaceChildren(first);
      if (under) made.append(element("small", {}, under));
    }
  }

  const NAME_SIZES = {
    league: [12, 17], banner: [11.5, 14], water: [11, 14], sand: [11.5, 15], neighbour: [11, 14],
  };

  function collide(a, b) {
    return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  }

  // The more important name is placed first; what would touch it is hidden.
  function placeNames(map, named, isOn) {
    const zoom = map.getZoom(), root = map.getContainer();
    for (const [kind, sizes] of Object.entries(NAME_SIZES)) {
      root.style.setProperty(`--name-${kind}`, `${byZoom(sizes, zoom).toFixed(1)}px`);
    }
    const wanted = named.filter((label) => {
      const [from, to] = label.zooms;
      const shows = zoom >= from && zoom < to && (!label.layer || isOn(label.layer));
      label.element.classList.toggle("hidden", true);
      label.element.classList.toggle("two", zoom >= label.second_from);
      return shows;
    });
    const sizes = wanted.map(({ element: text }) => [text.offsetWidth / 2 + 2, text.offsetHeight / 2 + 1]);
    const placed = [];
    const boxAt = (place, [w, h]) => {
      const { x, y } = map.latLngToLayerPoint(latLng(place));
      return { left: x - w, right: x + w, top: y - h, bottom: y + h };
    };
    wanted.forEach((label, i) => {
      const isFree = (place) => !placed.some((taken) => collide(boxAt(place, sizes[i]), taken));
      const place = label.places.find(isFree);
      if (!place) return;
      placed.push(boxAt(place, sizes[i]));
      label.marker.setLatLng(latLng(place));
      label.element.classList.remove("hidden");
    });
  }

  // ---- warning strip -------------------------------------------------------------
  function inView(map, [west, south, east, north]) {
    return map.getBounds().intersects([[south, west], [north, east]]);
  }

  function warn(map, layers, isOn, strip) {
    const named = layers.filter((one) => one.cautioned && isOn(one.id) && inView(map, one.bounds));
    strip.replaceChildren();
    if (!named.length) return;
    const line = element("p", { class: "full" }, "⚠ ", element("b", {}, tongue.word("warning")));
    const short = element("p", { class: "short" }, "⚠ ", `${tongue.word("short_warning")} (${named.length})`);
    const cautions = named.map((layer) => element("li", { "data-layer": layer.id }, badge(layer),
      element("span", {}, element("b", {}, tongue.pick(layer.title)), ` ${tongue.pick(layer.caution)}`)));
    strip.append(line, short, element("ul", {}, ...cautions));
  }

  // ---- legend --------------------------------------------------------------------
  function foldLegend(map, folded) {
    document.body.classList.toggle("folded", folded);
    document.getElementById("fold").setAttribute("aria-expanded", String(!folded));
    map.invalidateSize({ pan: false });
  }

  function wireLegend(map, overlays, layers, changed) {
    const kinds = Object.fromEntries(layers.map((layer) => [layer.id, layer.kind]));
    const boxes = [...document.querySelectorAll(".layer input[data-layer]")];
    const show = (box) => {
      const overlay = overlays[box.dataset.layer];
      if (box.checked) map.addLayer(overlay); else map.removeLayer(overlay);
    };
    for (const box of boxes) {
      box.addEventListener("change", () => {
        // Rasters hide each other: one at a time.
        const isRaster = box.checked && kinds[box.dataset.layer] === "raster";
        for (const twin of isRaster ? boxes : []) {
          if (twin === box || kinds[twin.dataset.layer] !== "raster") continue;
          twin.checked = false;
          show(twin);
        }
        show(box);
        changed();
      });
    }
    for (const button of document.querySelectorAll(".more")) {
      button.addEventListener("click", () => {
        const facts = document.getElementById(button.getAttribute("aria-controls"));
        facts.hidden = !facts.hidden;
        button.setAttribute("aria-expanded", String(!facts.hidden));
      });
    }
    const isFolded = () => document.body.classList.contains("folded");
    document.getElementById("fold").addEventListener("click", () => foldLegend(map, !isFolded()));
    document.getElementById("open").addEventListener("click", () => foldLegend(map, !isFolded()));
  }

  // ---- furniture of the map ------------------------------------------------------
  function zoomButtons(map, home) {
    const icons = { zoom_in: "M8 3v10M3 8h10", zoom_out: "M3 8h10", home: "M2 8l6-5 6 5M4 7v6h8V7" };
    const actions = { zoom_in: () => map.zoomIn(), zoom_out: () => map.zoomOut(), home };
    const box = element("div", { class: "zoomer" });
    for (const [name, path] of Object.entries(icons)) {
      const button = element("button", { class: "icon", type: "button", title: "", "data-label": name });
      button.innerHTML = `<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${path}"/></svg>`;
      button.addEventListener("click", actions[name]);
      box.append(button);
    }
    L.DomEvent.disableClickPropagation(box);
    const control = L.control({ position: "topright" });
    control.onAdd = () => box;
    control.addTo(map);
  }

  function addFooter(map) {
    const scale = L.control.scale({ imperial: false, maxWidth: 120 }).addTo(map);
    document.getElementById("scale").append(scale.getContainer());
    const place = document.getElementById("place");
    map.on("mousemove", ({ latlng }) => {
      place.textContent = `${latlng.lat.toFixed(3)}° N  ${latlng.lng.toFixed(3)}° E`;
    });
  }

  // Relief of 30 arc seconds goes soft when seen from near, hatches grow too fine.
  function restyle(map, overlays) {
    const zoom = map.getZoom();
    for (const overlay of Object.values(overlays)) overlay.restyle?.(zoom);
    const fade = Math.min(1, Math.max(0, (zoom - 6.5) / 3.5));
    overlays.hillshade?.setOpacity(1 - 0.6 * fade);
    const scale = zoom < 6 ? 1 : zoom < 8 ? 1.4 : 2;
    for (const pattern of document.querySelectorAll(".definitions .hatch")) {
      pattern.setAttribute("patternTransform", `rotate(${pattern.dataset.angle}) scale(${scale})`);
    }
  }

  // What was found: outlined black on white until something else is looked for.
  function goTo(map, overlays, marks, hit, ask) {
    const box = document.getElementById(`show-${hit.layer}`);
    if (box && !box.checked) box.click();
    const [west, south, east, north] = hit.bounds;
    map.fitBounds([[south, west], [north, east]], { maxZoom: 9, padding: [60, 60], animate: false });
    marks.clearLayers();
    const features = overlays[hit.layer].data.features.filter(({ properties }) => isNamed(hit, properties));
    for (const [color, weight] of [["#fff", 6], ["#16181d", 2.6]]) {
      const style = { color, weight, fill: false };
      const pointToLayer = (feature, place) => L.circleMarker(place, { ...style, radius: 7 });
      marks.addLayer(L.geoJSON({ type: "FeatureCollection", features }, { style, pointToLayer, pane: "pane-found", interactive: false }));
    }
    ask?.(L.latLng(hit.at[1], hit.at[0]), hit);
  }

  function wireTiles(map, described) {
    if (!described) return;
    const base = tiles.layer(described).addTo(map);
    const box = document.getElementById("show-tiles");
    box.addEventListener("change", () => (box.checked ? map.addLayer(base) : map.removeLayer(base)));
  }

  function start(map, overlays, { words, layers, labels, findings, bounds, veil, series, base }) {
    tongue.use(words);
    const isOn = (id) => map.hasLayer(overlays[id]);
    const strip = document.getElementById("warning");
    const [west, south, east, north] = bounds;
    const narrow = window.matchMedia("(max-width: 760px)").matches;
    // Buttons lie on the map: the subject begins below them.
    const side = narrow ? 8 : 24;
    const room = { paddingTopLeft: [side, BUTTONS_PX], paddingBottomRight: [side, 20] };
    const home = () => map.fitBounds([[south, west], [north, east]], { ...room, animate: false });
    if (narrow) foldLegend(map, true);
    home();
    wireTiles(map, base);
    if (overlays[veil.layer] && !base) addVeil(map, overlays[veil.layer], veil);
    const pane = map.createPane("pane-found");
    pane.style.zIndex = 580;
    pane.style.pointerEvents = "none";
    const marks = L.layerGroup().addTo(map);
    const named = addNames(map, labels);
    const changed = () => {
      placeNames(map, named, isOn);
      warn(map, layers, isOn, strip);
    };
    const ask = (place, hit) => identify(map, overlays, layers, place, hit);
    wireLegend(map, overlays, layers, changed);
    zoomButtons(map, home);
    addFooter(map);
    restyle(map, overlays);
    const measuring = measure.wire(map, series);
    finder.wire(findings, layers, badge, (hit) => {
      if (narrow) foldLegend(map, true);
      goTo(map, overlays, marks, hit, ask);
    });
    const speak = () => {
      writeNames(named);
      changed();
      measuring.retell();
      retell?.();
    };
    // A link may name a feature to begin at.
    const wanted = new URLSearchParams(location.hash.slice(1)).get("find");
    const first = wanted && finder.named(findings, wanted);
    if (first) goTo(map, overlays, marks, first);
    tongue.apply();
    speak();
    tongue.onChange(speak);
    document.getElementById("language").addEventListener("click", () => tongue.set(tongue.other()));
    document.getElementById("unit").addEventListener("change", ({ target }) => { units.set(target.value); speak(); });
    strip.addEventListener("click", () => strip.classList.toggle("open"));
    map.on("zoomend", () => { restyle(map, overlays); placeNames(map, named, isOn); });
    map.on("moveend", () => warn(map, layers, isOn, strip));
    map.on("click", ({ latlng }) => (measuring.isOpen() ? measuring.add(latlng) : ask(latlng)));
    map.getContainer().addEventListener("keydown", ({ key, target }) => {
      if (key === "Enter" && target === map.getContainer() && !measuring.isOpen()) ask(map.getCenter());
    });
    new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(map.getContainer());
    document.documentElement.dataset.ready = "yes";
  }

  return { vector, start };
})();
