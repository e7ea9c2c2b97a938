// The upload page: asks for a job, shows how far it is, and puts the result in its place.
// Without this script the form is sent as it is and answered with the whole page.

const POLL_MS = 400;

const form = document.querySelector("#import-form");
const state = document.querySelector("#import-state");
const cancel = document.querySelector("#import-cancel");
const result = document.querySelector("#import-result");

if (form) {
  form.addEventListener("submit", send);
  dropping(form.querySelector(".files"));
}
for (const button of document.querySelectorAll("[data-use]")) useVersion(button);

async function send(event) {
  event.preventDefault();
  const body = new FormData(form);
  const key = body.get("key").trim();
  body.delete("key");
  body.set("look", event.submitter?.value ?? "true");
  keepLastFilled(body);
  busy(true);
  try {
    const headers = { "X-API-Key": key, Accept: "application/json" };
    const asked = { ...headers, Prefer: "respond-async" };
    const process = "/processes/import/execution";
    const made = await fetch(process, { method: "POST", headers: asked, body });
    if (!made.ok) return refused(await made.json());
    const job = (await made.json()).jobID;
    cancel.onclick = () => fetch(`/jobs/${job}`, { method: "DELETE", headers });
    await ended(job, headers);
    const page = `/import/results/${job}?lang=${form.dataset.lang}`;
    const answer = await fetch(page, { headers });
    if (!answer.ok) return refused(await answer.json());
    show(await answer.text());
  } catch (error) {
    refused({ text: { zh: `无法连接服务：${error.message}`, en: `No answer: ${error.message}` } });
  } finally {
    busy(false);
  }
}

// A text field and a choice of a question may have the same name: the choice counts.
function keepLastFilled(body) {
  for (const name of new Set(body.keys())) {
    const values = body.getAll(name).filter((one) => typeof one === "string" && one);
    if (values.length && typeof body.get(name) === "string") body.set(name, values.at(-1));
  }
}

async function ended(job, headers) {
  const bar = state.querySelector("progress");
  for (;;) {
    const answer = await fetch(`/jobs/${job}`, { headers });
    const told = await answer.json();
    if (!["accepted", "running"].includes(told.status)) return;
    if (told.progress) bar.value = told.progress;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function show(html) {
  result.innerHTML = html;
  for (const radio of result.querySelectorAll("input[type=radio]")) {
    radio.addEventListener("change", () => {
      const field = form.querySelector(`.fields [name="${radio.name}"]`);
      if (!field) return;
      field.value = radio.value;
      field.closest("details")?.setAttribute("open", "");
    });
  }
  result.querySelector("#result-title")?.focus();
}

function refused(problem) {
  const section = document.createElement("section");
  const said = document.createElement("p");
  section.className = "result";
  said.className = "strip";
  said.id = "result-title";
  said.tabIndex = -1;
  const language = document.documentElement.lang.slice(0, 2);
  said.textContent = problem.text?.[language] ?? problem.detail ?? problem.title;
  section.append(said);
  result.replaceChildren(section);
  said.focus();
}

function busy(is) {
  state.hidden = !is;
  state.querySelector("progress").removeAttribute("value");
  for (const button of form.querySelectorAll("[type=submit]")) button.disabled = is;
}

function dropping(area) {
  const input = area.querySelector("input");
  for (const kind of ["dragover", "dragleave", "drop"]) {
    area.addEventListener(kind, (event) => {
      event.preventDefault();
      area.classList.toggle("over", kind === "dragover");
      if (kind === "drop" && event.dataTransfer.files.length) {
        input.files = event.dataTransfer.files;
      }
    });
  }
}

function useVersion(button) {
  const label = document.querySelector("[data-key]");
  button.hidden = false;
  label.hidden = false;
  button.addEventListener("click", async () => {
    const headers = { "X-API-Key": label.querySelector("input").value.trim() };
    const answer = await fetch(button.dataset.use, { method: "POST", headers });
    if (answer.ok) return location.reload();
    const language = document.documentElement.lang.slice(0, 2);
    state.hidden = false;
    state.className = "strip";
    state.textContent = (await answer.json()).text?.[language];
  });
}
