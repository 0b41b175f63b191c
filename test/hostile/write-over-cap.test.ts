// Rule 4, money: what goes through without a person stays within what was granted, however it is cut up.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from '../../core/db/index.ts'
import { attackByWriting } from './write-attack.ts'

const cap = { scope: 'client.write:billable_item', currency: 'EUR', item_minor: '100', day_minor: '250' }

test('rule: many small amounts at once stay within the cap of a day, over all clients', async () => {
  const code = `const wishes = ['101', '100', '100', '100', '51', '50'].map((minor, i) =>
      () => ask('client.write:billable_item', i % 2 ? 'cli_a' : 'cli_b', 'w' + i, { description: 'x', amount: { minor, currency: 'EUR' } }))
    const answers = [await wishes[0]()]
    answers.push(...(await Promise.all(wishes.slice(1, 4).map((wish) => wish()))).sort())
    answers.push(await wishes[4](), await wishes[5]())
    return answers.join()`
  const what = { code, data: [`${cap.scope}:all`], auto_approval: [cap] }
  await attackByWriting('write-over-cap', what, async ({ report }, { db, count }) => {
    assert.equal(report, 'waiting,done,done,waiting,waiting,done')
    assert.equal(await count('billable_items'), 3)
    const row = await db.get<{ sum_minor: bigint }>(sql`select sum(amount_minor) as sum_minor from billable_lines`) // prettier-ignore
    assert.equal(row?.sum_minor, 250n)
  })
})
