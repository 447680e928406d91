// The landing that comes with the page, before Gradio's: what is typed and clicked in it is handed over to that.
(() => {
  const $ = (selector, within = document) => within.querySelector(selector);
  let clicked = null;
  const look = localStorage.getItem("askpapers-theme") ?? "System";
  const dark = look === "Dark" || (look !== "Light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.classList.toggle("opens-dark", dark);
  const press = (button) => {
    for (const other of document.querySelectorAll("#opening .on")) other.classList.remove("on");
    (clicked = button).classList.add("on");
  };
  addEventListener("click", (event) => {
    const button = event.target.closest?.("#opening button");
    if (!button) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    press(button);
  }, true);
  addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || !event.target.closest?.("#opening textarea")) return;
    event.preventDefault();
    press($("#opening form button"));
  }, true);

  const handOver = () => {
    const [opening, box] = [$("#opening"), $("#question textarea")];
    if (!opening || !box || !$("#hero .landing")) return;
    watch.disconnect();
    const typed = $("textarea", opening);
    if (typed.value) askpapers.put(typed.value);
    if (document.activeElement === typed) {
      box.focus();
      box.setSelectionRange(typed.selectionStart, typed.selectionEnd);
    }
    opening.remove();
    if (clicked?.name) {
      document.body.append(clicked);  // page.js hears what is clicked in the page
      clicked.click();
      clicked.remove();
    } else if (clicked) askpapers.submit();
  };
  const watch = new MutationObserver(handOver);
  watch.observe(document, { subtree: true, childList: true });
})();
