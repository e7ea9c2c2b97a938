// The reader's language: everything on the page is there in both.
"use strict";
const tongue = (() => {
  // A link may ask for the other language than the one the page was made in.
  const asked = new URLSearchParams(location.search).get("lang");
  let now = (["zh", "en"].includes(asked) ? asked : document.documentElement.lang) === "en" ? "en" : "zh";
  let table = { zh: {}, en: {} };
  const listeners = [];

  const word = (key) => table[now][key];
  const other = () => (now === "zh" ? "en" : "zh");
  // A name in the reader's language, else in the one there is.
  const pick = (pair) => pair[now] ?? pair[other()];
  const second = (pair) => (pair[now] !== undefined && pair[other()] !== pair[now] ? pair[other()] : undefined);

  function apply() {
    document.documentElement.lang = now === "zh" ? "zh-CN" : "en";
    document.title = word("map_title");
    for (const one of document.querySelectorAll("[data-label]")) {
      const text = [word(one.dataset.label), one.dataset[`name${now === "zh" ? "Zh" : "En"}`]].filter(Boolean).join(now === "zh" ? "：" : ": ");
      one.setAttribute("aria-label", text);
      if (one.hasAttribute("title")) one.title = text;
      if (one.hasAttribute("placeholder")) one.placeholder = text;
    }
  }

  function set(language) {
    now = language;
    apply();
    for (const listener of listeners) listener();
  }

  return {
    word, pick, second, apply, set, other,
    now: () => now,
    use: (words) => { table = words; },
    onChange: (listener) => listeners.push(listener),
  };
})();
