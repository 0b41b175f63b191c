import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import fc from 'fast-check'
import {
  agreeInstalments,
  bookDispute,
  bookOutcome,
  creditInvoice,
  endInstalments,
  getInvoice,
  recordPayment,
  refundPayment,
  reversePayment,
  startPayment,
  useCredit,
  verifyBooks,
  type InstalmentPlanRow,
  type InstalmentRow,
  type InvoiceRow,
  type PaymentRow,
} from '../../core/billing/index.ts'
import { sql } from '../../core/db/index.ts'
import { addDays, isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase } from '../support/databases.ts'
import { clientActor, makeClient, staffActor } from '../support/make.ts'
import { testMeans } from '../support/means.ts'
import { actor, draft, issue, makeBuyer, makeGateway, scriptedGateway } from './support.ts'

/** Shares are of a thousand: of what is open, of what a payment brought, of a line. */
const share = fc.oneof(fc.constant(1_000), fc.integer({ min: 1, max: 1_300 }))
const pick = fc.nat({ max: 20 })
const act = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pay' as const), share, gateway: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('debit' as const), whole: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('settle' as const), comes: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reverse' as const), pick }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('dispute' as const),
      pick,
      share,
      is: fc.constantFrom('open', 'lost', 'won'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      ...{ do: fc.constant('refund' as const), pick, share },
      way: fc.constantFrom('note', 'credit', 'goodwill', 'into_credit'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('credit' as const), share, line: fc.integer({ min: 1, max: 2 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('use_credit' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait' as const), days: fc.integer({ min: 1, max: 40 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('end' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('agree' as const), parts: fc.integer({ min: 2, max: 6 }) }),
  },
)
const ACTS = [
  'agree',
  'credit',
  'debit',
  'dispute',
  'end',
  'pay',
  'refund',
  'reverse',
  'settle',
  'use_credit',
]
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never

/** What may be refused: the walk asks blindly. Anything else is a fault. */
const REFUSED = new Set([
  ...['invoice.nothing_to_pay', 'credit_note.exceeds_invoice', 'input.invalid'],
  ...[
    'payment.not_reversible',
    'payment.under_way',
    'refund.too_large',
    'refund.not_possible',
    'credit_note.not_creditable',
  ],
  ...['instalment_plan.not_possible', 'instalment_plan.none'],
])

for (const engine of engines)
  describe(`walks over plans of instalments (${engine})`, async () => {
    const { db, remove } = await makeDatabase(engine)
    after(remove)
    const means = testMeans(db)
    const staff = staffActor()
    const gateway = await makeGateway(means)
    const { client: buyer } = await makeBuyer(means)
    let count = 0
    /** Acts that came to something: a walk of refusals would show nothing. */
    const done = new Set<string>()

    const of = (sum: bigint, permille: number) => (sum * BigInt(permille)) / 1_000n
    const using = (answers: object[] = []) => ({ ...means, plugins: scriptedGateway(answers) })

    async function walker(amounts: bigint[]) {
      means.business.set('2026-01-10T06:00:00.000Z')
      const client = await makeClient(means, { brand_id: buyer.brand_id })
      const { id, total_minor: total } = await issue(means, draft(client, { amounts }))
      const told = new Map<string, number[]>()
      const expected = new Map<string, [number, number][]>()
      const openOf = async () => total - (await getInvoice(db, id, staff)).allocated_minor
      const payments = (condition = sql`1 = 1`) =>
        db.all<PaymentRow>(sql`select * from payments where invoice_id = ${id} and ${condition} order by id`)
      const picked = (rows: readonly PaymentRow[], n: number) => rows[n % Math.max(1, rows.length)]
      const outcome = (payment: PaymentRow, result: object) =>
        db.transaction((trx) =>
          bookOutcome(means, trx, { paymentId: payment.id, outcome: result as never }, actor),
        )

      const acts: { [K in Act['do']]: (wish: Extract<Act, { do: K }>) => Promise<unknown> } = {
        pay: async ({ share: part, gateway: by }) => {
          const amount_minor = String(of(await openOf(), part) || 1n)
          const input = { invoice_id: id, amount_minor, reference: `W-${++count}` }
          return recordPayment(using(), by ? { ...input, instance_id: gateway.id } : input, staff)
        },
        debit: ({ whole }) => {
          const urls = { return_url: 'http://shop.example/r', cancel_url: 'http://shop.example/c' }
          const wish = { invoice_id: id, instance_id: gateway.id, whole, ...urls }
          const answer = { outcome: 'pending', reference: `D-${++count}` }
          return startPayment(using([answer]), wish, clientActor(client.id))
        },
        settle: async ({ comes }) => {
          const [first] = await payments(sql`status = 'pending'`)
          if (!first) return
          const { reference, currency, amount_minor } = first
          const amount = { minor: String(amount_minor), currency }
          const declined = {
            outcome: 'declined',
            reference,
            code: 'no_funds',
            message: 'No.',
            retry: 'later',
          }
          return outcome(first, comes ? { outcome: 'succeeded', reference, amount } : declined)
        },
        reverse: async ({ pick: n }) => {
          const payment = picked(await payments(), n)
          if (!payment) return
          const wish = { paymentId: payment.id, reason: 'Of another client' }
          return db.transaction((trx) => reversePayment(means, trx, wish, staff))
        },
        dispute: async ({ pick: n, share: part, is: status }) => {
          const payment = picked(await payments(sql`instance_id is not null and status = 'succeeded'`), n)
          if (!payment) return
          const before = await db.get<{ amount_minor: bigint }>(
            sql`select amount_minor from disputes where payment_id = ${payment.id}`,
          )
          const gone = await db.get<{ sum_minor: bigint | null }>(
            sql`select sum(amount_minor) as sum_minor from refunds where payment_id = ${payment.id} and status <> 'failed'`,
          )
          // A bank takes back no more than is left.
          const left = payment.received_minor - (gone?.sum_minor ?? 0n)
          const wished = before?.amount_minor ?? of(left, Math.min(part, 1_000))
          if (wished <= 0n) return
          const fact = {
            ...{
              fact: 'dispute' as const,
              reference: `dp_${payment.id}`,
              status: status as 'lost',
              reason: 'fraudulent',
            },
            ...{ payment_reference: payment.reference!, payment_id: payment.id },
            amount: { minor: String(wished), currency: payment.currency },
          }
          return db.transaction((trx) => bookDispute(means, trx, { instanceId: gateway.id, fact }, actor))
        },
        refund: async ({ pick: n, share: part, way }) => {
          const payment = picked(await payments(), n)
          if (!payment) return
          const input = {
            ...{ payment_id: payment.id, amount_minor: String(of(payment.received_minor, part) || 1n) },
            ...{ destination: way === 'into_credit' ? 'credit' : 'recorded', reason: 'Returned' },
            ...(way === 'note' ? { credit_note: {} } : {}),
            ...(way === 'credit' || way === 'goodwill' ? { from: way } : {}),
          }
          return refundPayment(using(), input, staff)
        },
        credit: ({ share: part, line }) => {
          const amount = of(amounts[line - 1] ?? amounts[0]!, part)
          const lines = [{ position: amounts[line - 1] ? line : 1, amount_minor: String(amount || 1n) }]
          return creditInvoice(means, { invoice_id: id, lines, reason: 'Too dear' }, staff)
        },
        use_credit: () => useCredit(means, { invoice_id: id }, staff),
        wait: async ({ days }) => {
          const on = addDays(isoDate(means.business.today('UTC')), days)
          means.business.set(`${on}T06:00:00.000Z`)
        },
        end: () => endInstalments(means, { invoice_id: id, reason: 'Asked for' }, staff),
        agree: ({ parts }) =>
          agreeInstalments(
            means,
            { invoice_id: id, parts, first_on: addDays(means.business.today('UTC'), 3), every: '2w' },
            staff,
          ),
      }

      const step = async (wish: Act): Promise<void> => {
        try {
          if (await (acts[wish.do] as (one: Act) => Promise<unknown>)(wish)) done.add(wish.do)
        } catch (error) {
          const { code } = error as { code?: string }
          assert.ok(REFUSED.has(code ?? ''), `${wish.do}: ${code ?? String(error)}`)
        }
        await look()
      }

      /** What documents say is what is applied to them, and each part is told of as it is paid. */
      const look = async (): Promise<void> => {
        const invoice = await getInvoice(db, id, staff)
        const { sum_minor: applied } = (await db.get<{ sum_minor: bigint }>(
          sql`select coalesce(sum(amount_minor), 0) as sum_minor from allocations where invoice_id = ${id}`,
        ))!
        assert.equal(invoice.allocated_minor, applied)
        assert.ok(applied >= 0n && applied <= total, `${applied} of ${total}`)
        assert.equal(invoice.status, applied === total ? 'paid' : 'issued')
        const plans = await db.all<InstalmentPlanRow>(
          sql`select * from instalment_plans where invoice_id = ${id} order by id`,
        )
        for (const plan of plans) {
          const parts = await db.all<InstalmentRow>(
            sql`select * from instalments where plan_id = ${plan.id} order by position`,
          )
          if (plan.status === 'active' || plan.status === 'kept') {
            assert.equal(plan.status, applied === total ? 'kept' : 'active')
            const paid = parts.filter((part) => part.through_minor <= applied).map(({ position }) => position)
            const fresh = paid.filter((position) => !told.get(plan.id)?.includes(position))
            told.set(plan.id, paid)
            const list = expected.get(plan.id) ?? []
            if (applied < total)
              list.push(...fresh.map((position): [number, number] => [position, paid.length]))
            expected.set(plan.id, list)
          }
          const events = await db.all<{ body: string }>(
            sql`select body from events where subject = ${plan.id} and type = 'instalment_plan.part_paid' order by id`,
          )
          const heard = events.map(({ body }) => {
            const { part, paid } = JSON.parse(body) as { part: number; paid: number }
            return [part, paid]
          })
          assert.deepEqual(heard, expected.get(plan.id) ?? [])
        }
      }

      /** Of the whole client: the ledger is owed what its documents have open, and no payment is applied beyond itself. */
      const end = async (): Promise<void> => {
        const documents = await db.all<InvoiceRow & { applied_minor: bigint }>(sql`
          select i.*, coalesce((select sum(a.amount_minor) from allocations a where a.invoice_id = i.id), 0) as applied_minor
          from invoices i where i.client_id = ${client.id} and i.status = 'issued' and i.kind = 'invoice'`)
        const open = documents.reduce((sum, row) => sum + row.total_minor - row.applied_minor, 0n)
        const { sum_minor: owed } = (await db.get<{ sum_minor: bigint }>(sql`
          select coalesce(sum(amount_minor), 0) as sum_minor from postings where client_id = ${client.id} and account = 'receivable'`))!
        assert.equal(owed, open)
        const beyond = await db.all(sql`
          select p.id from payments p where p.invoice_id = ${id} and coalesce((select sum(a.amount_minor) from allocations a
            where a.payment_id = p.id), 0) not between 0 and p.received_minor`)
        assert.deepEqual(beyond, [])
        assert.deepEqual(await verifyBooks(db, means.business.today('UTC')), [])
      }
      return { step, end }
    }

    const runs = engine === 'sqlite' ? 200 : 30
    test(`leave the books clean and the documents saying what is applied to them (${runs} walks)`, async () => {
      const amounts = fc.array(fc.bigInt(100n, 60_000n), { minLength: 1, maxLength: 2 })
      const first = fc.integer({ min: 2, max: 6 })
      const walk = fc.array(act, { minLength: 3, maxLength: 14 })
      const property = fc.asyncProperty(amounts, first, walk, async (lines, parts, wishes) => {
        const { step, end } = await walker(lines)
        await step({ do: 'agree', parts })
        for (const wish of wishes) await step(wish)
        await end()
      })
      await fc.assert(property, { numRuns: runs })
      // So few walks as on PostgreSQL need not come by all of them.
      if (engine === 'sqlite') assert.deepEqual([...done].sort(), ACTS)
      const { told } = (await db.get<{ told: number }>(
        sql`select count(*) as told from events where type = 'instalment_plan.part_paid'`,
      ))!
      assert.ok(told > runs / 5, `${told} parts were told`)
    })
  })
