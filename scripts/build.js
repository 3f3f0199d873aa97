/** Builds what is packed: the tool, the graders and the lessons as JavaScript, and the JavaScript starters. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import blankTypes from 'ts-blank-space';

const root = join(import.meta.dirname, '..');
// Built beside the old one and swapped at the end, so that whoever runs the tool meanwhile finds it whole.
const dist = join(root, 'dist-next');
const finished = join(root, 'dist');
const biome = join(root, 'node_modules', '.bin', 'biome');

const filesIn = (folder, wanted) =>
  existsSync(join(root, folder)) ? readdirSync(join(root, folder)).filter((name) => wanted.test(name)) : [];
const graders = filesIn('graders', /\.ts$/).map((name) => join('graders', name));
const lessons = filesIn('lessons', /^\d\d-/)
  .map((name) => join('lessons', name, 'lesson.ts'))
  .filter((file) => existsSync(join(root, file)));

const entryPoints = Object.fromEntries(
  [
    ['main', 'src/main.ts'],
    ['guard', 'src/stage/guard.ts'],
    ['grader', 'src/grading/index.ts'],
    ['overview-of-lessons', 'src/course/overview-of-lessons.ts'],
    ...[...graders, ...lessons, 'lessons/path.ts'].map((file) => [file.replace(/\.ts$/, ''), file]),
  ].map(([name, file]) => [name, join(root, file)]),
);

// What every command loads is packed in, which takes a tenth off each start. The rest is installed beside it.
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Commander asks for child processes at its start, and uses them for subcommands in files of their own, which we have none of. */
const childProcessesLater = {
  name: 'child-processes-later',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      importer.includes(join('node_modules', 'commander'))
        ? { path: 'child-processes', namespace: 'later' }
        : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'later' }, () => ({
      contents: "exports.spawn = (...call) => process.getBuiltinModule('node:child_process').spawn(...call);",
    }));
  },
};

rmSync(dist, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints,
  outdir: dist,
  chunkNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: Object.keys(dependencies),
  // Packed CommonJS asks for Node's modules by `require`, which an ES module has to make for itself.
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module';\nconst require = makeRequire(import.meta.url);",
  },
  plugins: [childProcessesLater],
  metafile: true,
  // The door leads to its source, so that graders and tool share the same chunks.
  alias: { '#grader': join(root, 'src/grading/index.ts') },
  logLevel: 'warning',
});

writeFileSync(join(dist, 'third-party-licences.txt'), licencesOf(Object.keys(metafile.inputs)));

mkdirSync(join(dist, 'exercises'), { recursive: true });
for (const starter of filesIn('exercises', /\.ts$/)) {
  const script = starter.replace(/\.ts$/, '.js');
  const blanked = blankTypes(readFileSync(join(root, 'exercises', starter), 'utf8'));
  // Blanked types leave gaps; the formatter closes them and keeps the comments.
  const formatted = execFileSync(biome, ['format', `--stdin-file-path=exercises/${script}`], {
    cwd: root,
    input: blanked,
  });
  writeFileSync(join(dist, 'exercises', script), formatted);
}
const { overviewCourse } = await import(pathToFileURL(join(dist, 'overview-of-lessons.js')).href);
writeFileSync(join(dist, 'overview.json'), JSON.stringify(await overviewCourse()));

rmSync(finished, { recursive: true, force: true });
renameSync(dist, finished);
console.log(`built ${relative(process.cwd(), finished) || finished}`);

/** The licences of all packages that were packed in, word for word, as they ask to be passed on. */
function licencesOf(inputs) {
  const packed = inputs.flatMap((input) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []);
  const texts = [...new Set(packed)].sort().map((name) => {
    const folder = join(root, 'node_modules', name);
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const licence = readdirSync(folder).find((file) => /^licen[cs]e(\.(md|txt))?$/i.test(file));
    if (licence === undefined) throw new Error(`${name} is packed in and brings no licence text.`);
    return `${name} ${version}\n\n${readFileSync(join(folder, licence), 'utf8').trim()}\n`;
  });
  return `This build holds code of other packages, under these licences.\n\n${texts.join('\n---\n\n')}`;
}
