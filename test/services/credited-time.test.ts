import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  creditInvoice,
  issueCreditNote,
  overrideSetting,
  verifyBooks,
  voidInvoice,
  type InvoiceRow,
} from '../../core/billing/index.ts'
import { leftOf, type HeldLine, type NoteLine } from '../../core/billing/left-of-periods.ts'
import { sql, type Db } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { cancelService, moveRenewal } from '../../core/services/index.ts'
import { draft } from '../billing/support.ts'
import { openPlayer, type Player } from '../model/engine.ts'
import { PLAIN, type ModelShop, type Step } from '../model/history.ts'
import { engines, makeDatabase, type Engine } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'

/** 30.00 and 90.00 a month, without tax. The story begins with a month of 30 days. */
const shop: ModelShop = {
  ...{ currency: 'EUR', inclusive: false, cashStep: 0, leadDays: 14, suspendAfter: 60, terminateAfter: 90 },
  ...{ separate: false, unused: 'credit' },
  plans: [
    { ppm: 0, prices: { '1m': [3_000, 0, 0] } },
    { ppm: 0, prices: { '1m': [9_000, 0, 0] } },
  ],
  percent: { ppm: 100_000, cycles: 1 },
  fixed: { minor: 100, cycles: 1 },
  ...PLAIN,
}
const staff = staffActor()

type Act =
  | { buy: 0 | 1 }
  | 'pay'
  | { wait: number }
  | { change: 0 | 1 }
  | 'cancel'
  | { move: string }
  /** Whole units of the first line of a document, counted from the first. */
  | { credit: number; of?: number; line?: number }
  /** A document, counted from the first. */
  | { void: number }

interface Row {
  why: string
  acts: Act[]
  /** What each later document of a change gives back and charges, in minor units. */
  then: bigint[]
}

const half = { wait: 15 }
const bought: Act[] = [{ buy: 0 }, 'pay']
const table: Row[] = [
  { why: 'nothing was credited: half of 30', acts: [...bought, half, 'cancel'], then: [-1_500n] },
  { why: 'half of the 20 that are left', acts: [...bought, { credit: 10 }, half, 'cancel'], then: [-1_000n] },
  {
    why: 'the note comes when half is over: it is of the whole month all the same',
    acts: [...bought, half, { credit: 10 }, 'cancel'],
    then: [-1_000n],
  },
  {
    why: 'nothing of a month that was credited',
    acts: [...bought, { credit: 30 }, half, 'cancel'],
    then: [],
  },
  {
    why: 'a dearer plan is charged in full for the rest',
    acts: [...bought, { credit: 10 }, half, { change: 1 }],
    then: [-1_000n, 4_500n],
  },
  {
    why: 'what was credited of the plan before says nothing of the one that came after it',
    acts: [...bought, { credit: 10 }, half, { change: 1 }, 'pay', 'cancel'],
    then: [-1_000n, 4_500n, -4_500n],
  },
  {
    // 45 for half a month, 15 of which were credited: 5 days of 15 at 30 of 45.
    why: 'of the dearer plan its own credit counts',
    acts: [...bought, half, { change: 1 }, 'pay', { credit: 15, of: 1, line: 2 }, { wait: 10 }, 'cancel'],
    then: [-1_500n, 4_500n, -1_000n],
  },
  {
    // Ten of 30 days at 20; then 5 of the 20 days that stayed.
    why: 'a renewal that begins earlier, and the end after it',
    acts: [...bought, { credit: 10 }, { move: '2026-04-21' }, half, 'cancel'],
    then: [-667n, -333n],
  },
  {
    // Of the 20 days that stayed for 20, 10 were credited.
    why: 'a renewal that begins earlier, a note over the rest, and the end',
    acts: [...bought, { move: '2026-04-21' }, { credit: 10 }, { wait: 10 }, 'cancel'],
    then: [-1_000n, -500n],
  },
  {
    why: 'a period ahead by itself',
    acts: [...bought, { wait: 20 }, 'pay', { credit: 30, of: 1 }, 'cancel'],
    then: [-1_000n],
  },
  {
    why: 'a period ahead that was declared void was never owed',
    acts: [...bought, { wait: 20 }, { void: 1 }, 'cancel'],
    then: [-1_000n],
  },
  {
    why: 'nothing of a month that was declared void, and a dearer plan is charged in full for it',
    acts: [...bought, { wait: 20 }, { void: 1 }, { wait: 10 }, { change: 1 }],
    then: [9_000n],
  },
]

