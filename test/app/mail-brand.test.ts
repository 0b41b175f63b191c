import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { mailBrand } from '../../core/app/wire/mail-area.ts'
import { sql } from '../../core/db/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeBrand } from '../support/make.ts'
import { testMeans } from '../support/means.ts'

for (const engine of engines)
  describe(`in whose name a mail goes out (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)

    test('the foot names the country of the seller in the language of the reader', async () => {
      const means = testMeans(db)
      const brand = await makeBrand(means)
      await db.run(sql`update sellers set country = 'AT' where id = ${brand.seller_id}`)
      const { legal } = await mailBrand(means, brand.id)
      const countryIn = (locale: string) => legal(locale)[0]!.split(', ').at(-1)
      assert.deepEqual(['en', 'de', 'en-GB'].map(countryIn), ['Austria', 'Österreich', 'Austria'])
    })
  })
