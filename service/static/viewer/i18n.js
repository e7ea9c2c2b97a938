// Two languages out of one table, which the server delivers.

let texts = {};
let language = 'zh';

export const setTexts = (table) => { texts = table; };
export const setLanguage = (value) => {
  language = value;
  document.documentElement.lang = value === 'zh' ? 'zh-CN' : 'en';
};
export const lang = () => language;
export const zh = () => language === 'zh';

// A text by its key, with {names} filled in.
export function t(key, values = {}) {
  const text = texts[key];
  if (!text) throw new Error(`no text ${key}`);
  return text[language].replaceAll(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}

// What is said in both languages, in the reader's.
export const pick = (both) => both?.[language] || both?.zh || both?.en || '';
// A layer's title as it stands in lists: what is in brackets at its end is told by badge
// and details.
export const titleOf = (layer) => pick(layer.title).replace(/\s*[(（][^()（）]*[)）]$/, '') || pick(layer.title);
export const pickOther = (both) => (language === 'zh' ? both?.en : both?.zh) || '';

// Name of a feature in a report: `name` is Chinese, `name_en` stands beside it.
export const nameOf = (name, english, id) => (language === 'zh' ? name || english : english || name) || id || '';
export const listed = (names) => names.join(language === 'zh' ? '、' : ', ');
export const colon = () => (language === 'zh' ? '：' : ': ');
export const bracketed = (text) => (language === 'zh' ? `（${text}）` : ` (${text})`);
