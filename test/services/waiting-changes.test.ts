import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { billingDeps } from '../../core/app/wire/billing-area.ts'
import { billToday, recordPayment, verifyBooks, writeOffInvoice } from '../../core/billing/index.ts'
import { sql, type Db } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { engines, makeDatabase, type Engine } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'
import { openPlayer, type Player } from '../model/engine.ts'
import { PLAIN, type ModelShop, type Step } from '../model/history.ts'
import { sheetOfEngine } from '../model/sheet.ts'
import { paidDays } from '../simulate/truths.ts'

/** 10.00 a month and 4.00 a week, 25.00 a month and 9.00 a week; no tax. */
const shop: ModelShop = {
  ...{
    currency: 'EUR',
    inclusive: false,
    cashStep: 0,
    leadDays: 14,
    suspendAfter: 3,
    terminateAfter: 30,
    separate: false,
    unused: 'credit',
  },
  plans: [
    { ppm: 0, prices: { '7d': [400, 0, 0], '1m': [1_000, 0, 0], '3m': [2_800, 0, 0], '1y': [10_000, 0, 0] } },
    { ppm: 0, prices: { '7d': [900, 0, 0], '1m': [2_500, 0, 0], '3m': [7_000, 0, 0], '1y': [25_000, 0, 0] } },
  ],
  percent: { ppm: 100_000, cycles: 1 },
  fixed: { minor: 100, cycles: 1 },
  ...PLAIN,
}
const bought: Step[] = [
  { do: 'order', plan: 0, cycle: '1m', memory: 1, units: 1, coupon: null },
  { do: 'pay', which: 0, tenths: 10 },
]
const upgrade: Step = { do: 'change', which: 0, plan: 1, cycle: null, memory: null }

async function lived(
  engine: Engine,
  steps: Step[],
  look: (sheet: string[], db: Db, player: Player) => unknown,
): Promise<void> {
  const { db, remove } = await makeDatabase(engine)
  try {
    const player = await openPlayer(
      db,
      { startsOn: '2026-03-01', shop, steps },
      { manner: 'calm', seed: 'waiting' },
    )
    for (const step of [...bought, ...steps])
      assert.equal(await player.take(step), true, JSON.stringify(step))
    assert.deepEqual(player.house.trouble, [])
    await look(await sheetOfEngine(db), db, player)
    assert.deepEqual(await paidDays(db), [])
    assert.deepEqual(await db.all(sql`select reason from parked_clients`), [])
  } finally {
    await remove()
  }
}

/** Gives up what the change costs, of which a part may have come. */
async function giveUp({ house: { means } }: Player): Promise<string> {
  const { id } = (await means.db.get<{ id: string }>(sql`select id from invoices where origin = 'change'`))!
  await writeOffInvoice(means, { invoice_id: id, reason: 'Given up' }, staffActor())
  return id
}

async function payByBank({ house }: Player, invoice_id: string, amount_minor: string): Promise<void> {
  const money = { invoice_id, amount_minor, reference: `bank ${amount_minor}` }
  await recordPayment(house.means, money, staffActor())
  await house.workOff()
}

async function lossOf(db: Db): Promise<bigint> {
  const row = await db.get<{ loss_minor: bigint | null }>(
    sql`select sum(amount_minor) as loss_minor from postings where account = 'write_offs'`,
  )
  return row!.loss_minor ?? 0n
}

/** The books are whole, and the sheet has these lines. */
async function shows(db: Db, lines: readonly string[]): Promise<void> {
  assert.deepEqual(await verifyBooks(db, isoDate('2026-03-31')), [])
  const sheet = await sheetOfEngine(db)
  assert.deepEqual(
    lines.filter((line) => !sheet.some((shown) => shown.startsWith(line))),
    [],
    sheet.join('\n'),
  )
}

const invoiceOf = (end: string) => `invoice change 2026-03-11 due 2026-03-11 1017 + 0 = 1017 ${end}`
const taken: Step = { do: 'drop_change', which: 0 }

