import type { Auth } from './components/authentication.js'
import type { RefusedStream } from './imported-streams.js'
import { childOf } from './manifest/templates.js'
import type { Component } from './manifest/component.js'

/** A stream that was not converted, and what its request is as far as the manifest says it in plain texts. */
export interface StubbedStream extends RefusedStream {
  readonly path?: string | undefined
  readonly baseUrl?: string | undefined
}

/** What stands in the module beside its streams. */
export interface StubParts {
  /** Of the manifest. */
  readonly file: string
  /** Of the source. */
  readonly name: string
  /** Of the streams that were converted, where there are some. */
  readonly baseUrl: string | undefined
  readonly auth: Auth | undefined
  readonly streams: readonly StubbedStream[]
}

/** What the request of a component is; nothing of what is a template. */
export function plainRequest(stream: Component): Pick<StubbedStream, 'path' | 'baseUrl'> {
  const requester = childOf(childOf(stream, 'retriever') ?? {}, 'requester') ?? {}
  const plain = (key: string): string | undefined => {
    const value = requester[key]
    return typeof value === 'string' && !/[{}]/.test(value) ? value : undefined
  }
  const baseUrl = plain('url_base') ?? plain('url')
  return {
    path: plain('path'),
    baseUrl: baseUrl !== undefined && URL.canParse(baseUrl) ? baseUrl : undefined,
  }
}

/** Which hook takes the place of what was refused: the first whose words stand in the reason. */
const HOOKS: readonly (readonly [hook: string, words: RegExp])[] = [
  ['partition', /partition|parent|slicer/i],
  ['paginate', /paginat|cursor|stop condition|page/i],
  ['authorize', /authenticat|login|requester|request|body|url|header/i],
  ['extract', /extractor|decoder|\bformat|retriever|selector|stream/i],
]

/** A reason that names none of them is about what records become. */
function hookOf({ about, detail }: StubbedStream): string {
  return HOOKS.find(([, words]) => words.test(`${about} ${detail}`))?.[0] ?? 'transform'
}

/** A pipeline in code with a stream for each that was not converted: it loads, and fails by name until it is written. */
export function hookStubs({ file, name, baseUrl, auth, streams }: StubParts): string {
  const [first] = streams.flatMap(stream => stream.baseUrl ?? [])
  const base = baseUrl ?? first ?? 'https://api.example.com'
  const names = new Set<string>()
  return `// Streams of ${file} that were not converted, each with the hook that can take the place of what was not
// understood: docs/code.md tells of hooks. Look at path and id too, then: async-patterns acquire <this file>
import { defineConfig, defineSource } from '@async-patterns/http/acquisition'

/** Stands where code is missing: its stream fails, and says what is to be written. */
const missing = what => () => {
  throw new Error(\`\${what} is to be written\`)
}

export default defineConfig({
  output: 'out-hooks',
  sources: [
    defineSource({
      name: ${JSON.stringify(name)},
      baseUrl: ${JSON.stringify(base)},
${auth === undefined ? '' : `      auth: ${JSON.stringify(auth)},\n`}      streams: [
${streams.map(stream => stubOf(stream, uniqueName(stream.name, names), file)).join('\n')}
      ],
    }),
  ],
})
`
}

function stubOf(stream: StubbedStream, name: string, file: string): string {
  const hook = hookOf(stream)
  const at = stream.line > 0 ? `${file}:${stream.line}` : file
  const { path = `/${name}` } = stream
  const parts = hook === 'partition' ? `for: { hook: 'partition', as: 'part' }, ` : ''
  const whole = hook === 'partition' ? `${path.replace(/\/+$/, '')}/{part.id}` : path
  return `        // ${at}: ${stream.about}: ${oneLine(stream.detail)}
        {
          name: ${JSON.stringify(name)},
          path: ${JSON.stringify(whole)},
          ${parts}id: 'id',
          hooks: { ${hook}: missing(${JSON.stringify(`hooks.${hook} of ${name} (${at})`)}) },
        },`
}

/** As a stream may be called, and as no other one is. */
function uniqueName(written: string, taken: Set<string>): string {
  const plain = written.replace(/[^\w-]+/g, '_').slice(0, 60) || 'stream'
  let name = plain
  for (let count = 2; taken.has(name); count += 1) name = `${plain}_${count}`
  taken.add(name)
  return name
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').slice(0, 90)
}
