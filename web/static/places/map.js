// Maps are fetched when they come into sight, and put in as they are: the style sheet colours them.

const coming = new IntersectionObserver(
  (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => show(entry.target)),
  { rootMargin: "400px" },
);

for (const place of document.querySelectorAll("[data-map]")) coming.observe(place);
addEventListener("beforeprint", () => document.querySelectorAll("[data-map]").forEach(show));

async function show(place) {
  const address = place.dataset.map;
  if (!address) return;
  coming.unobserve(place);
  delete place.dataset.map;
  const answer = await fetch(address).catch(() => null);
  if (!answer?.ok) return; // the link to it stays
  const drawn = new DOMParser().parseFromString(await answer.text(), "image/svg+xml").documentElement;
  if (drawn.localName === "svg") place.replaceChildren(document.importNode(drawn, true));
}
