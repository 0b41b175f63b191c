import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { liveStory } from './story.ts'
import { copyOf, storyTemplate } from './template.ts'
import { sql } from '../../core/db/index.ts'
import { powered, PowerCut } from './power.ts'

let template: string
before(async () => void (template = await storyTemplate()))

const LENGTH = { years: 0.5, clients: 6 }

for (const seed of ['first', 'second']) {
  test(`the story of the seed "${seed}" ends well, and is the same when it is told again`, async () => {
    const told = await liveStory(seed, template, LENGTH)
    assert.equal(told.broken, null, told.broken?.what.join('\n'))
    assert.ok(told.invoices > 20 && told.payments > 10 && told.cuts > 0, JSON.stringify(told))
    assert.deepEqual(await liveStory(seed, template, LENGTH), told)
  })
}

test('another seed tells another story', async () => {
  const [one, other] = [
    await liveStory('first', template, LENGTH),
    await liveStory('third', template, LENGTH),
  ]
  assert.notEqual(one.books, other.books)
})

test('after a power cut nothing is written any more, whoever catches it, until the power is on again', async () => {
  const { db, remove } = copyOf(template)
  const power = powered(db)
  const put = (id: string) => power.db.run(sql`insert into schedules (id, due_at) values (${id}, 'x')`)
  power.cutIn(2)
  const act = power.db.transaction(async (trx) => {
    await trx.run(sql`insert into schedules (id, due_at) values ('a', 'x')`)
    await trx.run(sql`insert into schedules (id, due_at) values ('b', 'x')`).catch(() => undefined)
  })
  await assert.rejects(act, PowerCut)
  await assert.rejects(put('c'), PowerCut)
  power.restore()
  await put('d')
  assert.deepEqual(
    (await db.all<{ id: string }>(sql`select id from schedules`)).map(({ id }) => id),
    ['d'],
  )
  assert.equal(power.cuts, 1)
  await remove()
})
