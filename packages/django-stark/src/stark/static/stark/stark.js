/* Selection, keys, unsaved changes and double submits. Pages work without it. */
(function () {
  "use strict";
  if (window.starkLoaded) return;
  window.starkLoaded = true;
  const one = (selector, root) => (root || document).querySelector(selector);
  const all = (selector, root) => [...(root || document).querySelectorAll(selector)];

  /* Selection */
  const boxes = () => all("#batch tbody input[name=pk]");
  function refresh() {
    const list = boxes();
    const chosen = list.filter((box) => box.checked).length;
    const every = one("#select-all");
    list.forEach((box) => box.closest("tr").classList.toggle("is-selected", box.checked));
    const head = one("[data-check-all]");
    if (head) {
      head.checked = list.length > 0 && chosen === list.length;
      head.indeterminate = chosen > 0 && !head.checked;
    }
    if (every && chosen < list.length) every.checked = false;
    all("[data-selected]").forEach((node) => { node.textContent = every && every.checked ? every.value : chosen; });
    all(".selbar").forEach((bar) => { bar.hidden = chosen === 0; });
  }
  document.addEventListener("change", (event) => {
    const target = event.target;
    if (!target.closest("#batch")) return;
    if (target.matches("[data-check-all]")) boxes().forEach((box) => { box.checked = target.checked; });
    if (target.matches("#select-all") && target.checked) boxes().forEach((box) => { box.checked = true; });
    refresh();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-clear]")) return;
    boxes().forEach((box) => { box.checked = false; });
    refresh();
  });

  /* Single keys: never in fields, never with a modifier, off with data-keys="off" on <html> */
  function move(step) {
    const rows = all("#batch tbody tr");
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const row = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
    const target = row && one("a[href], input", row);
    if (target) target.focus();
  }
  const follow = (node) => { if (node) node.click(); };
  const current = () => document.activeElement && document.activeElement.closest("#batch tbody tr");
  const keys = {
    "/": () => { const field = one("input[type=search]"); if (field) field.focus(); },
    j: () => move(1),
    k: () => move(-1),
    x: () => { const row = current(); if (row) follow(one("input[name=pk]", row)); },
    e: () => { const row = current(); follow(row ? one("a[href]", row) : one("[data-key=e]")); },
    n: () => follow(one("[data-key=n]")),
    "?": () => { const help = one("#keys"); if (help && !help.open) help.showModal(); },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.documentElement.dataset.keys === "off" || one("dialog[open]")) return;
    if (event.target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
    const act = keys[event.key];
    if (act) { event.preventDefault(); act(); }
  });

  /* The off-canvas menu is a dialog while it is open: it needs a name of its own then */
  document.addEventListener("show.bs.offcanvas", (event) => {
    const nav = one("nav[aria-label]", event.target);
    if (nav) event.target.setAttribute("aria-label", nav.getAttribute("aria-label"));
  });
  document.addEventListener("hidden.bs.offcanvas", (event) => event.target.removeAttribute("aria-label"));

  /* Unsaved changes */
  let unsaved = false;
  let leaving = false;
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-guard]");
    if (!form) return;
    unsaved = true;
    const note = one("[data-unsaved]", form);
    const text = one("template[data-unsaved-text]", form);
    if (note && text) note.textContent = text.content.textContent;
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved && !leaving) event.preventDefault();
  });

  /* One submit is enough; the pressed button keeps its width and says it is busy */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    leaving = true;
    if (event.submitter) event.submitter.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => {
    leaving = false;
    all("form[data-sent]").forEach((form) => { delete form.dataset.sent; });
    all("[aria-busy=true]").forEach((node) => node.removeAttribute("aria-busy"));
    refresh();
  });

  /* htmx: counts must not close what is open nor take the focus; errors get their page */
  let kept = null;
  let focused = false;
  document.addEventListener("htmx:beforeSwap", (event) => {
    focused = event.detail.target.id === "list" && document.activeElement !== null && document.activeElement.closest("#list") !== null;
    if (event.detail.target.id !== "list-filters") { kept = null; return; }
    const active = document.activeElement;
    kept = {
      open: all("#list-filters details").map((node) => node.open),
      shown: one("#filters.show") !== null,
      href: active && active.closest("#list-filters") ? active.getAttribute("href") : null,
    };
  });
  /* After new rows: keep the focus near, say the count once, let links outside come back here */
  function settle() {
    const results = one("#results");
    const lost = !document.activeElement || document.activeElement === document.body;
    if (focused && lost && results) results.focus({ preventScroll: true });
    focused = false;
    const said = one("[data-status]");
    const text = one("[data-status-text]");
    if (said && text && said.textContent !== text.textContent) said.textContent = text.textContent;
  }
  document.addEventListener("htmx:pushedIntoHistory", () => {
    const back = location.search.slice(1);
    all("a[data-back]").forEach((link) => { link.search = back ? `?back=${encodeURIComponent(back)}` : ""; });
  });
  document.addEventListener("htmx:afterSwap", () => {
    if (kept) {
      all("#list-filters details").forEach((node, index) => { if (kept.open[index]) node.open = true; });
      if (kept.shown) one("#filters").classList.add("show");
      if (kept.href) { const link = all("#list-filters a").find((a) => a.getAttribute("href") === kept.href); if (link) link.focus(); }
      kept = null;
    }
    refresh();
    settle();
  });
  document.addEventListener("htmx:responseError", (event) => {
    const { xhr, requestConfig } = event.detail;
    const counts = requestConfig.elt && requestConfig.elt.id === "list-filters";
    if (!counts && requestConfig.verb === "get") location.assign(xhr.responseURL);
    if (counts) all("#list-filters .skeleton").forEach((node) => node.remove());
  });

  const start = () => {
    refresh();
    const errors = one("[data-focus]");
    if (errors) errors.focus();
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
