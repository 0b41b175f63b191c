// Permissions: what a plugin was refused is on record, and no flood of it makes the record longer.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { sql } from '../../core/db/index.ts'
import { systemClock } from '../../core/kernel/index.ts'
import { silentLog } from '../../core/log/index.ts'
import { auditRefusals, databaseRefusals } from '../../core/plugins/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { testMeans } from '../support/means.ts'
import { attack } from './hostile.ts'

/** Each operation rests after five calls. */
const CALLS = 5
const ASKS = 1_000
const flood = `
const ask = async (storage) => {
  const last = []
  for (let i = 0; i < ${ASKS / 20}; i++) last.push(...await Promise.all(Array.from({ length: 20 }, () => storage.get('x').catch((e) => e.code))))
  return last.at(-1)
}
export default { gateway: ({ storage }) => ({
  async test_connection() { return { ok: true, steps: [{ name: 'run', ok: true, detail: await ask(storage) }] } },
  async handle_event() { return { facts: [{ fact: 'ignored', reason: await ask(storage) }] } },
}) }`

for (const engine of engines)
  test(`rule: ten thousand refused questions are one entry of the audit log, with their count (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const now = { ms: Date.parse('2026-01-15T10:20:00.000Z') }
    const clock = { ...systemClock, ms: () => now.ms, now: () => new Date(now.ms).toISOString() as never }
    const means = { ...testMeans(db), clock }
    const refusals = databaseRefusals({ db, clock, log: silentLog })
    const manifest = { limits: { asks: ASKS, asks_at_once: 32 } }
    await attack('refused-asks-flood', { source: flood, manifest, means: { refusals } }, async (hostile) => {
      const { bench, instance } = hostile
      assert.equal(hostile.report, 'E_DENIED')
      const body = { headers: {}, body: '', verified: true }
      for (let i = 1; i < CALLS; i++)
        await bench.plugins.call(instance, 'gateway', 'test_connection', { input: {}, deadlineMs: 10_000 })
      for (let i = 0; i < CALLS; i++)
        await bench.plugins.call(instance, 'gateway', 'handle_event', { input: body, deadlineMs: 10_000 })
      await refusals.stop()
      assert.deepEqual(await auditRefusals(means), { entered: 0 }, 'the hour is not over')
      now.ms += 3_600_000
      assert.deepEqual(await auditRefusals(means), { entered: 1 })
      assert.deepEqual(await auditRefusals(means), { entered: 0 })
      const rows = await db.all<{ after_state: string }>(sql`select * from audit`)
      const asks = CALLS * 2 * ASKS
      assert.deepEqual(
        rows
          .map(({ after_state, ...row }) => ({ ...row, after_state: JSON.parse(after_state) as object }))
          .map(pick),
        [
          {
            ...{
              action: 'plugin_instance.refuse_ask',
              subject: instance.id,
              actor: 'system:plugin_supervisor',
            },
            reason: `${asks} × Storage is not declared.`,
            after_state: { rule: 'storage', asks, hour: '2026-01-15T10:00:00.000Z' },
          },
        ],
      )
    })
  })

const pick = (row: Record<string, unknown>) =>
  Object.fromEntries(['action', 'subject', 'actor', 'reason', 'after_state'].map((name) => [name, row[name]]))
