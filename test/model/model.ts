import { partOf, sumOf } from './arithmetic.ts'
import { ModelBooks, type ModelDocument, type ModelLine } from './books.ts'
import { boundary, dayOf, type Day } from './calendar.ts'
import { Coupons } from './coupons.ts'
import { Prices } from './prices.ts'
import type { History, ModelShop, Step } from './history.ts'
import { isStale, newService, restsOf, through, type ModelService } from './service.ts'

type Of<D extends Step['do']> = Extract<Step, { do: D }>

const PERIODS_A_DAY = 3

/**
 * Billing as one would do it by hand: one client, one day after the other, every list walked from its beginning. Written
 * from the meanings of the words and the worked tables; slow, and obviously right. It shares nothing with core.
 */
export class Model {
  readonly books: ModelBooks
  readonly services: ModelService[] = []
  readonly #shop: ModelShop
  readonly #coupons: Coupons
  readonly #tried = new Set<number>()
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
      case 'wait':
        for (let n = 0; n < step.days; n++) {
          this.#nextDay()
          this.#dropStale()
        }
        return true
      case 'sleep':
        for (let n = 0; n < step.days; n++) this.#nextDay()
        this.#dropStale()
        return true
    }
  }

  #nextDay(): void {
    this.books.today += 1
    for (const service of this.services)
      if (
        (service.status === 'ending' && service.cancelOn! <= this.today) ||
        (service.status === 'active' && service.left === 0 && through(service) <= this.today)
      )
        service.status = 'ended'
    this.#renew()
    this.#sanction()
  }

  #order(order: Of<'order'>): boolean {
    if (order.trial) return this.#try(order)
    const { plan, cycle, memory, units, coupon } = order
    const { price, memory: extra, setup } = this.#prices.of(order)
    const { periods } = this.#shop.plans[plan]!
    const left = periods ? periods - 1 : null
    const made = Array.from({ length: units }, (_, n) => {
      const service = newService({ plan, cycle, price, extra, memory, anchor: this.today, left })
      const lines = this.#periodLines(this.services.length + n, service, this.today)
      if (setup > 0n) lines.push({ ...lines[0]!, kind: 'setup', amount: setup, to: null })
      return { service, lines }
    })
    if (coupon && !this.#coupons.lowerFirst(coupon, made)) return false
    this.services.push(...made.map(({ service }) => service))
    const lines = made.flatMap((one) => one.lines)
    this.books.issue('order', this.today, lines)
    return true
  }

  /** A first time at a price of its own, once for a plan: the first period follows it, or nothing does. */
  #try(order: Of<'order'>): boolean {
    const { plan, cycle, memory, units, coupon } = order
    const { trial, ppm, periods = null } = this.#shop.plans[plan]!
    if (!trial || units > 1 || coupon || this.#tried.has(plan)) return false
    this.#tried.add(plan)
    const { price, memory: extra } = this.#prices.of(order)
    const anchor = this.today + trial.days
    const left = trial.then === 'end' ? 0 : periods
    const service = newService({ plan, cycle, price, extra, memory, anchor, left })
    service.index = 0
    const of = { service: this.services.push(service) - 1, kind: 'recurring' as const, tax: 0n }
    const line = { ...of, amount: BigInt(trial.minor), ppm: BigInt(ppm), from: this.today, to: anchor }
    this.books.issue('order', this.today, [line])
    return true
  }

  /** The period before the one that is charged next. */
  #periodLines(number: number, service: ModelService, from: Day): ModelLine[] {
    const ppm = BigInt(this.#shop.plans[service.plan]!.ppm)
    const line = { service: number, tax: 0n, ppm, from, to: through(service) }
    const own: ModelLine = { ...line, kind: 'recurring', amount: service.price }
    return service.extra === 0n ? [own] : [own, { ...line, kind: 'option', amount: service.extra }]
  }

  #renew(): void {
    const groups = new Map<string, ModelLine[]>()
    this.services.forEach((service, n) => {
      if (service.status !== 'active' && service.status !== 'ending') return
      for (let periods = 0; periods < PERIODS_A_DAY; periods++) {
        const from = through(service)
        if (from > this.today + this.#shop.leadDays) break
        if (service.cancelOn !== null && service.cancelOn <= from) break
        if (service.left === 0) break
        service.index += 1
        if (service.left !== null) service.left -= 1
        const lines = this.#periodLines(n, service, from)
        const { coupon } = service
        if (coupon && service.couponLeft !== 0) {
          const off = this.#coupons.off(coupon, sumOf(lines.map(({ amount }) => amount)))
          if (off !== 0n) {
            lines.push({ ...lines[0]!, kind: 'discount', amount: -off })
            service.lowered.set(through(service), (sum) => this.#coupons.off(coupon, sum))
          }
          if (service.couponLeft !== null) service.couponLeft -= 1
        }
        const key = this.#shop.separate ? `${from} ${n}` : String(from)
        groups.set(key, [...(groups.get(key) ?? []), ...lines])
      }
    })
    for (const lines of groups.values()) this.books.issue('renewal', lines[0]!.from, lines)
  }

  /** What is owed and late. A change that waits is not owed. */
  #late = (): ModelDocument[] =>
    this.books.documents.filter(
      ({ kind, status, origin, due }) =>
        kind === 'invoice' && status === 'issued' && origin !== 'change' && due < this.today,
    )

  #sanction(): void {
    const oldest = new Map<ModelService, Day>()
    for (const { lines, due } of this.#late())
      for (const { service: n } of lines) {
        const service = this.services[n]!
        oldest.set(service, Math.min(oldest.get(service) ?? due, due))
      }
    for (const [service, due] of oldest) {
      if (service.status === 'ended') continue
      if (due <= this.today - this.#shop.terminateAfter) service.status = 'ended'
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
      const service = this.services[n]!
      if (service.status === 'pending') service.status = 'active'
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

  #change({ which, plan, cycle: wanted, memory: wish }: Of<'change'>): boolean {
    const service = this.#nth(
      this.services.filter(({ status }) => status !== 'ended'),
      which,
    )
    if (service?.status !== 'active') return false
    const cycle = wanted ?? service.cycle
    const memory = wish ?? service.memory
    const { price, memory: extra } = this.#prices.of({ plan, cycle, memory })
    const end = through(service)
    const before = service.price + service.extra
    const after = price + extra
    // What is given back is what was charged, and another plan in the same period is lowered by the same.
    const net = (sum: bigint, { to }: { to: Day }) => sum - (service.lowered.get(to)?.(sum) ?? 0n)
    // A period of another cycle is not one of those: what lowers the next one lowers it.
    const coupon = service.couponLeft === 0 ? null : service.coupon
    const off = coupon && ((sum: bigint) => this.#coupons.off(coupon, sum))
    const line = { service: this.services.indexOf(service), kind: 'change' as const, tax: 0n }
    const rests = restsOf(service, this.today)
    const back = rests.map(({ from, to, start }) => ({
      ...{ ...line, ppm: BigInt(this.#shop.plans[service.plan]!.ppm), from, to },
      amount: -partOf(net(before, { to }), from - start, to - start, to - start),
    }))
    const ppm = BigInt(this.#shop.plans[plan]!.ppm)
    const firstEnd = boundary(this.today, cycle, 1)
    const forth =
      cycle === service.cycle
        ? rests.map(({ from, to, start }) => ({
            ...{ ...line, ppm, from, to },
            amount: partOf(net(after, { to }), from - start, to - start, to - start),
          }))
        : [{ ...line, ppm, from: this.today, to: firstEnd, amount: after - (off?.(after) ?? 0n) }]
    const lines = [...back, ...forth].filter(({ amount }) => amount !== 0n)
    const days = cycle === service.cycle ? {} : { anchor: this.today, index: 1 }
    const from = this.today
    let made: ModelDocument | null = null
    const apply = () => {
      if (cycle !== service.cycle)
        for (const own of this.books.periodsOf(this.services.indexOf(service)))
          own.returned ||= own.from >= from
      for (const { lines } of cycle === service.cycle ? [] : this.books.documents)
        for (const own of lines)
          if (own.service === line.service && own.from >= from) own.goesWithPeriod = false
      for (const own of made?.lines ?? []) own.goesWithPeriod = cycle === service.cycle
      // The period that a new cycle begins with is one of those that the coupon lowers.
      if (cycle !== service.cycle) service.lowered = new Map(off ? [[firstEnd, off]] : [])
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
    if (service.status === 'ending') this.#restore(service)
    const end = at === 'now' ? this.today : this.#endOfTerm(service)
    if (service.status === 'pending' || end <= this.today) service.status = 'ended'
    else {
      service.status = 'ending'
      service.cancelOn = end
    }
    this.#takeRenewals(service, service.status === 'ended' ? this.today : end)
    return true
  }

  /** The first day that is not paid: a renewal that is not paid is no part of the term. */
  #endOfTerm(service: ModelService): Day {
    const unpaid = this.books
      .periodsOf(this.services.indexOf(service), 'issued')
      .filter((line) => line.kind === 'recurring' && line.from > this.today && !line.returned)
    return Math.min(through(service), ...unpaid.map(({ from }) => from))
  }

  /** Nothing is owed for periods that begin after the end: their unpaid renewals are taken back. */
  #takeRenewals(service: ModelService, end: Day): void {
    const n = this.services.indexOf(service)
    const taken: ModelService['taken'] = []
    for (const document of [...this.books.documents]) {
      if (document.kind !== 'invoice' || document.status !== 'issued' || document.origin !== 'renewal')
        continue
      const unused = [...document.lines.entries()].filter(
        ([, line]) => line.service === n && line.from >= end && !line.returned,
      )
      if (unused.length === 0) continue
      for (const [, { kind, from, to }] of unused) if (kind === 'recurring') taken.push({ from, to: to! })
      if (unused.length === document.lines.length && document.paidByMoney === 0n)
        this.books.makeVoid(document)
      else
        this.books.creditLines(
          document,
          unused.map(([i]) => i),
        )
    }
    service.taken.push(...taken)
    this.books.takeMoved(n, taken)
  }

  #keep({ which }: Of<'keep'>): boolean {
    const service = this.#nth(
      this.services.filter(({ status }) => status === 'ending'),
      which,
    )
    if (!service) return false
    this.#restore(service)
    service.status = 'active'
    service.cancelOn = null
    return true
  }

  /** The periods that were taken back are to be charged again, with the discounts that they had. */
  #restore(service: ModelService): void {
    const [first] = service.taken.map(({ from }) => from).sort((a, b) => a - b)
    if (first !== undefined) {
      while (through(service) > first) {
        service.index -= 1
        if (service.left !== null) service.left += 1
      }
      const discounts = service.taken.filter(({ to }) => service.lowered.has(to)).length
      if (service.couponLeft !== null) service.couponLeft += discounts
    }
    service.taken = []
  }

  // Staff.

  #correct({ do: act, which }: Of<'credit' | 'void' | 'use_credit'>): boolean {
    const renewals = this.#invoices('issued').filter(({ origin }) => origin === 'renewal')
    if (act === 'credit') {
      const paid = this.#nth(this.#invoices('paid'), which)
      return paid !== undefined && this.books.creditLines(paid, paid.lines.keys())
    }
    const document = this.#nth(act === 'void' ? renewals : this.#invoices('issued'), which)
    if (!document || (act === 'void' && document.paidByMoney > 0n)) return false
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
