"use strict";
/* The report's only script: search, sort, filters, columns, CSV, sections built when opened.
   What the devices said reaches the page through textContent alone, never as markup. */
(() => {
  const byId = (id) => document.getElementById(id);
  const body = byId("table") && byId("table").tBodies[0];
  if (!body) return;
  const settings = JSON.parse(byId("settings").textContent);
  const say = (key, values) =>
    settings.texts[key].replace(/\{(\w+)\}/g, (_all, name) => values[name].toLocaleString("en"));
  const PAGE = settings.page; // rows of the table that stand in the page at a time
  const MOST_PRINTED = 500; // sections that are built for paper

  const make = (tag, properties, ...children) => {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    return node;
  };

  const rows = JSON.parse(byId("rows").textContent).map((row, order) => ({
    anchor: row[0], group: settings.groups[row[1]], marks: row[2].map((n) => settings.marks[n]),
    name: row[3], kind: row[4], cells: row[5], order,
    lower: row[5].map((cell) => cell.toLowerCase()),
    all: row[5].join("\n").toLowerCase(),
  }));
  const state = { words: "", show: "default", filters: {}, sort: null, down: false, page: 0 };
  let columns = [...settings.shown];
  let found = rows;
  let printing = false;

  /* Which rows, in which order */

  const fits = {
    default: (row) => row.group !== "other",
    all: () => true,
  };
  const passes = (row) => {
    const fit = fits[state.show];
    if (fit ? !fit(row) : row.group !== state.show && !row.marks.includes(state.show)) return false;
    return state.needles.every((word) => row.all.includes(word)) &&
      state.narrow.every(([index, text]) => row.lower[index].includes(text));
  };
  const collator = new Intl.Collator("en", { numeric: true });
  const select = () => {
    state.needles = state.words.toLowerCase().split(/\s+/).filter(Boolean);
    state.narrow = Object.entries(state.filters)
      .filter(([, text]) => text)
      .map(([name, text]) => [settings.columns.indexOf(name), text.toLowerCase()]);
    found = rows.filter(passes);
    if (state.sort) {
      const index = settings.columns.indexOf(state.sort);
      found.sort((a, b) => collator.compare(a.cells[index], b.cells[index]) || a.order - b.order);
    }
    if (state.down) found.reverse();
  };

  /* The table */

  const tags = (row, everything) => row.marks
    .filter((mark) => everything || !settings.beside.includes(mark))
    .flatMap((mark) => [make("span", {
      className: `tag m-${mark}`, textContent: settings.texts[`mark.${mark}`],
    }), " "]).slice(0, -1);
  const cell = (row, name) => {
    const text = row.cells[settings.columns.indexOf(name)];
    const className = settings.styles[name];
    if (name === "address") {
      const link = make("a", { href: `#${row.anchor}`, textContent: text });
      return make("th", { scope: "row", className }, link);
    }
    if (name === "findings") return make("td", {}, ...tags(row, false));
    return make("td", { className, textContent: text });
  };
  const shownRows = () => printing ? found : found.slice(state.page * PAGE, (state.page + 1) * PAGE);
  const drawRows = () => {
    body.replaceChildren(...shownRows().map((row) =>
      make("tr", {}, ...columns.map((name) => cell(row, name)))));
  };
  const drawHead = () => {
    const heads = columns.map((name) => {
      const button = make("button", { type: "button", textContent: settings.texts[`col.${name}`] });
      button.dataset.column = name;
      return make("th", { scope: "col" }, button);
    });
    const inputs = columns.map((name) => {
      const input = make("input", { type: "text", value: state.filters[name] || "" });
      input.setAttribute("aria-label", say("ui.filter", { column: settings.texts[`col.${name}`] }));
      input.dataset.filter = name;
      return make("td", {}, input);
    });
    byId("table").tHead.replaceChildren(
      make("tr", {}, ...heads), make("tr", { className: "filters" }, ...inputs));
    markSort();
  };
  const markSort = () => {
    for (const button of byId("table").tHead.querySelectorAll("button")) {
      const on = button.dataset.column === state.sort;
      if (on) button.parentNode.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      else button.parentNode.removeAttribute("aria-sort");
    }
  };

  /* Sections: those in the page are shown and hidden, the others are built when first opened */

  const sections = byId("sections");
  const scrolled = (className, label, inside) => {
    const box = make("div", { className, tabIndex: 0 }, inside);
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", label);
    return box;
  };
  const builders = {
    h: ([text]) => make("h4", { textContent: text }),
    p: ([text, className]) => make("p", { textContent: text, className }),
    dl: ([pairs]) => make("dl", {}, ...pairs.map(([term, value]) => make("div", {},
      make("dt", { textContent: term }), make("dd", { textContent: value })))),
    table: ([caption, head, lines, className]) => scrolled(className, caption, make("table", {},
      make("caption", { textContent: caption }),
      make("thead", {}, make("tr", {}, ...head.map(([text]) =>
        make("th", { scope: "col", textContent: text })))),
      make("tbody", {}, ...lines.map((line) => make("tr", {}, ...line.map((part, at) =>
        typeof part === "string"
          ? make("td", { className: head[at][1], textContent: part })
          : make("td", { className: head[at][1] }, part[0], make("details", { className: "bytes" },
            make("summary", { textContent: part[1] }), make("pre", { textContent: part[2] })))))))))
  };
  const build = (blocks) => blocks.map(([kind, ...rest]) => builders[kind](rest));
  const fill = (details) => {
    const source = byId(`s-${details.id}`);
    const inside = details.lastElementChild;
    if (source && !inside.hasChildNodes()) inside.append(...build(JSON.parse(source.textContent)));
  };
  const made = new Map();
  for (const details of sections.children) made.set(details.id, details);
  const whole = made.size > 0;
  const sectionOf = (row) => {
    if (!made.has(row.anchor)) {
      const details = make("details", { className: "device", id: row.anchor },
        make("summary", {}, make("h3", { textContent: row.cells[0] }), " ",
          make("span", { textContent: row.name }), " ", make("small", { textContent: row.kind }), " ",
          ...tags(row, true)),
        make("div", {}));
      details.addEventListener("toggle", () => details.open && fill(details));
      made.set(row.anchor, details);
    }
    return made.get(row.anchor);
  };
  const drawSections = () => {
    if (!whole) {
      sections.replaceChildren(...shownRows().slice(0, printing ? MOST_PRINTED : PAGE).map(sectionOf));
      return;
    }
    const keep = new Set(found.map((row) => row.anchor));
    for (const details of sections.children) details.hidden = !keep.has(details.id);
  };
  const foldAll = (open) => {
    for (const details of sections.children) {
      if (details.hidden) continue;
      if (open) fill(details);
      details.open = open;
    }
  };

  const draw = () => {
    select();
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    state.page = Math.min(state.page, pages - 1);
    drawRows();
    drawSections();
    byId("told").textContent = say("ui.count", { n: found.length, total: rows.length });
    const pager = byId("pager");
    pager.hidden = pages < 2;
    pager.children[0].disabled = state.page === 0;
    pager.children[1].textContent = say("ui.page", { n: state.page + 1, total: pages });
    pager.children[2].disabled = state.page === pages - 1;
  };
  const redraw = () => { state.page = 0; draw(); };

  /* Going to a device: from the table, from a map, from outside */

  const open = (anchor, focus) => {
    const row = rows.find((each) => each.anchor === anchor);
    if (!row) return;
    if (!found.includes(row)) {
      Object.assign(state, { words: "", show: "all", filters: {} });
      byId("search").value = "";
      byId("show").value = "all";
      drawHead();
      select();
    }
    state.page = Math.floor(found.indexOf(row) / PAGE);
    draw();
    const details = sectionOf(row);
    fill(details);
    details.open = true;
    details.scrollIntoView({ block: "start" });
    if (focus) details.firstElementChild.focus({ preventScroll: true });
  };

  /* CSV: cells that a spreadsheet would take for formulas are defused, as in the CSV report */

  const csvCell = (text) => {
    const safe = /^[=+\-@]/.test(text) ? `'${text}` : text;
    return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const csv = () => [
    columns.map((name) => csvCell(settings.texts[`col.${name}`])).join(","),
    ...found.map((row) =>
      columns.map((name) => csvCell(row.cells[settings.columns.indexOf(name)])).join(",")),
  ].join("\r\n") + "\r\n";
  const copyByHand = (text) => {
    const field = make("textarea", { value: text });
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  };
  const copy = async (button) => {
    const text = csv();
    let done = false;
    try {
      await navigator.clipboard.writeText(text);
      done = true;
    } catch {
      done = copyByHand(text);
    }
    byId("told").textContent = done ? say("ui.copied", { n: found.length }) : say("ui.copy.failed");
    button.focus();
  };

  /* Controls */

  const option = (value, text) => make("option", { value, textContent: text });
  const showOptions = () => {
    const counted = (name, fit) => {
      const count = rows.filter(fit).length;
      const text = settings.texts[`mark.${name}`] || settings.texts[`group.${name}`];
      return count ? [option(name, `${text} (${count.toLocaleString("en")})`)] : [];
    };
    return [
      option("default", say("ui.default")), option("all", say("ui.all")),
      ...settings.groups.flatMap((name) => counted(name, (row) => row.group === name)),
      ...settings.marks.flatMap((name) => counted(name, (row) => row.marks.includes(name))),
    ];
  };
  const labelled = (text, node) => make("label", {}, text, node);
  const button = (text, run) => {
    const node = make("button", { type: "button", textContent: text });
    node.addEventListener("click", () => run(node));
    return node;
  };
  const chooser = () => {
    const boxes = settings.columns.filter((name) => name !== "address").map((name) => {
      const box = make("input", { type: "checkbox", checked: columns.includes(name) });
      box.addEventListener("change", () => {
        columns = settings.columns.filter((each) => each === name ? box.checked : columns.includes(each));
        if (!box.checked) delete state.filters[name];
        drawHead();
        redraw();
      });
      return make("label", {}, box, ` ${settings.texts[`col.${name}`]}`);
    });
    const details = make("details", { className: "choose" },
      make("summary", { textContent: say("ui.columns") }), make("div", {}, ...boxes));
    details.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      details.open = false;
      details.firstElementChild.focus();
    });
    return details;
  };
  const controls = () => {
    const search = make("input", { type: "search", id: "search", autocomplete: "off" });
    search.addEventListener("input", () => { state.words = search.value; redraw(); });
    const show = make("select", { id: "show" }, ...showOptions());
    show.addEventListener("change", () => { state.show = show.value; redraw(); });
    const reset = button(say("ui.reset"), () => {
      Object.assign(state, { words: "", show: "default", filters: {}, sort: null, down: false });
      search.value = "";
      show.value = "default";
      drawHead();
      redraw();
    });
    const prints = make("select", { id: "prints" }, ...["table", "sections", "evidence"]
      .map((name) => option(name, say(`ui.prints.${name}`))));
    prints.value = document.body.dataset.print;
    prints.addEventListener("change", () => { document.body.dataset.print = prints.value; });
    const tools = byId("tools");
    tools.append(labelled(say("ui.search"), search), labelled(say("ui.show"), show), chooser(),
      button(say("ui.copy"), copy), reset, labelled(say("ui.prints"), prints),
      button(say("ui.print"), () => window.print()));
    tools.addEventListener("submit", (event) => event.preventDefault());
    tools.hidden = false;
    byId("pager").append(
      button(say("ui.previous"), () => { state.page -= 1; draw(); }), make("span", {}),
      button(say("ui.next"), () => { state.page += 1; draw(); }));
    byId("folds").append(button(say("ui.open"), () => foldAll(true)), " ",
      button(say("ui.close"), () => foldAll(false)));
    byId("folds").hidden = false;
  };

  byId("table").tHead.addEventListener("click", (event) => {
    const name = event.target.dataset.column;
    if (!name) return;
    state.down = state.sort === name && !state.down;
    state.sort = name;
    markSort();
    redraw();
  });
  byId("table").tHead.addEventListener("input", (event) => {
    state.filters[event.target.dataset.filter] = event.target.value;
    redraw();
  });
  body.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    history.replaceState(null, "", link.hash);
    open(link.hash.slice(1), true);
  });
  document.addEventListener("click", (event) => {
    const spot = event.target.closest("[data-at]");
    if (spot) open(spot.dataset.at, true);
  });
  window.addEventListener("hashchange", () => open(location.hash.slice(1), true));

  /* Paper shows every row that was filtered, and the sections as chosen */

  let opened = [];
  window.addEventListener("beforeprint", () => {
    printing = true;
    draw();
    if (document.body.dataset.print === "table") return;
    opened = [...sections.children].filter((details) => !details.open && !details.hidden);
    for (const details of opened) fill(details);
    for (const details of opened) details.open = true;
    if (document.body.dataset.print === "evidence") {
      for (const bytes of sections.querySelectorAll("details.bytes:not([open])")) {
        bytes.open = true;
        opened.push(bytes);
      }
    }
  });
  window.addEventListener("afterprint", () => {
    printing = false;
    for (const details of opened) details.open = false;
    opened = [];
    draw();
  });

  controls();
  drawHead();
  draw();
  document.addEventListener("DOMContentLoaded", () => {
    if (location.hash.startsWith("#device-")) open(location.hash.slice(1), true);
  });
})();
