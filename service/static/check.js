// The page of the conflict check: sends each file to the process, shows the finding,
// and fetches the report in the format asked for.

const PROCESS = "/processes/check/execution";
const POLL_MS = 400;

const form = document.querySelector("#check-form");
const state = document.querySelector("#check-state");
const results = document.querySelector("#check-results");
const words = JSON.parse(form.dataset.words);
const language = form.dataset.lang;
const formats = form.dataset.formats.split(",");
const badges = JSON.parse(form.dataset.badges);
const colon = language === "zh" ? "：" : ": ";
const inUnit = (name, unit) => (language === "zh" ? `${name}（${unit}）` : `${name} (${unit})`);

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  busy(true);
  results.replaceChildren();
  for (const file of form.elements.file.files) results.append(await checked(file));
  busy(false);
  results.firstElementChild?.scrollIntoView({ block: "start" });
});

function busy(yes) {
  state.hidden = !yes;
  form.querySelector("[type=submit]").disabled = yes;
}

// Metres near by, kilometres further away; reports have both to the centimetre.
function distance(metres) {
  const [value, unit, places] = metres < 1000 ? [metres, "m", 1] : [metres / 1000, "km", 2];
  return `${value.toLocaleString("en", { minimumFractionDigits: places, maximumFractionDigits: places })} ${unit}`;
}

// What was asked for is kept with a result: the form may change before a download.
function call(file, format) {
  const given = new FormData(form);
  const layers = given.getAll("layers").join(",");
  const body = new FormData();
  body.set("file", file, file.name);
  for (const [name, value] of given) if (typeof value === "string" && name !== "layers" && value.trim()) body.set(name, value.trim());
  if (layers) body.set("layers", layers);
  body.set("format", format);
  return body;
}

// A job, not a call to wait for: many parcels take longer than a call may.
async function sent(body) {
  const headers = { Accept: "application/json", Prefer: "respond-async" };
  const made = await good(await fetch(PROCESS, { method: "POST", headers, body }));
  const job = `/jobs/${(await made.json()).jobID}`;
  for (;;) {
    const told = await (await good(await fetch(job, { headers: { Accept: "application/json" } }))).json();
    if (!["accepted", "running"].includes(told.status)) return good(await fetch(`${job}/results`));
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function good(answer) {
  if (answer.ok) return answer;
  const problem = await answer.json();
  throw new Error(problem.text?.[language] ?? problem.detail ?? problem.title);
}

async function checked(file) {
  const body = call(file, "json");
  try {
    const report = await (await sent(body)).json();
    return card(file, body, report);
  } catch (error) {
    return refusal(file, error);
  }
}

function refusal(file, error) {
  const text = error instanceof TypeError ? `${words.failed}${colon}${error.message}` : error.message;
  return h("p", { class: "check-refusal", role: "alert" }, `${file.name}${colon}${text}`);
}

function card(file, body, report) {
  const layers = new Map(report.layers.map((one) => [one.id, one]));
  return h(
    "section",
    { class: "check-result" },
    h("h2", {}, report.options.project.name ?? file.name),
    h("p", { class: "overall" }, `${words.overall}${colon}${report.summary.finding.label[language]}`),
    downloads(body, report),
    h("div", { class: "wide" }, h("table", {}, head(), h("tbody", {}, ...report.parcels.flatMap((one) => rows(one, layers))))),
    h("p", { class: "small" }, `${file.name} · ${words.result} ${report.result_id} · ${report.software}`),
  );
}

function head() {
  const names = [words.layer, words.finding, inUnit(words.overlap, words.ha), inUnit(words.overlap, words.mu), words.share, words.nearest];
  return h("thead", {}, h("tr", {}, ...names.map((name, at) => h("th", { scope: "col", class: at > 1 ? "number" : "" }, name))));
}

// Thousands apart; the decimals stay as they are.
const grouped = (text) => text.replace(/\B(?=(\d{3})+(?=\.|$))/g, ",");

function rows(parcel, layers) {
  const name = [parcel.number ?? parcel.id, parcel.name].filter(Boolean).join(" ");
  const area = `${grouped(parcel.printed.m2)} m² · ${parcel.printed.ha} ${words.ha} · ${parcel.printed.mu} ${words.mu}`;
  const own = h("tr", { class: "parcel" }, h("th", { scope: "colgroup", colspan: 6 }, `${name} · ${area} · ${parcel.finding.label[language]}`));
  return [own, ...parcel.layers.map((one) => row(one, layers.get(one.layer)))];
}

function row(one, layer) {
  const near = one.nearest ? `${distance(Number(one.nearest.distance_m))} ${one.nearest.direction?.[language] ?? ""}` : "";
  const { level, label, reason } = one.finding;
  const found = h("td", { class: `finding ${level}` }, label[language], ...(level === "clear" ? [] : [h("small", {}, reason[language])]));
  const { ha, mu } = one.overlap.printed;
  const numbers = [ha, mu, `${(100 * one.overlap.share).toFixed(2)} %`, near];
  return h("tr", {}, h("td", {}, layer.title[language], " ", h("span", { class: `badge ${layer.status}` }, badges[layer.status])), found, ...numbers.map((text) => h("td", { class: "number" }, text)));
}

function downloads(body, report) {
  const buttons = [...formats, "zip"].map((format) => {
    const button = h("button", { type: "button", class: "button", "data-format": format }, format === "zip" ? words.all_formats : format.toUpperCase());
    button.addEventListener("click", () => download(button, body, format, report.result_id));
    return button;
  });
  return h("p", { class: "downloads" }, h("span", {}, words.downloads), ...buttons);
}

async function download(button, body, format, id) {
  button.disabled = true;
  button.parentElement.querySelector("[role=alert]")?.remove();
  try {
    body.set("format", format);
    const content = await (await sent(body)).blob();
    const link = h("a", { href: URL.createObjectURL(content), download: `check-${id}.${format}` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  } catch (error) {
    button.parentElement.append(h("span", { role: "alert" }, error.message));
  }
  button.disabled = false;
}

function h(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== "") made.setAttribute(name, value);
  made.append(...children);
  return made;
}