interface Living {
  db: Db
  player: Player
}

async function live(
  engine: Engine,
  acts: readonly Act[],
  look: (of: Living) => Promise<void>,
): Promise<void> {
  const { db, remove } = await makeDatabase(engine)
  try {
    const history = { startsOn: '2026-04-01', shop, steps: [] }
    const player = await openPlayer(db, history, { manner: 'calm', seed: 'credited' })
    const [{ id: scope_id } = { id: '' }] = await db.all<{ id: string }>(sql`select id from brands`)
    const given = { key: 'services.unused_on_cancel', scope: 'brand', scope_id, value: 'credit' }
    await overrideSetting(player.house.means, given, staff)
    for (const act of acts) await take({ db, player }, act)
    await look({ db, player })
    assert.deepEqual(await verifyBooks(db, isoDate('2026-08-01')), [])
  } finally {
    await remove()
  }
}

async function take({ db, player }: Living, act: Act): Promise<void> {
  const { means, workOff } = player.house
  const service_id = (await db.get<{ id: string }>(sql`select id from services`))?.id ?? ''
  const step = async (one: Step) => assert.equal(await player.take(one), true, JSON.stringify(act))
  if (act === 'pay') await step({ do: 'pay', which: 0, tenths: 10 })
  else if (act === 'cancel')
    await cancelService(means, { service_id, at: 'now', reason: 'not_needed' }, staff)
  else if ('wait' in act) await step({ do: 'wait', days: act.wait })
  else if ('buy' in act)
    await step({ do: 'order', plan: act.buy, cycle: '1m', memory: 1, units: 1, coupon: null })
  else if ('change' in act)
    await step({ do: 'change', which: 0, memory: null, plan: act.change, cycle: null })
  else if ('move' in act)
    await moveRenewal(means, { service_id, to_on: act.move, effect: 'charge', reason: 'Asked' }, staff)
  else {
    const rows = await db.all<{ id: string }>(sql`select id from invoices where kind = 'invoice' order by id`)
    const idOf = (n: number) => rows[n]!.id
    if ('void' in act) await voidInvoice(means, { invoice_id: idOf(act.void), reason: 'Asked' }, staff)
    else {
      const lines = [{ position: act.line ?? 1, amount_minor: String(act.credit * 100) }]
      await creditInvoice(means, { invoice_id: idOf(act.of ?? 0), lines, reason: 'Asked' }, staff)
    }
  }
  await workOff()
}

for (const engine of engines)
  describe(`unused time that was credited before (${engine})`, () => {
    for (const { why, acts, then } of table)
      test(why, () =>
        live(engine, acts, async ({ db }) => {
          const lines = await db.all<{ amount_minor: bigint }>(
            sql`select l.amount_minor from invoice_lines l join charges c on c.id = l.charge_id join invoices i on i.id = l.invoice_id
              where c.kind = 'change' and i.corrects_id is null order by c.id`,
          )
          assert.deepEqual(
            lines.map(({ amount_minor }) => amount_minor),
            then,
          )
        }),
      )

    test('is found where it came back besides', () =>
      live(engine, [...bought, half, { credit: 20 }], async ({ db, player }) => {
        const { means } = player.house
        const [bill] = await db.all<InvoiceRow>(sql`select * from invoices where kind = 'invoice'`)
        const [service] = await db.all<{ id: string }>(sql`select id from services`)
        const undo = new Error('undo')
        await assert.rejects(
          db.transaction(async (trx) => {
            const { lines } = draft({ ...bill!, id: bill!.client_id }, { amounts: [-1_500n] })
            const time = { periodStart: isoDate('2026-04-16'), periodEnd: isoDate('2026-05-01') }
            const gift = {
              sourceId: service!.id,
              kind: 'change' as const,
              trace: { part: 'credit' },
              ...time,
            }
            const given = lines.map((line) => ({ ...line, ...gift, cause: 'can_x:unused' }))
            await issueCreditNote(
              means,
              trx,
              draft({ ...bill!, id: bill!.client_id }, { lines: given }),
              staff,
            )
            assert.deepEqual(await verifyBooks(trx, isoDate('2026-04-16')), [
              {
                ...{ check: 'nothing is given back twice', id: bill!.id },
                problem: 'a change or cancellation gave back 500 of line 1 that had been credited already',
              },
            ])
            throw undo
          }),
          undo,
        )
      }))

    test('says on its document what was credited of the price', () =>
      live(engine, [...bought, { credit: 10 }, half, 'cancel'], async ({ db }) => {
        const [line] = await db.all<{ trace: string }>(
          sql`select trace from invoice_lines where kind = 'change'`,
        )
        const { of, credited, days, length } = JSON.parse(line!.trace) as Record<string, unknown>
        assert.deepEqual([of, credited, days, length], ['2000', '1000', 15, 30])
      }))
  })

