import { createHash } from 'node:crypto'
import { readGatewayMoney, receiveWebhook } from '../../core/billing/index.ts'
import { sql, type Queries } from '../../core/db/index.ts'
import { addDays, BerthError, dayIn, instant, isoDate, toMs, type IsoDate } from '../../core/kernel/index.ts'
import { retryDelivery } from '../../core/services/index.ts'
import { clientActor } from '../support/make.ts'
import { ACTS } from './acts.ts'
import { dice as throwing, type Dice } from './dice.ts'
import { simulateGateway, type SentEvent } from './gateway.ts'
import { handClock, openHouse, type House } from './house.ts'
import { isCut } from './power.ts'
import { simulateProvider } from './provider.ts'
import { brokenReports } from './report-truths.ts'
import { copyOf } from './template.ts'
import { brokenAgreements, brokenTruths } from './truths.ts'
import { makeWorld, staff, type World } from './world.ts'

export interface Length {
  years: number
  clients: number
  /** File that the database is left in, to be looked at. */
  keep?: string
}

/** How a story went. The same seed and length give the same of everything. */
export interface Ending {
  seed: string
  days: number
  acts: Record<string, number>
  refused: number
  cuts: number
  invoices: number
  payments: number
  /** Hash of all money in the end: a replay has the same one. */
  books: string
  /** The day on which it went wrong, and how. */
  broken: { on: IsoDate; what: string[] } | null
}

const FIRST_DAY = isoDate('2026-01-15')
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const CHECK_DAYS = 7
const DEEP_CHECK_DAYS = 91
/** Statements until a cut, at most; one that has no statement to fall on does not happen. */
const CUT_WITHIN = 120

/** Lives through years of a small house of shops, all of it by one seed. */
export async function liveStory(
  seed: string,
  template: string,
  { years, clients, keep }: Length,
): Promise<Ending> {
  const { db, remove } = copyOf(template, keep)
  try {
    const dice = throwing(seed)
    const clock = handClock(toMs(instant(Date.parse(`${FIRST_DAY}T00:00:00Z`))))
    const outside = {
      gateway: simulateGateway(dice.fork('gateway'), clock),
      provider: simulateProvider(dice.fork('panel')),
    }
    const house = openHouse({ db, clock, dice: dice.fork('house'), outside })
    const world = await makeWorld(house.means, dice.fork('world'), { clients })
    const teller = new Teller(house, world, dice.fork('life'))
    await teller.liveUntil(Math.round(years * 365))
    return await teller.ending(seed)
  } finally {
    await remove()
  }
}

class Teller {
  readonly #house: House
  readonly #world: World
  readonly #dice: Dice
  readonly #acts: Record<string, number> = {}
  #refused = 0
  #day = 0
  #sent = 0
  #late: { event: SentEvent; onDay: number }[] = []
  #broken: Ending['broken'] = null

  constructor(house: House, world: World, dice: Dice) {
    this.#house = house
    this.#world = world
    this.#dice = dice
  }

