import { ModelBooks, type ModelDocument, type ModelLine } from './books.ts'
import { dayOf, type Day } from './calendar.ts'
import { Coupons } from './coupons.ts'
import { endOfTerm, restore, takeRenewals } from './endings.ts'
import { taxedAs, type History, type ItemStep, type ModelShop, type Step } from './history.ts'
import { isCredited, isGivenBack } from './given-back.ts'
import { HOUR_MS } from './hours.ts'
import { agree, breakLate } from './instalments.ts'
import { chargeItem, itemNumber, type ModelItem } from './items.ts'
import { chargeFees } from './late-fees.ts'
import { planChange } from './plan-change.ts'
import { Prices } from './prices.ts'
import { periodLines, renew } from './renewals.ts'
import { isOver, isStale, newService, through, type ModelService } from './service.ts'

type Of<D extends Step['do']> = Extract<Step, { do: D }>

/** When people act, and when the work of the morning is done, in hours of UTC. */
const NOON = 12
const MORNING = 6.5

/**
 * Billing as one would do it by hand: one client, one day after the other, every list walked from its beginning. Written
 * from the meanings of the words and the worked tables; slow, and obviously right. It shares nothing with core.
 */
export class Model {
  readonly books: ModelBooks
  readonly services: ModelService[] = []
  readonly #items: ModelItem[] = []
  readonly #shop: ModelShop
  readonly #coupons: Coupons
  readonly #tried = new Set<number>()
  readonly #feesCharged = new Map<ModelDocument, Set<string>>()
  readonly #prices: Prices

  constructor({ startsOn, shop }: History) {
    this.#shop = shop
    this.#coupons = new Coupons(shop)
    this.books = new ModelBooks(shop, dayOf(startsOn), (document) => this.#hearPaid(document))
    this.#prices = new Prices(shop)
  }

  get today(): Day {
    return this.books.today
  }

  /** Answers whether the step was possible. */
  take(step: Step): boolean {
    switch (step.do) {
      case 'order':
        return this.#order(step)
      case 'pay':
        return this.#pay(step)
      case 'change':
        return this.#change(step)
      case 'drop_change':
        return this.#dropChange(step)
      case 'cancel':
        return this.#cancel(step)
      case 'keep':
        return this.#keep(step)
      case 'price':
        this.#prices.set(step)
        return true
      case 'credit':
      case 'void':
      case 'use_credit':
        return this.#correct(step)
      case 'hold':
      case 'release':
        return this.#hold(step)
      case 'group':
        this.#prices.group(step.joins)
        return true
      case 'item':
        return this.#item(step)
      case 'instalments':
        return this.#agree(step)
      case 'wait':
        for (let n = 0; n < step.days; n++) {
          this.#nextDay(this.today + 1)
          this.#dropStale()
        }
        return true
      case 'sleep':
        for (let n = step.days - 1, wakes = this.today + step.days; n >= 0; n--) this.#nextDay(wakes)
        this.#dropStale()
        return true
    }
  }

  #nextDay(now: Day): void {
    this.books.today += 1
    this.books.now = now
    for (const service of this.services)
      if (
        (service.status === 'ending' && service.cancelOn! <= this.today) ||
        (service.status === 'active' && service.left === 0 && through(service) <= this.today)
      )
        this.#end(service, MORNING)
    this.#renew()
    const { grace } = this.#shop
    for (const document of this.books.documents) breakLate(document, { grace, today: this.today, now })
    chargeFees(this.books, this.#shop, this.#feesCharged)
    this.#sanction()
  }

  #end(service: ModelService, hour: number): void {
    service.status = 'ended'
    if (service.meter) service.meter.end = (this.books.now * 24 + hour) * HOUR_MS
  }

  #order(order: Of<'order'>): boolean {
    if (order.trial) return this.#try(order)
    const { plan, cycle, memory, units, coupon } = order
    const { price, memory: extra, setup } = this.#prices.of(order)
    const { periods } = this.#shop.plans[plan]!
    const left = periods ? periods - 1 : null
    const made = Array.from({ length: units }, (_, n) => {
      const service = newService({ plan, cycle, price, extra, memory, anchor: this.today, left })
      const lines = this.#firstLines(service, this.services.length + n)
      if (setup > 0n) lines.push({ ...lines[0]!, kind: 'setup', amount: setup, to: null })
      return { service, lines }
    })
    if (coupon && !this.#coupons.lowerFirst(coupon, made)) return false
    this.services.push(...made.map(({ service }) => service))
    const lines = made.flatMap((one) => one.lines)
    this.books.issue('order', this.today, lines)
    return true
  }

