// A place chosen on a map: each click comes nearer, and says how exact it was.

const WIDE = [null, 60, 15, 4, 0]; // degrees across; the world first, as near as maps go last
const BLUR = 12; // units of the map that a click may be off: a few pixels
const DEGREE_M = 111_000;

export function open(picker) {
  const map = picker.querySelector("[data-choose]");
  const [field, accuracy] = picker.querySelectorAll("input:not([type=checkbox])");
  const view = { map, at: null, step: 0, asked: 0, text: "", metres: "" };
  map.addEventListener("click", (event) => {
    const button = event.target.closest("[data-by]");
    const svg = event.target.closest("svg.map");
    if (button) move(view, Number(button.dataset.by));
    else if (svg) choose(view, field, accuracy, spotIn(svg, event));
  });
  picker.addEventListener("meant", ({ detail }) => {
    if (!detail) return;
    const at = [detail.latitude, detail.longitude];
    if (`${at}` === `${view.at}`) return;
    view.at = at;
    view.step = 2;
    draw(view);
  });
  // How exact a click was says nothing of what is typed after it.
  field.addEventListener("input", () => {
    if (field.value !== view.text && accuracy.value === view.metres) accuracy.value = "";
  });
  draw(view);
  field.dispatchEvent(new Event("input", { bubbles: true })); // what is typed already is looked up again
}

function choose(view, field, accuracy, { latitude, longitude, metres }) {
  const digits = Math.max(0, Math.ceil(Math.log10(DEGREE_M / metres)) + 1);
  view.at = [latitude, longitude].map((degrees) => Number(degrees.toFixed(digits)));
  view.text = field.value = view.at.map((degrees) => degrees.toFixed(digits)).join(", ");
  view.metres = accuracy.value = `${metres}`;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  move(view, 1);
}

function move(view, by) {
  view.step = Math.min(WIDE.length - 1, Math.max(0, view.step + by));
  draw(view);
}

async function draw(view) {
  const asked = new URLSearchParams();
  if (view.at && view.step) {
    asked.set("at", view.at.join(","));
    asked.set("wide", WIDE[view.step]);
  }
  const turn = (view.asked += 1);
  const answer = await fetch(`${view.map.dataset.choose}?${asked}`).catch(() => null);
  if (!answer?.ok || turn !== view.asked) return; // moved on meanwhile
  const drawn = new DOMParser().parseFromString(await answer.text(), "image/svg+xml").documentElement;
  if (drawn.localName === "svg") view.map.querySelector("div").replaceChildren(document.importNode(drawn, true));
}

// Where on the world *event* is, and how far off it may be: two digits are enough for that.
function spotIn(svg, event) {
  const [latitude, longitude, across, down] = svg.dataset.view.split(" ").map(Number);
  const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  const { width, height } = svg.viewBox.baseVal;
  const east = longitude + (x - width / 2) / across;
  return {
    latitude: Math.max(-90, Math.min(90, latitude - (y - height / 2) / down)),
    longitude: ((((east + 180) % 360) + 360) % 360) - 180,
    metres: Math.ceil(Number(((BLUR / down) * DEGREE_M).toPrecision(2))),
  };
}