for (const engine of engines) {
  describe(`changes that wait, and periods charged ahead, on ${engine}`, () => {
    test('one that is paid after the service was charged again is not applied, and its money is credit', () =>
      lived(engine, [{ do: 'wait', days: 10 }, upgrade], async (_sheet, db, player) => {
        const { clock, means } = player.house
        clock.set(Date.parse('2026-03-18T12:00:00Z'))
        await billToday(billingDeps(means))
        assert.equal(await player.take({ do: 'pay', which: 0, tenths: 10 }), true)
        const sheet = await sheetOfEngine(db)
        assert.ok(sheet.includes('s0 active through 2026-05-01'), sheet.join('\n'))
        assert.ok(
          sheet.includes('invoice change 2026-03-11 due 2026-03-11 1017 + 0 = 1017 paid money 1017 credit 0'),
        )
        assert.ok(sheet.includes('credit_note 2026-03-18 due 2026-03-18 -1017 + 0 = -1017'), sheet.join('\n'))
        assert.ok(sheet.includes('credit 1017'), sheet.join('\n'))
        const service = await db.get<{ recurring_minor: bigint }>(sql`select recurring_minor from services`)
        assert.equal(service!.recurring_minor, 1_000n)
      }))

    test('what was charged again takes back what waits', () =>
      lived(engine, [{ do: 'wait', days: 10 }, upgrade, { do: 'wait', days: 7 }], (sheet) => {
        assert.ok(sheet.includes('s0 active through 2026-05-01'), sheet.join('\n'))
        assert.ok(
          sheet.some((line) => /^invoice change .* void /.test(line)),
          sheet.join('\n'),
        )
      }))

    test('a part that was paid on it is credit then', () =>
      lived(
        engine,
        [{ do: 'wait', days: 10 }, upgrade, { do: 'pay', which: 0, tenths: 4 }, { do: 'wait', days: 7 }],
        (sheet) => {
          // 21 of 31 days: 16.94 less 6.77. 4.06 of it were paid.
          assert.ok(
            sheet.some((line) => /^invoice change .* 1017 \+ 0 = 1017 paid money 406 credit 611$/.test(line)),
            sheet.join('\n'),
          )
          assert.ok(
            sheet.some((line) => /^credit_note .* -1017 \+ 0 = -1017$/.test(line)),
            sheet.join('\n'),
          )
        },
      ))

    test('one that nobody pays neither suspends nor ends the service', () =>
      lived(
        engine,
        [
          { do: 'change', which: 0, plan: 0, cycle: '1y', memory: null },
          { do: 'pay', which: 0, tenths: 10 },
          { do: 'wait', days: 1 },
          upgrade,
          { do: 'wait', days: 40 },
        ],
        (sheet) => assert.ok(sheet.includes('s0 active through 2027-03-01 waiting'), sheet.join('\n')),
      ))

    test('weeks may begin on the day of a month that was charged ahead and given back', () =>
      lived(
        engine,
        [
          { do: 'wait', days: 20 },
          { do: 'pay', which: 0, tenths: 10 },
          // April is charged already; weeks from 25 March on have one that begins on the first of it.
          { do: 'wait', days: 4 },
          { do: 'change', which: 0, plan: 0, cycle: '7d', memory: null },
          { do: 'wait', days: 20 },
        ],
        (sheet) =>
          assert.ok(
            sheet.some((line) => line.startsWith('  s0 recurring 2026-04-01 2026-04-08 400')),
            sheet.join('\n'),
          ),
      ))

    test('one that is withdrawn after its claim was given up is credited, and money that comes is credit', () =>
      lived(engine, [{ do: 'wait', days: 10 }, upgrade], async (_sheet, db, player) => {
        const id = await giveUp(player)
        assert.equal(await lossOf(db), 1_017n)
        assert.equal(await player.take(taken), true)
        assert.equal(await lossOf(db), 0n)
        const lines = ['credit_note 2026-03-11 due 2026-03-11 -1017 + 0 = -1017']
        await shows(db, [...lines, invoiceOf('paid money 0 credit 1017')])
        await payByBank(player, id, '1017')
        await shows(db, [...lines, invoiceOf('paid money 0 credit 1017'), 'credit 1017'])
      }))

    test('a part that was paid on it before or after it was given up is credit too', () =>
      lived(
        engine,
        [{ do: 'wait', days: 10 }, upgrade, { do: 'pay', which: 0, tenths: 4 }],
        async (_sheet, db, player) => {
          const id = await giveUp(player)
          assert.equal(await lossOf(db), 611n)
          await payByBank(player, id, '100')
          assert.equal(await lossOf(db), 511n)
          assert.equal(await player.take(taken), true)
          assert.equal(await lossOf(db), 0n)
          await shows(db, [invoiceOf('paid money 506 credit 511'), 'credit 506'])
        },
      ))

    test('what was charged again takes back one that was given up', () =>
      lived(engine, [{ do: 'wait', days: 10 }, upgrade], async (_sheet, db, player) => {
        await giveUp(player)
        assert.equal(await player.take({ do: 'wait', days: 7 }), true)
        assert.equal(await lossOf(db), 0n)
        await shows(db, ['s0 active through 2026-05-01', invoiceOf('paid money 0 credit 1017')])
      }))

    test('one that is still wanted happens when its claim is paid after all', () =>
      lived(engine, [{ do: 'wait', days: 10 }, upgrade], async (_sheet, db, player) => {
        await payByBank(player, await giveUp(player), '1017')
        await shows(db, [invoiceOf('paid money 1017 credit 0')])
        const service = await db.get<{ recurring_minor: bigint }>(sql`select recurring_minor from services`)
        assert.equal(service!.recurring_minor, 2_500n)
      }))
  })
}
