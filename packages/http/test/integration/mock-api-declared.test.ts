import { describe, expect, test } from 'vitest'
import { usableConfig } from '../../src/acquisition/configuration/index.js'
import { startApiMock } from '../../src/mock/index.js'
import { outputFolder } from '../support/acquire-rig.js'
import { acquiredFrom, differences, mockOf } from '../support/api-rig.js'

/** Complete, twice, with every record of the truth and no other, and nothing asked that is not declared. */
async function expectAll(yaml: string, records = 5): Promise<void> {
  await using mock = await mockOf(yaml, { records })
  await using output = await outputFolder()
  for (const truth of [() => mock.truth, () => mock.change()]) {
    const { streams } = truth()
    expect(Object.values(streams).every(({ count }) => count > 0)).toBe(true)
    const { run, sources } = await acquiredFrom(mock, output.path)
    expect(mock.problems.map(({ method, url, problem }) => `${method} ${url}: ${problem}`)).toEqual([])
    expect(differences(mock.truth, output.path)).toEqual([])
    expect(run.status, JSON.stringify(sources.map(({ errors }) => errors))).toBe('complete')
  }
}

const tree = (streams: string): string => `
sources:
  - name: acme
    baseUrl: https://api.acme.example/v2
    records: items
    id: id
    pagination: { type: page, pageSize: 3, hasMorePath: more }
    streams:
      - name: projects
        path: /projects
        add: { kind: shop, label: { path: note } }
${streams.replace(/^/gm, '      ')}
`

describe('parts', () => {
  test.each([
    [
      'what a parent adds',
      `- name: tasks
  for: { each: projects, as: project }
  path: /{project.kind}/{project.id}/tasks
  add: { owner: '{project.id}', text: 'of {project.kind} {project.id}' }
- name: notes
  for: { each: tasks, as: task }
  path: /notes
  query: { owner: '{task.owner}', text: '{task.text}', task: '{task.id}' }`,
    ],
    [
      'values of a grandparent',
      `- name: tasks
  for: [{ each: projects, as: project }, { values: [open, closed], as: state }]
  path: /projects/{project.id}/tasks
  query: { state: '{state}' }
- name: notes
  for: { each: tasks, as: task }
  path: /projects/{project.id}/tasks/{task.id}/notes
- name: files
  for: { each: notes, as: note }
  path: /files
  body: { json: { project: '{project.id}', note: '{note.id}', state: '{state}' } }`,
    ],
    [
      'two parents at once',
      `- { name: people, path: /people }
- name: shifts
  for: [{ each: projects, as: project }, { each: people, as: person }]
  path: /projects/{project.id}/people/{person.id}/shifts`,
    ],
    [
      'one part for all parents',
      `- name: tasks
  for: { each: projects, as: project, once: true }
  path: /tasks`,
    ],
    [
      'parents that have changed',
      `- name: tasks
  for: { each: projects, as: project, onlyChanged: true }
  path: /projects/{project.id}/tasks`,
    ],
    [
      'an id of what is added',
      `- name: tasks
  for: { each: projects, as: project }
  path: /projects/{project.id}/tasks
  id: [project, id]
  add: { project: '{project.id}' }`,
    ],
  ])('%s', async (_, streams) => {
    await expectAll(tree(streams))
  })
})

describe('computed requests', () => {
  test.each([
    ['a path', 'path: { expr: \'"/projects/" & $uppercase(project.id) & "/tasks"\' }'],
    ['a parameter', 'path: /tasks\n  query: { of: { expr: \'"project " & project.id\' } }'],
    ['a header', 'path: /tasks\n  headers: { x-of: { expr: \'project.id & "!"\' } }'],
    [
      'a value of a body',
      'path: /tasks\n  body: { json: { filter: { expr: \'{ "project": project.id, "open": true }\' } } }',
    ],
  ])('%s', async (_, lines) => {
    await expectAll(tree(`- name: tasks\n  for: { each: projects, as: project }\n  ${lines}`))
  })
})

const paged = (pagination: string, more = ''): string => `
sources:
  - { name: s, baseUrl: 'https://api.example.com', path: /things, records: items, id: id, pagination: ${pagination}${more} }
`

const VARIABLES = "variables: { page: { from: '{pagination.offset}', size: 10 } }"

