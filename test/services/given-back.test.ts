import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  creditableByHand,
  creditBalance,
  creditInvoice,
  creditLines,
  grantCredit,
  overrideSetting,
  verifyBooks,
  type InvoiceRow,
} from '../../core/billing/index.ts'
import { pourBack, type PeriodLine } from '../../core/billing/given-back.ts'
import { sql, type Db } from '../../core/db/index.ts'
import { BerthError, isoDate } from '../../core/kernel/index.ts'
import { cancelService, moveRenewal } from '../../core/services/index.ts'
import { openPlayer, type Player } from '../model/engine.ts'
import { PLAIN, type ModelShop, type Step } from '../model/history.ts'
import { engines, makeDatabase, type Engine } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'

/** 10.00 a month and 4.00 a week, 25.00 a month. */
const shop: ModelShop = {
  ...{ currency: 'EUR', inclusive: false, cashStep: 0, leadDays: 14, suspendAfter: 30, terminateAfter: 60 },
  ...{ separate: false, unused: 'credit' },
  plans: [
    { ppm: 190_000, prices: { '7d': [400, 0, 0], '1m': [1_000, 0, 0], '1y': [10_000, 0, 0] } },
    { ppm: 190_000, prices: { '1m': [2_500, 0, 0] } },
  ],
  percent: { ppm: 100_000, cycles: 1 },
  fixed: { minor: 100, cycles: 1 },
  ...PLAIN,
}
const bought: Step[] = [
  { do: 'order', plan: 0, cycle: '1m', memory: 1, units: 1, coupon: null },
  { do: 'pay', which: 0, tenths: 10 },
]
const wait = (days: number): Step => ({ do: 'wait', days })
const change = (plan: number, cycle: string | null): Step => ({
  ...{ do: 'change', which: 0, memory: null },
  ...{ plan, cycle },
})
const payFirst: Step = { do: 'pay', which: 0, tenths: 10 }

interface Lived extends Player {
  db: Db
}

async function lived(engine: Engine, steps: Step[], look: (of: Lived) => Promise<void>): Promise<void> {
  const { db, remove } = await makeDatabase(engine)
  try {
    const history = { startsOn: '2026-03-01', shop, steps }
    const player = await openPlayer(db, history, { manner: 'calm', seed: 'given back' })
    for (const step of [...bought, ...steps])
      assert.equal(await player.take(step), true, JSON.stringify(step))
    await look({ db, house: player.house, clientId: player.clientId, take: (step) => player.take(step) })
    assert.deepEqual(await verifyBooks(db, isoDate('2026-04-01')), [])
  } finally {
    await remove()
  }
}

const invoicesOf = (db: Db): Promise<InvoiceRow[]> =>
  db.all<InvoiceRow>(sql`select * from invoices where kind = 'invoice' order by id`)

/** What was given back and what is left of each line. */
const linesOf = async (db: Db, invoice: InvoiceRow) =>
  (await creditableByHand(db, invoice)).map(({ givenMinor, leftMinor }) => [givenMinor, leftMinor])

interface Wish {
  id: string
  amount?: string
}

const credit = ({ house }: Player, { id, amount }: Wish) =>
  creditInvoice(
    house.means,
    {
      ...{ invoice_id: id, reason: 'Asked for' },
      ...(amount === undefined ? {} : { lines: [{ position: 1, amount_minor: amount }] }),
    },
    staffActor(),
  )

const refusal = (given: string, left: string) => (error: unknown) => {
  assert.ok(error instanceof BerthError)
  assert.equal(error.code, 'credit_note.given_back')
  assert.deepEqual(Object.keys(error.fields), ['lines'])
  assert.deepEqual([error.params.position, error.params.given, error.params.left], [1, given, left])
  assert.match(error.message, /granted to the client as credit/)
  return true
}

