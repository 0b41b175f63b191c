import * as billing from '../../core/billing/index.ts'
import { setPrice } from '../../core/catalog/index.ts'
import { groupClient } from '../../core/clients/index.ts'
import { sql, type Db } from '../../core/db/index.ts'
import { BerthError, type Actor } from '../../core/kernel/index.ts'
import { placeOrder } from '../../core/orders/index.ts'
import * as services from '../../core/services/index.ts'
import { toDecimal } from '../../sdk/index.ts'
import { dice, type Dice } from '../simulate/dice.ts'
import { simulateGateway } from '../simulate/gateway.ts'
import { handClock, openHouse, type House } from '../simulate/house.ts'
import { isCut } from '../simulate/power.ts'
import { simulateProvider } from '../simulate/provider.ts'
import { clientActor, makeBrand, makeClient, staffActor } from '../support/make.ts'
import { makeCoupons, makeGoods, makeList, type Goods } from './goods.ts'
import type { History, ItemStep, ModelShop, Step } from './history.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
/** From the noon of one day to the morning of the next, whose work may take some minutes when it is disturbed. */
const NIGHT_MS = 18.5 * HOUR_MS
const staff = staffActor()

/** The engine, as one client and the staff of one shop use it. */
export interface Player {
  readonly house: House
  readonly clientId: string
  /** Answers whether the step was possible. */
  take(step: Step): Promise<boolean>
}

/**
 * How the daily work goes. "disturbed": it is killed at a statement and begun anew, done twice, done by two at once, and
 * its jobs come in another order; "repeated": every day is worked twice. Nothing of that may show in the books.
 */
export type Manner = 'calm' | 'disturbed' | 'repeated'

export interface Playing {
  manner: Manner
  seed: string
}

export async function openPlayer(
  db: Db,
  { startsOn, shop }: History,
  { manner, seed }: Playing,
): Promise<Player> {
  const clock = handClock(Date.parse(`${startsOn}T12:00:00Z`))
  const chance = dice(seed)
  const outside = {
    gateway: simulateGateway(chance.fork('gateway'), clock),
    provider: simulateProvider(chance.fork('panel')),
  }
  const house = openHouse({ db, clock, dice: chance.fork('house'), outside })
  const { means } = house
  const brand = await makeBrand(means, {
    ...{
      currency: shop.currency,
      currencies: JSON.stringify([shop.currency]),
      prices_include_tax: shop.inclusive ? 1 : 0,
    },
  })
  const client = await makeClient(means, {
    ...{
      brand_id: brand.id,
      currency: shop.currency,
      country: shop.abroad ? 'US' : 'DE',
      auto_charge: 0,
      separate_invoices: shop.separate ? 1 : 0,
    },
  })
  const way = shop.abroad ?? 'stated'
  await db.run(sql`update sellers set untaxed_price = ${way} where id = ${brand.seller_id}`)
  const set = (key: string, value: unknown) =>
    billing.overrideSetting(means, { key, scope: 'brand', scope_id: brand.id, value }, staff)
  await set('billing.lead_days', shop.leadDays)
  await set('billing.suspend_after', shop.suspendAfter)
  await set('billing.terminate_after', shop.terminateAfter)
  const step = toDecimal({ minor: BigInt(shop.cashStep), currency: shop.currency })
  if (shop.cashStep > 0) await set('billing.cash_rounding', [{ currency: shop.currency, step }])
  await set('services.unused_on_downgrade', shop.unused)
  await set('billing.proforma_first', shop.proforma)
  await set('billing.instalment_grace_days', shop.grace)
  await set('services.hour_cap', shop.hourCap)
  await set('billing.late_fee', feeSetting(shop))
  const goods = await makeGoods(house, brand, shop)
  const groupId = await makeList(house, { brandId: brand.id, goods, shop })
  await makeCoupons(house, brand.id, shop)
  await house.dailyWork()
  const daily = dailyIn(manner, house, chance)
  const hands = new Hands(house, daily, {
    brandId: brand.id,
    clientId: client.id,
    currency: shop.currency,
    ...{ goods, groupId },
  })
  return {
    house,
    clientId: client.id,
    take: async (step) => {
      const possible = await hands.take(step).catch((error: unknown) => {
        if (error instanceof BerthError) return false
        throw error
      })
      await house.workOff()
      await deliverHours(house)
      return possible
    },
  }
}

function feeSetting({ currency, lateFee }: ModelShop): object {
  const other = currency === 'EUR' ? 'USD' : 'EUR'
  const sum = (minor: number) => ({
    [other]: '3',
    ...(minor === 0 ? {} : { [currency]: toDecimal({ minor: BigInt(minor), currency }) }),
  })
  const { kind, minor, ppm, least, most, graceDays, everyDays, times } = lateFee
  return {
    ...{ kind, amount: sum(minor), percent: String(ppm / 10_000) },
    ...{ minimum: sum(least), maximum: sum(most) },
    ...{ grace_days: graceDays, every_days: everyDays, times, tax_class: 'class_0' },
  }
}

