import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const BODY = '{"id":1234567,"name":"benchmark","ok":true,"value":3.14159,"pad":"xxx"}'

const configuration = (folder, port) => `
worker_processes 1;
daemon off;
pid ${folder}/pid;
error_log ${folder}/error.log;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 600s;
  client_body_temp_path ${folder}/temp;
  proxy_temp_path ${folder}/temp;
  fastcgi_temp_path ${folder}/temp;
  uwsgi_temp_path ${folder}/temp;
  scgi_temp_path ${folder}/temp;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location = /status { stub_status; }
    location / { default_type application/json; return 200 '${BODY}'; }
  }
}`

/** A private nginx with one worker on a free port, serving 71 bytes of JSON. */
export async function startNginx() {
  const folder = await mkdtemp(join(tmpdir(), 'bench-nginx-'))
  const port = await freePort()
  await writeFile(join(folder, 'nginx.conf'), configuration(folder, port))
  const args = ['-c', join(folder, 'nginx.conf'), '-p', folder, '-e', join(folder, 'error.log')]
  const child = spawn('nginx', args, { stdio: ['ignore', 'inherit', 'inherit'] })
  child.on('error', () => {
    console.error('nginx is missing: install the Debian package nginx-light')
    process.exit(1)
  })
  const url = `http://127.0.0.1:${port}/`
  await untilServed(url)
  return {
    url,
    /** How many requests it has served, this one included. */
    async requests() {
      const text = await (await fetch(`${url}status`)).text()
      return Number(/\n\s*\d+ \d+ (\d+)/.exec(text)[1])
    },
    async close() {
      child.kill('SIGTERM')
      await once(child, 'exit')
      await rm(folder, { recursive: true })
    },
  }
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