for (const engine of engines) {
  describe(`what was given back of a period, on ${engine}`, () => {
    test('is not credited by hand besides, paid or not: the rest is, and goodwill is granted', () =>
      // April is charged on 18 March; weeks from 25 March on give back 7 of 31 days, and April.
      lived(engine, [wait(24), change(0, '7d')], async (of) => {
        const [march, april] = await invoicesOf(of.db)
        assert.deepEqual([march!.status, april!.status], ['paid', 'issued'])
        assert.deepEqual(await linesOf(of.db, march!), [[226n, 774n]])
        assert.deepEqual(await linesOf(of.db, april!), [[1_000n, 0n]])
        await assert.rejects(credit(of, april!), refusal('10.00 EUR', '0 EUR'))
        await assert.rejects(credit(of, { id: april!.id, amount: '1' }), refusal('10.00 EUR', '0 EUR'))
        await assert.rejects(credit(of, { id: march!.id, amount: '775' }), refusal('2.26 EUR', '7.74 EUR'))
        const note = await credit(of, march!)
        assert.equal(note.subtotal_minor, -774n)
        await assert.rejects(credit(of, march!), refusal('2.26 EUR', '0 EUR'))
        const before = await creditBalance(of.db, of.clientId, 'EUR')
        const gift = { client_id: of.clientId, amount_minor: '1000', origin: 'goodwill', reason: 'Sorry' }
        await grantCredit(of.house.means, gift, staffActor())
        assert.equal(await creditBalance(of.db, of.clientId, 'EUR'), before + 1_000n)
      }))

    test('counts once where the line was credited before', () =>
      lived(engine, [wait(20), payFirst], async (of) => {
        const [, april] = await invoicesOf(of.db)
        await credit(of, { id: april!.id, amount: '300' })
        assert.deepEqual(await linesOf(of.db, april!), [[0n, 700n]])
        assert.equal(await of.take(change(0, '7d')), true)
        assert.deepEqual(await linesOf(of.db, april!), [[700n, 0n]])
        await assert.rejects(credit(of, april!), refusal('7.00 EUR', '0 EUR'))
      }))

    test('is that of the last charge for its days', () =>
      lived(engine, [wait(10), change(1, null), payFirst, wait(5), change(0, null)], async (of) => {
        const [march, upgrade] = await invoicesOf(of.db)
        // 21 of 31 days went with the upgrade; 16 of the 21 with what took it back.
        assert.deepEqual(await linesOf(of.db, march!), [[677n, 323n]])
        const [old, fresh] = await creditableByHand(of.db, upgrade!)
        assert.deepEqual([old!.line.amount_minor, old!.givenMinor, old!.leftMinor], [-677n, 0n, -677n])
        assert.deepEqual(
          [fresh!.line.amount_minor, fresh!.givenMinor, fresh!.leftMinor],
          [1_694n, 1_290n, 404n],
        )
      }))

    test('is found where it was credited besides', () =>
      lived(engine, [wait(24), change(0, '7d')], async (of) => {
        const [, april] = await invoicesOf(of.db)
        const undo = new Error('undo')
        await assert.rejects(
          of.db.transaction(async (trx) => {
            const unasked = 'nobody looked'
            const wish = { invoiceId: april!.id, lines: [{ position: 1 }], reason: 'As before', unasked }
            const note = await creditLines(of.house.means, trx, wish, staffActor())
            assert.deepEqual(await verifyBooks(trx, isoDate('2026-04-01')), [
              {
                ...{ check: 'nothing is given back twice', id: note.id },
                problem: `${note.number} credits 1000 of line 1 that a change or cancellation had given back already`,
              },
            ])
            throw undo
          }),
          undo,
        )
      }))

    test('can be credited again once the change itself was credited', () =>
      lived(engine, [wait(10), change(1, null), payFirst], async (of) => {
        const [march, upgrade] = await invoicesOf(of.db)
        assert.deepEqual(await linesOf(of.db, march!), [[677n, 323n]])
        await credit(of, upgrade!)
        assert.deepEqual(await linesOf(of.db, march!), [[0n, 1_000n]])
        await credit(of, march!)
      }))

    test('is what a cancellation and a moved renewal gave back too', () =>
      lived(engine, [wait(10)], async (of) => {
        const { means } = of.house
        const [{ id: service_id, brand_id: scope_id } = { id: '', brand_id: '' }] = await of.db.all<{
          id: string
          brand_id: string
        }>(sql`select id, brand_id from services`)
        const setting = { key: 'services.unused_on_cancel', scope: 'brand', scope_id, value: 'credit' }
        await overrideSetting(means, setting, staffActor())
        await moveRenewal(
          means,
          { service_id, to_on: '2026-03-26', effect: 'charge', reason: 'Asked' },
          staffActor(),
        )
        const [march] = await invoicesOf(of.db)
        assert.deepEqual(await linesOf(of.db, march!), [[194n, 806n]])
        await cancelService(means, { service_id, at: 'now', reason: 'not_needed' }, staffActor())
        assert.deepEqual(await linesOf(of.db, march!), [[677n, 323n]])
        await of.house.workOff()
      }))
  })
}