  async liveUntil(days: number): Promise<void> {
    while (this.#day < days && !this.#broken) {
      // Now and then the house sleeps for some days and has to catch up.
      this.#day += this.#dice.chance(0.01) ? this.#dice.whole(2, 9) : 1
      await this.#guarded(() => this.#liveDay())
      if (!this.#broken && this.#day % CHECK_DAYS === 0) await this.#check('quick')
      if (!this.#broken && this.#day % DEEP_CHECK_DAYS === 0) await this.#check('whole')
    }
    if (!this.#broken) await this.#guarded(() => this.#comeToRest())
    if (!this.#broken) await this.#check('whole')
  }

  async ending(seed: string): Promise<Ending> {
    const { db } = this.#house.means
    const count = async (table: 'invoices' | 'payments') =>
      (await db.get<{ n: number }>(
        table === 'invoices'
          ? sql`select count(*) as n from invoices`
          : sql`select count(*) as n from payments`,
      ))!.n
    const [acts, broken] = [this.#acts, this.#broken]
    return {
      ...{ seed, days: this.#day, acts, refused: this.#refused, cuts: this.#house.power.cuts, broken },
      ...{ invoices: await count('invoices'), payments: await count('payments'), books: await booksOf(db) },
    }
  }

  get #today(): IsoDate {
    return addDays(FIRST_DAY, this.#day)
  }

  /** Night, morning with the billing, the day of the people, evening. */
  async #liveDay(): Promise<void> {
    const { clock, outside } = this.#house
    const start = toMs(instant(Date.parse(`${FIRST_DAY}T00:00:00Z`))) + this.#day * DAY_MS
    this.#weather()
    clock.set(start + HOUR_MS)
    outside.gateway.till.payOut()
    await this.#work(() => this.#house.workOff())
    clock.set(start + 12 * HOUR_MS)
    await this.#work(() => this.#house.dailyWork())
    await this.#work(() => this.#house.workOff())
    for (const hour of [14, 16, 18]) {
      clock.set(start + hour * HOUR_MS)
      await this.#people()
      if (this.#dice.chance(0.3)) outside.gateway.settlePending()
      await this.#deliverWebhooks()
      await this.#work(() => this.#house.workOff())
    }
  }

  #weather(): void {
    const { gateway, provider } = this.#house.outside
    const bad = this.#dice.chance(0.1) ? 5 : 1
    gateway.weather = {
      declined: 0.1,
      lostBefore: 0.01 * bad,
      lostAfter: 0.02 * bad,
      refused: 0.01 * bad,
      pending: 0.05,
    }
    provider.weather = { failed: 0.02 * bad, lostBefore: 0.01 * bad, lostAfter: 0.02 * bad, pending: 0.1 }
  }

  /** Work that a power cut may hit. It is done anew by the next process, as everything of ours must bear. */
  async #work(work: () => Promise<void>): Promise<void> {
    const { power } = this.#house
    if (this.#dice.chance(0.03)) power.cutIn(this.#dice.whole(1, CUT_WITHIN))
    for (;;) {
      try {
        await work()
        return void power.cutIn(Infinity)
      } catch (error) {
        if (!isCut(error)) throw error
        await this.#house.restart()
      }
    }
  }

  async #people(): Promise<void> {
    for (const shop of this.#world.shops) {
      const today = dayIn(shop.zone, this.#house.clock.now())
      for (const client of shop.clients) {
        const buyer = clientActor(client.id, { brandId: shop.brandId })
        for (const [name, { share, does }] of Object.entries(ACTS)) {
          if (!this.#dice.chance(share / 3)) continue
          const scene = {
            house: this.#house,
            dice: this.#dice,
            world: this.#world,
            shop,
            client,
            buyer,
            today,
          }
          await this.#act(name, () => does(scene))
        }
      }
    }
  }

  /** People are told what they cannot do; everything else that is thrown is a fault of ours. */
  async #act(name: string, act: () => Promise<unknown>): Promise<void> {
    const { power } = this.#house
    if (this.#dice.chance(0.005)) power.cutIn(this.#dice.whole(1, 30))
    try {
      await act()
      this.#acts[name] = (this.#acts[name] ?? 0) + 1
    } catch (error) {
      if (isCut(error)) await this.#house.restart()
      else if (error instanceof BerthError) this.#refused += 1
      else throw new Error(`the act "${name}" failed: ${told(error)}`, { cause: error })
    }
    power.cutIn(Infinity)
  }

  /** In any order, some twice, some days late. */
  async #deliverWebhooks(): Promise<void> {
    const { outbox } = this.#house.outside.gateway
    const fresh = outbox.slice(this.#sent)
    this.#sent = outbox.length
    const due = this.#late.filter(({ onDay }) => onDay <= this.#day)
    this.#late = this.#late.filter(({ onDay }) => onDay > this.#day)
    for (const event of this.#dice.shuffled([...due.map(({ event: late }) => late), ...fresh])) {
      if (this.#dice.chance(0.1)) this.#late.push({ event, onDay: this.#day + this.#dice.whole(1, 30) })
      if (this.#dice.chance(0.95)) await this.#send(event)
      else this.#late.push({ event, onDay: this.#day + 1 })
    }
  }

  /** The sender tries until it hears 200. */
  async #send(event: SentEvent): Promise<void> {
    const webhook = {
      ...{
        instanceId: this.#world.gatewayId,
        headers: {},
        body: JSON.stringify(event),
        address: '192.0.2.1',
      },
    }
    const verdict = { verdict: 'accepted', verified: true, eventKey: event.id } as const
    await this.#work(async () => void (await receiveWebhook(this.#house.means, webhook, verdict)))
  }

  /** Nobody acts any more, and all that was on its way arrives. */
  async #comeToRest(): Promise<void> {
    const { clock, outside, means } = this.#house
    outside.gateway.weather = { declined: 0, lostBefore: 0, lostAfter: 0, refused: 0, pending: 0 }
    outside.provider.weather = { failed: 0, lostBefore: 0, lostAfter: 0, pending: 0 }
    outside.gateway.settlePending()
    for (let day = 0; day < 8; day++) {
      this.#day += 1
      clock.set(clock.ms() + DAY_MS)
      for (const { event } of this.#late) await this.#send(event)
      this.#late = []
      for (const event of outside.gateway.outbox.slice(this.#sent)) await this.#send(event)
      this.#sent = outside.gateway.outbox.length
      for (const { id } of await means.db.all<{ id: string }>(
        sql`select id from deliveries where status = 'failed' order by id`,
      ))
        await retryDelivery(means, { delivery_id: id }, staff).catch((error: unknown) => {
          if (!(error instanceof BerthError)) throw error
        })
      await readGatewayMoney(means)
      await this.#house.workOff()
    }
    const days = { from: isoDate(`${FIRST_DAY.slice(0, 7)}-01`), until: addDays(this.#today, 31) }
    const broken = [
      ...(await brokenAgreements(this.#house)),
      ...(await brokenReports(means.db, this.#world.shops, days)),
    ]
    if (broken.length > 0) this.#broken = { on: this.#today, what: broken }
  }

  async #guarded(act: () => Promise<void>): Promise<void> {
    try {
      await act()
    } catch (error) {
      this.#broken = { on: this.#today, what: [told(error)] }
    }
  }

  async #check(depth: 'quick' | 'whole'): Promise<void> {
    const what = await brokenTruths(this.#house, this.#today, depth)
    if (what.length > 0) this.#broken = { on: this.#today, what }
  }
}

function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error ? ` ${told(error.cause)}` : ''
  return `${error.stack ?? error.message}${cause}`
}

/** All money and the documents about it, in an order that does not rest on anything but the story. */
async function booksOf(db: Queries): Promise<string> {
  const hash = createHash('sha256')
  const rows = [
    ...(await db.all(
      sql`select number, status, issued_on, due_on, total_minor, tax_minor from invoices order by number, id`,
    )),
    ...(await db.all(
      sql`select account, currency, client_id, amount_minor from postings order by journal_id, account, client_id, amount_minor`,
    )),
    ...(await db.all(
      sql`select id, billing_status, delivery_status, charged_through, period_index from services order by id`,
    )),
    ...(await db.all(sql`select effect_key, status, received_minor from payments order by effect_key`)),
  ]
  for (const row of rows)
    hash.update(
      JSON.stringify(row, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value)),
    )
  return hash.digest('hex').slice(0, 16)
}
