// What the page does by itself: evidence on hover, keys, copying, theme. Everything else is asked of the server.
(() => {
  const $ = (selector, within = document) => within.querySelector(selector);
  const box = () => $("#question textarea");
  let send = () => {};

  const put = (value) => {
    const area = box();
    area.value = value;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
  };
  const say = (message) => {
    const note = $("#note") ?? document.body.appendChild(Object.assign(document.createElement("div"), { id: "note" }));
    note.setAttribute("role", "status");
    note.textContent = message;
    clearTimeout(say.timer);
    say.timer = setTimeout(() => (note.textContent = ""), 2500);
  };
  const copy = async (value, done) => {
    try {
      await navigator.clipboard.writeText(value);
    } catch {  // not allowed, or a page over plain http
      const area = document.body.appendChild(Object.assign(document.createElement("textarea"), { value }));
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    say(done);
  };
  const permalink = (turn) => `${location.origin}${location.pathname}?answer=${encodeURIComponent(turn)}`;

  const fold = () => innerWidth < 900 && $(".sidebar.open .toggle-button")?.click();
  const chat = () => $("#tab-chat-button")?.click();

  const here = {
    copy: (turn, button) => copy($(".plain", button.closest(".foot")).title, "Answer copied"),
    link: (turn) => copy(permalink(turn), "Link to this answer copied"),
    try: (question) => { put(question); setTimeout(() => $("#question .submit-button")?.click(), 50); },
    about: (title) => { chat(); put(`In “${title}”: `); },
  };
  // A thumb counts at once; why is asked afterwards, and need not be told.
  here.rate = (value, button) => {
    send("click", { name: "rate", value });
    const thumbs = button.closest(".thumbs");
    for (const other of thumbs.children) other.classList?.toggle("on", other === button);
    $("form", thumbs)?.remove();
    const form = thumbs.appendChild(document.createElement("form"));
    const why = form.appendChild(document.createElement("input"));
    Object.assign(why, { placeholder: "Why? (optional)", ariaLabel: "Why? (optional)", maxLength: 500 });
    form.appendChild(Object.assign(document.createElement("button"), { textContent: "Send", className: "do" }));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopPropagation();
      if (why.value.trim()) send("click", { name: "rate", value: `${value} ${why.value}` });
      form.remove();
      say("Noted, thank you");
    });
    why.focus();
  };
  document.addEventListener("click", (event) => {
    const target = event.target.closest(".do");
    if (!target?.getAttribute("name") || event.ctrlKey || event.metaKey || event.button) return;
    event.preventDefault();
    hide();
    const [name, value] = [target.getAttribute("name"), target.getAttribute("value") ?? target.getAttribute("href")];
    if (name === "open") fold();
    if (name === "similar" || name === "show") chat();
    if (here[name]) here[name](value, target);
    else if (name === "remove") confirm("Remove this paper from the library for good?") && send("delete", { value });
    else send(name === "open" ? "select" : "click", { name, value });
  });

  // The title and sentence behind a marker, on hover and on focus.
  let tip = null;
  const hide = () => { tip?.remove(); tip = null; };
  const show = (event) => {
    const cite = event.target.closest?.("a.cite");
    if (!cite) return;
    hide();
    tip = $(".tip", cite).cloneNode(true);
    tip.classList.add("shown");
    document.body.append(tip);
    const at = cite.getBoundingClientRect();
    tip.style.left = `${Math.max(8, Math.min(at.left, innerWidth - tip.offsetWidth - 8))}px`;
    const above = at.top - tip.offsetHeight - 6;
    tip.style.top = `${above > 8 ? above : at.bottom + 6}px`;
  };
  document.addEventListener("mouseover", show);
  document.addEventListener("focusin", show);
  document.addEventListener("mouseout", (event) => event.target.closest?.("a.cite") && hide());
  document.addEventListener("focusout", hide);
  document.addEventListener("scroll", hide, true);

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "Escape") {
      hide();
      $("#question .stop-button")?.click();
    } else if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      box()?.focus();
    }
  });

  const theme = (name) => {
    localStorage.setItem("askpapers-theme", name);
    const dark = name === "Dark" || (name !== "Light" && matchMedia("(prefers-color-scheme: dark)").matches);
    document.body.classList.toggle("dark", dark);
    return name;
  };

  // Scrolls to a card, or where that does not bring its sentence into view to the sentence.
  const reach = (card, mark) => {
    askpapersScroll.release();
    const panel = $("#evidence");
    const own = getComputedStyle(panel).overflowY === "auto";  // on a phone the window scrolls instead
    const [top, height] = own ? [panel.getBoundingClientRect().top, panel.clientHeight] : [0, innerHeight];
    const [from, to] = [card.getBoundingClientRect(), (mark ?? card).getBoundingClientRect()];
    const by = mark && to.bottom - from.top > height - 60 ? to.top - height / 3 : from.top - 40;
    (own ? panel : window).scrollBy({ top: by - top, behavior: "smooth" });
  };

  new MutationObserver(() => {
    // Gradio names messages by their HTML, and the drop area otherwise than the text in it.
    for (const e of document.querySelectorAll("#chat [data-testid][aria-label], #files .upload-container[aria-label]"))
      e.removeAttribute("aria-label");
  }).observe(document, { subtree: true, childList: true, attributeFilter: ["aria-label"] });

  window.askpapers = {
    listen: (trigger) => (send = trigger),
    chat,
    fold,
    theme,
    lastTheme: () => theme(localStorage.getItem("askpapers-theme") ?? "System"),
    reveal: (tries = 10) => {  // the cards, or a linked answer, come into the page a little later
      const linked = new URLSearchParams(location.search).get("answer");
      const card = $("#evidence .card[open]");
      if (card) reach(card, $("mark.now", card));
      else if (linked && document.getElementById(`turn-${linked}`)) {
        askpapersScroll.release();
        document.getElementById(`turn-${linked}`).scrollIntoView();
      }
      else if (tries) setTimeout(() => askpapers.reveal(tries - 1), 50);
    },
    at: (conversation) => {
      fold();
      history.replaceState(null, "", conversation ? `?chat=${conversation}` : location.pathname);
    },
    save: (name, content) => {
      const href = URL.createObjectURL(new Blob([content], { type: "text/plain" }));
      Object.assign(document.createElement("a"), { href, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(href), 1000);
    },
  };
})();
