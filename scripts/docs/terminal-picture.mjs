/**
 * docs/images/demo.svg: a terminal in which `async-patterns demo` has run, drawn from what a real run prints.
 * It runs the demo, which takes some seconds. Two runs differ in their duration only, so the file is written
 * when anything else differs. It shows what is on standard output; the progress leaves nothing on a terminal.
 */
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const repository = fileURLToPath(new URL('../../', import.meta.url))
const picture = join(repository, 'docs/images/demo.svg')

const FONT_SIZE = 13
const CHARACTER = FONT_SIZE * 0.6
const LINE = FONT_SIZE * 1.5
const MARGIN = 20
const BAR = 30

/** What a fresh folder shows after the command, which is typed as a stranger would type it. */
async function session() {
  const folder = await mkdtemp(join(tmpdir(), 'demo-picture-'))
  try {
    const command = join(repository, 'packages/http/dist/cli/main.js')
    const { stdout } = await promisify(execFile)(process.execPath, [command, 'demo'], { cwd: folder })
    return ['$ npx @async-patterns/http demo', ...stdout.trimEnd().split('\n')]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Which colour a line has, as a class of the style below. */
function kindOf(line) {
  if (line.startsWith('$ ')) return 'typed'
  if (line.startsWith('source ')) return 'head'
  if (line.startsWith('complete: ')) return 'good'
  if (/^ +\w+: /.test(line)) return 'fault'
  return 'plain'
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** The words of a line, each at its own column: no font that is wider or narrower can shift the columns. */
function wordsOf(line, y) {
  return [...line.matchAll(/\S+(?: \S+)*/g)]
    .map(({ 0: words, index }) => {
      const x = (MARGIN + index * CHARACTER).toFixed(1)
      const width = (words.length * CHARACTER).toFixed(1)
      const place = `x="${x}" y="${y}" textLength="${width}" lengthAdjust="spacingAndGlyphs"`
      return `<text class="${kindOf(line)}" ${place}>${escaped(words)}</text>`
    })
    .join('\n')
}

/** Dark in both a light and a dark page, with an edge that is seen on either. */
function draw(lines) {
  const width = Math.ceil(2 * MARGIN + Math.max(...lines.map(line => line.length)) * CHARACTER)
  const height = Math.ceil(BAR + 2 * MARGIN + lines.length * LINE - (LINE - FONT_SIZE))
  const texts = lines.map((line, at) => wordsOf(line, (BAR + MARGIN + FONT_SIZE + at * LINE).toFixed(1)))
  const size = `viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img">
<title>A terminal after npx @async-patterns/http demo</title>
<style>
text {
  font: ${FONT_SIZE}px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  white-space: pre;
}
.plain { fill: #d5dae1; }
.typed { fill: #ffffff; font-weight: 600; }
.head { fill: #8b97a8; }
.good { fill: #7ee2a0; }
.fault { fill: #f2b866; }
</style>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="#161b22" stroke="#57606a"/>
<circle cx="20" cy="17" r="5.5" fill="#ff5f57"/>
<circle cx="38" cy="17" r="5.5" fill="#febc2e"/>
<circle cx="56" cy="17" r="5.5" fill="#28c840"/>
${texts.filter(text => text !== '').join('\n')}
</svg>
`
}

const withoutDuration = svg => svg.replace(/in \d+\.\d s/, '').replace(/textLength="[^"]*"/g, '')

const drawn = draw(await session())
const before = existsSync(picture) ? readFileSync(picture, 'utf8') : ''
if (withoutDuration(drawn) !== withoutDuration(before)) {
  writeFileSync(picture, drawn)
  console.log('docs/images/demo.svg')
}
