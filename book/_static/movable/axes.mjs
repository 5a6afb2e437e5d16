// Axes and marks as SVG markup; looks come from classes in css/movable.css.

let made = 0; // clip paths: each has a name of its own on the page
const f = (x) => (Math.round(x * 10) / 10).toString();

/**
 * A panel: its frame, and marks in the coordinates of its data.
 *
 * @param box {x, y, width, height} of the plot itself, in pixels
 * @param x [low, high], @param y [low, high]; log: y is drawn by its logarithm; ticks are values, or [value, label]
 */
export function panel({ box, x, y, log = false, title = "", xlabel = "", ylabel = "", xticks, yticks }) {
  const tall = log ? y.map(Math.log10) : y;
  const X = (v) => box.x + ((v - x[0]) / (x[1] - x[0])) * box.width;
  const level = (v) => (log ? Math.log10(Math.max(v, 1e-300)) : v);
  const Y = (v) => box.y + box.height * (1 - (Math.min(Math.max(level(v), tall[0] - 9e9), tall[1] + 9e9) - tall[0]) / (tall[1] - tall[0]));
  const id = `lowdim-clip-${made++}`;
  const bottom = box.y + box.height;
  let frame = `<clipPath id="${id}"><rect x="${f(box.x)}" y="${f(box.y - 6)}" width="${f(box.width + 6)}" height="${f(box.height + 12)}"/></clipPath>`
    + `<clipPath id="${id}-lines"><rect x="${f(box.x)}" y="${f(box.y)}" width="${f(box.width)}" height="${f(box.height)}"/></clipPath>`;
  const labelled = (list, word) => list.map((v) => (Array.isArray(v) ? v : [v, word(v)]));
  for (const [v, word] of labelled(xticks ?? ticks(x, Math.max(3, box.width / 70)), said)) {
    frame += `<text class="lowdim-tick" x="${f(X(v))}" y="${f(bottom + 16)}" text-anchor="middle">${word}</text>`;
  }
  const levels = log ? decades(tall, box.height / 34) : ticks(y, box.height / 45);
  for (const [v, word] of labelled(yticks ?? levels, log ? power : said)) {
    frame += `<path class="lowdim-grid" d="M${f(box.x)} ${f(Y(v))}h${f(box.width)}"/>`;
    frame += `<text class="lowdim-tick" x="${f(box.x - 6)}" y="${f(Y(v) + 4)}" text-anchor="end">${word}</text>`;
  }
  frame += `<path class="lowdim-frame" d="M${f(box.x)} ${f(box.y)}V${f(bottom)}H${f(box.x + box.width)}"/>`;
  frame += `<text class="lowdim-title" x="${f(box.x)}" y="${f(box.y - 9)}">${title}</text>`;
  if (xlabel) frame += `<text class="lowdim-tick" x="${f(box.x + box.width / 2)}" y="${f(bottom + 33)}" text-anchor="middle">${xlabel}</text>`;
  if (ylabel) frame += `<text class="lowdim-tick" x="${f(box.x + box.width)}" y="${f(box.y - 9)}" text-anchor="end">${ylabel}</text>`;

  // A dot at the frame is whole; a line ends there.
  const within = (markup, name = id) => `<g clip-path="url(#${name})">${markup}</g>`;
  const inside = (markup) => within(markup, `${id}-lines`);
  const path = (xs, ys) => xs.map((v, i) => `${i ? "L" : "M"}${f(X(v))} ${f(clip(Y(ys[i])))}`).join("");
  const clip = (v) => Math.min(Math.max(v, -1e4), 1e4);
  return {
    X, Y, frame,
    /** The value at a place in pixels. */
    invX: (px) => x[0] + ((px - box.x) / box.width) * (x[1] - x[0]),
    invY: (py) => tall[0] + (1 - (py - box.y) / box.height) * (tall[1] - tall[0]),
    line: (xs, ys, look) => inside(`<path class="lowdim-line ${look}" d="${path(xs, ys)}"/>`),
    band: (xs, low, high, look) => inside(`<path class="lowdim-band ${look}" d="${path(xs, high)}${path([...xs].reverse(), [...low].reverse()).replace("M", "L")}Z"/>`),
    strip: (low, high) => `<rect class="lowdim-strip" x="${f(X(low))}" y="${f(box.y)}" width="${f(X(high) - X(low))}" height="${f(box.height)}"/>`,
    dots: (xs, ys, look, size = 3) => within(xs.map((v, i) => `<circle class="lowdim-dot ${look}" cx="${f(X(v))}" cy="${f(clip(Y(ys[i])))}" r="${size}"/>`).join("")),
    stems: (xs, ys, look) => inside(xs.map((v, i) => `<path class="lowdim-line ${look}" d="M${f(X(v))} ${f(Y(0))}V${f(clip(Y(ys[i])))}"/>`).join("")),
    /** Atoms on the line: discs whose area is the weight, hollow where it is negative. */
    discs: (poles, weights, height, look, unit = 15) => within(poles.map((v, i) =>
      `<circle class="lowdim-disc ${look}${weights[i] < 0 ? " lowdim-hollow" : ""}" cx="${f(X(v))}" cy="${f(Y(height))}" r="${f(unit * Math.sqrt(Math.abs(weights[i])))}"/>`).join("")),
    marks: (xs, low, high, look) => xs.map((v) => `<path class="lowdim-line ${look}" d="M${f(X(v))} ${f(Y(low))}V${f(Y(high))}"/>`).join(""),
    note: (v, w, words, look = "", anchor = "start") => `<text class="lowdim-note ${look}" x="${f(X(v))}" y="${f(Y(w))}" text-anchor="${anchor}">${words}</text>`,
  };
}

/** Places for panels: side by side where there is room, else one below the other; each {x, y, width, height}. */
export function places({ width, height }, shares, { stacked = width < 480, below = 0 } = {}) {
  const [left, right, top, bottom] = [46, 12, 26, 40];
  const all = height - below;
  if (stacked) {
    const each = all / shares.length;
    return shares.map((_, i) => ({ x: left, y: i * each + top, width: width - left - right, height: each - top - bottom }));
  }
  const total = shares.reduce((a, b) => a + b, 0);
  let x = 0;
  return shares.map((share) => {
    const room = (width * share) / total;
    const place = { x: x + left, y: top, width: room - left - right, height: all - top - bottom };
    x += room;
    return place;
  });
}

function ticks([low, high], count) {
  const raw = (high - low) / Math.max(count, 2);
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].find((m) => m * size >= raw) * size;
  const found = [];
  for (let v = Math.ceil(low / step - 1e-9) * step; v <= high + 1e-9 * step; v += step) found.push(Math.abs(v) < step / 1e6 ? 0 : v);
  return found;
}

function decades([low, high], count) {
  const step = Math.max(1, Math.ceil((high - low) / Math.max(count, 2)));
  const found = [];
  for (let e = Math.ceil(low / step) * step; e <= high; e += step) found.push(10 ** e);
  return found;
}

const said = (v) => Number(v.toPrecision(6)).toString().replace("-", "−");
export const power = (v) => `10<tspan class="lowdim-raised" dy="-0.5em">${String(Math.round(Math.log10(v))).replace("-", "−")}</tspan>`;
