import {
  constant,
  Moment,
  parseTemplate,
  reduce,
} from '../../../../../src/acquisition/configuration/import/jinja/index.js'
import type { Constant } from '../../../../../src/acquisition/configuration/import/jinja/index.js'

const now = new Moment(Date.UTC(2024, 1, 3, 4, 5, 6, 7))

const known: Readonly<Record<string, Constant>> = {
  text: ' Ann Lee ',
  word: "it's",
  quoted: `a'b"c`,
  list: [3, 1, 2, 1],
  texts: ['x', 'y'],
  dict: { a: 1, b: [true, null] },
  rows: [
    { n: 1, s: 'a' },
    { n: 2, s: 'b' },
  ],
  uni: 'a😀é',
  yes: true,
  half: 2.5,
  tiny: 1e-7,
  f1: 1,
  nothing: null,
}

/** What is worked out of `{{ expression }}`, on the 3rd of February 2024. */
export function valueOf(expression: string): Constant {
  const found = reduce(parseTemplate(`{{ ${expression} }}`), {
    setting: () => ({ is: 'value', value: undefined }),
    names: Object.fromEntries(Object.entries(known).map(([name, one]) => [name, constant(one)])),
    now,
  })
  if (found.kind !== 'constant') throw new Error(`${found.kind} is left`)
  return found.value
}
