import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const BODY = '{"id":1234567,"name":"benchmark","ok":true,"value":3.14159,"pad":"xxx"}'

/** Debian keeps servers where a user's PATH does not look. */
const PATH = `${process.env.PATH ?? ''}:/usr/sbin:/usr/local/sbin`

const configuration = ({ folder, port, keepaliveRequests, location }) => `
worker_processes 1;
daemon off;
pid ${folder}/pid;
error_log ${folder}/error.log;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_requests ${keepaliveRequests};
  keepalive_timeout 600s;
  client_body_temp_path ${folder}/temp;
  proxy_temp_path ${folder}/temp;
  fastcgi_temp_path ${folder}/temp;
  uwsgi_temp_path ${folder}/temp;
  scgi_temp_path ${folder}/temp;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location = /status { stub_status; }
    ${location}
  }
}`

const constant = `location / { default_type application/json; return 200 '${BODY}'; }`
/** `/100?page=7` is the file `100/7.json`; they stay open, so that nginx costs little. */
const files = root => `
    root ${root};
    open_file_cache max=30000 inactive=600s;
    open_file_cache_valid 600s;
    location / { default_type application/json; set $file $arg_page; if ($file = '') { set $file 1; }
      try_files $uri/$file.json =404; }`

/**
 * A private nginx with one worker on a free port, serving 71 bytes of JSON, or the files of `root`. Types, for
 * tests in TypeScript: nginx.d.mts.
 */
export async function startNginx({ keepaliveRequests = 1_000_000_000, root } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'nginx-'))
  const port = await freePort()
  const file = join(folder, 'nginx.conf')
  const location = root === undefined ? constant : files(root)
  await writeFile(file, configuration({ folder, port, keepaliveRequests, location }))
  const child = await running(['-c', file, '-p', folder, '-e', join(folder, 'error.log')])
  const url = `http://127.0.0.1:${port}/`
  await untilServed(url)
  let asked = 1
  const close = async () => {
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
    await rm(folder, { recursive: true })
  }
  return {
    url,
    async requests() {
      const text = await (await fetch(`${url}status`)).text()
      return Number(/\n\s*\d+ \d+ (\d+)/.exec(text)[1]) - ++asked
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

async function running(args) {
  const child = spawn('nginx', args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, PATH },
  })
  try {
    await once(child, 'spawn')
  } catch (error) {
    throw new Error('nginx is missing: install the Debian package nginx-light', { cause: error })
  }
  return child
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

async function untilServed(url) {
  for (let tries = 0; ; tries++) {
    try {
      await (await fetch(url)).text()
      return
    } catch (error) {
      if (tries === 100) throw error
      await sleep(50)
    }
  }
}
