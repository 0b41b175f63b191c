import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeBrand, makeClient } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { dump } from './dump.ts'
import { apart } from './torture.ts'

test('tells what only one has, each line as often as it is there', () => {
  assert.deepEqual(apart(['a', 'b', 'b'], ['b', 'c']), [['a', 'b'], ['c']])
  assert.deepEqual(apart(['a', 'b'], ['b', 'a']), [[], []])
})

for (const engine of engines) {
  describe(`the dump of ${engine}`, async () => {
    const [one, other] = [await makeDatabase(engine), await makeDatabase(engine)]
    after(() => Promise.all([one.remove(), other.remove()]))
    const live = async ({ db }: typeof one) => {
      const means = testMeans(db)
      const brand = await makeBrand(means, { slug: 'kontor', hosts: '[]' })
      const client = () => makeClient(means, { brand_id: brand.id, email: 'ada@client.example' })
      await client()
      return client
    }

    test('is the same for the same rows with other ids, and sees one row more', async () => {
      await live(one)
      const again = await live(other)
      assert.deepEqual(await dump(one.db), await dump(other.db))
      await again()
      const [missing, extra] = apart(await dump(one.db), await dump(other.db))
      assert.ok(extra.length > missing.length)
    })
  })
}
