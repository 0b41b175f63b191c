import { fork } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import autocannon from 'autocannon'
import { arrivalReader } from '../core/http/chain/arrival.ts'
import { webhookHandler } from '../core/http/webhooks/webhooks.ts'
import type { HttpDeps } from '../core/http/index.ts'
import { migrate, openSqlite, sql } from '../core/db/index.ts'
import { createJobs } from '../core/jobs/index.ts'
import { businessClock, idMaker, systemClock } from '../core/kernel/index.ts'
import { silentLog } from '../core/log/index.ts'
import { webhookVerdicts } from '../core/plugins/index.ts'
import { keyRing, putSecret } from '../core/secrets/index.ts'
import { migrations } from '../migrations/index.ts'
import { median, report, type Judged } from './figure.ts'

const ROUNDS = 5
const SECONDS = 2
const CONNECTIONS = 50
const SECRET = 'whsec_of_the_bench'
const SCHEME = {
  ...{ scheme: 'hmac', header: 'X-Signature', algorithm: 'sha256', signed: '{t}.{body}', signature: 'v1' },
  ...{ secret: 'webhook_secret', event_id: 'id' },
}

/**
 * Webhooks taken (signature, repeat check, event and job on disk) a second of this process's processor time, against a
 * bare server that reads the same bodies and answers. The senders are a process of their own.
 */
export async function benchWebhooks(): Promise<Judged[]> {
  const folder = mkdtempSync(join(tmpdir(), 'berth-bench-'))
  const { deps, instance } = await prepare(join(folder, 'berth.db'))
  const handle = webhookHandler(deps, arrivalReader({ url: null, proxies: [] }))
  const ours = await listen(createServer(handle))
  const bare = await listen(
    createServer((request, response) => {
      request.on('data', () => undefined).on('end', () => response.end('{"received":true}'))
    }),
  )
  const rates: { ours: number[]; bare: number[] } = { ours: [], bare: [] }
  for (let round = 0; round < ROUNDS; round++) {
    rates.ours.push(await perProcessorSecond(ours.port, `/webhooks/${instance}`))
    rates.bare.push(await perProcessorSecond(bare.port, '/'))
  }
  const [value, baseline] = [median(rates.ours), median(rates.bare)]
  const bar = { of: 'ratio', least: 0.25 } as const
  const figure = report({
    name: 'webhook_accept',
    value,
    unit: 'webhooks/CPU-s',
    baseline,
    ratio: value / baseline,
    bar,
  })
  for (const { server } of [ours, bare]) server.close()
  await deps.db.close()
  rmSync(folder, { recursive: true, force: true })
  return [figure]
}

async function prepare(file: string): Promise<{ deps: HttpDeps; instance: string }> {
  const clock = systemClock
  const newId = idMaker(clock)
  const db = openSqlite({ file })
  await migrate(db, migrations, clock.now())
  const jobs = await createJobs({ db, clock, newId })
  await jobs.install()
  const keys = keyRing(`bench:${Buffer.alloc(32, 7).toString('base64')}`)
  const means = { db, clock, newId, jobs, keys, log: silentLog, business: businessClock(clock, () => 0) }
  const verdict = webhookVerdicts(means)
  const instance = await makeInstance(means)
  return { deps: { ...means, webhooks: { verdict } } as unknown as HttpDeps, instance }
}

async function makeInstance(means: Pick<HttpDeps, 'db' | 'clock' | 'newId' | 'keys'>): Promise<string> {
  const now = means.clock.now()
  const manifest = JSON.stringify({ name: 'Bench', kinds: { gateway: ['handle_event'] }, webhooks: [SCHEME] })
  const id = means.newId('plg')
  await means.db.transaction(async (trx) => {
    await trx.run(sql`
      insert into plugins (id, version, bundle_sha256, manifest, granted, status, installed_at, updated_at)
      values ('bench', '1.0.0', '', ${manifest}, '{}', 'enabled', ${now}, ${now})`)
    await trx.run(sql`
      insert into plugin_instances (id, plugin_id, name, settings, status, created_at, updated_at)
      values (${id}, 'bench', 'Bench', '{}', 'active', ${now}, ${now})`)
    await putSecret(trx, means.keys, {
      ownerId: id,
      name: 'webhook_secret',
      value: SECRET,
      actor: 'bench',
      now,
    })
  })
  return id
}

async function perProcessorSecond(port: number, path: string): Promise<number> {
  const before = process.cpuUsage()
  const answered = await new Promise<number>((done, failed) => {
    const sender = fork(import.meta.filename, ['send', String(port), path])
    sender.on('message', (count) => done(Number(count)))
    sender.on('error', failed)
  })
  const { user, system } = process.cpuUsage(before)
  return Math.round(answered / ((user + system) / 1_000_000))
}

/** Bodies of about 1 kB, each with an id of its own and a true signature. */
async function send(port: string, path: string): Promise<void> {
  let sent = 0
  const seed = process.pid
  const nextBody = () =>
    JSON.stringify({ id: `evt_${seed}_${sent++}`, type: 'payment.succeeded', data: 'x'.repeat(900) })
  const t = Math.floor(systemClock.ms() / 1000)
  const sign = (body: string) => createHmac('sha256', SECRET).update(`${t}.${body}`).digest('hex')
  const result = await autocannon({
    url: `http://127.0.0.1:${port}${path}`,
    connections: CONNECTIONS,
    duration: SECONDS,
    method: 'POST',
    requests: [
      {
        setupRequest(request) {
          const body = nextBody()
          const headers = { 'Content-Type': 'application/json', 'X-Signature': `t=${t},v1=${sign(body)}` }
          return { ...request, path, method: 'POST', body, headers }
        },
      },
    ],
  })
  if (result.non2xx > 0) throw new Error(`${result.non2xx} webhooks were refused`)
  process.send!(result['2xx'])
}

async function listen(server: Server): Promise<{ server: Server; port: number }> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return { server, port: (server.address() as AddressInfo).port }
}

if (process.argv[2] === 'send') {
  await send(process.argv[3]!, process.argv[4]!)
  process.exit(0)
} else if (process.argv[1] === import.meta.filename) {
  await benchWebhooks()
}
