import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requestLimit } from '../../core/http/api/rate-limit.ts'
import type { Ctx } from '../../core/http/context.ts'
import { countAttempts, limits } from '../../core/identity/index.ts'
import { instant } from '../../core/kernel/index.ts'
import { webhookVerdicts } from '../../core/plugins/index.ts'
import { sql } from '../../core/db/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { testMeans } from '../support/means.ts'
import { minimalManifest } from '../plugins/support/setup.ts'

const HOUR = 3_600_000

test('a key that used up its minute is let in again a minute later, also where the clock was set back', () => {
  let at = 10 * HOUR
  const limit = requestLimit({ ms: () => at, now: () => instant(at) }, 2)
  const ask = () => limit({ set: () => undefined } as unknown as Ctx, 'key')
  ask()
  ask()
  assert.throws(ask, { code: 'rate_limit.exceeded' })
  at -= 3 * HOUR
  ask()
  ask()
  assert.throws(ask, { code: 'rate_limit.exceeded' })
})

for (const engine of engines)
  test(`an instance that was switched off takes no webhooks after the clock was set back (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    let at = 10 * HOUR
    const clock = { ms: () => at, now: () => instant(at) }
    const stamps = { installed_at: clock.now(), updated_at: clock.now() }
    const manifest = { ...minimalManifest('hooked'), webhooks: [{ scheme: 'none' }] }
    await db.insert('plugins', [
      {
        ...{ id: 'hooked', version: '1.0.0', bundle_sha256: '0', granted: '{}', status: 'enabled' },
        ...{ manifest: JSON.stringify(manifest), ...stamps },
      },
    ])
    await db.insert('plugin_instances', [
      {
        ...{ id: 'plg_a', plugin_id: 'hooked', name: 'a', settings: '{}', status: 'active' },
        ...{ created_at: clock.now(), updated_at: clock.now() },
      },
    ])
    const verdict = webhookVerdicts({ ...testMeans(db), clock })
    const judged = async () => (await verdict('plg_a', { body: '{}', headers: {} })).verdict
    assert.equal(await judged(), 'accepted')
    await db.run(sql`update plugin_instances set status = 'disabled' where id = 'plg_a'`)
    at -= 3 * HOUR
    assert.equal(await judged(), 'refused')
    await remove()
  })

for (const engine of engines)
  test(`who signed in too often waits no longer where the clock was set back (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    let at = 10 * HOUR
    const means = { ...testMeans(db), clock: { ms: () => at, now: () => instant(at) } }
    const guess = () => countAttempts(means, [[limits.signInByAccount, 'usr_a']])
    const waits = async () => {
      const error = await guess().then(
        () => null,
        (refused: { params: { seconds: number } }) => refused,
      )
      return error?.params.seconds ?? 0
    }
    for (let i = 0; i < limits.signInByAccount.most; i++) await guess()
    assert.equal(await waits(), 15 * 60)
    at -= 3 * HOUR
    // Set back, the window still holds, and ends as soon as any other.
    assert.equal(await waits(), 15 * 60)
    at += HOUR / 6
    assert.equal(await waits(), 5 * 60)
    at += HOUR / 6
    assert.equal(await waits(), 0)
    await remove()
  })
