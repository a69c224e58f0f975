import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deadUrl } from '../contracts/servers.js'
import { programPath } from './services.js'

/** A private nginx with one worker that serves a small JSON body. */
export interface Nginx extends AsyncDisposable {
  readonly url: string
  /** Requests that it has served before this one. */
  requests(): Promise<number>
}

const configuration = (folder: string, port: string): string => `
worker_processes 1;
daemon off;
pid ${folder}/pid;
error_log ${folder}/error.log;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 1000;
  client_body_temp_path ${folder}/temp;
  proxy_temp_path ${folder}/temp;
  fastcgi_temp_path ${folder}/temp;
  uwsgi_temp_path ${folder}/temp;
  scgi_temp_path ${folder}/temp;
  server {
    listen 127.0.0.1:${port};
    location = /status { stub_status; }
    location / { default_type application/json; return 200 '{"ok":true}'; }
  }
}`

export async function startNginx(): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), 'nginx-'))
  const url = await deadUrl()
  const file = join(folder, 'nginx.conf')
  await writeFile(file, configuration(folder, new URL(url).port))
  const args = ['-c', file, '-p', folder, '-e', join(folder, 'error.log')]
  const child = spawn(programPath('nginx') ?? 'nginx', args, { stdio: 'ignore' })
  await untilServed(`${url}/`)
  let asked = 1
  return {
    url: `${url}/`,
    async requests() {
      const text = await (await fetch(`${url}/status`)).text()
      return Number(/\n\s*\d+ \d+ (\d+)/.exec(text)?.[1]) - ++asked
    },
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true })
    },
  }
}

async function untilServed(url: string): Promise<void> {
  const giveUpAt = performance.now() + 10_000
  for (;;) {
    try {
      await (await fetch(url)).text()
      return
    } catch (error) {
      if (performance.now() > giveUpAt) throw error
      await new Promise(resolve => {
        setTimeout(resolve, 20)
      })
    }
  }
}