describe('what is left of a period', () => {
  const line = (id: string, columns: Partial<HeldLine>): HeldLine => ({
    ...{ id, invoice_id: 'inv', charge_id: `chg_${id}`, source_id: 'svc', kind: 'recurring' },
    ...{ amount_minor: 0n, trace: '{}', period_start: '2026-04-01', period_end: '2026-05-01', cause: '' },
    voided: 0,
    ...columns,
  })
  const gift = (id: string, amount_minor: bigint, columns: Partial<HeldLine> = {}): HeldLine =>
    line(id, { kind: 'change', amount_minor, trace: '{"part":"credit"}', ...columns })
  const note = (id: string, credits: string, minor: bigint): NoteLine => ({
    ...{ note_id: `inv_${id}`, amount_minor: -minor },
    trace: JSON.stringify({ credits }),
  })
  const month = { sourceId: 'svc', fromOn: '2026-04-16', endsOn: '2026-05-01' }
  const left = (periods: HeldLine[], notes: NoteLine[], of = month) => {
    const found = leftOf(periods, notes)(of)
    return found && [found.price(3_000n), found.mostMinor]
  }

  test('counts options and discounts with it', () => {
    const periods = [
      line('a', { amount_minor: 3_000n }),
      line('b', { kind: 'option', amount_minor: 1_000n }),
      line('c', { kind: 'discount', amount_minor: -1_000n }),
    ]
    assert.equal(left(periods, []), null)
    assert.deepEqual(left(periods, [note('d', 'b', 1_000n)]), [2_000n, 2_000n])
    assert.deepEqual(left(periods, [note('d', 'c', -1_000n)]), [4_000n, 4_000n])
  })

  test('is nothing of what was declared void', () => {
    assert.deepEqual(left([line('a', { amount_minor: 3_000n, voided: 1 })], []), [0n, 0n])
  })

  test('is of a change again when the change was credited as a whole', () => {
    const upgrade = { invoice_id: 'inv_up', period_start: '2026-04-16' }
    const periods = [
      line('a', { amount_minor: 3_000n }),
      gift('b', -1_500n, upgrade),
      line('c', { kind: 'change', amount_minor: 4_500n, trace: '{"part":"charge"}', ...upgrade }),
    ]
    assert.deepEqual(left(periods, [note('d', 'c', 1_500n)]), [2_000n, 3_000n])
    assert.deepEqual(left(periods, [note('d', 'b', -1_500n), note('e', 'c', 4_500n)]), [3_000n, 3_000n])
  })

  test('is nothing of other days or of another service', () => {
    const periods = [line('a', { amount_minor: 3_000n })]
    const notes = [note('b', 'a', 1_000n)]
    assert.equal(left(periods, notes, { ...month, sourceId: 'svc_other' }), null)
    assert.equal(left(periods, notes, { ...month, fromOn: '2026-05-01', endsOn: '2026-06-01' }), null)
  })
})
