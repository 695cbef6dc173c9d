// Buttons that print the page.

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false; // it is no use without this
  button.addEventListener("click", () => print());
}
