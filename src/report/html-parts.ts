/** The page's colours and measures, for light and dark screens and for paper. */
export const style = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --dim: #59636e; --line: #d8dee4;
  --good: #1a7f37; --bad: #cf222e; --notice: #9a6700; --said: #0a6b83; --message: #8250df; --connection: #0550ae; --phase: #1168b8; --wait: #cf222e; }
@media (prefers-color-scheme: dark) { :root:not([data-theme=light]) { --paper: #0d1117; --ink: #e6edf3; --dim: #9198a1; --line: #30363d;
  --good: #3fb950; --bad: #ff7b72; --notice: #d29922; --said: #56d4dd; --message: #bc8cff; --connection: #79c0ff; --phase: #58a6ff; --wait: #ff7b72; } }
:root[data-theme=dark] { color-scheme: dark; --paper: #0d1117; --ink: #e6edf3; --dim: #9198a1; --line: #30363d;
  --good: #3fb950; --bad: #ff7b72; --notice: #d29922; --said: #56d4dd; --message: #bc8cff; --connection: #79c0ff; --phase: #58a6ff; --wait: #ff7b72; }
:root[data-theme=light] { color-scheme: light; }
body { margin: 0 auto; max-width: 1240px; padding: 1rem; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; } section { border-top: 1px solid var(--line); }
a { color: inherit; } .tools, figcaption, .outcome { color: var(--dim); } .outcome { font-weight: normal; }
.passed > .outcome, .passed > h2 > .outcome { color: var(--good); } .failed > .outcome, .failed > h2 > .outcome { color: var(--bad); }
figure { margin: 1rem 0; } .picture { overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; }
svg { display: block; } svg text { font: 12px ui-monospace, monospace; fill: var(--ink); }
.axis line { stroke: var(--line); } .axis text { fill: var(--dim); } .name { font-weight: bold; }
.bar rect { fill-opacity: .22; stroke: currentColor; fill: currentColor; } .mark line { stroke: currentColor; stroke-width: 2; } .mark text { fill: currentColor; }
.bar:focus rect, .bar:hover rect { fill-opacity: .45; } .mark:hover text, .mark:focus text { text-decoration: underline; } g:focus { outline: none; }
${['good', 'bad', 'notice', 'said', 'message', 'connection', 'phase', 'wait'].map((tone) => `.${tone} { color: var(--${tone}); }`).join(' ')}
table { border-collapse: collapse; font: 13px/1.4 ui-monospace, monospace; } td, th { text-align: left; vertical-align: top; padding: 0 .8em 0 0; overflow-wrap: anywhere; }
#tip { position: fixed; left: 0; right: 0; bottom: 0; margin: 0; padding: .4rem 1rem; background: var(--ink); color: var(--paper); font: 13px/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
#tip:empty { display: none; } @media print { .tools, .zoom, #tip { display: none; } }
`;

/** What the page does: lays a picture out anew when it is zoomed, tells the part that is pointed at, and changes light. */
export const behaviour = `
for (const hidden of document.querySelectorAll('[hidden]')) hidden.hidden = false;
const tip = document.getElementById('tip');
const tell = (event) => { const part = event.target.closest?.('[data-tip]'); tip.textContent = part ? part.dataset.tip : ''; };
document.addEventListener('pointerover', tell);
document.addEventListener('focusin', tell);
document.getElementById('theme').addEventListener('click', () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
});
function zoom(picture, factor, atClientX) {
  const svg = picture.querySelector('svg');
  const names = Number(svg.dataset.names), width = Number(svg.dataset.width), end = Number(svg.dataset.end);
  const before = Number(svg.dataset.zoom || 1);
  const now = Math.min(200, Math.max(1, before * factor));
  svg.dataset.zoom = now;
  const x = (ms) => names + Math.max(0, ms) / end * width * now;
  for (const part of svg.querySelectorAll('[data-at]')) {
    const at = x(Number(part.dataset.at));
    if (part.tagName === 'line') { part.setAttribute('x1', at); part.setAttribute('x2', at); }
    else part.setAttribute('x', at + Number(part.dataset.shift));
    if (part.dataset.until) part.style.display = x(Number(part.dataset.until)) - at < Number(part.dataset.needs) ? 'none' : 'inline';
  }
  for (const part of svg.querySelectorAll('[data-from]')) {
    const from = x(Number(part.dataset.from));
    part.setAttribute('x', from);
    part.setAttribute('width', Math.max(2, x(Number(part.dataset.to)) - from));
  }
  const whole = names + width * now + 190;
  svg.setAttribute('width', whole);
  svg.setAttribute('viewBox', '0 0 ' + whole + ' ' + svg.getAttribute('height'));
  const inside = atClientX - picture.getBoundingClientRect().left;
  const underPointer = (picture.scrollLeft + inside - names) / before;
  picture.scrollLeft = underPointer * now + names - inside;
}
for (const picture of document.querySelectorAll('.picture')) {
  picture.addEventListener('wheel', (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoom(picture, event.deltaY < 0 ? 1.25 : 0.8, event.clientX);
  }, { passive: false });
  for (const button of picture.parentElement.querySelectorAll('[data-zoom]'))
    button.addEventListener('click', () => zoom(picture, Number(button.dataset.zoom), picture.getBoundingClientRect().left + picture.clientWidth / 2));
}
`;
