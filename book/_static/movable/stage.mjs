// What every movable figure has: a stage over the static picture, sliders and handles, a sentence that says what
// is seen, and its state in the address. The page holds the controls; without this script they stay hidden.

const SVG = "http://www.w3.org/2000/svg";
const clamp = (x, low, high) => Math.min(high, Math.max(low, x));

/** What the chapter has computed for this figure. */
export const given = (root) => JSON.parse(root.querySelector('script[type="application/json"]').textContent);

/**
 * Bring a figure to life.
 *
 * @param root the element of class lowdim-movable
 * @param paint (values, {width, height}) => {plot: markup, say: sentence or null, at: {handle: [x, y]},
 *   from: {handle: (x, y) => value}}; values has a number for each control and each handle
 * @param handles [{name, label, value, min, max, step, upright, text: (value) => words}]
 * @param caption [finding, panels] of the moving figure, whose panels are other ones than the printed figure's
 * @returns {values, redraw, set}
 */
export function stage(root, paint, handles, caption) {
  const form = root.querySelector("form");
  const seen = root.querySelector(".lowdim-seen");
  const svg = element("svg", { class: "lowdim-stage", role: "group", "aria-label": root.dataset.label });
  const plot = svg.appendChild(element("g", { "aria-hidden": "true" }));
  const grips = svg.appendChild(element("g", {}));
  const values = {};
  const first = Object.fromEntries(handles.map((handle) => [handle.name, handle.value]));
  let from = {};
  let box = { width: 0, height: 0 };
  let waiting = 0;

  const knobs = handles.map((handle) => {
    const knob = grips.appendChild(element("g", { class: "lowdim-handle", tabindex: 0, role: "slider",
      "aria-label": handle.label, "aria-valuemin": handle.min, "aria-valuemax": handle.max,
      "aria-orientation": handle.upright ? "vertical" : "horizontal" }));
    knob.append(element("circle", { r: 16, class: "lowdim-grip" }), element("circle", { r: 7 }));
    knob.addEventListener("keydown", (event) => {
      const { step, min, max } = handle;
      const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
      if (steps) set(handle.name, Math.round((values[handle.name] + steps * step) / step) * step);
      else if (event.key === "Home" || event.key === "End") set(handle.name, event.key === "Home" ? min : max);
      else return;
      event.preventDefault();
    });
    knob.addEventListener("pointerdown", (event) => {
      knob.setPointerCapture(event.pointerId);
      knob.focus();
      event.preventDefault();
    });
    knob.addEventListener("pointermove", (event) => {
      if (!knob.hasPointerCapture(event.pointerId)) return;
      const place = svg.getBoundingClientRect();
      const value = from[handle.name](event.clientX - place.left, event.clientY - place.top);
      set(handle.name, Math.round(value / handle.step) * handle.step);
    });
    return knob;
  });

  function read() {
    for (const control of form.elements) {
      if (!control.name || control.type === "button") continue;
      values[control.name] = control.type === "checkbox" ? Number(control.checked) : Number(control.value);
    }
  }

  function set(name, value) {
    const handle = handles.find((each) => each.name === name);
    const control = form.elements[name];
    if (handle) values[name] = clamp(Number(value.toFixed(6)), handle.min, handle.max);
    else if (control?.type === "checkbox") control.checked = Boolean(value);
    else if (control) control.value = value;
    read();
    redraw();
    remember();
    root.dispatchEvent(new CustomEvent("moved", { detail: name }));
  }

  let later;
  function remember() { // not at every step of a drag: browsers count
    clearTimeout(later);
    later = setTimeout(() => {
      const said = new URLSearchParams(Object.entries(values).map(([name, x]) => [name, String(x)]));
      history.replaceState(null, "", `#${root.id}?${said}`);
    }, 300);
  }

  function recall() {
    const [name, said] = location.hash.slice(1).split("?");
    if (name !== root.id || !said) return;
    for (const [key, x] of new URLSearchParams(said)) {
      if (!Number.isFinite(Number(x))) continue;
      const handle = handles.find((each) => each.name === key);
      const control = form.elements[key];
      if (handle) values[key] = clamp(Number(x), handle.min, handle.max);
      else if (control?.type === "checkbox") control.checked = x === "1";
      else if (control && control.type !== "button") control.value = x;
    }
    root.scrollIntoView();
  }

  function redraw() {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(now);
  }

  function now() {
    if (!box.width) return;
    const made = paint(values, box);
    plot.innerHTML = made.plot;
    from = made.from ?? {};
    if (made.say && made.say !== seen.textContent) seen.textContent = made.say;
    handles.forEach((handle, i) => {
      const place = made.at?.[handle.name];
      knobs[i].classList.toggle("lowdim-gone", !place);
      if (!place) return;
      knobs[i].setAttribute("transform", `translate(${place[0]} ${place[1]})`);
      knobs[i].setAttribute("aria-valuenow", values[handle.name]);
      knobs[i].setAttribute("aria-valuetext", handle.text(values[handle.name]));
    });
    for (const control of form.elements) {
      const words = control.type === "range" && made.words?.[control.name];
      if (!words) continue;
      control.setAttribute("aria-valuetext", words);
      control.parentElement.querySelector("output").textContent = words;
    }
  }

  form.addEventListener("input", (event) => {
    read();
    redraw();
    remember();
    root.dispatchEvent(new CustomEvent("moved", { detail: event.target.name }));
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => {
    Object.assign(values, first);
    read();
    redraw();
    remember();
    root.dispatchEvent(new CustomEvent("moved", { detail: "reset" }));
  }));

  Object.assign(values, first);
  recall();
  read();
  root.querySelector(".lowdim-ground").append(svg);
  root.classList.add("lowdim-moves");
  retell(root, caption);
  new ResizeObserver(([entry]) => {
    const { width, height } = entry.contentRect;
    if (Math.abs(width - box.width) < 1 && Math.abs(height - box.height) < 1) return;
    box = { width, height };
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    redraw();
  }).observe(svg);
  return { values, redraw, set, form };
}

/** The caption of the moving figure beside the printed one, which is hidden meanwhile (css/movable.css). Where the
 * caption is a text of the page's own only its first sentence speaks of what is printed. */
function retell(root, [finding, panels]) {
  const beside = root.parentElement?.nextElementSibling;
  const whole = root.closest("figure")?.querySelector(".caption-text");
  const printed = whole ?? (beside?.matches(".lowdim-caption") ? beside.querySelector("strong") : null);
  if (!printed) return;
  const told = document.createElement("span");
  told.className = "lowdim-told";
  told.appendChild(document.createElement("strong")).textContent = finding;
  if (whole) told.append(` ${panels}`);
  printed.classList.add("lowdim-printed");
  printed.after(told);
}

function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** A number for a sentence: 0.25, 7 × 10⁻¹¹, which no line breaks in two. */
export function number(x, digits = 2) {
  if (x === 0) return "0";
  const size = Math.floor(Math.log10(Math.abs(x)) + 1e-12);
  if (size >= -3 && size < 5) return minus(Number(x.toPrecision(digits)).toString());
  const [mantissa, exponent] = x.toExponential(digits - 1).split("e");
  return `${minus(mantissa)}\u00a0×\u00a010${[...String(Number(exponent))].map((c) => RAISED[c]).join("")}`;
}

export const minus = (text) => text.replace("-", "−");
const RAISED = Object.fromEntries([..."0123456789-"].map((c, i) => [c, "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"[i]]));
