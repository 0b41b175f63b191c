import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as pass } from 'node:timers/promises'
import { changePorts } from '../../core/app/wire/change-ports.ts'
import {
  clientCredit,
  creditInvoice,
  creditLines,
  grantCredit,
  overrideSetting,
  verifyBooks,
} from '../../core/billing/index.ts'
import { sql, type Db } from '../../core/db/index.ts'
import { BerthError, isoDate } from '../../core/kernel/index.ts'
import { cancelService } from '../../core/services/index.ts'
import { openPlayer, type Player } from '../model/engine.ts'
import { PLAIN, type ModelShop, type Step } from '../model/history.ts'
import { engines, makeDatabase, type Engine } from '../support/databases.ts'
import { staffActor } from '../support/make.ts'

/** 30.00 a month, without tax. April has 30 days, May 31. */
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
const buy: Step = { do: 'order', plan: 0, cycle: '1m', memory: 1, units: 1, coupon: null }
const pay: Step = { do: 'pay', which: 0, tenths: 10 }
const reason = 'not_needed'

for (const engine of engines)
  describe(`what comes back in two transactions at once (${engine})`, () => {
    test('a credit note waits for a cancellation, and finds what that gave back', () =>
      sold(engine, [buy, pay], async (of) => {
        const [service] = await of.services()
        const invoice = await of.invoice()
        const note = () => creditInvoice(of.means, { invoice_id: invoice, reason }, staff)
        const [ended, credited] = await of.during((means) => end(means, service!), note)
        assert.equal(ended?.status, 'fulfilled')
        assert.equal(credited?.status === 'rejected' && codeOf(credited.reason), 'credit_note.given_back')
        assert.equal(await of.credit(), 3_000n)
      }))

    test('a cancellation waits for a credit note, and gives back what that left', () =>
      sold(engine, [buy, pay], async (of) => {
        const [service] = await of.services()
        const lines = [{ position: 1, amount_minor: '1000' }]
        const note = { invoiceId: await of.invoice(), lines, reason, unasked: 'the test holds it' }
        let begun: Promise<unknown> | undefined
        await of.db.transaction(async (trx) => {
          await creditLines(of.means, trx, note, staff)
          begun ??= end(of.means, service!)
          await pass(HELD_MS)
        })
        await begun
        assert.equal(await of.credit(), 3_000n)
      }))

    test('of two services of a document together no more money than was paid', () =>
      sold(engine, [buy, pay, buy, pay], async (of) => {
        const gift = { amount_minor: '4000', origin: 'promotional', reason: 'Spring' }
        await grantCredit(of.means, { client_id: of.clientId, ...gift }, staff)
        for (const step of [{ do: 'wait', days: 45 } as const, pay]) await of.take(step)
        const [one, two] = await of.services()
        const both = await of.during(
          (means) => end(means, one!),
          () => end(of.means, two!),
        )
        assert.deepEqual(
          both.map(({ status }) => status),
          ['fulfilled', 'fulfilled'],
        )
        // 20.00 of 60.00 were money; 16 of 31 days come back.
        assert.deepEqual([await of.credit(), await of.promotional()], [2_000n, 1_096n])
      }))
  })

const codeOf = (error: unknown) => (error instanceof BerthError ? error.code : error)

/** Long enough for whoever does not wait to be through. */
const HELD_MS = 400

type HouseMeans = Player['house']['means']

const end = (means: HouseMeans, service_id: string) =>
  cancelService(means, { service_id, at: 'now', reason }, staff)

interface Sold {
  db: Db
  means: HouseMeans
  clientId: string
  take(step: Step): Promise<void>
  services(): Promise<string[]>
  invoice(): Promise<string>
  /** What may be paid out, and what may not. */
  credit(): Promise<bigint>
  promotional(): Promise<bigint>
  /** The second act begins when the first has given something back and has not ended yet. */
  during(
    first: (means: HouseMeans) => Promise<unknown>,
    second: () => Promise<unknown>,
  ): Promise<PromiseSettledResult<unknown>[]>
}

async function sold(
  engine: Engine,
  steps: readonly Step[],
  look: (of: Sold) => Promise<void>,
): Promise<void> {
  const { db, remove } = await makeDatabase(engine)
  try {
    const history = { startsOn: '2026-04-01', shop, steps: [] }
    const player = await openPlayer(db, history, { manner: 'calm', seed: 'at once' })
    const { means } = player.house
    const [{ id: scope_id } = { id: '' }] = await db.all<{ id: string }>(sql`select id from brands`)
    const given = { key: 'services.unused_on_cancel', scope: 'brand', scope_id, value: 'credit' }
    await overrideSetting(means, given, staff)
    const take = async (step: Step) => assert.equal(await player.take(step), true, JSON.stringify(step))
    for (const step of steps) await take(step)
    const idsOf = async (rows: Promise<{ id: string }[]>) => (await rows).map(({ id }) => id)
    const standing = () => clientCredit(db, player.clientId, 'EUR')
    await look({
      ...{ db, means, clientId: player.clientId, take },
      services: () => idsOf(db.all<{ id: string }>(sql`select id from services order by id`)),
      invoice: async () => (await idsOf(db.all(sql`select id from invoices where kind = 'invoice'`)))[0]!,
      credit: async () => (await standing()).paidMinor,
      promotional: async () => (await standing()).grants.reduce((sum, { leftMinor }) => sum + leftMinor, 0n),
      during: (first, second) => during(means, first, second),
    })
    assert.deepEqual(await verifyBooks(db, isoDate('2026-08-01')), [])
  } finally {
    await remove()
  }
}

async function during(
  means: HouseMeans,
  first: (means: HouseMeans) => Promise<unknown>,
  second: () => Promise<unknown>,
): Promise<PromiseSettledResult<unknown>[]> {
  let begun: Promise<unknown> | undefined
  const giveCredit: typeof changePorts.giveCredit = async (...given) => {
    const note = await changePorts.giveCredit(...given)
    begun ??= second()
    begun.catch(() => undefined)
    await pass(HELD_MS)
    return note
  }
  const ended = await Promise.allSettled([first({ ...means, changes: { ...changePorts, giveCredit } })])
  return [...ended, ...(await Promise.allSettled([begun!]))]
}
