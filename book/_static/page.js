// What a page does that a style sheet cannot: a menu that opens, parts that scroll by the keyboard, print that is whole.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // The menu of downloads.
  const menus = all("[data-bs-toggle=dropdown]");
  const open = (button, on) => {
    button.setAttribute("aria-expanded", on);
    button.nextElementSibling.classList.toggle("show", on);
  };
  for (const button of menus) button.addEventListener("click", () => open(button, button.getAttribute("aria-expanded") !== "true"));
  document.addEventListener("click", (event) => {
    for (const button of menus) if (!button.parentElement.contains(event.target)) open(button, false);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const button of menus) {
      if (button.getAttribute("aria-expanded") !== "true") continue;
      open(button, false);
      button.focus();
    }
  });

  // A formula or a table that does not fit scrolls, by the keyboard too, and says what it is.
  const names = { "katex-display": "formula", "pst-scrollable-table-container": "table" };
  function scrollable() {
    for (const [kind, name] of Object.entries(names)) {
      for (const part of all(`.${kind}`)) {
        const cut = part.scrollWidth > part.clientWidth + 1;
        part.classList.toggle("lowdim-cut", cut);
        for (const [key, value] of Object.entries({ tabindex: 0, role: "group", "aria-label": name })) {
          if (cut) part.setAttribute(key, value);
          else part.removeAttribute(key);
        }
      }
    }
  }
  let waiting;
  addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(scrollable, 150);
  });
  addEventListener("load", scrollable);
  document.fonts?.ready.then(scrollable);

  // Buttons that copy: each says which cell.
  addEventListener("load", () => all(".copybtn").forEach((button, i) => button.setAttribute("aria-label", `Copy code ${i + 1}`)));

  // On paper everything that is folded is open.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("details:not([open])");
    for (const part of folded) part.open = true;
  });
  addEventListener("afterprint", () => folded.forEach((part) => (part.open = false)));
})();
