// What a page does that a style sheet cannot: a menu that opens, parts that scroll by the keyboard, print that is whole.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const movables = new URL("movable/", document.currentScript.src);

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

  // Sphinx hides the marks of a search by a link that holds a script, which the page's policy forbids.
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.(".highlight-link a")) return;
    event.preventDefault();
    SphinxHighlight.hideSearchWords();
  });

  for (const button of all("[data-print]")) button.addEventListener("click", () => print());

  // A formula or a table that does not fit scrolls, by the keyboard too, and says what it is. To know whether one fits,
  // all of it must be laid out: a few at a time, when nothing else is to be done.
  const root = document.documentElement;
  const names = { "katex-display": "formula", "pst-scrollable-table-container": "table" };
  const idle = window.requestIdleCallback || ((then) => setTimeout(then, 20));
  let round = 0;
  function scrollable() {
    const mine = ++round;
    const parts = all(["pre", ...Object.keys(names).map((kind) => `.${kind}`)].join());
    root.dataset.cut = "unknown";
    const few = () => {
      if (mine !== round) return;
      const end = performance.now() + 12; // milliseconds, in which nobody waits for the page
      do {
        const next = parts.splice(0, 16);
        const cuts = next.map((part) => part.scrollWidth - part.clientWidth); // all is read before anything is written
        next.forEach((part, i) => mark(part, cuts[i]));
      } while (parts.length && performance.now() < end);
      if (parts.length) idle(few, { timeout: 200 });
      else root.dataset.cut = "known";
    };
    idle(few, { timeout: 200 });
  }
  function mark(part, cut) {
    if (part.localName === "pre") {
      part.tabIndex = cut > 0 ? 0 : -1;
      return;
    }
    const name = names[Object.keys(names).find((kind) => part.classList.contains(kind))];
    part.classList.toggle("lowdim-cut", cut > 1);
    for (const [key, value] of Object.entries({ tabindex: 0, role: "group", "aria-label": name })) {
      if (cut > 1) part.setAttribute(key, value);
      else part.removeAttribute(key);
    }
  }
  let waiting;
  addEventListener("resize", () => {
    root.dataset.cut = "unknown";
    clearTimeout(waiting);
    waiting = setTimeout(scrollable, 150);
  });
  addEventListener("load", () => (document.fonts?.ready ?? Promise.resolve()).then(scrollable));

  // How much of the code is shown; kept for the next page.
  const choice = document.querySelector("select[name=code]");
  if (choice) {
    choice.value = document.documentElement.dataset.code || "all";
    choice.addEventListener("change", () => {
      document.documentElement.dataset.code = choice.value;
      try { localStorage.setItem("code", choice.value); } catch { /* a reader who keeps nothing */ }
      dispatchEvent(new Event("resize"));
    });
  }

  // Buttons that copy: each says which cell.
  addEventListener("load", () => all(".copybtn").forEach((button, i) => button.setAttribute("aria-label", `Copy code ${i + 1}`)));

  // A formula is on the page twice, drawn and as MathML. Copied as text it is what is drawn, as HTML it is MathML.
  document.addEventListener("copy", (event) => {
    const chosen = getSelection();
    if (!chosen.rangeCount || chosen.isCollapsed) return;
    const part = document.createElement("div");
    part.append(chosen.getRangeAt(0).cloneContents());
    if (!part.querySelector(".katex")) return;
    const plain = part.cloneNode(true);
    for (const heard of all(".katex-mathml, .headerlink", plain)) heard.remove();
    for (const drawn of all(".katex-html, .headerlink", part)) drawn.remove();
    for (const block of all("p, li, h1, h2, h3, .katex-display", plain)) block.append("\n");
    event.clipboardData.setData("text/plain", plain.textContent.replace(/[\u200b\u2060]/g, "").trim());
    event.clipboardData.setData("text/html", part.innerHTML);
    event.preventDefault();
  });

  // A page opened as a file may not read the others, so what the search finds has no excerpts there.
  const found = document.getElementById("search-results");
  if (found && location.protocol === "file:") {
    const told = document.createElement("p");
    told.textContent = "These pages were opened as files, where a browser shows no excerpts; make serve shows them with.";
    found.before(told);
  }

  // On paper everything that is folded is open.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("details:not([open])");
    for (const part of folded) part.open = true;
  });
  addEventListener("afterprint", () => folded.forEach((part) => (part.open = false)));

  // Figures that move. Each has a module, which comes when its figure is near or when the reader asks for it; the
  // printed figure is a press away. A file opened without a server has no modules: there the printed ones stay.
  if (location.protocol !== "file:") {
    const wake = (figure) => import(`${movables}${figure.dataset.movable}.mjs`).then((module) => module.start(figure));
    const near = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        wake(target);
      }
    }, { rootMargin: "400px" });
    for (const figure of all("[data-movable]")) {
      const button = figure.querySelector(".lowdim-wake");
      if (!button) near.observe(figure);
      button?.addEventListener("click", async () => {
        if (!figure.querySelector(".lowdim-stage")) await wake(figure);
        else figure.classList.toggle("lowdim-moves");
        button.textContent = figure.matches(".lowdim-moves") ? "Show the printed figure" : "Move this figure";
      });
      if (button && location.hash.startsWith(`#${figure.id}?`)) button.click();
    }
  }

  // The Claims page: find a row by its kind, its chapter and its words.
  const rows = all(".lowdim-ledger-entry");
  if (rows.length) {
    const chapters = [...new Set(rows.map((row) => row.closest("section")))];
    const titles = chapters.map((part) => part.querySelector("h2").firstChild.textContent);
    const kinds = [...new Set(rows.map((row) => row.querySelector(".lowdim-claim-kind").textContent))];
    const form = document.createElement("form");
    form.className = "lowdim-filter";
    const choice = (name, words) => `<label>${name}<select name="${name}"><option value="">all</option>${words
      .map((word, i) => `<option value="${i + 1}">${word}</option>`).join("")}</select></label>`;
    form.innerHTML = `<label>Words<input type="search" name="words"></label>${choice("Kind", kinds)}${choice("Chapter", titles)}
      <output aria-live="polite"></output>`;
    chapters[0].before(form);
    const show = () => {
      const [words, kind, chapter] = ["words", "Kind", "Chapter"].map((name) => form.elements[name].value);
      let count = 0;
      for (const row of rows) {
        const fits = row.textContent.toLowerCase().includes(words.trim().toLowerCase())
          && (!kind || row.querySelector(".lowdim-claim-kind").textContent === kinds[kind - 1])
          && (!chapter || row.closest("section") === chapters[chapter - 1]);
        row.hidden = !fits;
        count += fits;
      }
      for (const part of chapters) part.hidden = !part.querySelector(".lowdim-ledger-entry:not([hidden])");
      form.querySelector("output").textContent = `${count} of ${rows.length} claims`;
    };
    form.addEventListener("input", show);
    form.addEventListener("submit", (event) => event.preventDefault());
    const reveal = () => {
      const row = document.getElementById(location.hash.slice(1));
      if (row?.matches(".lowdim-ledger-entry")) row.querySelector("details").open = true;
    };
    addEventListener("hashchange", reveal);
    reveal();
    show();
  }

  // The search finds statements and claims by number, title and words, before it finds pages, and while one types.
  const results = document.getElementById("search-results");
  if (results) {
    // Sphinx's scores, where a name of the library does not come before the title and the text of a page.
    window.Scorer = { objNameMatch: 6, objPartialMatch: 3, objPrio: { 0: 0, 1: 0, 2: -5 }, objPrioDefault: 0, title: 15, partialTitle: 7,
      term: 5, partialTerm: 2 };
    const root = document.documentElement.dataset.content_root || "./";
    const parse = (name) => fetch(root + name).then((r) => (r.ok ? r.text() : "")).then((t) => new DOMParser().parseFromString(t, "text/html"));
    const plain = (part) => {
      for (const heard of all(".katex-mathml", part)) heard.remove();
      return part.textContent.replace(/\s+/g, " ").trim();
    };
    const line = ([href, words]) => {
      const item = document.createElement("li");
      const link = item.appendChild(document.createElement("a"));
      link.href = root + href;
      link.textContent = words;
      return item;
    };
    const known = Promise.all([parse("statements.html"), parse("claims.html"), parse("terms.html")]).then(([statements, claims, terms]) => {
      const rows = all(".lowdim-statements tbody tr", statements).map((row) => {
        const [number, title] = all("td", row).map(plain);
        return [row.querySelector("a").getAttribute("href"), `${number}: ${title}`];
      });
      for (const row of all(".lowdim-ledger-entry", claims)) rows.push([`claims.html#${row.id}`, `Claim: ${plain(row.querySelector(":scope > p:not(.lowdim-claim-head)"))}`]);
      for (const row of all("#terms li", terms)) if (row.querySelector("a")) rows.push([row.querySelector("a").getAttribute("href"), plain(row)]);
      return rows;
    });
    const list = document.createElement("ul");
    list.className = "lowdim-found";
    results.before(list);
    const own = (query) => known.then((rows) => {
      const found = query ? rows.filter(([, words]) => words.toLowerCase().includes(query)) : [];
      list.replaceChildren(...found.slice(0, 12).map(line));
      quiet();
    });
    // That nothing is found is not said below something that is.
    const quiet = () => {
      const said = results.querySelector(".search-summary");
      if (said && list.children.length && /did not match/.test(said.textContent)) said.textContent = "Nothing else was found.";
    };
    new MutationObserver(quiet).observe(results, { childList: true, subtree: true, characterData: true });
    own(new URLSearchParams(location.search).get("q")?.trim().toLowerCase());
    let soon;
    const typed = document.querySelector(".bd-search-container input[name=q]");
    typed?.addEventListener("input", () => {
      clearTimeout(soon);
      soon = setTimeout(() => {
        const words = typed.value.trim();
        history.replaceState(null, "", `?q=${encodeURIComponent(words)}`);
        results.replaceChildren();
        if (words.length > 1) Search.performSearch(words); // Sphinx's own, which has come by now
        own(words.toLowerCase());
      }, 250);
    });
  }

  // A statement, a reference or a formula that a link leads to is seen before one goes there.
  const SEEN = ".proof, .citation, div.math, .lowdim-claim";
  const pages = new Map();
  const load = (url) => {
    if (!pages.has(url)) pages.set(url, fetch(url).then((r) => r.text()).then((t) => new DOMParser().parseFromString(t, "text/html")));
    return pages.get(url);
  };
  let card, soon;
  const leave = () => { clearTimeout(soon); card?.remove(); card = null; };
  async function preview(link) {
    const [url, id] = link.href.split("#");
    const page = url === location.href.split("#")[0] ? document : await load(url).catch(() => null);
    const target = page?.getElementById(decodeURIComponent(id || ""));
    if (!target?.matches(SEEN) || !(link.matches(":hover") || link === document.activeElement)) return;
    leave();
    card = document.createElement("div");
    card.className = "lowdim-preview bd-article";
    card.setAttribute("role", "tooltip");
    card.append(document.importNode(target, true));
    for (const part of all("[id]", card)) part.removeAttribute("id");
    document.body.append(card);
    const place = link.getBoundingClientRect();
    card.style.left = `${Math.max(8, Math.min(place.left, innerWidth - card.offsetWidth - 8))}px`;
    const below = place.bottom + card.offsetHeight + 12 < innerHeight;
    card.style.top = `${below ? place.bottom + 6 : Math.max(8, place.top - card.offsetHeight - 6)}px`;
  }
  if (matchMedia("(hover: hover)").matches) {
    for (const link of all('.bd-article a[href*="#"]:not(.headerlink)')) {
      for (const event of ["mouseenter", "focus"]) link.addEventListener(event, () => { clearTimeout(soon); soon = setTimeout(preview, 200, link); });
      for (const event of ["mouseleave", "blur"]) link.addEventListener(event, leave);
    }
    addEventListener("scroll", leave, { passive: true });
    document.addEventListener("keydown", (event) => event.key === "Escape" && leave());
  }
})();