  #firstLines(service: ModelService, number: number): ModelLine[] {
    if (!service.meter) return periodLines(this.#shop, service, { number, from: this.today })
    const taxed = taxedAs(this.#shop, service.plan)
    return [{ service: number, kind: 'once', amount: 0n, tax: 0n, ...taxed, from: this.today, to: null }]
  }

  /** A first time at a price of its own, once for a plan: the first period follows it, or nothing does. */
  #try(order: Of<'order'>): boolean {
    const { plan, cycle, memory, units, coupon } = order
    const { trial, periods = null } = this.#shop.plans[plan]!
    if (!trial || units > 1 || coupon || this.#tried.has(plan)) return false
    this.#tried.add(plan)
    const { price, memory: extra } = this.#prices.of(order)
    const anchor = this.today + trial.days
    const left = trial.then === 'end' ? 0 : periods
    const service = newService({ plan, cycle, price, extra, memory, anchor, left })
    service.index = 0
    const of = { service: this.services.push(service) - 1, kind: 'recurring' as const, tax: 0n }
    const line = {
      ...of,
      amount: BigInt(trial.minor),
      ...taxedAs(this.#shop, plan),
      from: this.today,
      to: anchor,
    }
    this.books.issue('order', this.today, [line])
    return true
  }

  #renew(): void {
    renew({
      ...{ shop: this.#shop, books: this.books, coupons: this.#coupons },
      ...{ services: this.services, items: this.#items },
    })
  }

  /** What is owed and late. A change that waits is not owed. */
  #late = (): ModelDocument[] =>
    this.books.documents.filter(
      ({ kind, status, origin, due, owed }) =>
        kind === 'invoice' && status === 'issued' && origin !== 'change' && (owed ?? due) < this.today,
    )

  #sanction(): void {
    const oldest = new Map<ModelService, Day>()
    for (const { lines, due, owed } of this.#late())
      for (const { service: n } of lines) {
        const [service, day] = [this.services[n], owed ?? due]
        if (service) oldest.set(service, Math.min(oldest.get(service) ?? day, day))
      }
    for (const [service, due] of oldest) {
      if (service.status === 'ended') continue
      if (due <= this.today - this.#shop.terminateAfter) this.#end(service, MORNING)
      else if (due <= this.today - this.#shop.suspendAfter && service.status !== 'pending')
        service.overdue = true
    }
  }

  #pay({ which, tenths }: Of<'pay'>): boolean {
    const document = this.#nth(this.#invoices('issued'), which)
    const amount = document && (this.books.open(document) * BigInt(tenths)) / 10n
    if (!document || !amount) return false
    this.books.pay(document, amount)
    return true
  }

  #hearPaid(document: ModelDocument): void {
    for (const n of new Set(document.lines.map(({ service }) => service))) {
      const service = this.services[n]
      if (!service) continue
      if (service.status === 'pending') this.#start(service)
      const owes = this.#late().some(({ lines }) => lines.some((line) => line.service === n))
      if (!owes && service.status !== 'ended') service.overdue = false
    }
    for (const service of this.services.filter(({ waiting }) => waiting?.document === document)) {
      const waiting = service.waiting!
      if (isStale(service, waiting)) this.#takeBack(service)
      else {
        service.waiting = null
        waiting.apply()
      }
    }
  }

  #start(service: ModelService): void {
    service.status = 'active'
    if (service.meter) service.meter.at = (this.today * 24 + NOON) * HOUR_MS
  }

  #change({ which, plan, cycle: wanted, memory: wish }: Of<'change'>): boolean {
    const service = this.#nth(
      this.services.filter(({ status }) => status !== 'ended'),
      which,
    )
    if (service?.status !== 'active' || service.meter || isOver(service, this.today)) return false
    const cycle = wanted ?? service.cycle
    const memory = wish ?? service.memory
    const { price, memory: extra } = this.#prices.of({ plan, cycle, memory })
    const end = through(service)
    const wanting = {
      ...{ number: this.services.indexOf(service), cycle, after: price + extra },
      ...{ old: taxedAs(this.#shop, service.plan), wanted: taxedAs(this.#shop, plan) },
    }
    const credited = (rest: { from: Day; to: Day }) => isCredited(this.books.documents, wanting.number, rest)
    const of = { service, today: this.today, coupons: this.#coupons, isCredited: credited }
    const { lines, given, off, firstEnd, days } = planChange(of, wanting)
    const from = this.today
    let made: ModelDocument | null = null
    const apply = () => {
      if (cycle !== service.cycle)
        for (const own of this.books.periodsOf(this.services.indexOf(service)))
          own.returned ||= own.from >= from
      for (const { lines } of cycle === service.cycle ? [] : this.books.documents)
        for (const own of lines)
          if (own.service === wanting.number && own.from >= from) own.goesWithPeriod = false
      for (const own of made?.lines ?? []) own.goesWithPeriod = cycle === service.cycle
      // The period that a new cycle begins with is one of those that the coupon lowers.
      if (cycle !== service.cycle) service.lowered = new Map(off ? [[firstEnd, off]] : [])
      if (service.couponLeft !== null) service.couponLeft += given
      if (cycle !== service.cycle && off && service.couponLeft) service.couponLeft -= 1
      Object.assign(service, { plan, cycle, price, extra, memory, ...days })
    }
    const { total, tax } = this.books.sumsOf(lines)
    if (service.waiting) this.#takeBack(service)
    // Where nothing moves but tax, a document says so.
    if (total > 0n || (total === 0n && tax !== 0n)) {
      const document = (made = this.books.write('change', this.today, lines))
      service.waiting = { document, apply, through: end }
      this.books.useCredit(document)
    } else {
      // What is kept stands on no document.
      if (total < 0n && this.#shop.unused === 'credit') made = this.books.giveBack('change', lines)
      apply()
    }
    return true
  }

  #dropStale(): void {
    for (const service of this.services)
      if (service.waiting && isStale(service, service.waiting)) this.#takeBack(service)
  }

  #takeBack(service: ModelService): void {
    const { document } = service.waiting!
    service.waiting = null
    if (document.status === 'issued' && document.paidByMoney === 0n) this.books.makeVoid(document)
    else if (document.status !== 'void') this.books.creditLines(document, document.lines.keys())
  }

  #dropChange({ which }: Of<'drop_change'>): boolean {
    const service = this.#nth(
      this.services.filter(({ waiting }) => waiting),
      which,
    )
    if (!service) return false
    this.#takeBack(service)
    return true
  }

