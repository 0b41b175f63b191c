import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  clientCredit,
  creditInvoice,
  grantCredit,
  overrideSetting,
  verifyBooks,
} from '../../core/billing/index.ts'
import { sql, type Db } from '../../core/db/index.ts'
import { isoDate } from '../../core/kernel/index.ts'
import { cancelService, moveRenewal, previewChange } from '../../core/services/index.ts'
import { openPlayer, type Player } from '../model/engine.ts'
import { PLAIN, type ModelShop, type Step } from '../model/history.ts'
import { engines, makeDatabase, type Engine } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'

/** 30.00 and 90.00 a month, without tax. The story begins with a month of 30 days. */
const shop: ModelShop = {
  ...{ currency: 'EUR', inclusive: false, cashStep: 0, leadDays: 14, suspendAfter: 60, terminateAfter: 90 },
  ...{ separate: false, unused: 'credit' },
  plans: [
    { ppm: 0, prices: { '1m': [3_000, 0, 0], '1y': [30_000, 0, 0] } },
    { ppm: 0, prices: { '1m': [9_000, 0, 0] } },
  ],
  percent: { ppm: 100_000, cycles: 1 },
  fixed: { minor: 100, cycles: 1 },
  ...PLAIN,
}
const staff = staffActor()

/** What happens, in whole units of money. */
type Act =
  | { give: number; until?: string }
  | { buy: 0 | 1 }
  | 'pay'
  | { wait: number }
  | { change: 0 | 1; cycle?: '1y' }
  | 'cancel'
  | { move: string }
  | { credit: number }

interface Row {
  why: string
  acts: Act[]
  /** What the client has then: paid credit, what is left of the promotional, and what is open of documents. */
  then: [paid: number, promo: number, open: number]
}

const half = { wait: 15 }
const table: Row[] = [
  { why: 'money comes back as money', acts: [{ buy: 0 }, 'pay', half, 'cancel'], then: [15, 0, 0] },
  {
    why: 'what was given is given again',
    acts: [{ give: 30 }, { buy: 0 }, half, 'cancel'],
    then: [0, 15, 0],
  },
  {
    why: 'of both the money first: 15 are left, of which the 10 paid',
    acts: [{ give: 10 }, { buy: 0 }, 'pay', half, 'cancel'],
    then: [15, 0, 0],
  },
  {
    why: 'and what was given beyond the 15 that are left',
    acts: [{ give: 20 }, { buy: 0 }, 'pay', half, 'cancel'],
    then: [10, 5, 0],
  },
  {
    why: 'a cheaper plan: 45 less 15',
    acts: [{ give: 90 }, { buy: 1 }, half, { change: 0 }],
    then: [0, 30, 0],
  },
  {
    why: 'a cheaper plan and its end: its 15 are of what the first one was paid with',
    acts: [{ give: 90 }, { buy: 1 }, half, { change: 0 }, 'cancel'],
    then: [0, 45, 0],
  },
  {
    why: 'a dearer plan for 30 of money and its end: those, and 15 of the first month',
    acts: [{ give: 30 }, { buy: 0 }, half, { change: 1 }, 'pay', 'cancel'],
    then: [30, 15, 0],
  },
  {
    why: 'the rest of a month that went into a year of 300, given back long after it was over',
    acts: [{ give: 30 }, { buy: 0 }, half, { change: 0, cycle: '1y' }, 'pay', 'cancel'],
    then: [285, 15, 0],
  },
  {
    why: 'a renewal that begins ten days earlier',
    acts: [{ give: 25 }, { buy: 0 }, 'pay', { move: '2026-04-21' }],
    then: [5, 5, 0],
  },
  {
    why: 'given back and credited: together no more money than was paid',
    acts: [{ give: 20 }, { buy: 0 }, 'pay', half, 'cancel', { credit: 15 }],
    then: [10, 20, 0],
  },
  {
    why: 'of what ended meanwhile nothing is left on the next day',
    acts: [{ give: 30, until: '2026-04-10' }, { buy: 0 }, half, 'cancel', { wait: 1 }],
    then: [0, 0, 0],
  },
  {
    // May bears 20 of 31 that were given; 16 of 31 days come back.
    why: 'open in part: what is open is paid by it, and no grant pays for time that was given back',
    acts: [{ buy: 0 }, 'pay', { give: 20 }, { wait: 45 }, 'cancel'],
    then: [0, 5.48, 0],
  },
  {
    why: 'open: what was given later pays for no more than is left',
    acts: [{ buy: 0 }, 'pay', { wait: 45 }, { give: 30 }, 'cancel'],
    then: [0, 15.48, 0],
  },
]

