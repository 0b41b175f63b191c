import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  listGateways,
  ruledOut,
  setGatewayRules,
  startDeposit,
  startPayment,
  type GatewayRules,
  type Payments,
  type PaymentFacts,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { draft, issue, makeBuyer, makeGateway, scriptedGateway } from './support.ts'

describe('for which payments a gateway is offered', () => {
  const rules: GatewayRules = {
    ...{ currencies: ['EUR', 'USD'], countries: ['DE', 'AT', 'US'], except_countries: ['US'] },
    sums: [{ currency: 'EUR', least_minor: '500', most_minor: '10000' }],
  }
  const cases: readonly [PaymentFacts, string | null][] = [
    [{ currency: 'EUR', country: 'DE', amountMinor: 500n }, null],
    [{ currency: 'EUR', country: 'DE', amountMinor: 10_000n }, null],
    [{ currency: 'EUR', country: 'DE', amountMinor: 499n }, 'amount'],
    [{ currency: 'EUR', country: 'DE', amountMinor: 10_001n }, 'amount'],
    // Bounds are of one currency; the others have none.
    [{ currency: 'USD', country: 'DE', amountMinor: 1n }, null],
    [{ currency: 'IDR', country: 'DE', amountMinor: 500n }, 'currency'],
    [{ currency: 'EUR', country: 'FR', amountMinor: 500n }, 'country'],
    [{ currency: 'EUR', country: 'US', amountMinor: 500n }, 'country'],
    // What is not known yet is not held against it.
    [{ currency: 'EUR' }, null],
    [{}, null],
  ]
  for (const [facts, wanted] of cases)
    test(`${facts.currency ?? '?'} ${facts.country ?? '?'} ${facts.amountMinor ?? '?'}: ${wanted ?? 'offered'}`, () =>
      assert.equal(ruledOut(rules, facts), wanted))
  const groups: GatewayRules = { client_groups: ['cgr_1'] }
  const goods: GatewayRules = { products: ['prd_1'], product_groups: ['grp_2'] }
  const [named, grouped, other] = [
    { id: 'prd_1', groupId: 'grp_1' },
    { id: 'prd_2', groupId: 'grp_2' },
    { id: 'prd_3', groupId: 'grp_1' },
  ]
  const limited: readonly [GatewayRules, PaymentFacts, string | null][] = [
    [groups, { clientGroup: 'cgr_1' }, null],
    [groups, { clientGroup: 'cgr_2' }, 'client'],
    [groups, { clientGroup: null }, 'client'],
    [groups, {}, null],
    [goods, { products: [named, grouped] }, null],
    // Every product has to be allowed.
    [goods, { products: [named, other] }, 'product'],
    [goods, { products: [] }, null],
    [goods, {}, null],
    [{ products: ['prd_1'] }, { products: [grouped] }, 'product'],
    [{ product_groups: ['grp_1'] }, { products: [named, other] }, null],
  ]
  for (const [i, [limits, facts, wanted]] of limited.entries())
    test(`group and products, case ${i + 1}: ${wanted ?? 'offered'}`, () =>
      assert.equal(ruledOut(limits, facts), wanted))
  test('without rules it is offered for everything', () =>
    assert.equal(ruledOut({}, { currency: 'EUR', country: 'DE', amountMinor: 1n }), null))
})

for (const engine of engines)
  describe(`rules of gateways (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const { client } = await makeBuyer(means)
    const gateway = await makeGateway(means)
    const set = (rules: object, by = staffActor()) =>
      setGatewayRules(means, { instance_id: gateway.id, rules }, by)
    const back = { return_url: 'http://shop.example/r', cancel_url: 'http://shop.example/c' }
    const payments: Payments = {
      ...means,
      plugins: scriptedGateway([{ outcome: 'pending', reference: 'p_1' }]),
    }
    const names = async (facts: PaymentFacts) =>
      (await listGateways(db, client.brand_id, facts)).map(({ id }) => id)

    test('hide it, and refuse a start that a page of before offers, with the field at fault', async () => {
      await set({ currencies: ['EUR'], sums: [{ currency: 'EUR', least_minor: '5000' }] })
      assert.deepEqual(await names({ currency: 'USD' }), [])
      assert.deepEqual(await names({ currency: 'EUR', amountMinor: 1_190n }), [])
      assert.deepEqual(await names({ currency: 'EUR', amountMinor: 5_000n }), [gateway.id])
      const { id } = await issue(means, draft(client))
      const start = (by: ReturnType<typeof staffActor>) =>
        startPayment(payments, { invoice_id: id, instance_id: gateway.id, ...back }, by)
      const refusal = { code: 'gateway.not_offered', params: { gateway: 'Cards', field: 'amount' } }
      await assert.rejects(start(clientActor(client.id)), refusal)
      const deposit = { client_id: client.id, instance_id: gateway.id, amount_minor: '1000', ...back }
      await assert.rejects(startDeposit(payments, deposit, clientActor(client.id)), refusal)
      assert.deepEqual(await db.all(sql`select id from payments`), [], 'nothing half-written')
      assert.equal((await start(staffActor())).status, 'pending', 'staff may use any')
    })

    test('are refused when they contradict themselves or are no codes', async () => {
      const sums = [{ currency: 'EUR', least_minor: '2', most_minor: '1' }]
      await assert.rejects(set({ sums }), { code: 'input.invalid' })
      await assert.rejects(set({ countries: ['Germany'] }), { code: 'input.invalid' })
      await assert.rejects(set({}, clientActor(client.id)), { code: 'actor.forbidden' })
    })
  })