/** What is charged by the hour is delivered by hand, at once: its hours count from then on. */
async function deliverHours({ means, workOff }: House): Promise<void> {
  const rows = await means.db.all<{ id: string }>(sql`
    select d.id from deliveries d join services s on s.id = d.service_id
    where s.metered_until is not null and d.action = 'create' and d.status = 'waiting' order by d.id`)
  for (const { id } of rows) await services.markDelivered(means, { delivery_id: id }, staff)
  if (rows.length > 0) await workOff()
}

function dailyIn(manner: Manner, house: House, chance: Dice): () => Promise<void> {
  if (manner === 'disturbed') return disturbed(house, chance.fork('disturbances'))
  if (manner === 'calm') return () => house.dailyWork()
  return async () => {
    await house.dailyWork()
    house.clock.set(house.clock.ms() + MINUTE_MS)
    await house.dailyWork()
  }
}

function disturbed(house: House, dice: Dice): () => Promise<void> {
  const { power, means } = house
  return async () => {
    if (means.db.dialect === 'sqlite' && dice.chance(0.3)) power.cutIn(dice.whole(1, 40))
    for (;;) {
      try {
        await house.dailyWork()
        break
      } catch (error) {
        if (!isCut(error)) throw error
        await house.restart()
      }
    }
    power.cutIn(Infinity)
    if (dice.chance(0.2)) await house.dailyWork()
    if (dice.chance(0.2)) await Promise.all([house.dailyWork(), house.dailyWork()])
  }
}

interface Place {
  brandId: string
  clientId: string
  currency: string
  goods: Goods
  /** Clients in it have the price list. */
  groupId: string
}

class Hands {
  readonly #house: House
  readonly #daily: () => Promise<void>
  readonly #place: Place
  readonly #client: Actor
  #count = 0
  #noon: number

  constructor(house: House, daily: () => Promise<void>, place: Place) {
    this.#house = house
    this.#noon = house.clock.ms()
    this.#daily = daily
    this.#place = place
    this.#client = clientActor(place.clientId, { brandId: place.brandId })
  }

