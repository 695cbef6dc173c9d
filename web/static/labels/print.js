// Buttons that print the page.

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false; // it is no use without this
  button.addEventListener("click", async () => {
    const coming = []; // what is fetched when it comes into sight adds its promise
    dispatchEvent(new CustomEvent("printing", { detail: coming }));
    await Promise.allSettled(coming);
    print();
  });
}
