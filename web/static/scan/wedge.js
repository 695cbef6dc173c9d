// Scanners that type: the separator of GS1 elements, which most send as Ctrl+], is kept visible.

document.addEventListener("keydown", (event) => {
  const isSeparator = event.key === "\u001d" || (event.ctrlKey && event.key === "]");
  if (!isSeparator || !event.target.matches("textarea, input[type=search], input[type=text]")) return;
  event.preventDefault();
  const field = event.target;
  field.setRangeText("\u241d", field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
