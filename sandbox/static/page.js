// The few things HTML does not do by itself: Enter sends, "/" lists commands, the scroll place survives, Escape closes.

const within = (name) => document.querySelector(name);
const isNearEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 80;

// --- sending -------------------------------------------------------------------------------------------------------

document.addEventListener("keydown", (event) => {
  const box = event.target.closest?.(".composer textarea");
  if (!box) return;
  const list = shownCommands(box);
  if (list && ["ArrowUp", "ArrowDown", "Tab", "Enter"].includes(event.key)) {
    event.preventDefault();
    if (event.key === "ArrowUp") return move(list, -1);
    if (event.key === "ArrowDown") return move(list, 1);
    return complete(box, list.querySelector('[aria-selected="true"]'));
  }
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    if (box.value.trim()) box.form.requestSubmit();
  }
});

document.addEventListener("htmx:before:request", (event) => {
  // The box is emptied as soon as the words are on their way, so one can go on typing.
  const form = event.target.closest?.("form.composer");
  if (form) setTimeout(() => { form.elements.text.value = ""; filterCommands(form.elements.text); });
});

// --- the list of slash commands --------------------------------------------------------------------------------------

const listOf = (box) => box.closest(".composer").querySelector(".commands");
const shownCommands = (box) => { const list = listOf(box); return list && !list.hidden ? list : null; };

function filterCommands(box) {
  const list = listOf(box);
  if (!list) return;
  const typed = box.value;
  let any = false;
  for (const command of list.children) {
    const fits = /^\/\S*$/.test(typed) && command.dataset.command.startsWith(typed);
    command.hidden = !fits;
    command.setAttribute("aria-selected", String(fits && !any));
    any ||= fits;
  }
  list.hidden = !any;
}

function move(list, step) {
  const shown = [...list.children].filter((one) => !one.hidden);
  const at = shown.findIndex((one) => one.getAttribute("aria-selected") === "true");
  const next = shown[(at + step + shown.length) % shown.length];
  shown.forEach((one) => one.setAttribute("aria-selected", String(one === next)));
  next.scrollIntoView({ block: "nearest" });
}

function complete(box, command) {
  box.value = `${command.dataset.command} `;
  filterCommands(box);
  box.focus();
}

document.addEventListener("input", (event) => {
  if (event.target.matches(".composer textarea")) filterCommands(event.target);
});

document.addEventListener("click", (event) => {
  const command = event.target.closest(".commands button");
  if (command) complete(command.closest(".composer").querySelector("textarea"), command);
  const link = event.target.closest("[data-url]");
  if (link && /^https?:/i.test(link.dataset.url)) window.open(link.dataset.url, "_blank", "noopener");
  if (event.target.closest("[data-dismiss]")) within("#notice").replaceChildren();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target) || event.target.closest(".choices button")) menu.open = false;
  }
});

// --- menus for several -----------------------------------------------------------------------------------------------

function retitle(pick) {
  const chosen = [...pick.querySelectorAll("input:checked")].map((one) => one.closest("label").textContent.trim());
  const summary = pick.querySelector("summary");
  summary.textContent = chosen.join(", ") || summary.dataset.empty;
}

document.addEventListener("change", (event) => {
  const pick = event.target.closest(".pick");
  if (pick) retitle(pick);
});

// --- windows ---------------------------------------------------------------------------------------------------------

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = within("details.menu[open]");
  if (menu) { menu.open = false; return; }
  const windows = document.querySelectorAll(".veil:not([hidden]) [data-close]");
  windows[windows.length - 1]?.click();
});

// --- scroll and focus ------------------------------------------------------------------------------------------------

let atEnd = new Map();

document.addEventListener("htmx:before:swap", () => {
  atEnd = new Map([...document.querySelectorAll(".stream")].map((box) => [box.id, isNearEnd(box)]));
});

document.addEventListener("htmx:after:swap", () => {
  for (const box of document.querySelectorAll(".stream")) {
    if (atEnd.get(box.id) ?? true) box.scrollTop = box.scrollHeight;
  }
  document.querySelectorAll(".pick").forEach(retitle);
  const shown = within(".veil:not([hidden]) .window");
  if (shown && !shown.contains(document.activeElement)) {
    (shown.querySelector("[autofocus]") ?? shown.querySelector(".body input, .body textarea, .body select") ?? shown).focus();
  }
});

for (const box of document.querySelectorAll(".stream")) box.scrollTop = box.scrollHeight;
within("#composer textarea")?.focus();
