import { sumOf } from './arithmetic.ts'
import type { ModelBooks, ModelDocument, ModelLine } from './books.ts'
import type { Day } from './calendar.ts'
import type { Coupons } from './coupons.ts'
import { taxedAs, type ModelShop } from './history.ts'
import { readMeter } from './hours.ts'
import { chargeItem, itemNumber, nextDay, type ModelItem } from './items.ts'
import { through, type ModelService } from './service.ts'

const PERIODS_A_DAY = 3

/** What is charged on a day, in piles that become a document each. */
interface Pile {
  due: Day
  origin: ModelDocument['origin']
  lines: ModelLine[]
}

interface Charged {
  shop: ModelShop
  books: ModelBooks
  coupons: Coupons
  services: readonly ModelService[]
  items: readonly ModelItem[]
}

/** The work of a morning: periods that begin within the lead, hours that were used, and what is outside the plans. */
export function renew(of: Charged): void {
  const { shop, books, services, items } = of
  const piles = new Map<string, Pile>()
  const put = (
    due: Day,
    number: number,
    { apart = false, lines }: { apart?: boolean; lines: ModelLine[] },
  ) => {
    const key = apart || shop.separate ? `${due} ${number}` : String(due)
    const pile = piles.get(key)
    if (pile) pile.lines.push(...lines)
    else if (lines.length > 0) piles.set(key, { due, origin: apart ? 'billable' : 'renewal', lines })
  }
  services.forEach((service, n) => {
    for (const { due, lines } of periodsOf(of, service, n)) put(due, n, { lines })
  })
  services.forEach((service, n) => put(books.today, n, { lines: hoursOf(of, service, n) }))
  items.forEach((item, n) => {
    for (const { due, lines } of timesOf(of, item, itemNumber(n)))
      put(due, itemNumber(n), { apart: item.of.apart, lines })
  })
  joinNext(of, [...piles.values()])
  for (const { origin, due, lines } of piles.values()) books.issue(origin, due, lines)
}

interface Due {
  due: Day
  lines: ModelLine[]
}

function periodsOf({ shop, books, coupons }: Charged, service: ModelService, number: number): Due[] {
  const found: Due[] = []
  if (service.meter || (service.status !== 'active' && service.status !== 'ending')) return found
  for (let periods = 0; periods < PERIODS_A_DAY; periods++) {
    const from = through(service)
    if (from > books.today + shop.leadDays) break
    if (service.cancelOn !== null && service.cancelOn <= from) break
    if (service.left === 0) break
    service.index += 1
    if (service.left !== null) service.left -= 1
    const lines = periodLines(shop, service, { number, from })
    const off = takeCoupon(coupons, service, lines)
    if (off) service.lowered.set(through(service), off)
    found.push({ due: from, lines })
  }
  return found
}

/** The period before the one that is charged next. */
export function periodLines(
  shop: ModelShop,
  service: ModelService,
  { number, from }: { number: number; from: Day },
): ModelLine[] {
  const taxed = taxedAs(shop, service.plan)
  const line = { service: number, tax: 0n, ...taxed, from, to: through(service) }
  const own: ModelLine = { ...line, kind: 'recurring', amount: service.price }
  return service.extra === 0n ? [own] : [own, { ...line, kind: 'option', amount: service.extra }]
}

/** The discount of a period as a line; answers how it was lowered, if it was. */
function takeCoupon(coupons: Coupons, service: ModelService, lines: ModelLine[]) {
  const { coupon } = service
  if (!coupon || service.couponLeft === 0) return null
  const off = coupons.off(coupon, sumOf(lines.map(({ amount }) => amount)))
  if (service.couponLeft !== null) service.couponLeft -= 1
  if (off === 0n) return null
  lines.push({ ...lines[0]!, kind: 'discount', amount: -off })
  return (sum: bigint) => coupons.off(coupon, sum)
}

function hoursOf({ shop, books, coupons }: Charged, service: ModelService, number: number): ModelLine[] {
  if (!service.meter) return []
  const taxed = taxedAs(shop, service.plan)
  return readMeter(service.meter, books.today, shop.hourCap).flatMap(({ hours, from, to }) => {
    const line = { service: number, tax: 0n, ...taxed, from, to }
    const lines: ModelLine[] = [{ ...line, kind: 'recurring', amount: service.price * BigInt(hours) }]
    if (service.extra !== 0n) lines.push({ ...line, kind: 'option', amount: service.extra * BigInt(hours) })
    takeCoupon(coupons, service, lines)
    return lines
  })
}

function timesOf({ shop, books }: Charged, item: ModelItem, number: number): Due[] {
  const found: Due[] = []
  for (let times = 0; times < PERIODS_A_DAY && item.of.timing === 'day'; times++) {
    const due = nextDay(item)
    if (due === null || due > books.today + shop.leadDays) break
    found.push({ due, lines: chargeItem(item, number, shop) })
  }
  return found
}

/** What waits for the next invoice goes on the one that is due first, if there is one. */
function joinNext({ shop, items }: Charged, piles: readonly Pile[]): void {
  const hosts = piles.filter(({ origin }) => origin === 'renewal')
  const host = hosts.find(({ due }) => hosts.every((other) => due <= other.due))
  if (!host) return
  items.forEach((item, n) => {
    if (item.of.timing === 'next' && item.done === 0)
      host.lines.push(...chargeItem(item, itemNumber(n), shop))
  })
}
