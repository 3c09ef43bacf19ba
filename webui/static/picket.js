// What makes Picket's pages livelier. Every page works without it.
"use strict";

// A form that was sent is not sent twice.
document.addEventListener("submit", (e) => {
	if (!e.target.matches("form[data-once]")) return;
	const buttons = e.target.querySelectorAll("button");
	setTimeout(() => buttons.forEach((b) => { b.disabled = true; }), 0);
});
// A page that comes back out of the browser's memory can be sent again.
addEventListener("pageshow", () => document.querySelectorAll("form[data-once] button").forEach((b) => { b.disabled = false; }));

// "/" goes to the search, j and k go through the rows of a list.
document.addEventListener("keydown", (e) => {
	if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input, textarea, select")) return;
	if (e.key === "/") {
		const field = document.querySelector("[data-focus]");
		if (field) { e.preventDefault(); field.focus(); field.select(); }
	} else if (e.key === "j" || e.key === "k") {
		const links = [...document.querySelectorAll("tr.row a, .step summary")].filter((a, i, all) => all.findIndex((b) => b.closest("tr, li") === a.closest("tr, li")) === i);
		const at = links.findIndex((a) => a.closest("tr, li").contains(document.activeElement));
		const next = links[at + (e.key === "j" ? 1 : -1)] || (at < 0 ? links[0] : null);
		if (next) next.focus();
	}
});

// Pages that ask for it fetch themselves again, unless someone is in the middle of something on them.
const main = document.getElementById("main");
const busy = () => {
	if (document.hidden || String(getSelection())) return true;
	const a = document.activeElement;
	if (a && main.contains(a) && a.closest("form")) return true;
	return [...main.querySelectorAll("input:not([type=hidden]), textarea, select")].some((f) =>
		f.type === "radio" || f.type === "checkbox" ? f.checked !== f.defaultChecked
			: f.tagName === "SELECT" ? [...f.options].some((o) => o.selected !== o.defaultSelected) && f.value !== f.options[0].value
			: f.value !== f.defaultValue);
};
const focusable = "a, summary, button";
const openDetails = () => [...main.querySelectorAll("details")].map((d) => d.open);
async function refresh() {
	if (busy()) return;
	try {
		const answer = await fetch(location.href, { headers: { "X-Picket-Refresh": "1" }, cache: "no-store" });
		if (answer.status === 401) { location.reload(); return; }
		if (!answer.ok) throw new Error(answer.status);
		const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
		if (busy()) return;
		const opened = openDetails(), focused = [...main.querySelectorAll(focusable)].indexOf(document.activeElement);
		fresh.querySelectorAll("main .notice").forEach((n) => n.remove());
		main.replaceChildren(...fresh.getElementById("main").childNodes);
		const details = main.querySelectorAll("details");
		if (details.length === opened.length) details.forEach((d, i) => { d.open = opened[i]; });
		if (focused >= 0) main.querySelectorAll(focusable)[focused]?.focus({ preventScroll: true });
		for (const part of [".top nav", ".foot"]) document.querySelector(part).replaceWith(fresh.querySelector(part));
	} catch {
		const s = document.querySelector("[data-stale]");
		if (s) { s.hidden = false; s.textContent = "— Picket does not answer; this may be old."; s.className = "bad"; }
	}
}
if (main && main.dataset.refresh) setInterval(refresh, 1000 * main.dataset.refresh);

// The live tail.
const live = document.getElementById("live");
if (live) {
	const rows = document.getElementById("rows"), state = document.getElementById("live-state"), pause = document.getElementById("pause");
	const most = 300;
	let source, skipped = 0, shown = 0;
	const say = (text) => { state.textContent = text + (skipped ? `, ${skipped} too many to show` : ""); };
	const watch = () => {
		source = new EventSource(live.dataset.stream);
		source.addEventListener("hello", () => say("watching"));
		source.addEventListener("row", (e) => {
			const t = document.createElement("template");
			t.innerHTML = e.data; // drawn and escaped by the server, like any page
			const row = t.content.querySelector("tr");
			if (!row) return;
			row.classList.add("fresh");
			rows.prepend(row);
			while (rows.children.length > most) rows.lastElementChild.remove();
			say(`watching, ${++shown} new`);
		});
		source.addEventListener("beat", (e) => { skipped += Number(e.data); say(`watching, ${shown} new`); });
		source.addEventListener("bye", (e) => {
			source.close();
			say({ slow: "stopped: this browser could not keep up", stopped: "stopped: Picket shuts down", "signed out": "stopped: signed out" }[e.data] || "stopped");
			pause.textContent = "Go on";
			pause.setAttribute("aria-pressed", "true");
		});
		source.onerror = () => say(source.readyState === EventSource.CLOSED ? "stopped: Picket refused" : "connection lost, trying again");
	};
	pause.hidden = false;
	pause.addEventListener("click", () => {
		const paused = pause.getAttribute("aria-pressed") === "true";
		pause.setAttribute("aria-pressed", String(!paused));
		pause.textContent = paused ? "Pause" : "Go on";
		if (paused) { watch(); } else { source.close(); say("paused"); }
	});
	watch();
}
