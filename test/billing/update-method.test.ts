import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { keepMethod, listMethods, updateMethod } from '../../core/billing/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, makeClient } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { makeBuyer, makeGateway, scriptedGateway } from './support.ts'

const card = (more: object = {}) => ({
  ...{ reference: 'pm_1', customer: 'cus_1', kind: 'card', label: 'Visa 4242', expires: '2026-02' },
  ...more,
})

for (const engine of engines)
  describe(`a saved method is brought up to date (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const { brand, client } = await makeBuyer(means)
    const holder = clientActor(client.id)
    const { id: instanceId } = await makeGateway(means, ['update_method', 'charge_method'])
    const keep = { clientId: client.id, instanceId, method: card() }
    await db.transaction((trx) => keepMethod(means, trx, keep))
    const method = async () => (await listMethods(db, client.id))[0]!
    const update = async (answer: object | Error, by = holder) => {
      const plugins = scriptedGateway([answer])
      const input = {
        method_id: (await method()).id,
        return_url: 'http://shop.example/portal/payment-methods',
      }
      const done = await updateMethod({ ...means, plugins }, input, by)
      return { done, asked: plugins.asked }
    }

    test('with what the gateway says that it is now', async () => {
      const { done, asked } = await update({ outcome: 'updated', method: card({ expires: '2029-02' }) })
      assert.deepEqual(done, { url: null })
      const { idempotency_key: key, client: told, ...input } = asked[0]!.input
      assert.match(String(key), /^update\//)
      assert.equal((told as { id: string }).id, client.id)
      assert.deepEqual(input, {
        ...{ method: 'pm_1', customer: 'cus_1' },
        return_url: 'http://shop.example/portal/payment-methods',
      })
      assert.equal((await method()).expires_on, '2029-02')
    })

    test('or by the client at an address of the gateway, which changes nothing here yet', async () => {
      const { done } = await update({ outcome: 'needs_client', url: 'https://pay.example.com/card' })
      assert.deepEqual(done, { url: 'https://pay.example.com/card' })
      assert.equal((await method()).expires_on, '2029-02')
    })

    test('not with another method, after a refusal, without the operation, or by somebody else', async () => {
      const wrong = { code: 'method.not_updated' }
      await assert.rejects(update({ outcome: 'updated', method: card({ reference: 'pm_2' }) }), wrong)
      await assert.rejects(update({ outcome: 'failed', code: 'gone', message: 'The card is gone' }), {
        ...wrong,
        message: 'Cards did not change the method: The card is gone',
      })
      await assert.rejects(update(new Error('down')), wrong)
      const stranger = clientActor((await makeClient(means, { brand_id: brand.id })).id)
      await assert.rejects(update({ outcome: 'updated' }, stranger), { status: 404 })
      const plain = (await makeGateway(means, ['charge_method'])).id
      await db.transaction((trx) =>
        keepMethod(means, trx, { ...keep, instanceId: plain, method: card({ reference: 'pm_3' }) }),
      )
      const other = (await listMethods(db, client.id)).find(({ reference }) => reference === 'pm_3')!
      const input = { method_id: other.id, return_url: 'http://shop.example/' }
      await assert.rejects(updateMethod({ ...means, plugins: scriptedGateway([]) }, input, holder), wrong)
      assert.equal((await listMethods(db, client.id)).length, 2)
    })
  })
