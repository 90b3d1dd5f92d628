// What every page needs in the browser beside Solara: theme, help, links without reload, charts' colours and files.
(function () {
  "use strict";
  const root = document.documentElement;
  const asked = () => { try { return localStorage.getItem("policygame.theme"); } catch (e) { return null; } };
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const theme = () => asked() || (system.matches ? "dark" : "light");
  const show = () => { root.dataset.theme = theme(); window.dispatchEvent(new Event("policygame:theme")); label(); };
  const label = () => document.querySelectorAll("[data-theme-toggle]").forEach((b) => b.setAttribute("aria-pressed", theme() === "dark"));
  root.dataset.theme = theme();
  system.addEventListener("change", show);
  window.addEventListener("storage", (e) => { if (e.key === "policygame.theme") show(); });

  // colours: "@draft", "@draft/24" (per cent opaque), "@land~USA/26" (per cent mixed in), as policygame/web/palette.py
  const token = /^@([A-Za-z0-9-]+)(?:~([A-Za-z0-9-]+))?(?:\/(\d{1,3}))?$/;
  const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
  function colour(text, style) {
    const found = token.exec(text);
    if (!found) return text;
    const value = style.getPropertyValue("--" + found[1]).trim();
    if (found[2]) {
      const other = rgb(style.getPropertyValue("--" + found[2]).trim()), part = (found[3] || 100) / 100;
      return "#" + rgb(value).map((a, i) => Math.floor(a + (other[i] - a) * part + 0.5).toString(16).padStart(2, "0")).join("");
    }
    return found[3] ? "rgba(" + rgb(value).join(",") + "," + found[3] / 100 + ")" : value;
  }
  function resolve(option) {
    const style = getComputedStyle(root);
    const walk = (part) => typeof part === "string" ? colour(part, style)
      : Array.isArray(part) ? part.map(walk)
      : part && typeof part === "object" ? Object.fromEntries(Object.entries(part).map(([k, v]) => [k, walk(v)])) : part;
    const done = walk(option);
    done.textStyle = Object.assign({ fontFamily: style.getPropertyValue("--font").trim() }, done.textStyle || {});
    return done;
  }

  let library = null;
  const maps = {};
  function echarts() {
    if (!library) library = new Promise((good, bad) => {
      const address = root.dataset.echarts;
      if (window.requirejs) window.requirejs([address], good, bad);
      else bad(new Error("the loader of charts is missing"));
    });
    return library;
  }
  function map(name, address, charts) {
    if (!maps[name]) maps[name] = fetch(root.dataset.root + address).then((r) => {
      if (!r.ok) throw new Error("the map " + name + " did not arrive");
      return r.json();
    }).then((shapes) => charts.registerMap(name, shapes));
    maps[name].catch(() => { delete maps[name]; });  // so that the next chart asks again
    return maps[name];
  }

  // links within the program do not reload the page
  function go(path) {
    const full = root.dataset.root + path;
    if (full === location.pathname + location.search) return;
    if ("plain" in root.dataset) { location.assign(full); return; }  // a page without Solara has nothing to draw the next one
    history.pushState({ top: 0 }, "", full);
    window.dispatchEvent(new PopStateEvent("popstate", { state: { top: 0 } }));
    window.scrollTo(0, 0);
    const main = document.getElementById("main");
    if (main) main.focus({ preventScroll: true });
  }

  // the "?" beside a word: one panel, filled from the catalogues
  let panel = null, opener = null;
  function close(back) {
    if (!panel) return;
    panel.remove(); panel = null;
    if (opener) { opener.setAttribute("aria-expanded", "false"); if (back) opener.focus(); }
    opener = null;
  }
  async function open(button) {
    const same = opener === button;
    close(false);
    if (same) return;
    opener = button;
    const answer = await fetch(root.dataset.root + "/help/" + button.dataset.help);
    const text = await answer.text();
    if (opener !== button) return;
    panel = document.createElement("div");
    panel.className = "help"; panel.setAttribute("role", "dialog"); panel.tabIndex = -1;
    panel.setAttribute("aria-label", button.getAttribute("aria-label"));
    panel.innerHTML = text;
    document.body.appendChild(panel);
    button.setAttribute("aria-expanded", "true");
    const at = button.getBoundingClientRect(), size = panel.getBoundingClientRect(), edge = 8;
    const below = at.bottom + 6 + size.height <= innerHeight - edge || at.top < size.height + 14;
    panel.style.left = Math.max(edge, Math.min(at.left - 12, innerWidth - size.width - edge)) + "px";
    panel.style.top = Math.max(edge, below ? Math.min(at.bottom + 6, innerHeight - size.height - edge) : at.top - size.height - 6) + "px";
    panel.focus();
  }

  document.addEventListener("click", (event) => {
    const help = event.target.closest("[data-help]");
    if (help) { event.preventDefault(); open(help); return; }
    if (panel && !panel.contains(event.target)) close(false);
    if (panel && event.target.closest(".help [data-close]")) close(true);
    if (event.target.closest("[data-theme-toggle]")) {
      const next = theme() === "dark" ? "light" : "dark";
      try { localStorage.setItem("policygame.theme", next); } catch (e) { root.dataset.theme = next; }
      show();
      return;
    }
    const skip = event.target.closest("a.skip");
    if (skip) { event.preventDefault(); const main = document.getElementById("main"); if (main) { main.focus(); main.scrollIntoView(); } return; }
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      const source = document.getElementById(copy.dataset.copy);
      const text = source ? source.textContent : copy.dataset.copy;
      const told = () => { copy.dataset.done = "1"; setTimeout(() => { delete copy.dataset.done; }, 1600); };
      if (navigator.clipboard && window.isSecureContext) navigator.clipboard.writeText(text).then(told);
      else { const area = document.createElement("textarea"); area.value = text; document.body.appendChild(area); area.select(); document.execCommand("copy"); area.remove(); told(); }
      return;
    }
    const link = event.target.closest("a[data-nav]");
    if (link && !event.defaultPrevented && event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      close(false);
      go(link.dataset.nav);
    }
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && panel) { event.preventDefault(); close(true); } });
  // tabs: one stop of the tab key; arrows, Home and End move within and choose (the pattern of WAI-ARIA)
  document.addEventListener("keydown", (event) => {
    const tab = event.target.closest("[role=tab]"), list = tab && tab.closest("[role=tablist]");
    if (!list || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const tabs = Array.from(list.querySelectorAll("[role=tab]")), at = tabs.indexOf(tab), last = tabs.length - 1;
    const next = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1, Home: 0, End: last }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    tabs[next].focus();
    tabs[next].click();
  });
  window.addEventListener("resize", () => close(false));
  new MutationObserver(label).observe(document, { childList: true, subtree: true });

  // Solara tries again ever more rarely and at last no more: a page that is lost for some seconds asks for itself whether the server
  // is back, unless movements of a slider are still to be told, which only Solara's own connection can do
  let lost = 0;
  setInterval(() => {
    lost = document.querySelector(".lost") ? lost + 1 : 0;
    if (lost < 3 || document.querySelector(".lever[aria-busy=true]")) return;
    fetch(root.dataset.root + "/readyz", { cache: "no-store" }).then((r) => { if (r.ok) location.reload(); }).catch(() => {});
  }, 2000);

  window.policygame = { resolve, colour, echarts, map, go, theme };
})();