  // Endings.

  #cancel({ which, at }: Of<'cancel'>): boolean {
    const service = this.#nth(
      this.services.filter(({ status }) => status !== 'ended'),
      which,
    )
    if (!service) return false
    if (service.status === 'ending') restore(service)
    const number = this.services.indexOf(service)
    const end = at === 'now' || service.meter ? this.today : endOfTerm(this.books, service, number)
    if (service.status === 'pending' || end <= this.today) this.#end(service, NOON)
    else {
      service.status = 'ending'
      service.cancelOn = end
    }
    takeRenewals(this.books, service, { number, end: service.status === 'ended' ? this.today : end })
    return true
  }

  #keep({ which }: Of<'keep'>): boolean {
    const service = this.#nth(
      this.services.filter(({ status }) => status === 'ending'),
      which,
    )
    if (!service) return false
    restore(service)
    service.status = 'active'
    service.cancelOn = null
    return true
  }

  // Staff.

  #item(of: ItemStep): boolean {
    if (of.times !== null && of.cycle === null) return false
    const item: ModelItem = { of, anchor: this.today + (of.timing === 'day' ? of.inDays : 0), done: 0 }
    const number = itemNumber(this.#items.length)
    const lines = chargeItem({ ...item }, number, this.#shop)
    if (lines.reduce((sum, { amount }) => sum + amount, 0n) < 0n) return false
    this.#items.push(item)
    if (of.timing === 'now') this.books.issue('billable', this.today, chargeItem(item, number, this.#shop))
    return true
  }

  #agree({ which, parts, every, inDays }: Of<'instalments'>): boolean {
    const document = this.#nth(this.#invoices('issued'), which)
    const open = document ? this.books.open(document) : 0n
    if (!document || open < parts || document.proforma || document.instalments?.active) return false
    agree(document, open, { parts, every, first: this.today + inDays })
    return true
  }

  #correct({ do: act, which }: Of<'credit' | 'void' | 'use_credit'>): boolean {
    const renewals = this.#invoices('issued').filter(({ origin }) => origin === 'renewal')
    if (act === 'credit') {
      const paid = this.#nth(this.#invoices('paid'), which)
      if (!paid || isGivenBack(this.books.documents, paid)) return false
      return this.books.creditLines(paid, paid.lines.keys())
    }
    const document = this.#nth(act === 'void' ? renewals : this.#invoices('issued'), which)
    if (!document || (act === 'void' && document.paidByMoney > 0n)) return false
    if (act === 'void' && document.lines.some(({ returned }) => returned)) return false
    this.books[act === 'void' ? 'makeVoid' : 'useCredit'](document)
    return true
  }

  #hold({ do: act, which }: Of<'hold' | 'release'>): boolean {
    const service = this.#nth(
      this.services.filter(({ status }) => status === 'active'),
      which,
    )
    if (!service || (act === 'release' && !service.staff)) return false
    service.staff = act === 'hold'
    return true
  }

  #invoices = (status: ModelDocument['status']): ModelDocument[] =>
    this.books.documents.filter((document) => document.kind === 'invoice' && document.status === status)

  #nth = <T>(from: readonly T[], which: number): T | undefined => from[which % from.length]
}
