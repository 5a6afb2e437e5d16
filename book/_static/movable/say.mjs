// Say what you like: the next responses are the reader's, and a student without loss gives them.
import { given, minus, number, stage } from "./stage.mjs";
import { panel, places } from "./axes.mjs";
import { persuaded, responses, upTo } from "./systems.mjs";

const LAST = 30;
const UNIT = 0.05; // of the weights, drawn as asinh(w / UNIT)
const CAPTION = ["A student without loss, whose next responses you choose.",
  "(a) Responses of the teacher (uncoloured) and of the student, orange unless it is the teacher; training saw the strip. (b) The "
  + "weights of the student’s poles, negative ones orange and hollow; the scale is even near zero only."];
const drawn = (w) => Math.asinh(w / UNIT);

export function start(root) {
  const { poles, weights, k, free } = given(root);
  const count = poles.length + free.length - k;
  const names = Array.from({ length: count }, (_, i) => `m${k + i}`);
  const own = responses(poles, weights, upTo(LAST + 1));
  const handles = names.map((name, i) => ({ name, label: `Response at lag ${k + i}`, value: Number(own[k + i].toFixed(2)),
    min: -1, max: 1, step: 0.01, upright: true, text: (x) => minus(x.toFixed(2)) }));
  const figure = stage(root, paint, handles, CAPTION);
  const tell = (what) => names.forEach((name, i) => figure.set(name, what(i)));
  const buttons = { forget: () => 0, honest: (i) => own[k + i], ring: (i) => (i % 2 ? -0.5 : 0.5) };
  for (const [name, what] of Object.entries(buttons)) root.querySelector(`button[name=${name}]`)?.addEventListener("click", () => tell(what));

  function paint(values, size) {
    // A handle at the teacher's own response, to the digits shown, says exactly what the teacher says.
    const wanted = names.map((name, i) => (Math.abs(values[name] - own[k + i]) <= 0.00501 ? own[k + i] : values[name]));
    const student = persuaded({ poles, weights, k, wanted, free });
    const js = upTo(LAST + 1);
    const said = responses(student.poles, student.weights, js);
    const [top, low] = places(size, [1, 1], { stacked: true });
    const a = panel({ box: top, x: [-0.5, LAST + 0.5], y: [-1.15, 1.15], title: "(a) Responses: drag the rings", xlabel: "lag" });
    const b = panel({ box: low, x: [-1.05, 1.05], y: [drawn(-3e5), drawn(3e5)], title: "(b) The weights that it takes", xlabel: "pole",
      yticks: [[drawn(-1e4), "−10<tspan class='lowdim-raised' dy='-0.5em'>4</tspan>"], [drawn(-1), "−1"], [0, "0"], [drawn(1), "1"], [drawn(1e4), "10<tspan class='lowdim-raised' dy='-0.5em'>4</tspan>"]] });
    const shown = student.weights.map((w) => (Math.abs(w) < 1e-6 ? 0 : w));
    const negative = shown.filter((w) => w < 0);
    const look = negative.length ? "lowdim-large" : "lowdim-small"; // without negative weights it is the teacher
    const parts = [1, -1].map((sign) => student.poles.map((p, i) => [p, drawn(shown[i])]).filter(([, w]) => sign * w > 0));
    const [up, down] = parts.map((part) => [part.map(([p]) => p), part.map(([, w]) => w)]);
    const plot = [
      a.strip(-0.5, k - 0.5), a.frame, a.line(js, own, "lowdim-teacher"), a.line(js, said, look), a.dots(js, said, look),
      b.frame, b.stems(...up, "lowdim-small lowdim-thick"), b.dots(...up, "lowdim-small", 4),
      b.stems(...down, "lowdim-large lowdim-thick"), b.dots(...down, "lowdim-large lowdim-hollow", 4),
    ].join("");
    const mass = negative.reduce((sum, w) => sum + w, 0);
    const say = `A student of ${student.poles.length} states with a training loss of ${number(student.loss, 1)} says this. `
      + (negative.length ? `${negative.length} of its weights are negative, together ${number(mass)}.` : "None of its weights is negative: it is the teacher.");
    return {
      plot, say,
      at: Object.fromEntries(names.map((name, i) => [name, [a.X(k + i), a.Y(wanted[i])]])),
      from: Object.fromEntries(names.map((name) => [name, (_, py) => a.invY(py)])),
    };
  }
}
