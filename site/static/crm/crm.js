/* The site's own behaviour; every page works without it. */
(function () {
  "use strict";

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-reveal]");
    if (!button) return;
    const field = document.getElementById(button.dataset.reveal);
    const shown = field.type === "text";
    field.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
  });

  // Good news passes after a while; errors stay until somebody closes them.
  const PASSING_MS = 6000;
  document.querySelectorAll(".toast[data-passing]").forEach((toast) => {
    window.setTimeout(() => toast.remove(), PASSING_MS);
  });
})();
