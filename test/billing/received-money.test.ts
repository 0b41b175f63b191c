import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import fc from 'fast-check'
import {
  agreeInstalments,
  bookOutcome,
  creditBalance,
  getInvoice,
  overrideSetting,
  recordMany,
  recordPayment,
  startMany,
  startPayment,
  useCredit,
  verifyBooks,
  voidInvoice,
  writeOffInvoice,
  type Payments,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { BerthError, isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, makeClient, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { actor, draft, issue, makeBuyer, makeGateway, scriptedGateway } from './support.ts'

const today = isoDate('2026-01-15')
const urls = { return_url: 'http://shop.example/r', cancel_url: 'http://shop.example/c' }
const sum = (numbers: readonly bigint[]): bigint => numbers.reduce((a, b) => a + b, 0n)

const documents = fc.array(
  fc.record({ kind: fc.constantFrom('plain', 'proforma', 'plan'), minor: fc.integer({ min: 2, max: 900 }) }),
  { minLength: 1, maxLength: 4 },
)
const act = fc.oneof(
  fc.record({
    do: fc.constantFrom('void', 'write_off', 'credit', 'again'),
    nth: fc.nat(3),
    minor: fc.integer({ min: 1, max: 1_200 }),
  }),
  fc.record({
    do: fc.constantFrom('pay', 'overpay'),
    nth: fc.nat(3),
    minor: fc.integer({ min: 1, max: 1_200 }),
  }),
)

for (const engine of engines)
  describe(`money that was received (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const staff = staffActor()
    const gateway = await makeGateway(means)
    const { brand } = await makeBuyer(means)
    const using = (answers: object[]): Payments => ({ ...means, plugins: scriptedGateway(answers) })
    const proformas = (value: boolean) =>
      overrideSetting(
        means,
        { key: 'billing.proforma_first', scope: 'brand', scope_id: brand.id, value },
        staff,
      )
    let references = 0
    const reference = () => `M-${references++}`
    /** What the state of a document forbids is forbidden; anything else is a fault. */
    const tried = async (work: () => Promise<unknown>) => {
      try {
        await work()
      } catch (error) {
        if (!(error instanceof BerthError) || error.status >= 500) throw error
      }
    }

    const make = async (
      client: { id: string; brand_id: string; currency: string },
      kind: string,
      minor: number,
    ) => {
      if (kind === 'proforma') await proformas(true)
      const { id } = await issue(means, draft(client, { amounts: [BigInt(minor)] }))
      if (kind === 'proforma') await proformas(false)
      if (kind === 'plan')
        await agreeInstalments(
          means,
          { invoice_id: id, parts: 2, first_on: '2026-01-20', every: '1m' },
          staff,
        )
      return id
    }

    test('is applied or credit, every cent of it once, whatever happens to the documents meanwhile', async () => {
      const property = fc.asyncProperty(
        documents,
        fc.array(act, { maxLength: 6 }),
        fc.record({
          credit: fc.integer({ min: 0, max: 800 }),
          off: fc.integer({ min: -900, max: 900 }),
          last: fc.nat(4),
        }),
        async (of, acts, { credit, off, last }) => {
          const client = await makeClient(means, { brand_id: brand.id })
          const owner = clientActor(client.id)
          const ids: string[] = []
          for (const { kind, minor } of of) ids.push(await make(client, kind, minor))
          // Money too much on a document of before is the client's credit.
          if (credit > 0) {
            const { id } = await issue(means, draft(client, { amounts: [100n] }))
            const wish = { invoice_id: id, amount_minor: String(119 + credit), reference: reference() }
            await recordPayment(using([]), wish, staff)
          }
          const wish = { instance_id: gateway.id, ...urls }
          const pending = using([{ outcome: 'pending', reference: reference() }])
          let opened: { id: string; amount_minor: bigint } | undefined
          await tried(async () => {
            opened =
              ids.length === 1
                ? await startPayment(pending, { invoice_id: ids[0]!, ...wish }, owner)
                : await startMany(pending, { invoice_ids: ids, ...wish }, owner)
          })
          for (const { do: what, nth, minor } of acts) {
            const invoice_id = ids[nth % ids.length]!
            const paid = { amount_minor: String(minor), reference: reference() }
            if (what === 'void') await tried(() => voidInvoice(means, { invoice_id, reason: 'Wrong' }, staff))
            if (what === 'write_off')
              await tried(() => writeOffInvoice(means, { invoice_id, reason: 'Lost' }, staff))
            if (what === 'credit')
              await tried(() => useCredit(means, { invoice_id, amount_minor: String(minor) }, owner))
            if (what === 'again') ids.push(await make(client, 'plain', minor))
            if (what === 'pay') await tried(() => recordPayment(using([]), { invoice_id, ...paid }, staff))
            if (what === 'overpay')
              await tried(() =>
                recordMany(using([]), { invoice_ids: ids, ...paid, amount_minor: String(minor * 3) }, staff),
              )
          }
          const succeed = async () => {
            if (!opened) return
            const minor = opened.amount_minor + BigInt(off)
            const amount = { minor: String(minor > 0n ? minor : 1n), currency: 'EUR' }
            const outcome = { outcome: 'succeeded', reference: `ch_${opened.id}`, amount } as never
            const { id: paymentId } = opened
            await db.transaction((trx) => bookOutcome(means, trx, { paymentId, outcome }, actor))
          }
          await succeed()
          await succeed()
          if (last === 0) await tried(() => useCredit(means, { invoice_id: ids[0]! }, owner))

          const received = await db.all<{ received_minor: bigint }>(
            sql`select received_minor from payments where client_id = ${client.id} and status = 'succeeded'`,
          )
          const applied = await db.all<{ amount_minor: bigint }>(
            sql`select amount_minor from allocations where client_id = ${client.id} and kind in ('payment', 'credit')`,
          )
          assert.equal(
            sum(applied.map((row) => row.amount_minor)) + (await creditBalance(db, client.id, 'EUR')),
            sum(received.map((row) => row.received_minor)),
          )
          for (const id of ids) {
            const { total_minor, allocated_minor, status, proforma } = await getInvoice(db, id, staff)
            assert.ok(allocated_minor >= 0n && allocated_minor <= total_minor)
            assert.equal(status === 'paid', allocated_minor === total_minor)
            if (proforma === 1 || status === 'void') assert.equal(allocated_minor, 0n)
          }
          assert.deepEqual(await verifyBooks(db, today), [])
        },
      )
      await fc.assert(property, { numRuns: 40 })
    })
  })
