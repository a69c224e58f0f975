import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const here = name => fileURLToPath(new URL(name, import.meta.url))
const main = here('../../packages/http/dist/cli/main.js')

async function printed(command, args) {
  const { stdout } = await run(command, args, { maxBuffer: 64 * 2 ** 20 }).catch(error => {
    if (error.code === 'ENOENT')
      throw new Error(`${command} is missing: install the Debian package ${command}`)
    throw error
  })
  return stdout
}

const node = (script, ...args) => printed(process.execPath, [here(script), ...args])
const seconds = value => String(value)

/** Each gives requests a second for 100 connections and one thread, in a process of its own. */
export const contenders = {
  ours: async (url, duration) => (await ourLoad(url, '--duration', `${duration}s`)).requests.perSecond,
  wrk: async (url, duration) => {
    const text = await printed('wrk', ['-t1', '-c100', `-d${duration}s`, url])
    return Number(/Requests\/sec:\s*([\d.]+)/.exec(text)[1])
  },
  autocannon: async (url, duration) => {
    const text = await node(
      '../node_modules/autocannon/autocannon.js',
      '-c',
      '100',
      '-d',
      seconds(duration),
      '-j',
      '-n',
      url,
    )
    const { requests, duration: took } = JSON.parse(text)
    return requests.total / took
  },
  'undici Pool dispatch': async (url, duration) =>
    Number(await node('undici-client.mjs', url, seconds(duration))),
  'AsyncEngine over wire': async (url, duration) =>
    Number(await node('engine-client.mjs', url, 'wire', seconds(duration))),
  'AsyncEngine over undici': async (url, duration) =>
    Number(await node('engine-client.mjs', url, 'undici', seconds(duration))),
}

/** A run of our own generator with 100 connections: the result of what `--json` prints. */
export async function ourLoad(url, ...flags) {
  const printedJson = await printed(process.execPath, [
    main,
    'load',
    url,
    '--connections',
    '100',
    '--json',
    ...flags,
  ])
  return JSON.parse(printedJson).result
}
