// Codes into a textarea, a line each: by the camera, one after the other, or out of photos.
//
// <button data-scan="serials" data-post="/scan"> and after it a <template> with the dialog.

import { count, say } from "../words.js";
import { readerOf } from "./reader.js";
import "./wedge.js";

const PAUSE_MS = 120;
const SHOWN = 200;

for (const button of document.querySelectorAll("[data-scan]:not(.ready)")) {
  button.classList.add("ready");
  button.hidden = false;
  button.addEventListener("click", () => open(button));
}

function open(button) {
  const dialog = button.nextElementSibling.content.firstElementChild.cloneNode(true);
  const target = document.getElementById(button.dataset.scan);
  const view = {
    dialog,
    video: dialog.querySelector("video"),
    camera: dialog.querySelector("[data-camera]"),
    status: dialog.querySelector("[data-read]"),
    take: taker(target, dialog.querySelector("ol")),
    read: readerOf(button.dataset.post),
  };
  document.body.append(dialog);
  dialog.querySelector("[data-done]").addEventListener("click", () => dialog.close());
  dialog.querySelector("input").addEventListener("change", (event) => photos(view, event.target));
  dialog.addEventListener("close", () => {
    stop(view);
    dialog.remove();
    target.focus();
  });
  dialog.showModal();
  watch(view);
}

// Puts what is new into the textarea and the list; gives how many that were.
function taker(target, list) {
  const seen = new Set(target.value.split("\n").map((line) => line.trim()));
  return (codes) => {
    const fresh = codes.filter((code) => !seen.has(code));
    if (!fresh.length) return 0;
    for (const code of fresh) seen.add(code);
    const before = target.value && !target.value.endsWith("\n") ? `${target.value}\n` : target.value;
    target.value = `${before}${fresh.join("\n")}\n`;
    target.dispatchEvent(new Event("input", { bubbles: true }));
    for (const code of fresh) list.prepend(line(code));
    while (list.children.length > SHOWN) list.lastElementChild.remove();
    return fresh.length;
  };
}

function line(code) {
  const item = document.createElement("li");
  item.append(Object.assign(document.createElement("code"), { textContent: code }));
  return item;
}

async function watch(view) {
  if (!(await start(view))) return;
  let total = 0;
  while (view.dialog.open) {
    const fresh = await look(view);
    total += fresh;
    if (fresh) flash(view, total);
    await new Promise((go) => setTimeout(go, PAUSE_MS));
  }
}

// Whether the camera runs; if not, it is said why.
async function start(view) {
  if (!navigator.mediaDevices) {
    return fail(view, say("A page needs HTTPS, or localhost, to use the camera. Read a photo instead."));
  }
  try {
    const video = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 960 } };
    const stream = await navigator.mediaDevices.getUserMedia({ video });
    view.video.srcObject = stream;
    if (!view.dialog.open) return stop(view);
    await view.video.play();
    offerLight(view, stream.getVideoTracks()[0]);
  } catch (error) {
    const why = error.message || error.name;
    const told = say("The camera cannot be used: %(why)s. Allow it for this page, or read a photo instead.", { why });
    return fail(view, told);
  }
  view.camera.textContent = say("Hold a code before the camera; it goes on reading.");
  return true;
}

function fail(view, told) {
  view.video.hidden = true;
  view.camera.textContent = told;
  return false;
}

function stop(view) {
  for (const track of view.video.srcObject?.getTracks() ?? []) track.stop();
  return false;
}

async function look(view) {
  try {
    return view.take(await view.read(view.video));
  } catch (error) {
    view.status.textContent = error.message;
    await new Promise((go) => setTimeout(go, error.wait ?? 1000));
    return 0;
  }
}

function flash(view, total) {
  view.status.textContent = say("Codes read: %(count)s", { count: count(total) });
  view.video.classList.remove("seen");
  void view.video.offsetWidth; // begins the animation anew
  view.video.classList.add("seen");
}

async function photos(view, input) {
  for (const file of input.files) {
    view.status.textContent = say("Reading %(name)s", { name: file.name });
    const picture = await createImageBitmap(file).catch(() => null);
    if (!picture) {
      view.status.textContent = say("%(name)s is no picture that this browser can show.", { name: file.name });
      continue;
    }
    try {
      const codes = await view.read(picture);
      const values = { name: file.name, count: count(codes.length), fresh: count(view.take(codes)) };
      view.status.textContent = say("%(name)s: codes %(count)s, new %(fresh)s", values);
    } catch (error) {
      view.status.textContent = error.message;
    }
  }
  input.value = "";
}

function offerLight(view, track) {
  const button = view.dialog.querySelector("[data-torch]");
  if (!track.getCapabilities?.().torch) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const torch = button.getAttribute("aria-pressed") !== "true";
    await track.applyConstraints({ advanced: [{ torch }] });
    button.setAttribute("aria-pressed", String(torch));
  });
}
