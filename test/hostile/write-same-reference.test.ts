// Rule 4: one reference, one answer. A second thing under it is refused.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from '../../core/db/index.ts'
import { attackByWriting } from './write-attack.ts'

test('rule: a request that waits cannot be made larger under its reference, nor done twice', async () => {
  const code = `const item = (minor, client = 'cli_a') => ask('client.write:billable_item', client, 'one', { description: 'x', amount: { currency: 'EUR', minor } })
    return [await item('100'), await item('99900'), await item('100', 'cli_b'), await item('100')].join()`
  const what = { code, data: ['client.write:billable_item:all'] }
  await attackByWriting('write-same-reference', what, async ({ report }, { db }) => {
    assert.equal(report, 'waiting,E_CONFLICT,E_CONFLICT,waiting')
    const rows = await db.all<{ amount_minor: bigint }>(sql`select amount_minor from plugin_requests`)
    assert.deepEqual(
      rows.map(({ amount_minor }) => amount_minor),
      [100n],
    )
  })
})
