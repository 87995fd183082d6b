// For screen readers: names slider handles and buttons, says values in words, and says the sentence below the picture
// once the hand rests. For the eye: keeps the room of the longest sentence, so that the page below does not jump.
// For speed: tells the kernel whether the screen is plain.
const voice = document.createElement("div");
voice.className = "bn-live-voice";
voice.setAttribute("role", "status");
voice.setAttribute("aria-live", "polite");
let said, rest, width, height, sharp;
const keepRoom = (output, paragraph) => {
  if (!paragraph.offsetWidth) return; // it is covered
  if (paragraph.offsetWidth !== width) { // at the start with a line to spare
    output.style.removeProperty("--bn-room");
    width = paragraph.offsetWidth;
    height = paragraph.getBoundingClientRect().height + parseFloat(getComputedStyle(paragraph).lineHeight);
  }
  height = Math.max(height, paragraph.getBoundingClientRect().height);
  output.style.setProperty("--bn-room", `${height}px`); // the next paragraph has it, too
};
onPage((controls, shown, copy) => {
  if (voice.parentElement !== element) element.append(voice);
  for (const row of controls.querySelectorAll(".widget-slider")) {
    const handle = row.querySelector(".noUi-handle");
    const readout = row.querySelector(".widget-readout");
    if (!handle) continue;
    set(handle, "aria-label", row.querySelector(".widget-label").textContent);
    set(handle, "aria-description", row.title || row.querySelector("[title]")?.title || "");
    set(handle, "aria-valuetext", readout.textContent);
    if (row.matches(".bn-steps")) set(readout, "contenteditable", "false"); // what is typed there is ignored
  }
  for (const button of controls.querySelectorAll(".widget-play button")) {
    const icon = button.firstElementChild.className.split("fa-").pop();
    if (icon === "stop" && button.closest(".bn-no-stop")) button.style.display = "none";
    const before = button.parentElement.previousElementSibling; // a label, or a slider with one
    const label = (before?.querySelector(".widget-label") ?? before)?.textContent ?? "";
    set(button, "aria-label", `${{ play: "Play", pause: "Pause", stop: "Back to the start" }[icon] ?? icon}: ${label}`);
  }
  const screen = controls.querySelector(".bn-screen");
  sharp ??= screen && !screen.matches(".mod-active");
  if (screen && sharp !== devicePixelRatio > 1) { // a picture with more pixels than the screen shows takes longer
    sharp = !sharp;
    screen.click();
  }
  const output = copy ?? shown.at(-1);
  const paragraph = output.querySelector("p.bn-live");
  if (paragraph) keepRoom(output, paragraph);
  const sentence = paragraph?.textContent;
  said ??= sentence;
  clearTimeout(rest);
  rest = setTimeout(() => { if (sentence !== said) voice.textContent = said = sentence; }, 500);
});