test.each([
  ['the path', '{ type: page, pageSize: 10, pageParam: false }', "path: '/things/{pagination.number}/all'"],
  [
    'the query of the path',
    '{ type: offset, pageSize: 10, offsetParam: false }',
    "path: '/things?range={pagination.offset}-end'",
  ],
  [
    'variables of GraphQL',
    '{ type: offset, pageSize: 10, offsetParam: false, limitParam: false }',
    `path: /things, body: { graphql: { query: '{ items { id } }', ${VARIABLES} } }`,
  ],
  [
    'a form',
    '{ type: cursor, cursorPath: next, cursorParam: false }',
    "path: /things, body: { form: { after: '{pagination.cursor}', all: 'yes' } }",
  ],
  [
    'a header, computed',
    '{ type: page, pageSize: 10 }',
    'path: /things, headers: { x-page: { expr: \'"page " & since\' } }, since: { field: at, param: from }',
  ],
])('values of a run in %s', async (_, pagination, place) => {
  await expectAll(paged(pagination).replace('path: /things', place), 25)
})

describe('computed paging', () => {
  test.each([
    ['a cursor', '{ type: cursor, cursorPath: { expr: meta.next } }'],
    ['a cursor of a header', "{ type: cursor, cursorPath: { expr: '$headers.`x-next`' } }"],
    ['a cursor of the last record', "{ type: cursor, cursorPath: { expr: '$lastRecord.key' } }"],
    ['a next URL', '{ type: nextUrl, nextUrlPath: { expr: links.next } }'],
    ['a next URL of a header', "{ type: nextUrl, nextUrlPath: { expr: '$headers.next' } }"],
    ['an end', "{ type: page, pageSize: 10, endWhen: { expr: '$recordCount < 10' } }"],
    ['an end that fails', "{ type: page, pageSize: 10, endWhen: { expr: '$count(items) > -$number(x)' } }"],
  ])('%s', async (_, pagination) => {
    await expectAll(paged(pagination), 25)
  })

  test.each([
    ['pagination.cursorPath', '{ type: cursor, cursorPath: { expr: page + 1 } }'],
    ['pagination.nextUrlPath', '{ type: nextUrl, nextUrlPath: { expr: "links[0].next" } }'],
    ['pagination.endWhen', "{ type: page, pageSize: 10, endWhen: { expr: '$recordCount = 10' } }"],
  ])('what cannot be told is told of: %s', async (key, pagination) => {
    await expect(mockOf(paged(pagination))).rejects.toThrow(`from the file\ns: ${key} is `)
  })
})

test.each([
  ['a child refers to', "{ at: '{now}' }", "{ each: a, as: a }, query: { at: '{a.at}' }", 's.b refers to it'],
  ['an id is made of', '{ at: { expr: id } }, id: [id, at]', '{ each: a, as: a, once: true }', 'the id is'],
])('an added field that only a run knows and %s is told of', async (_, add, forEach, why) => {
  const yaml = `
sources:
  - name: s
    baseUrl: https://api.example.com
    records: items
    id: id
    streams:
      - { name: a, path: /a, add: ${add} }
      - { name: b, path: /b, for: ${forEach} }
`
  await expect(mockOf(yaml)).rejects.toThrow(`s.a: add.at is known to the run alone, and ${why}`)
})

describe('code', () => {
  const configOf = (more: object) => {
    const source = { name: 's', baseUrl: 'https://api.example.com', path: '/things', id: 'id', ...more }
    return usableConfig({ sources: [source] }).config
  }

  test('requests that it signs and records that it changes are served, and told of', async () => {
    const hooks = {
      authorize: () => ({ query: { signature: 'abc' }, headers: { 'x-key': 'k' } }),
      transform: (record: object) => ({ ...record, more: true }),
    }
    await using mock = await startApiMock({ config: configOf({ hooks }), behaviour: { latency: 0 } })
    await using output = await outputFolder()
    expect((await acquiredFrom(mock, output.path)).run.status).toBe('complete')
    expect(mock.problems).toEqual([])
    expect(differences(mock.truth, output.path)).toEqual([])
    expect(mock.notes).toEqual([
      's: hooks.authorize is code: what it puts into a request is not checked',
      's: hooks.transform is code: the truth has the records without their fields',
    ])
  })

  test('what it alone knows is told of', async () => {
    const hooks = { extract: () => [], paginate: () => undefined }
    await expect(startApiMock({ config: configOf({ hooks }) })).rejects.toThrow(
      's: hooks.paginate is code that says which page is next\n' +
        's: hooks.extract is code that finds records in a page',
    )
  })

  test('a filter that no record passes is told of', async () => {
    const where = [{ path: 'code', matches: '^[A-Z]{3}$' }]
    await using mock = await startApiMock({ config: configOf({ where }) })
    expect(mock.notes).toEqual(['s: no record is one that the file takes'])
  })
})
