// Holds the built files to their budgets, in bytes after gzip: the shell, the sign-in page in all, and what each kind of
// page adds. A page adds what it loads at once, without what it loads when it is needed.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const dist = new URL('../../internal/console/dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('manifest.json', dist)));
const KB = 1024;

const size = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length;

/** All files that are loaded with the entries, without those of `known`. */
function filesOf(entries, known = new Set()) {
  const files = new Set();
  const seen = new Set();
  const add = (key) => {
    const one = manifest[key];
    if (one === undefined) throw new Error(`the build has no ${key}`);
    if (seen.has(key)) return;
    seen.add(key);
    files.add(one.file);
    for (const css of one.css ?? []) files.add(css);
    for (const next of one.imports ?? []) add(next);
  };
  entries.forEach(add);
  return [...files].filter((f) => !known.has(f));
}

const total = (files, end) => files.filter((f) => f.endsWith(end)).reduce((sum, f) => sum + size(f), 0);

const texts = 'src/texts/fr.ts'; // the longer language
const main = [Object.keys(manifest).find((key) => manifest[key].name === 'start')]; // what every page needs, with the shell
const shell = filesOf(main);
const soon = 'src/app/shell/You.tsx'; // follows the shell on every page
const withTexts = new Set(filesOf([...main, texts, soon]));
const rows = [
  ['shell, scripts', total(shell, '.js'), 220 * KB],
  ['shell, styles', total(shell, '.css'), 40 * KB],
  ['sign-in, all', filesOf([...main, texts, 'src/pages/signin/SignIn.tsx']).reduce((sum, f) => sum + size(f), size('index.html')), 350 * KB],
];

/** What the routes add, by the folder of their page. */
const budgets = { certificates: 130, requests: 130, events: 130, insights: 170, config: 110 };

/** What brings the editor into a form that is open, and so adds to what every form has. */
const editors = { 'config/form/Workbench.tsx': 130, 'config/object/JsonTab.tsx': 130 };
const form = new Set([...withTexts, ...filesOf(['src/pages/config/NewPage.tsx'])]);
for (const key of Object.keys(manifest)) {
  const area = /^src\/pages\/(\w+)\//.exec(key)?.[1];
  if (!manifest[key].isDynamicEntry || area === undefined) continue;
  const page = key.slice('src/pages/'.length);
  rows.push([page, total(filesOf([key], page in editors ? form : withTexts), '.js'), (editors[page] ?? budgets[area] ?? 110) * KB]);
}

let over = 0;
for (const [name, bytes, budget] of rows) {
  const bad = bytes > budget;
  if (bad) over++;
  console.log(`${bad ? 'OVER ' : '     '}${name.padEnd(44)} ${(bytes / KB).toFixed(1).padStart(7)} KB of ${budget / KB}`);
}
process.exitCode = over === 0 ? 0 : 1;
