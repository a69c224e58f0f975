import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { importManifest } from '../../src/acquisition/configuration/import/import-manifest.js'
import { proposePage } from '../../src/acquisition/configuration/propose/propose-page.js'
import { repository } from '../support/markdown.js'

const guide = readFileSync(join(repository, 'docs/importing.md'), 'utf8')
const block = (title: string): string =>
  new RegExp(`^\`\`\`(?:yaml|json) ${title}\\n(.*?)^\`\`\``, 'ms').exec(guide)?.[1] ?? ''

test('the manifest of the guide becomes the pipeline of the guide', () => {
  const { pipeline } = importManifest(block('manifest'), { name: 'acme' })
  expect(pipeline).toBe(block('pipeline'))
})

test('the page of the guide becomes the proposal of the guide', () => {
  const { pipeline } = proposePage({
    url: 'https://api.acme.example/v1/projects?limit=100',
    headers: {},
    body: JSON.parse(block('page')),
    sent: { headers: {}, bearer: '${TOKEN}' },
    name: 'acme',
  })
  expect(pipeline).toBe(block('proposal'))
})
