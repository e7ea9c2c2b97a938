// Measuring by hand: distance and area of what is clicked.
"use strict";
const measure = (() => {
  function wire(map, series) {
    const box = document.getElementById("measure"), panel = document.getElementById("measuring"), result = document.getElementById("measured");
    const pane = map.createPane("pane-measure");
    pane.style.zIndex = 590;
    pane.style.pointerEvents = "none";
    const renderer = L.svg({ pane: "pane-measure", padding: 0.4 });
    const drawn = L.layerGroup().addTo(map);
    let kind = null, places = [], open = false;

    const buttons = [...box.querySelectorAll("[data-measure]")];
    const lonLat = () => places.map(({ lng, lat }) => [lng, lat]);

    function draw(loose) {
      drawn.clearLayers();
      const line = loose ? [...places, loose] : places;
      const shared = { pane: "pane-measure", renderer, interactive: false };
      const closed = kind === "area" && line.length > 2;
      const make = closed ? L.polygon : L.polyline;
      drawn.addLayer(make(line, { ...shared, color: "#fff", weight: 6, fill: false }));
      drawn.addLayer(make(line, { ...shared, color: "#16181d", weight: 2.6, dashArray: open ? "6 4" : null, fill: closed, fillColor: "#fff", fillOpacity: 0.4 }));
      for (const place of places) drawn.addLayer(L.circleMarker(place, { ...shared, radius: 3.5, color: "#16181d", weight: 2, fillColor: "#fff", fillOpacity: 1 }));
    }

    function tell() {
      const ring = lonLat(), lines = [];
      if (kind === "distance" && ring.length > 1) lines.push([units.length(geodesy.length(ring)), geodesy.length(ring), "m"]);
      if (kind === "area" && ring.length > 2) {
        const m2 = geodesy.area(series, ring), around = geodesy.length([...ring, ring[0]]);
        lines.push([units.area(m2), m2, "m²"], [`${tongue.word("perimeter")} ${units.length(around)}`, around, "m"]);
      }
      result.replaceChildren(...lines.map(([text, exact, unit]) => {
        const line = document.createElement("b");
        line.textContent = text;
        line.title = `${exact} ${unit}`;
        line.dataset.exact = exact;
        return line;
      }));
      panel.classList.toggle("has-result", lines.length > 0);
    }

    function stop() {
      open = false;
      map.getContainer().classList.remove("measuring");
      map.doubleClickZoom.enable();
      panel.classList.remove("open");
      draw();
      tell();
    }

    function clear() {
      kind = null;
      places = [];
      stop();
      drawn.clearLayers();
      for (const button of buttons) button.setAttribute("aria-pressed", "false");
    }

    function begin(name) {
      clear();
      [kind, open] = [name, true];
      map.closePopup();
      map.getContainer().classList.add("measuring");
      map.doubleClickZoom.disable();
      panel.classList.add("open");
      for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.measure === name));
    }

    function add(place) {
      const last = places[places.length - 1];
      // The second click of a double click.
      if (last && map.latLngToLayerPoint(last).distanceTo(map.latLngToLayerPoint(place)) < 2) return;
      places.push(place);
      draw();
      tell();
    }

    for (const button of buttons) button.addEventListener("click", () => (button.getAttribute("aria-pressed") === "true" ? clear() : begin(button.dataset.measure)));
    document.getElementById("measure-finish").addEventListener("click", stop);
    document.getElementById("measure-clear").addEventListener("click", clear);
    map.on("mousemove", ({ latlng }) => open && places.length && draw(latlng));
    map.on("dblclick", () => open && stop());
    document.addEventListener("keydown", (event) => {
      if (!kind || event.target.tagName === "INPUT") return;
      if (event.key === "Escape") clear();
      if (event.key === "Enter" && open && event.target.tagName !== "BUTTON") {
        // Without a mouse: the middle of the map, moved by the arrow keys.
        if (event.target === map.getContainer()) add(map.getCenter()); else stop();
      }
    });
    return { isOpen: () => open, add, retell: tell };
  }

  return { wire };
})();
