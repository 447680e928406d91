// The question asked last stands at the top of its pane, its answer below, until the reader does anything but type.
// It is put there at once and again whenever the page changes: a smooth scroll would end where the page was before.
(() => {
  const GAP = 12;  // pixels above the question
  const SETTLED = 1000;  // milliseconds without a change after which a complete answer moves no more
  let last = "", wrote = false, held = false, timer = 0;

  const put = () => {
    const question = [...document.querySelectorAll("#chat .question")].pop();
    if (!held || !question?.offsetParent) return;
    const own = innerWidth < 900 ? null : question.closest(".panel-wrap");  // on a phone the window scrolls
    const by = question.getBoundingClientRect().top - (own ? own.getBoundingClientRect().top : 0) - GAP;
    if (Math.abs(by) >= 1) (own ?? window).scrollBy({ top: by, behavior: "instant" });
  };
  const look = () => {
    const questions = document.querySelectorAll("#chat .question");
    const now = `${questions.length} ${questions[questions.length - 1]?.textContent}`;
    const writes = Boolean(document.querySelector("#chat .writing"));
    if (now !== last || (writes && !wrote)) held = true;
    [last, wrote] = [now, writes];
    put();
    clearTimeout(timer);
    if (!writes) timer = setTimeout(release, SETTLED);
  };
  const release = () => (held = false);
  const ours = ({ target, addedNodes }) =>
    target.closest?.("#columns") || [...addedNodes].some((node) => node.contains(document.getElementById("chat")));

  new MutationObserver((records) => records.some(ours) && look()).observe(document, { subtree: true, childList: true });
  addEventListener("resize", put);
  for (const act of ["wheel", "touchmove", "pointerdown"]) addEventListener(act, release, { capture: true, passive: true });
  addEventListener("keydown", (event) => event.target.closest?.("#question") || release(), true);
  window.askpapersScroll = { release };
})();
