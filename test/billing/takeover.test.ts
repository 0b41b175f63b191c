import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { keepMethod, takeOverMethods, type Payments } from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import type { FindMethods } from '../../sdk/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { makeClient, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { makeBuyer, makeGateway, scriptedGateway } from './support.ts'

for (const engine of engines)
  describe(`saved methods taken over (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const staff = staffActor()
    const gateway = await makeGateway(means, ['start_payment', 'find_methods'])
    const { brand } = await makeBuyer(means)
    let [ann, ben]: Awaited<ReturnType<typeof makeClient>>[] = []
    let n = 0
    beforeEach(async () => {
      n += 1
      ann = await makeClient(means, { brand_id: brand.id, email: `ann${n}@client.example`, name: 'Ann' })
      ben = await makeClient(means, { brand_id: brand.id, email: `ben${n}@client.example`, name: 'Ben' })
    })
    const card = (reference: string, customer: string) => ({
      ...{
        reference,
        customer,
        kind: 'card',
        label: `Visa ${reference.slice(-4)}`,
        last4: reference.slice(-4),
      },
    })
    /** A gateway at which each customer has the methods given, and that knows no other. */
    const holding = (held: Record<string, string[]>) => {
      const asked: FindMethods['rows'][] = []
      const plugins: Payments['plugins'] = {
        call: <T>(_id: string, _kind: string, _operation: string, input: object) => {
          const { rows } = input as FindMethods
          asked.push(rows)
          const answers = rows.map(({ customer, method }) => {
            const methods = held[customer]?.filter((one) => method === undefined || one === method)
            if (!methods) return { outcome: 'absent' }
            const email = `${customer}@there.example`
            return { outcome: 'found', customer, email, methods: methods.map((one) => card(one, customer)) }
          })
          return Promise.resolve({ answers } as T)
        },
      }
      return { asked, payments: { ...means, plugins } }
    }
    const take = (payments: Payments, csv: string, confirm: boolean, actor = staff) =>
      takeOverMethods(payments, { instance_id: gateway.id, csv, confirm }, actor)
    const methods = () =>
      db.all<Record<string, unknown>>(sql`
        select client_id, reference, preferred, taken_over_at, version from payment_methods order by reference`)
    const verdicts = (planned: readonly { line: number; verdict: string }[]) =>
      planned.map(({ line, verdict }) => [line, verdict])

    test('a preview keeps nothing; what is confirmed is kept as taken over, once', async () => {
      const { payments } = holding({
        [`cus_a${n}`]: [`pm_a${n}_1111`, `pm_a${n}_2222`],
        [`cus_b${n}`]: [`pm_b${n}_3333`],
      })
      const csv = `client;customer;method\n${ann!.id};cus_a${n};\nBEN${n}@client.example;cus_b${n};pm_b${n}_3333\n`
      const before = await methods()
      const planned = await take(payments, csv, false)
      assert.deepEqual(await methods(), before)
      assert.deepEqual(
        planned.map(({ line, verdict, clientId, email, method }) => [
          line,
          verdict,
          clientId,
          email,
          method?.reference,
        ]),
        [
          [2, 'fits', ann!.id, `cus_a${n}@there.example`, `pm_a${n}_1111`],
          [2, 'fits', ann!.id, `cus_a${n}@there.example`, `pm_a${n}_2222`],
          [3, 'fits', ben!.id, `cus_b${n}@there.example`, `pm_b${n}_3333`],
        ],
      )
      await take(payments, csv, true)
      const kept = await methods()
      const now = means.business.now()
      assert.deepEqual(kept.slice(before.length), [
        { client_id: ann!.id, reference: `pm_a${n}_1111`, preferred: 1, taken_over_at: now, version: 1 },
        { client_id: ann!.id, reference: `pm_a${n}_2222`, preferred: 0, taken_over_at: now, version: 1 },
        { client_id: ben!.id, reference: `pm_b${n}_3333`, preferred: 1, taken_over_at: now, version: 1 },
      ])
      assert.deepEqual(verdicts(await take(payments, csv, true)), [
        [2, 'held'],
        [2, 'held'],
        [3, 'held'],
      ])
      assert.deepEqual(await methods(), kept)
      const audits = await db.all(
        sql`select subject from audit where action = 'method.take_over' and client_id in (${ann!.id}, ${ben!.id})`,
      )
      assert.equal(audits.length, 3)
    })

    test('every line that cannot be taken says why, and the others are taken', async () => {
      await db.transaction(async (trx) => {
        const of = { instanceId: gateway.id }
        await keepMethod(means, trx, {
          ...of,
          clientId: ben!.id,
          method: card(`pm_c${n}_9999`, `cus_ben${n}`),
        })
      })
      const gone = await makeClient(means, { brand_id: brand.id, email: `gone${n}@client.example` })
      await db.transaction(async (trx) => {
        const of = { instanceId: gateway.id }
        await keepMethod(means, trx, {
          ...of,
          clientId: gone.id,
          method: card(`pm_g${n}_7777`, `cus_gone${n}`),
        })
        await trx.run(
          sql`update payment_methods set removed_at = ${means.business.now()} where reference = ${`pm_g${n}_7777`}`,
        )
      })
      const twin = { brand_id: brand.id, email: `twin${n}@client.example` }
      await makeClient(means, twin)
      await makeClient(means, twin)
      const { payments, asked } = holding({
        [`cus_a${n}`]: [`pm_a${n}_1111`],
        [`cus_none${n}`]: [],
        [`cus_gone${n}`]: [`pm_g${n}_7777`],
      })
      const csv = [
        'customer,client,method',
        `cus_a${n},nobody@client.example,`,
        `cus_a${n},twin${n}@client.example,`,
        `,${ann!.id},`,
        `cus_x${n},${ben!.id},`,
        `cus_ben${n},${ann!.id},`,
        `cus_unknown${n},${ann!.id},`,
        `cus_a${n},${ann!.id},`,
        `cus_a${n},${ann!.id},pm_a${n}_1111`,
        `cus_a${n},${ann!.id},pm_other`,
        `cus_gone${n},${gone.id},`,
      ].join('\r\n')
      const planned = await take(payments, csv, true)
      assert.deepEqual(verdicts(planned), [
        [2, 'client_unknown'],
        [3, 'client_ambiguous'],
        [4, 'incomplete'],
        [5, 'client_has_other'],
        [6, 'customer_of_other'],
        [7, 'customer_unknown'],
        [8, 'fits'],
        [9, 'repeated'],
        [10, 'no_method'],
        [11, 'removed'],
      ])
      assert.deepEqual(
        asked.map((rows) => rows.length),
        [9],
      )
      const rows = await methods()
      assert.equal(rows.find(({ reference }) => reference === `pm_a${n}_1111`)?.['client_id'], ann!.id)
    })

    test('a file that cannot be read names its fault, a gateway that cannot look up says so', async () => {
      const { payments, asked } = holding({})
      for (const [csv, fault] of [
        ['client\nx', /names no column "customer"/],
        ['client,customer\n', /has no lines/],
        [`client,customer\n${'a,b\n'.repeat(201)}`, /201 lines; 200 are the most/],
      ] as const)
        await assert.rejects(take(payments, csv, false), fault)
      assert.deepEqual(asked, [])
      const plain = await makeGateway(means)
      await assert.rejects(
        takeOverMethods(
          { ...means, plugins: scriptedGateway([]) },
          { instance_id: plain.id, csv: 'client,customer\na,b', confirm: true },
          staff,
        ),
        { code: 'method.no_takeover' },
      )
    })

    test('only staff who may, and only for clients of their brands', async () => {
      const { payments } = holding({ [`cus_a${n}`]: [`pm_a${n}_1111`] })
      const csv = `client,customer\n${ann!.id},cus_a${n}`
      await assert.rejects(take(payments, csv, true, staffActor(['client.read'])), {
        code: 'actor.forbidden',
      })
      const foreign = { ...staff, brandIds: ['brd_other'] as readonly string[] }
      await assert.rejects(take(payments, csv, true, foreign), { code: 'record.not_found' })
      assert.equal((await methods()).filter(({ client_id: id }) => id === ann!.id).length, 0)
    })

    test('many lines are asked about in parts', async () => {
      const { payments, asked } = holding({})
      const lines = Array.from({ length: 23 }, (_, i) => `${ann!.id},cus_${i}`)
      await take(payments, `client,customer\n${lines.join('\n')}`, false)
      assert.deepEqual(
        asked.map((rows) => rows.length),
        [10, 10, 3],
      )
    })
  })
