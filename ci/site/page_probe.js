// Looks at the page as it stands in the browser. Returns {links, ids, findings}; a finding is [kind, where, what].
(view) => {
  const findings = [];
  const found = (kind, element, what) => findings.push([kind, place(element), what]);

  function place(element) {
    const parts = [];
    for (let e = element; e && e !== document.body && parts.length < 4; e = e.parentElement) {
      if (e.id) { parts.unshift("#" + e.id); break; }
      const name = [...e.classList].slice(0, 2).map((c) => "." + c).join("");
      parts.unshift(e.tagName.toLowerCase() + name);
    }
    return parts.join(" > ") || "page";
  }

  const shown = (e) => e.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && e.getClientRects().length;
  const short = (text) => text.replace(/\s+/g, " ").trim().slice(0, 60);

  // Colours of any notation as [r, g, b, alpha], by painting one pixel.
  const pixel = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const painted = new Map();
  function colour(css) {
    if (!painted.has(css)) {
      pixel.clearRect(0, 0, 1, 1);
      pixel.fillStyle = css;
      pixel.fillRect(0, 0, 1, 1);
      painted.set(css, [...pixel.getImageData(0, 0, 1, 1).data].map((v) => v / 255));
    }
    return painted.get(css);
  }
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  function background(element) {
    const layers = [];
    for (let e = element; e; e = e.parentElement) layers.push(colour(getComputedStyle(e).backgroundColor));
    return layers.reduceRight((below, top) => over(top, below), [1, 1, 1, 1]);
  }
  function luminance(c) {
    const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]);
  }
  function contrast(a, b) {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  }

  function formulas() {
    for (const e of document.querySelectorAll(".katex-error, .merror")) found("formula", e, short(e.title || e.textContent));
    for (const e of document.querySelectorAll(".katex-html [style*='color']")) {
      if (e.style.color === "rgb(204, 0, 0)") found("formula", e, "red: " + short(e.textContent));
    }
  }

  function rawMarkup() {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const markup = /\$[^\s$][^$]*\$|\\[([][^\n]*\\[)\]]|\{[a-z:-]+\}`|\[@\w+\]/;
    while (walker.nextNode()) {
      const text = walker.currentNode.data;
      const owner = walker.currentNode.parentElement;
      if (markup.test(text) && !owner.closest("pre, code, script, style, noscript, .katex")) {
        found("raw markup", owner, short(text.match(markup)[0]));
      }
    }
  }

  function descriptions() {
    for (const e of document.querySelectorAll("svg, canvas, object, iframe, video, [role=img]")) {
      if (e.closest("[aria-hidden=true]") || e.parentElement.closest("svg, [role=img]")) continue;
      const control = e.closest("a, button, summary, label");
      const named = [e.getAttribute("alt"), e.getAttribute("aria-label"), e.querySelector(":scope > title")?.textContent,
        control?.textContent, control?.getAttribute("aria-label"), control?.title, control?.dataset.tooltip];
      if (!named.some((name) => name?.trim())) found("no description", e, "a picture without alt text");
    }
  }

  function identities() {
    const seen = new Set();
    for (const e of document.querySelectorAll("[id]")) {
      if (seen.has(e.id)) found("double id", e, e.id);
      seen.add(e.id);
    }
    return [...seen];
  }

  // Lines and letters of a picture; what is fainter than half is meant to stay behind.
  function pictureContrast() {
    for (const svg of document.querySelectorAll("svg[role=img]")) {
      if (!shown(svg)) continue;
      const behind = background(svg.parentElement);
      const seen = new Set();
      for (const e of svg.querySelectorAll("path, use, line, rect, circle, polyline, polygon, text")) {
        if (e.closest("defs, clipPath")) continue;
        const style = getComputedStyle(e);
        for (const property of ["fill", "stroke"]) {
          const css = style[property];
          const alpha = style[property + "Opacity"] * style.opacity;
          if (!/^(rgb|color|ok|light|#)/.test(css) || alpha < 0.5 || seen.has(css)) continue;
          seen.add(css);
          const ratio = contrast(over(colour(css), behind), behind);
          if (ratio > 1.05 && ratio < 2.95) found("contrast", svg, `${ratio.toFixed(1)}:1 for ${property} ${css}`);
        }
      }
    }
  }

  function overflow() {
    const width = document.documentElement.clientWidth;
    const excess = document.documentElement.scrollWidth - width;
    if (excess <= 0) return;
    const contained = (e) => {
      const style = getComputedStyle(e);
      return e !== document.body && (style.position === "fixed" || /auto|scroll|hidden|clip/.test(style.overflowX));
    };
    let widest = document.body;
    let right = 0;
    for (const e of document.body.querySelectorAll("*")) {
      const edge = e.getBoundingClientRect().right;
      if (edge < right || edge <= width + 0.5) continue;
      let ancestor = e;
      while (ancestor && !contained(ancestor)) ancestor = ancestor.parentElement;
      if (!ancestor) [widest, right] = [e, edge];
    }
    found("overflow", widest, `${excess} px wider than the window: "${short(widest.textContent)}"`);
  }

  // On a phone code scrolls; at a desk all of it is to be seen.
  function cutCode() {
    for (const e of document.querySelectorAll("pre")) {
      const excess = e.scrollWidth - e.clientWidth;
      if (shown(e) && excess > 1) found("cut code", e, `${excess} px too wide: "${short(e.textContent)}"`); // 1: rounding
    }
  }

  // What is wider than its place scrolls there, by the keyboard too, and says what it is.
  function cutFormulas() {
    for (const e of document.querySelectorAll(".katex-display, .pst-scrollable-table-container")) {
      if (!shown(e) || e.scrollWidth <= e.clientWidth + 1) continue;
      const said = e.tabIndex === 0 && e.getAttribute("role") === "group" && e.getAttribute("aria-label");
      if (!said || !/gradient/.test(getComputedStyle(e).backgroundImage)) found("cut formula", e, "it goes on without a cue");
    }
    const edge = document.documentElement.clientWidth;
    for (const e of document.querySelectorAll(".katex")) {
      if (!shown(e) || e.closest(".katex-display, table, pre, details:not([open])")) continue;
      const right = Math.max(...[...e.getClientRects()].map((box) => box.right));
      if (right > edge + 1) found("cut formula", e, `${Math.round(right - edge)} px beyond the edge`);
    }
  }

  // Lines of 66 to 72 letters are read best; a paragraph of four lines or more tells how many it has.
  function longLines() {
    const counts = [];
    for (const e of document.querySelectorAll("main p")) {
      if (!shown(e) || e.closest("table, figcaption, .lowdim-caption")) continue;
      const range = document.createRange();
      range.selectNodeContents(e);
      const height = parseFloat(getComputedStyle(e).lineHeight);
      const lines = Math.round(e.getBoundingClientRect().height / height);
      if (lines >= 4 && !e.querySelector(".katex")) counts.push([e.innerText.length / (lines - 0.5), e]);
    }
    for (const [letters, e] of counts) if (letters > 76) found("long lines", e, `${Math.round(letters)} letters`);
  }

  let ids = [];
  let links = [];
  if (view === "light") {
    formulas();
    rawMarkup();
    descriptions();
    cutCode();
    longLines();
    ids = identities();
    links = [...document.querySelectorAll("a[href]")].map((a) => [a.href, place(a)]);
  }
  if (view === "phone") {
    overflow();
    cutFormulas();
  } else pictureContrast();
  return { ids, links, findings };
}