  async take(step: Step): Promise<boolean> {
    const { means } = this.#house
    switch (step.do) {
      case 'order':
        return this.#order(step)
      case 'pay':
        return this.#onInvoice(['issued'], step.which, async ({ id: invoice_id, open_minor }) => {
          const amount = (open_minor * BigInt(step.tenths)) / 10n
          if (amount === 0n) return false
          const reference = `bank ${++this.#count}`
          await billing.recordPayment(means, { invoice_id, amount_minor: String(amount), reference }, staff)
          return true
        })
      case 'change':
        return this.#change(step)
      case 'drop_change': {
        const rows = await means.db.all<{ id: string }>(
          sql`select id from service_changes where status = 'pending' order by service_id`,
        )
        const row = rows[step.which % rows.length]
        if (row) await services.cancelChange({ ...means }, { change_id: row.id }, this.#client)
        return row !== undefined
      }
      case 'cancel':
        return this.#onService(sql`billing_status <> 'ended'`, step.which, (service_id) =>
          services.cancelService(means, { service_id, at: step.at, reason: 'not_needed' }, this.#client),
        )
      case 'keep':
        return this.#onService(sql`billing_status = 'ending'`, step.which, (service_id) =>
          services.undoCancellation(means, { service_id }, this.#client),
        )
      case 'price': {
        const { goods, currency } = this.#place
        const owner_id = goods.products[step.plan]!
        const { setup_minor } = (await means.db.get<{ setup_minor: bigint }>(sql`
          select setup_minor from prices where owner_id = ${owner_id} and cycle = ${step.cycle} and list_id is null order by id desc limit 1`))!
        const amount = toDecimal({ minor: BigInt(step.minor), currency })
        const setup = toDecimal({ minor: setup_minor, currency })
        await setPrice(means, { owner_id, cycle: step.cycle, currency, amount, setup }, staff)
        return true
      }
      case 'credit':
        return this.#onInvoice(['paid'], step.which, async ({ id: invoice_id, client_id }) => {
          // Parts of lines are no matter of the model, so it leaves alone what a change has given back of.
          const lines = await billing.creditableByHand(means.db, { id: invoice_id, client_id })
          if (lines.some(({ givenMinor }) => givenMinor !== 0n)) return false
          return billing.creditInvoice(means, { invoice_id, reason: 'Goodwill' }, staff)
        })
      case 'void':
        return this.#onInvoice(['issued', 'renewal'], step.which, ({ id: invoice_id }) =>
          billing.voidInvoice(means, { invoice_id, reason: 'By mistake' }, staff),
        )
      case 'use_credit':
        return this.#onInvoice(['issued'], step.which, ({ id: invoice_id }) =>
          billing.useCredit(means, { invoice_id }, this.#client),
        )
      case 'hold':
        return this.#onService(sql`billing_status = 'active'`, step.which, (service_id) =>
          services.suspendService(means, { service_id, reason: 'staff' }, staff),
        )
      case 'release':
        return this.#onService(sql`billing_status = 'active'`, step.which, (service_id) =>
          services.releaseService(means, { service_id, reason: 'staff' }, staff),
        )
      case 'group': {
        const group_id = step.joins ? this.#place.groupId : null
        await groupClient(means, { client_id: this.#place.clientId, group_id }, staff)
        return true
      }
      case 'item':
        return this.#item(step)
      case 'instalments':
        return this.#onInvoice(['issued'], step.which, ({ id: invoice_id }) => {
          const { parts, every } = step
          const first_on = this.#dayIn(step.inDays)
          return billing.agreeInstalments(means, { invoice_id, parts, every, first_on }, staff)
        })
      case 'wait':
        for (let n = 0; n < step.days; n++) await this.#sleep(1)
        return true
      case 'sleep':
        await this.#sleep(step.days)
        return true
    }
  }

  /** Until the noon after the work of a morning. */
  async #sleep(days: number): Promise<void> {
    const { clock } = this.#house
    this.#noon += days * DAY_MS
    clock.set(this.#noon - DAY_MS + NIGHT_MS)
    await this.#daily()
    clock.set(this.#noon)
    await this.#house.workOff()
  }

  #dayIn = (days: number): string => new Date(this.#noon + days * DAY_MS).toISOString().slice(0, 10)

  async #item({ timing, inDays, lines, ...of }: ItemStep): Promise<boolean> {
    const item = {
      ...{ client_id: this.#place.clientId, name: 'Work', timing, ...of },
      ...(timing === 'day' ? { on: this.#dayIn(inDays) } : {}),
      lines: lines.map(({ milli, unit, plan }) => ({
        ...{ description: 'Work', basis: 'hours' as const, quantity: String(milli / 1_000) },
        ...{ unit_minor: String(unit), tax_class: `class_${plan}` },
      })),
    }
    await billing.createBillable(this.#house.means, item, staff)
    return true
  }

  async #order({
    plan,
    cycle,
    memory,
    units,
    coupon,
    trial = false,
  }: Extract<Step, { do: 'order' }>): Promise<boolean> {
    const { brandId, clientId, currency, goods } = this.#place
    const item = { product_id: goods.products[plan]!, cycle, quantity: units, options: { memory }, trial }
    await placeOrder(
      this.#house.orders,
      {
        ...{ brand_id: brandId, client_id: clientId, currency, items: [item] },
        ...{ once_key: `order number ${++this.#count}`, terms: { version: '1', accepted: true } },
        ...(coupon ? { coupon_code: coupon } : {}),
      },
      this.#client,
    )
    return true
  }

  #change({ which, plan, cycle, memory }: Extract<Step, { do: 'change' }>): Promise<boolean> {
    const { goods } = this.#place
    const { means } = this.#house
    return this.#onService(sql`billing_status <> 'ended'`, which, (service_id) =>
      services.requestChange(
        means,
        {
          ...{ service_id, product_id: goods.products[plan]!, ...(cycle === null ? {} : { cycle }) },
          options: memory === null ? [] : [{ option_id: goods.memories[plan]!, quantity: memory }],
        },
        this.#client,
      ),
    )
  }

  async #onInvoice(
    [status, origin]: readonly [status: string, origin?: string],
    which: number,
    act: (row: { id: string; client_id: string; open_minor: bigint }) => Promise<unknown>,
  ): Promise<boolean> {
    const rows = await this.#house.means.db.all<{ id: string; client_id: string; open_minor: bigint }>(sql`
      select id, client_id, total_minor - coalesce((select sum(a.amount_minor) from allocations a where a.invoice_id = i.id), 0) as open_minor
      from invoices i where kind = 'invoice' and status = ${status} ${origin ? sql`and origin = ${origin}` : sql``} order by id`)
    const row = rows[which % rows.length]
    return row !== undefined && (await act(row)) !== false
  }

  async #onService(
    condition: ReturnType<typeof sql>,
    which: number,
    act: (id: string) => Promise<unknown>,
  ): Promise<boolean> {
    const rows = await this.#house.means.db.all<{ id: string }>(
      sql`select id from services where ${condition} order by id`,
    )
    const row = rows[which % rows.length]
    if (row) await act(row.id)
    return row !== undefined
  }
}
