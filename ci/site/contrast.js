// axe's rule on contrast, for one text of each kind. Returns [rule, impact, places] of each violation.
//
// What the rule judges is the colour and size of a text, the boxes around it, and any other painted box that it
// meets. A page of thousands of texts has a few dozen kinds of these. One of each kind is judged; where it does not
// pass, or cannot be judged, all others of its kind are, too. A kind that has passed in a theme is not judged again
// in another width; one that only another width has is: a text that appears, another size, colour or background.
async (theme) => {
  const passed = ((window.passedKinds ??= {})[theme] ??= new Set());
  const CLEAR = "rgba(0, 0, 0, 0)";
  const shown = (e) => e.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
  const says = (e) => /^(INPUT|SELECT|TEXTAREA)$/.test(e.tagName)
    || [...e.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());

  const boxes = new Map(); // from an element to how it and all around it are painted
  const painted = []; // [element, its place] of whatever may lie under a text
  const texts = []; // the same of texts
  function around(e) {
    if (!e) return "";
    if (!boxes.has(e)) {
      const { backgroundColor, backgroundImage, opacity, position, filter } = getComputedStyle(e);
      const own = [backgroundColor, backgroundImage, opacity, position, filter];
      const plain = [CLEAR, "none", "1", "static"];
      boxes.set(e, [around(e.parentElement), ...own.filter((value) => !plain.includes(value))].join());
    }
    return boxes.get(e);
  }
  for (const e of document.body.querySelectorAll("*")) {
    if (!shown(e)) continue;
    const place = e.getBoundingClientRect();
    if (place.width <= 1 || place.height <= 1 || place.right <= 0 || place.bottom <= 0) continue;
    const { backgroundColor, backgroundImage } = getComputedStyle(e);
    const picture = /^(IMG|svg|CANVAS|VIDEO|OBJECT|IFRAME)$/.test(e.tagName);
    if (picture || backgroundColor !== CLEAR || backgroundImage !== "none") painted.push([e, place]);
    if (says(e)) texts.push([e, place]);
  }
  const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  function kind(e, place) {
    const { color, fontSize, fontWeight, textShadow } = getComputedStyle(e);
    const met = painted.filter(([box, there]) => meet(place, there) && !box.contains(e) && !e.contains(box));
    const letter = e.textContent.trim().length === 1; // is not judged
    return [around(e), color, fontSize, fontWeight, textShadow, letter, ...met.map(([box]) => around(box))].join(";");
  }

  const kinds = new Map();
  for (const [e, place] of texts) {
    const own = kind(e, place);
    if (!passed.has(own)) kinds.set(own, [...(kinds.get(own) ?? []), e]);
  }
  async function judge(elements) {
    if (!elements.length) return { found: [], doubtful: [] };
    const options = { runOnly: ["color-contrast"], resultTypes: ["violations", "incomplete"], elementRef: true };
    const { violations, incomplete } = await axe.run({ include: elements }, options);
    const nodes = violations.flatMap((violation) => violation.nodes);
    return { found: nodes, doubtful: [...nodes, ...incomplete.flatMap((each) => each.nodes)].map((node) => node.element) };
  }
  const first = await judge([...kinds.values()].map(([e]) => e));
  const others = [];
  for (const [own, [e, ...more]] of kinds) {
    if (first.doubtful.includes(e)) others.push(...more);
    else passed.add(own);
  }
  const found = [...first.found, ...(await judge(others)).found];
  const places = [...new Set(found.map((node) => node.target.join(" ")))];
  return places.length ? [["color-contrast", found[0].impact, places]] : [];
}
