"use strict";
(() => {
  // The figure that a list was opened from, so that closing goes back there; it may be a mark of a plot.
  let from = null;

  function close() {
    if (!document.querySelector(".list:target")) return;
    // A place that is not there: nothing is the target any more, and the page does not move.
    location.hash = "closed";
    if (from) from.focus({ preventScroll: true });
  }

  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    if (event.target.closest(".close") && from) {
      event.preventDefault();
      close();
      return;
    }
    const link = event.target.closest("main a");
    if (link) from = link;
  });
  addEventListener("hashchange", () => {
    const list = document.querySelector(".list:target");
    if (list) list.focus({ preventScroll: true });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });

  // On paper the tables stand below their plots.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    for (const one of folded) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of folded) one.open = false;
  });
})();
