// The evidence beside the answer: closed and opened, and as wide as one likes; on a phone a sheet over the answer.
(() => {
  const root = document.documentElement;
  const [LEAST, MOST, STEP] = [280, 800, 24];  // pixels
  let opener = null;

  const wide = (pixels) => {
    const width = Math.round(Math.max(LEAST, Math.min(MOST, innerWidth * 0.6, pixels)));
    root.style.setProperty("--evidence", `${width}px`);
    const edge = document.getElementById("edge");
    if (edge) edge.ariaValueNow = String(width);
    localStorage.setItem("askpapers-evidence", String(width));
  };
  const close = () => {
    root.classList.add("no-evidence");
    root.classList.remove("evidence-open");
    opener?.isConnected && opener.focus();
    opener = null;
  };
  const open = (from) => {
    opener = from?.closest("#evidence") ? opener : from;
    root.classList.remove("no-evidence");
    root.classList.add("evidence-open");
  };

  const edge = () => {
    const panel = document.getElementById("evidence");
    if (!panel || document.getElementById("edge")) return;
    const made = Object.assign(document.createElement("div"), { id: "edge", tabIndex: 0, role: "separator" });
    Object.assign(made, { ariaLabel: "Width of the evidence", ariaOrientation: "vertical" });
    Object.assign(made, { ariaValueMin: String(LEAST), ariaValueMax: String(MOST) });
    panel.before(made);
    wide(Number(localStorage.getItem("askpapers-evidence")) || innerWidth * 0.3);
    made.addEventListener("pointerdown", (event) => {
      made.setPointerCapture(event.pointerId);
      made.onpointermove = (move) => wide(panel.getBoundingClientRect().right - move.clientX);
    });
    made.addEventListener("pointerup", () => (made.onpointermove = null));
    made.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: STEP, ArrowRight: -STEP }[event.key];
      if (by) wide(panel.offsetWidth + by);
    });
  };
  new MutationObserver((records) => {
    edge();
    // A new answer's evidence is shown on a wide screen, even if that of another was closed.
    if (records.some(({ addedNodes }) => [...addedNodes].some((node) => node.querySelector?.(".writing"))))
      root.classList.remove("no-evidence", "evidence-open");
  }).observe(document, { subtree: true, childList: true });
  window.askpapersPane = { open, close };
})();