describe('gifts', () => {
  const line = (id: string, columns: Partial<PeriodLine>): PeriodLine => ({
    ...{ id, invoice_id: 'inv', charge_id: id, source_id: 'svc', kind: 'recurring', amount_minor: 0n },
    ...{ trace: '{}', period_start: '2026-03-01', period_end: '2026-04-01', cause: '' },
    ...columns,
  })
  const gift = (id: string, amount_minor: bigint, columns: Partial<PeriodLine> = {}): PeriodLine =>
    line(id, { kind: 'change', amount_minor, trace: '{"part":"credit"}', ...columns })
  const poured = (lines: PeriodLine[], taken: [string, bigint][] = []) => [...pourBack(lines, new Map(taken))]

  test('are shared by all lines of the period, discounts too, to the last cent', () => {
    const lines = [
      line('a', { amount_minor: 1_000n }),
      line('b', { kind: 'option', amount_minor: 500n }),
      line('c', { kind: 'discount', amount_minor: -150n }),
    ]
    assert.deepEqual(poured([...lines, gift('g', -1_350n)]), [
      ['a', 1_000n],
      ['b', 500n],
      ['c', -150n],
    ])
    assert.deepEqual(poured([...lines, gift('g', -677n)]), [
      ['a', 501n],
      ['b', 251n],
      ['c', -75n],
    ])
  })

  test('are shared by what notes left of each line', () => {
    const lines = [line('a', { amount_minor: 1_000n }), line('b', { kind: 'option', amount_minor: 1_000n })]
    const credited = new Map([['a', 1_000n]])
    const shared = (minor: bigint) => [...pourBack([...lines, gift('g', minor)], new Map(), credited)]
    assert.deepEqual(shared(-500n), [
      ['a', 0n],
      ['b', 500n],
    ])
  })

  test('are of the charge before them, not of one that came after, of another service or of other days', () => {
    const periods = [
      line('a', { amount_minor: 1_000n, cause: 'changed/chn_1/' }),
      line('b', { amount_minor: 900n, source_id: 'svc_other' }),
      line('c', { amount_minor: 900n, period_start: '2026-04-01', period_end: '2026-05-01' }),
      gift('g', -1_000n),
      line('d', { amount_minor: 1_000n }),
    ]
    assert.deepEqual(poured(periods), [['a', 1_000n]])
  })

  test('are none where they were taken back, by a note or by their mirror', () => {
    const periods = [line('a', { amount_minor: 1_000n }), gift('g', -600n)]
    assert.deepEqual(poured(periods, [['g', 600n]]), [])
    assert.deepEqual(poured(periods, [['g', 200n]]), [['a', 400n]])
  })

  test('are what a cancellation turned the other way round, too', () => {
    const mirror = gift('m', -250n, { trace: '{"cancellation":"can","reverses":"a"}' })
    assert.deepEqual(poured([line('a', { kind: 'change', amount_minor: 250n }), mirror]), [['a', 250n]])
  })
})
