import { describe, expect, test } from 'vitest'
import { load, problems } from './config-rig.js'

const text = `sources:
  - name: acme
    baseUrl: http://127.0.0.1:1
    headers: { accept: text/json, x-a: '1' }
    limits: { rate: 5, timeout: 3s }
    pagination: { type: page, pageSize: 10 }
    mapping: { id: { path: id } }
    streams:
      - name: projects
        path: /projects
      - name: tasks
        path: /tasks/{project.id}
        for: { each: projects, as: project }
        headers: { x-a: '2' }
        limits: { rate: 2, concurrency: 1, maxPageSize: 1MiB }
  - name: shop
    baseUrl: http://127.0.0.1:2
    pagination: { type: offset, pageSize: 10 }
    mapping: { id: { path: id } }
`

describe('a source of several streams', () => {
  test('is read as its streams, whose keys win over those of the source', () => {
    const { streams } = load(text).config
    expect(streams.map(({ name, source, path }) => [name, source, path])).toEqual([
      ['acme.projects', 'acme', '/projects'],
      ['acme.tasks', 'acme', '/tasks/{project.id}'],
      ['shop', 'shop', ''],
    ])
    expect(streams[1]).toMatchObject({
      headers: { accept: 'text/json', 'x-a': '2' },
      for: [{ each: 'acme.projects', as: 'project' }],
      limits: { ratePerSecond: 5, timeoutMs: 3_000, concurrency: 4, maxPageBytes: 2 ** 20 },
      ownLimits: { ratePerSecond: 2, concurrency: 1 },
    })
    expect(streams[0]?.ownLimits).toBeUndefined()
  })

  test('every mistake is told where it was made, once', () => {
    const wrong = text
      .replace('timeout: 3s', 'timeout: soon')
      .replace('path: /projects', 'path: /projects/{x}')
      .replace('maxPageSize: 1MiB', 'maxPageSize: big')
      .replace('each: projects', 'each: project')
      .replace('- name: tasks', '- name: tasks\n        baseUrl: http://127.0.0.1:9')
    expect(problems(wrong)).toEqual([
      expect.stringContaining('p.yaml:5:33: sources[0].limits.timeout is "soon"; allowed is a duration'),
      expect.stringContaining(
        'p.yaml:12:9: sources[0].streams[1].baseUrl is an unknown key; allowed are name, ',
      ),
      expect.stringContaining('sources[0].streams[1].limits.maxPageSize is "big"; allowed is a size'),
    ])
    expect(
      problems(
        wrong
          .replace('soon', '3s')
          .replace('big', '1MiB')
          .replace(/ +baseUrl: .*:9\n/, ''),
      ),
    ).toEqual([
      expect.stringContaining(
        'p.yaml:10:15: sources[0].streams[0].path is "/projects/{x}": {x} refers to nothing that is known at ' +
          'character 11; allowed here: {now}, {run}, {pagination.number}, {{ for a brace',
      ),
      expect.stringContaining(
        'sources[0].streams[1].for.each is "project"; allowed is another stream, not one that is taken for this one: acme.projects, shop',
      ),
    ])
  })

  test.each([
    [
      '- name: tasks',
      '- name: projects',
      'streams[1].name is "projects"; allowed is a name that no other stream',
    ],
    ['- name: shop', '- name: acme', 'sources[1].name is "acme"; allowed is a name that no other source has'],
    ['- name: tasks', '- x: 1', 'sources[0].streams[1].name is missing; it must be a name of letters'],
    ['tasks/{project.id}', 'tasks', 'is taken for each record of projects, and its requests do not refer to'],
    ['as: project }', 'as: project, once: true }', '{project.id} refers to nothing that is known'],
    [
      'as: project }',
      'as: project, once: true, batch: 2 }',
      'for.once is true; allowed is one without batch and onlyChanged',
    ],
    ['as: project }', 'as: now }', 'sources[0].streams[1].for.as is "now"; allowed is a name of letters'],
  ])('%s as %s: %s', (from, to, message) => {
    expect(problems(text.replace(from, to)).join('\n')).toContain(message)
  })

  test.each([
    `path: { expr: '"tasks of " & project.id' }`,
    `query: { q: { expr: '"a \\" b" & project.id' } }`,
    'body: { json: { deep: [{ expr: "$string(project.id)" }] } }',
  ])('what is computed of a parent refers to it: %s', line => {
    const computed = text.replace('path: /tasks/{project.id}', line)
    expect(load(computed).config.streams[1]?.for).toHaveLength(1)
    expect(problems(computed.replace('project.id', 'other.id').replace('project.id', 'other.id'))).toEqual([
      expect.stringContaining('is taken for each record of projects, and its requests do not refer to'),
    ])
  })

  test('braces in an expression are no references', () => {
    const line = `path: { expr: '{"a": project.id, "b": [{now: 1}]}.a' }`
    expect(load(text.replace('path: /tasks/{project.id}', line)).config.streams[1]?.path).toHaveProperty(
      'expr',
    )
  })

  test('what two parents call the same is neither', () => {
    const below = (path: string, more = '') =>
      text.replace(
        '  - name: shop',
        `      - name: notes
        path: /notes/${path}
        for: [{ each: tasks, as: task }, { each: tasks, as: other }${more}]
  - name: shop`,
      )
    const own = below('{task.id}/{other.id}/{project}', ', { values: [a], as: project }')
    expect(load(own).config.streams[2]?.for).toHaveLength(3)
    expect(problems(below('{task.id}/{other.id}/{project.id}'))).toEqual([
      expect.stringContaining('{project.id} refers to nothing that is known'),
    ])
  })

  test('no stream is taken for one that is taken for it', () => {
    const circle = text.replace(
      'path: /projects',
      "path: '/projects/{t.id}'\n        for: { each: tasks, as: t }",
    )
    expect(problems(circle)).toEqual([
      expect.stringContaining(
        'sources[0].streams[0].for.each is "tasks"; allowed is another stream, not one',
      ),
      expect.stringContaining(
        'sources[0].streams[1].for.each is "projects"; allowed is another stream, not one',
      ),
    ])
    expect(problems(text.replace('each: projects', 'each: tasks'))[0]).toContain(
      'for.each is "tasks"; allowed',
    )
  })

  test('nothing but a list of streams is one', () => {
    const [head = ''] = text.split('    streams:')
    for (const streams of ['[]', '7', '{ name: a }', ''])
      expect(problems(`${head}    streams: ${streams}\n`).join('\n')).toMatch(
        /sources\[0\]\.streams is .*; allowed is a list of at least one stream/,
      )
    expect(problems(`${head}    streams: [7]\n`)).toEqual([
      expect.stringContaining(
        'sources[0].streams[0] is no such thing; allowed is a mapping with the key name',
      ),
    ])
  })

  test('--print-config names each value where it is written; what all share, once', () => {
    const lines = load(text).describe().replace(/ +/g, ' ').split('\n')
    expect(lines).toContain('sources[0].streams[1].limits.rate: 2 # p.yaml:15:25')
    expect(lines.filter(line => line.startsWith('sources[0].baseUrl'))).toHaveLength(1)
    expect(lines.filter(line => line.startsWith('sources[0].limits.rate'))).toHaveLength(1)
  })
})
