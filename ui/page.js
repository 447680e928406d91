// What the page does by itself: evidence on hover, keys, copying, theme. Everything else is asked of the server.
(() => {
  const $ = (selector, within = document) => within.querySelector(selector);
  const box = () => $("#question textarea");
  let send = () => {};
  let asks = "";  // once the papers asked are narrowed
  // Which event of the server's a button stands for; all others are for the evidence.
  const EVENTS = {
    open: "select", edit: "input", version: "input", export: "submit", ticked: "submit", drop: "clear", undo: "undo",
    rename: "edit", year: "apply", only: "apply", theme: "apply", remove: "delete", look: "focus", exact: "retry", keep: "like", unkeep: "like", note: "like",
    reading: "download",
  };
  const ask = (name, value) => send(EVENTS[name] ?? "click", { name, value });
  // The address tells at once what a click leads to, so that the way back leads to what was before.
  const at = (conversation) => {
    fold();
    const now = new URLSearchParams(location.search).get("chat") ?? "";
    if (conversation !== now) history.pushState(null, "", conversation ? `?chat=${conversation}` : location.pathname);
  };
  const id = () => btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(9)))).replaceAll("+", "-").replaceAll("/", "_");

  const put = (value) => {
    const area = box();
    area.value = value;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
  };
  const submit = () => setTimeout(() => $("#question .submit-button")?.click(), 50);  // once Gradio knows what was put
  // Tells something at the foot of the page, for longer where something can be done about it.
  const say = (message, label = "", act = null) => {
    const note = $("#note") ?? document.body.appendChild(Object.assign(document.createElement("div"), { id: "note" }));
    note.setAttribute("role", "status");
    note.textContent = message;
    if (act) {
      const button = note.appendChild(Object.assign(document.createElement("button"), { textContent: label }));
      button.addEventListener("click", () => { note.textContent = ""; act(); });
    }
    clearTimeout(say.timer);
    say.timer = setTimeout(() => (note.textContent = ""), act ? 12000 : 2500);
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

  const narrow = () => innerWidth < 900;
  const fold = () => narrow() && $(".sidebar.open .toggle-button")?.click();
  const tab = (name) => $(`#tab-${name}-button`)?.click();
  const pane = askpapersPane;

  // The rows of an answer's table that are ticked; all of them where none is. A button elsewhere has no rows.
  const ticked = (button) => [...(button.closest(".evidence-table")?.querySelectorAll('[name="tick"].on') ?? [])].map((t) => t.value);
  const everyRow = (button) => [...button.closest(".evidence-table").querySelectorAll('[name="tick"]')].map((t) => t.value);

  const here = {
    copy: (turn, button) => copy($(".plain", button.closest(".foot")).title, "Answer copied"),
    link: (turn) => copy(permalink(turn), "Link to this answer copied"),
    try: (question) => { put(question); submit(); },
    about: (title) => { tab("chat"); put(`In “${title}”: `); },
    tab: (name) => tab(name),
    close: () => pane.close(),
    open: (conversation) => { at(conversation); ask("open", conversation); },
    drop: (conversation) => {
      at("");
      ask("drop", conversation);
      say("Conversation deleted", "Undo", () => { at(conversation); ask("undo", conversation); });
    },
    theme: (words) => { asks = `Which papers are about ${words.split(", ")[0]}?`; ask("theme", words); },
    year: (year) => { ask("year", `year ${year}`); box()?.focus(); },
    tick: (paper, button) => {
      button.setAttribute("aria-checked", String(button.classList.toggle("on")));
      const n = ticked(button).length;
      $(".chosen", button.closest(".evidence-table")).textContent = n ? `${n} chosen` : "All rows";
    },
    ticked: (value, button) => ask("ticked", [value, ...ticked(button)].join(" ")),
    only: (turn, button) => {
      const ids = ticked(button);
      ask("only", ["id", ...(ids.length ? ids : everyRow(button))].join(" "));
      box()?.focus();
    },
    keep: (paper, button) => {
      const kept = button.classList.contains("on");
      ask(kept ? "unkeep" : "keep", paper);
      say(kept ? "Taken off your reading list" : "On your reading list");
    },
    remove: (paper) => confirm("Remove this paper from the library for good?") && ask("remove", paper),
  };
  // A thumb counts at once; why is asked afterwards, and need not be told.
  here.rate = (value, button) => {
    ask("rate", value);
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
      if (why.value.trim()) ask("rate", `${value} ${why.value}`);
      form.remove();
      say("Noted, thank you");
    });
    why.focus();
  };
  // A note is written in its card: Enter keeps it, Shift+Enter starts a line.
  here.note = (paper, button) => {
    const card = button.closest(".card");
    $("form.note", card)?.remove();
    const form = button.parentElement.before(document.createElement("form")) ?? button.parentElement.previousSibling;
    form.className = "note";
    const area = form.appendChild(document.createElement("textarea"));
    Object.assign(area, { ariaLabel: "Note", maxLength: 4000, rows: 3, value: $(".noted", card)?.innerText ?? "" });
    form.appendChild(Object.assign(document.createElement("button"), { textContent: "Keep the note", className: "do" }));
    const keep = (event) => { event.preventDefault(); event.stopPropagation(); ask("note", `${paper}\n${area.value}`); form.remove(); };
    form.addEventListener("submit", keep);
    area.addEventListener("keydown", (event) => event.key === "Enter" && !event.shiftKey && keep(event));
    area.focus();
  };
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(event.target)) menu.open = false;
    const target = event.target.closest(".do");
    if (!target?.getAttribute("name") || event.ctrlKey || event.metaKey || event.button) return;
    event.preventDefault();
    hide();
    const value = target.getAttribute("value") ?? target.dataset.value ?? target.getAttribute("href");
    const name = target.getAttribute("name");
    if (name === "similar" || name === "show" || name === "paper" || name === "named") { tab("chat"); pane.open(target); }
    if (target.closest(".menu")) target.closest(".menu").open = false;
    (here[name] ?? ((...given) => ask(name, ...given)))(value, target);
  });

  // The title and sentence behind a marker, on hover and on focus.
  let tip = null;
  const hide = () => { tip?.remove(); tip = null; };
  const show = (event) => {
    const cite = event.target.closest?.("a.cite");
    if (!cite || (event.type === "mouseover" && matchMedia("(hover: none)").matches)) return;
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
      for (const menu of document.querySelectorAll(".menu[open]")) menu.open = false;
      if (narrow()) pane.close();
      $("#question .stop-button")?.click();
    } else if (event.key === "Enter" && event.target.id === "name") {
      event.target.closest(".menu").open = false;
      ask("rename", event.target.value);
    } else if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      box()?.focus();
    }
  });
  document.addEventListener("toggle", (event) => event.target.open && $("input", event.target)?.select(), true);
  document.addEventListener("input", ({ target }) => {
    if (target === box() && target.value.length >= target.maxLength && target.maxLength > 0)
      say(`A question has at most ${target.maxLength.toLocaleString("en")} characters: the rest was cut off.`);
  });

  const theme = (name) => {
    localStorage.setItem("askpapers-theme", name);
    const dark = name === "Dark" || (name !== "Light" && matchMedia("(prefers-color-scheme: dark)").matches);
    document.body.classList.toggle("dark", dark);
    return name;
  };

  new MutationObserver(() => {
    const kept = new Set([...document.querySelectorAll("#to-read i")].map((i) => i.textContent));
    for (const e of document.querySelectorAll('.card [name="keep"]')) {
      const on = kept.has(e.value);
      if (e.ariaPressed === String(on)) continue;
      e.classList.toggle("on", on);
      e.ariaPressed = String(on);
    }
    // Gradio names messages by their HTML, and the drop area otherwise than the text in it.
    for (const e of document.querySelectorAll("#chat [data-testid][aria-label], .upload-container[aria-label], .center.boundedheight[aria-label]"))
      e.removeAttribute("aria-label");
    for (const e of document.querySelectorAll('[name="tick"]:not([role])')) {
      e.setAttribute("role", "checkbox");
      e.setAttribute("aria-checked", "false");
    }
  }).observe(document, { subtree: true, childList: true, attributeFilter: ["aria-label"] });

  // Conversations of another tab appear when this one is looked at again.
  document.addEventListener("visibilitychange", () => document.hidden || ask("look", ""));
  // The way back in the browser leads to the conversation before.
  addEventListener("popstate", () => {
    const asked = new URLSearchParams(location.search);
    asked.has("answer") ? location.reload() : ask("open", asked.get("chat") ?? "");
  });
  // A server that has gone is told before somebody asks it.
  const alive = async () => {
    if (document.hidden) return;
    const there = await fetch(location.pathname, { method: "HEAD", cache: "no-store" }).then(() => true, () => false);
    document.documentElement.classList.toggle("gone", !there);
  };
  setInterval(alive, 10000);

  if (/[?&](chat|answer)=/.test(location.search)) document.documentElement.classList.add("opening");
  window.askpapers = {
    listen: (trigger) => (send = trigger),
    chat: () => tab("chat"),
    theme,
    lastTheme: () => theme(localStorage.getItem("askpapers-theme") ?? "System"),
    opened: () => { document.documentElement.classList.remove("opening"); fold(); },
    reveal: (tries = 10) => {  // the cards, or a linked answer, come into the page a little later
      const linked = document.getElementById(`turn-${new URLSearchParams(location.search).get("answer")}`);
      const card = $("#evidence .card[open]");
      const mark = card && $("mark.now", card);
      if (card ?? linked) {
        askpapersScroll.release();
        const fits = !mark || mark.getBoundingClientRect().bottom - card.getBoundingClientRect().top < $("#evidence").clientHeight - 80;
        if (card && !fits) mark.scrollIntoView({ block: "center" });
        else (card ?? linked).scrollIntoView({ block: "start" });
      } else if (tries) setTimeout(() => askpapers.reveal(tries - 1), 50);
    },
    at, put, submit,
    narrowed: () => { if (asks) { put(asks); submit(); } asks = ""; },
    // What is sent with a question: the conversation is the address's, a new one where it names none.
    asked: (question, editing, current, ...given) => {
      const address = new URLSearchParams(location.search);
      const open = address.get("chat") ?? (address.has("answer") ? current : "");
      const asks = question?.trim() && !$("#chat .writing");
      if (asks) at(open || id());
      return [question, editing, new URLSearchParams(location.search).get("chat") ?? open, ...given];
    },
    save: (name, content) => {
      const href = URL.createObjectURL(new Blob([content], { type: "text/plain" }));
      Object.assign(document.createElement("a"), { href, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(href), 1000);
      say(`${name} saved`);
    },
  };
})();
