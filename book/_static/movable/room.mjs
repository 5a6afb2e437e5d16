// Every future that is left: the range of each later response over all non-negative measures.
import { minus, number, stage, given } from "./stage.mjs";
import { panel, places } from "./axes.mjs";
import { ranges } from "./ranges.mjs";
import { responses, upTo } from "./systems.mjs";

const EDGE = 1.1; // of the wider interval
const CAPTION = ["What the responses that are known leave possible for each later one.",
  "(a) Large dots are known, small ones are the teacher’s later responses, and the band holds every response that is possible. "
  + "(b) The teacher’s poles between the edges of the interval, and the square that is zero at each of them."];

export function start(root) {
  const { poles, weights, reach } = given(root);
  const names = poles.map((_, i) => `p${i + 1}`);
  stage(root, paint, poles.map((pole, i) => ({ name: names[i], label: `Pole ${i + 1} of the teacher`, value: pole,
    min: -1, max: 1, step: 0.01, text: (x) => minus(x.toFixed(2)) })), CAPTION);

  function paint(values, size) {
    const { k, signed, wider } = values;
    const at = names.map((name) => values[name]);
    const [R, js] = [wider ? EDGE : 1, upTo(reach)];
    const teacher = responses(at, weights, js);
    const found = signed ? [] : ranges(at, weights, k, reach, R);
    const [top, low] = places(size, [1, 1], { stacked: true });
    low.y += 14;
    const a = panel({ box: top, x: [-0.5, reach - 0.5], y: [-1.1, 1.1], title: "(a) Every later response that is possible", xlabel: "lag" });
    const grid = Array.from({ length: 201 }, (_, i) => R * (i / 100 - 1));
    const square = grid.map((x) => at.reduce((product, pole) => product * (x - pole) ** 2, 1));
    const most = Math.max(...square);
    const b = panel({ box: low, x: [-1.15, 1.15], y: [-0.08, 1.1], title: "(b) The teacher’s poles: drag them", xticks: [-1, -0.5, 0, 0.5, 1], yticks: [] });
    const open = [js.filter((j) => j >= k - 1), (j) => (signed ? [-1.2, 1.2] : found[j - k])];
    const band = open[0].map((j) => (j < k ? [teacher[j], teacher[j]] : open[1](j)));
    const shut = !signed && found.every(([x, y]) => y - x < 1e-6);
    const plot = [
      a.strip(-0.5, k - 0.5), a.frame, a.band(open[0], band.map(([x]) => x), band.map(([, y]) => y), "lowdim-small"),
      a.dots(js.slice(k), teacher.slice(k), "lowdim-teacher", 2), a.dots(js.slice(0, k), teacher.slice(0, k), "lowdim-teacher", 4.5),
      b.frame, b.marks([-R, R], -0.08, 1, "lowdim-edge"), b.line(grid, square.map((y) => y / most), shut ? "lowdim-small lowdim-thick" : "lowdim-small lowdim-dashed"),
      b.stems(at, weights.map((w) => 0.9 * w), "lowdim-teacher lowdim-thick"),
      b.note(0, 1.02, shut ? "this square is known, and its integral is 0" : `the square needs ${2 * at.length + 1} responses`, "lowdim-small", "middle"),
    ].join("");
    const many = k === 1 ? "One response is known." : `${k} responses are known.`;
    const [least, greatest] = signed ? [0, 0] : found[0];
    const width = signed ? 0 : Math.max(...found.map(([x, y]) => y - x));
    const say = signed
      ? `${many} With negative masses allowed, every number is possible at every lag from ${k} on.`
      : shut ? `${many} One future is left: at no lag up to ${reach - 1} can a response differ from the teacher’s by more than ${number(Math.max(width, 1e-9), 1)}.`
        : `${many} The next one can be anything from ${number(least)} to ${number(greatest)}; the widest range up to lag ${reach - 1} is ${number(width)}.`;
    return {
      plot, say, words: { k: `${k}` },
      at: Object.fromEntries(names.map((name, i) => [name, [b.X(at[i]), b.Y(0)]])),
      from: Object.fromEntries(names.map((name) => [name, (px) => b.invX(px)])),
    };
  }
}
