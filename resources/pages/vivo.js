"use strict";
// Keeps the counts of the front desk fresh while somebody looks; without it the page shows them as of its loading.
(() => {
  const places = document.querySelectorAll("[data-count]");
  if (!places.length) return;
  const draw = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch("/recepcion/cuentas", { credentials: "same-origin" });
      if (!answer.ok) return;
      const counts = await answer.json();
      for (const place of places) {
        const fresh = counts[place.dataset.count];
        if (fresh !== undefined && place.textContent !== fresh) place.textContent = fresh;
      }
    } catch {
      // The hotel stopped: the page keeps the last counts that it knew.
    }
  };
  setInterval(draw, 3000);
})();