async function live(
  engine: Engine,
  acts: readonly Act[],
  look: (of: Living) => Promise<void>,
): Promise<void> {
  const { db, remove } = await makeDatabase(engine)
  try {
    const history = { startsOn: '2026-04-01', shop, steps: [] }
    const player = await openPlayer(db, history, { manner: 'calm', seed: 'promotional' })
    const of = { db, player }
    const [{ id: scope_id } = { id: '' }] = await db.all<{ id: string }>(sql`select id from brands`)
    const given = { key: 'services.unused_on_cancel', scope: 'brand', scope_id, value: 'credit' }
    await overrideSetting(player.house.means, given, staff)
    for (const act of acts) await take(of, act)
    await look(of)
    assert.deepEqual(await verifyBooks(db, isoDate('2026-08-01')), [])
  } finally {
    await remove()
  }
}

interface Living {
  db: Db
  player: Player
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
    await step({ do: 'change', which: 0, memory: null, plan: act.change, cycle: act.cycle ?? null })
  else if ('move' in act)
    await moveRenewal(means, { service_id, to_on: act.move, effect: 'charge', reason: 'Asked' }, staff)
  else if ('credit' in act) {
    const [{ id } = { id: '' }] = await db.all<{ id: string }>(
      sql`select id from invoices where kind = 'invoice' order by id limit 1`,
    )
    const lines = [{ position: 1, amount_minor: String(act.credit * 100) }]
    await creditInvoice(means, { invoice_id: id, lines, reason: 'Asked' }, staff)
  } else {
    const gift = { amount_minor: String(act.give * 100), origin: 'promotional', reason: 'Spring' }
    const end = act.until ? { expires_on: act.until } : {}
    await grantCredit(means, { client_id: player.clientId, ...gift, ...end }, staff)
  }
  await workOff()
}

async function standing({ db, player }: Living): Promise<[number, number, number]> {
  const { grants, paidMinor } = await clientCredit(db, player.clientId, 'EUR')
  const promo = grants.reduce((sum, { leftMinor }) => sum + leftMinor, 0n)
  const open = await db.all<{ minor: bigint }>(sql`
    select total_minor - coalesce((select sum(a.amount_minor) from allocations a where a.invoice_id = i.id), 0) as minor
    from invoices i where status = 'issued'`)
  const openMinor = open.reduce((sum, { minor }) => sum + minor, 0n)
  return [paidMinor, promo, openMinor].map((minor) => Number(minor) / 100) as [number, number, number]
}

for (const engine of engines)
  describe(`unused time that promotional credit paid (${engine})`, () => {
    for (const { why, acts, then } of table)
      test(why, () => live(engine, acts, async (of) => assert.deepEqual(await standing(of), then)))

    test('is found where it became money', () =>
      live(engine, [{ give: 30 }, { buy: 0 }, half, 'cancel'], async ({ db }) => {
        const undo = new Error('undo')
        await assert.rejects(
          db.transaction(async (trx) => {
            await trx.run(sql`delete from credit_uses where kind = 'return'`)
            const [found] = await verifyBooks(trx, isoDate('2026-04-16'))
            assert.equal(found?.check, 'credit that was given pays no more than is left')
            assert.match(found.problem, /pays 3000 of .*, of which 1500 is left/)
            throw undo
          }),
          undo,
        )
      }))

    test('is told before a change', () =>
      live(engine, [{ give: 80 }, { buy: 1 }, 'pay', half], async ({ db, player }) => {
        const [service] = await db.all<{ id: string }>(sql`select id from services`)
        const [plan] = await db.all<{ id: string }>(sql`select id from products order by id`)
        const { sums } = await previewChange(
          player.house.means,
          { service_id: service!.id, product_id: plan!.id },
          staff,
        )
        // 60 of 90 are left: 10 of money come back, and 20 of the 80.
        assert.deepEqual([sums.totalMinor, sums.promotionalMinor], [-3_000n, 2_000n])
      }))
  })
