import type { IncomingMessage, ServerResponse } from 'node:http'
import { httpServer } from '../contracts/servers.js'

/** Projects with tasks and members of their own; `/projects?from=` takes those that were changed since. */
export async function workTracker({ projects = 60, tasksOf = 30 } = {}) {
  const asked: string[] = []
  const server = await httpServer((request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '', 'http://x')
    asked.push(`${url.pathname}${url.search}`)
    const [, , project, kind] = url.pathname.split('/')
    const rows =
      project === undefined
        ? listed(projects, 'p').filter(({ changed }) => changed >= (url.searchParams.get('from') ?? ''))
        : listed(tasksOf, `${project}-${kind}-`)
    const page = Number(url.searchParams.get('page') ?? 1)
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ items: rows.slice((page - 1) * 10, page * 10) }))
  })
  return { url: server.url, asked, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

function listed(count: number, prefix: string) {
  return Array.from({ length: count }, (_, index) => ({
    id: `${prefix}${index + 1}`,
    changed: new Date(Date.UTC(2026, 0, 1, 0, index)).toISOString(),
    nested: { title: 'a long text that does not fit into a narrow column at all' },
  }))
}

/** Its pipeline; tasks and members are taken for each project, whose changes alone a later run asks for. */
export const trackerPipeline = (url: string): string => `
sources:
  - name: tracker
    baseUrl: ${url}
    records: items
    id: id
    pagination: { type: page, pageSize: 10 }
    limits: { rate: 500 }
    streams:
      - { name: projects, path: /projects, since: { field: changed, param: from } }
      - { name: tasks, path: '/projects/{project.id}/tasks', for: { each: projects, as: project } }
      - { name: members, path: '/projects/{project.id}/members', for: { each: projects, as: project } }
  - name: other
    baseUrl: ${url}
    path: /projects
    records: items
    id: id
    pagination: { type: page, pageSize: 10 }
    limits: { rate: 500 }
    for: { values: [a, b], as: kind }
    query: { kind: '{kind}' }
    since: { field: changed }
`
