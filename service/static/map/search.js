// Search by Chinese, pinyin (whole or initials) and English.
"use strict";
const finder = (() => {
  const MOST = 8;
  const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f'’\s-]/g, "").toLowerCase();

  // Best first: whole name, beginning, anywhere; then the order of the index.
  function search(index, text) {
    const wanted = plain(text);
    if (!wanted) return [];
    const scored = index.map((one, rank) => {
      const ranks = one.keys.map((key, i) => {
        if (!key) return 9;
        if (key === wanted) return 0;
        if (key.startsWith(wanted)) return 1;
        // Initials are too short to be searched in their middle.
        return i < 3 && key.includes(wanted) ? 2 : 9;
      });
      return [Math.min(...ranks), rank, one];
    });
    return scored.filter(([score]) => score < 9).sort((a, b) => a[0] - b[0] || a[1] - b[1]).slice(0, MOST).map(([, , one]) => one);
  }

  const indexOf = (findings) => findings.map(([layer, zh, en, pinyin, initials, at, bounds]) => ({
    layer, zh: zh || undefined, en: en || undefined, at, bounds, keys: [zh, pinyin, en, initials].map(plain),
  }));

  function wire(findings, layers, badge, go) {
    const index = indexOf(findings), titles = Object.fromEntries(layers.map((one) => [one.id, one]));
    const box = document.getElementById("find"), list = document.getElementById("found");
    let hits = [], active = -1;

    function mark(position) {
      active = position;
      [...list.children].forEach((row, i) => row.setAttribute("aria-selected", String(i === active)));
      if (active < 0) box.removeAttribute("aria-activedescendant");
      else box.setAttribute("aria-activedescendant", list.children[active].id);
    }

    function close() {
      list.hidden = true;
      box.setAttribute("aria-expanded", "false");
    }

    function choose(hit) {
      box.value = tongue.pick(hit);
      close();
      go(hit);
    }

    function row(hit, i) {
      const made = document.createElement("li"), name = document.createElement("span"), of = document.createElement("small");
      name.textContent = tongue.pick(hit);
      const second = tongue.second(hit);
      if (second) name.append(Object.assign(document.createElement("small"), { textContent: second }));
      of.append(tongue.pick(titles[hit.layer].title), " ", badge(titles[hit.layer]));
      made.id = `found-${i}`;
      made.setAttribute("role", "option");
      made.append(name, of);
      // Before the box loses its focus.
      made.addEventListener("pointerdown", (event) => { event.preventDefault(); choose(hit); });
      return made;
    }

    function show() {
      hits = search(index, box.value);
      list.replaceChildren(...hits.map(row));
      if (box.value.trim() && !hits.length) list.append(Object.assign(document.createElement("li"), { className: "none", textContent: tongue.word("not_found") }));
      list.hidden = !box.value.trim();
      box.setAttribute("aria-expanded", String(!list.hidden));
      mark(hits.length ? 0 : -1);
    }

    box.addEventListener("input", show);
    box.addEventListener("focus", () => { if (box.value.trim()) show(); });
    box.addEventListener("blur", close);
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") close();
      if (event.key === "Enter" && hits[active]) choose(hits[active]);
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step || !hits.length) return;
      event.preventDefault();
      mark((active + step + hits.length) % hits.length);
    });
  }

  // Names are shown without what stands in brackets behind them.
  const named = (findings, name) => indexOf(findings).find(({ zh }) => zh && name.startsWith(zh));

  return { named, wire, search, indexOf };
})();
