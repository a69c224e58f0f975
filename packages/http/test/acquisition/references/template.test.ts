import { assert, constantFrom, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RootKind, Roots } from '../../../src/acquisition/references/template.js'
import {
  escaped,
  isBound,
  literalOf,
  parseTemplate,
  referencesOf,
  renderJson,
  renderText,
  renderTexts,
  TemplateError,
} from '../../../src/acquisition/references/template.js'

const roots: Roots = new Map<string, RootKind>([
  ['project', 'record'],
  ['state', 'value'],
  ['span', ['since', 'until']],
  ['now', 'value'],
])
const scope = {
  'project.id': '9007199254740993',
  'project["odd}name"].x': '"a/b"',
  state: '"open"',
  ids: '[1,2]',
  'span.since': '"2026-01-01"',
}

const text = (template: string): string => renderText(parseTemplate(template, roots), scope)

describe('references', () => {
  test.each([
    ['/projects/{project.id}/tasks', '/projects/9007199254740993/tasks'],
    ['{state}-{state}', 'open-open'],
    ['{span.since}', '2026-01-01'],
    ['{project["odd}name"].x}', 'a/b'],
    ['{{state}', '{state}'],
    ['{{{state}', '{open'],
    ['{"a": {"b": 1}}', '{"a": {"b": 1}}'],
    ['{ state }', '{ state }'],
    ['{', '{'],
    ['a}b', 'a}b'],
    ['{1} {} {a b}', '{1} {} {a b}'],
    ['', ''],
  ])('%j becomes %j', (template, rendered) => {
    expect(text(template)).toBe(rendered)
  })

  test.each([
    ['{other}', '{other} refers to nothing that is known at character 1'],
    ['x{stat.id}', '{stat.id} refers to nothing that is known at character 2'],
    ['{project}', '{project} names no field, such as {project.id}, at character 1'],
    ['{project.}', '{project begins a reference that does not end as one at character 1'],
    ['{state', '{state begins a reference that does not end as one at character 1'],
    ['{span.from}', '{span.from} is none of its fields at character 1'],
  ])('%j is an error that says what is allowed', (template, message) => {
    expect(() => parseTemplate(template, roots)).toThrow(TemplateError)
    expect(() => parseTemplate(template, roots)).toThrow(
      `${message}; allowed here: {project.FIELD}, {state}, {span.since}, {span.until}, {now}, {{ for a brace`,
    )
  })

  test('a value that is one reference keeps its type, and a list its items', () => {
    const json = (template: string, values = scope) => renderJson(parseTemplate(template, roots), values)
    expect(json('{project.id}')).toBe('9007199254740993')
    expect(json('#{project.id}')).toBe('"#9007199254740993"')
    expect(json('{state}')).toBe('"open"')
    const lists = { ...scope, state: '["a,\\"b",12345678901234567890,true]' }
    expect(json('{state}', lists)).toBe('["a,\\"b",12345678901234567890,true]')
    expect(renderTexts(parseTemplate('{state}', roots), lists)).toEqual([
      'a,"b',
      '12345678901234567890',
      'true',
    ])
    expect(renderTexts(parseTemplate('in:{state}', roots), lists)).toEqual([
      'in:a,"b,12345678901234567890,true',
    ])
  })

  test('one without a value is not bound, and cannot be written', () => {
    const template = parseTemplate('since {now}', roots)
    expect(isBound(template, scope)).toBe(false)
    expect(() => renderText(template, scope)).toThrow('{now} has no value here')
    expect(referencesOf(template)).toEqual([{ name: 'now', root: 'now', path: '' }])
  })

  test('an escaped text stands for itself, whatever it is', () => {
    assert(
      property(string({ unit: constantFrom('{', '}', 'now', 'x', '.', '"', ' ') }), written => {
        expect(literalOf(escaped(written))).toBe(written)
        expect(text(escaped(written))).toBe(written)
      }),
    )
  })

  test('no text does harm: it is read, or refused with its place', () => {
    assert(
      property(
        string({ unit: constantFrom('{', '}', 'state', 'project', '.', '"', '[', ']', 'id') }),
        written => {
          try {
            const template = parseTemplate(written, roots)
            expect(template.parts.length).toBeLessThanOrEqual(written.length + 1)
          } catch (error) {
            expect(error).toBeInstanceOf(TemplateError)
            expect(written[(error as TemplateError).at - 1]).toBe('{')
          }
        },
      ),
    )
  })
})
