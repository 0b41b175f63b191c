// Rule 4: a hold of another plugin, of staff or for debt is lifted by none but them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from '../../core/db/index.ts'
import { addInstance, writeCall } from '../plugins/support/write-desk.ts'
import type { Shop } from '../services/fixture.ts'
import { attackByWriting } from './write-attack.ts'

const data = ['service.write:hold:all']

/** A service that another plugin holds, and dunning. */
async function heldByOthers(shop: Shop) {
  const { db, business } = shop.means
  const service = await shop.sell()
  await addInstance(db, 'plg_other')
  const other = writeCall(shop.means, { data, instance: 'plg_other' })
  await other('service.write:hold', service, 'h', { held: true, reason: 'Spam' })
  await db.run(sql`
    insert into service_holds (service_id, reason, note, placed_by, placed_at)
    values (${service}, 'overdue', null, 'system:billing', ${business.now()})`)
  return { service }
}

test('rule: a plugin lifts its own hold alone', async () => {
  const code = `const held = (held) => ask('service.write:hold', context.settings.service, 'h' + held, { held, reason: 'Mine' })
    const first = await ask('service.write:hold', context.settings.service, 'h', { held: false, reason: 'Mine' })
    return [first, await held(true), await held(false)].join()`
  const what = { code, data, prepare: heldByOthers }
  await attackByWriting('write-others-hold', what, async ({ report }, { db }) => {
    assert.equal(report, 'E_REFUSED,done,done')
    const holds = await db.all<{ reason: string }>(sql`select reason from service_holds order by reason`)
    assert.deepEqual(
      holds.map(({ reason }) => reason),
      ['overdue', 'plugin'],
    )
  })
})
