// Maps are fetched when they come into sight, and put in as they are: the style sheet colours them.

const shown = new Map(); // those that were asked for, and when they are here
const coming = new IntersectionObserver(
  (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => show(entry.target)),
  { rootMargin: "400px" },
);

const places = [...document.querySelectorAll("[data-map]")];
for (const place of places) coming.observe(place);
addEventListener("beforeprint", () => places.forEach(show));
addEventListener("printing", ({ detail }) => detail.push(...places.map(show)));

function show(place) {
  coming.unobserve(place);
  if (!shown.has(place)) shown.set(place, draw(place));
  return shown.get(place);
}

async function draw(place) {
  const answer = await fetch(place.dataset.map).catch(() => null);
  if (!answer?.ok) return; // the link to it stays
  const drawn = new DOMParser().parseFromString(await answer.text(), "image/svg+xml").documentElement;
  if (drawn.localName === "svg") place.replaceChildren(document.importNode(drawn, true));
}
