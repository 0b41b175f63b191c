import { halfUp, least, sumOf, taxOf } from './arithmetic.ts'
import type { Day } from './calendar.ts'
import type { ModelShop } from './history.ts'
import { follow, type Instalments } from './instalments.ts'

export interface ModelLine {
  /** Below zero for what is outside the plans. */
  service: number
  kind: 'recurring' | 'option' | 'setup' | 'discount' | 'change' | 'once' | 'manual' | 'late_fee'
  amount: bigint
  /** What the shop asks, where that is more than what the client pays because it owes no tax. */
  stated?: bigint
  tax: bigint
  ppm: bigint
  /** The plan whose tax class it bears. */
  taxClass: number
  from: Day
  to: Day | null
  /** A change of the cycle has given it back as credit: its document is owed as before, and nothing more comes back. */
  returned?: boolean
  /** Its place in the order of charges, which it keeps on another document. */
  charged?: number
  /** A line the other way round, because its period was dropped: what that line came to; and the line that it turns round. */
  mirrors?: bigint
  mirrored?: boolean
  /** Of a change that was made and stayed in the cycle: it goes with the period, once. */
  goesWithPeriod?: boolean
}

export interface ModelDocument {
  kind: 'invoice' | 'credit_note'
  origin: 'order' | 'renewal' | 'change' | 'billable' | 'split' | 'late_fee'
  /** Not owed and not paid before all of its money is there. */
  proforma: boolean
  issued: Day
  due: Day
  lines: ModelLine[]
  net: bigint
  tax: bigint
  total: bigint
  status: 'issued' | 'paid' | 'void'
  paidByMoney: bigint
  paidByCredit: bigint
  /** A credit note over lines of another document. */
  corrects?: boolean
  /** Lines that a credit note has taken back. */
  credited: Set<number>
  instalments: Instalments | null
  /** From when it is owed, where that is not its due day. */
  owed: Day | null
}

const PERIODS: readonly string[] = ['recurring', 'option', 'discount', 'change']

/** Hears that a document is paid, or a part of it as it was agreed. */
export type Hearer = (document: ModelDocument) => void

/** The documents of one client, what is paid on them, and the credit that the client holds. */
export class ModelBooks {
  readonly documents: ModelDocument[] = []
  credit = 0n
  today: Day
  /** The day on the wall: while the days of a sleep are made up for, it is the last of them. */
  now: Day
  readonly #inclusive: boolean
  readonly #abroad: ModelShop['abroad']
  readonly #proforma: boolean
  readonly #cashStep: bigint
  readonly #heard: Hearer
  #charged = 0

  constructor({ inclusive, abroad, cashStep, proforma }: ModelShop, startsOn: Day, heard: Hearer) {
    this.#inclusive = inclusive
    this.#abroad = abroad
    this.#proforma = proforma
    this.#cashStep = BigInt(cashStep)
    this.today = this.now = startsOn
    this.#heard = heard
  }

  open = (document: ModelDocument): bigint => document.total - document.paidByMoney - document.paidByCredit

  /** Lines of a service for its periods, on invoices of this status or any. */
  periodsOf = (service: number, wanted?: ModelDocument['status']): ModelLine[] =>
    this.documents
      .filter(({ kind, status }) => kind === 'invoice' && status === (wanted ?? status))
      .flatMap(({ lines }) => lines)
      .filter((line) => line.service === service && line.kind !== 'change')

  /** A document of today. What the client holds pays for it at once. */
  issue(origin: ModelDocument['origin'], due: Day, lines: readonly ModelLine[]): void {
    this.useCredit(this.write(origin, due, lines))
  }

  /** What changes charged or gave back for a period goes with it. */
  takeMoved(service: number, periods: readonly { from: Day; to: Day }[]): void {
    for (const [document, numbers] of this.#movedIn(service, periods)) {
      const open = numbers.filter((i) => !document.credited.has(i))
      for (const i of numbers) document.lines[i]!.goesWithPeriod = false
      const { total, tax } = this.#cameTo(document, open)
      if (document.kind === 'invoice' && total > 0n) this.creditLines(document, open)
      else if (total !== 0n || tax !== 0n) this.#mirror(document, open)
    }
  }

  /** Lines of changes that go with one of these periods of a service, by their documents. */
  #movedIn(service: number, periods: readonly { from: Day; to: Day }[]): Map<ModelDocument, number[]> {
    const goes = (line: ModelLine) =>
      line.service === service &&
      line.goesWithPeriod &&
      periods.some(({ from, to }) => line.from === from && line.to === to)
    const found = this.documents.map(
      (document) => [document, document.lines.flatMap((line, i) => (goes(line) ? [i] : []))] as const,
    )
    return new Map(found.filter(([{ status }, lines]) => status !== 'void' && lines.length > 0))
  }

  /** The same lines the other way round. */
  #mirror(document: ModelDocument, wanted: readonly number[]): void {
    const lines = wanted.map((n) => {
      const line = document.lines[n]!
      line.mirrored = true
      const { stated = line.amount } = line
      return { ...line, amount: -stated, stated: -stated, mirrors: line.amount, mirrored: false }
    })
    if (this.sumsOf(lines).total < 0n) this.giveBack('change', lines)
    else {
      const document = this.write('change', this.today, lines)
      document.proforma = false
      this.useCredit(document)
    }
  }

  write(origin: ModelDocument['origin'], due: Day, lines: readonly ModelLine[]): ModelDocument {
    const document = this.#add('invoice', { origin, due, lines: this.#taxed(lines) })
    document.proforma = this.#proforma && document.total > 0n
    return document
  }

  /** A proforma gives way to one of some of its lines. */
  split(document: ModelDocument, kept: readonly ModelLine[]): void {
    this.makeVoid(document)
    this.issue('split', document.due, kept)
  }

  /** An invoice from today on, when all of its money is there. */
  #finalise(document: ModelDocument, money: bigint): boolean {
    if (document.proforma && money + this.credit < this.open(document)) return false
    if (document.proforma) document.issued = this.now
    document.proforma = false
    return true
  }

  /** What a document of these lines would ask for, and the tax in it. */
  sumsOf(lines: readonly ModelLine[]): { total: bigint; tax: bigint } {
    const taxed = this.#taxed(lines)
    const tax = sumOf(taxed.map((line) => line.tax))
    const exact = sumOf(taxed.map(({ amount }) => amount)) + (this.#inclusive ? 0n : tax)
    return { tax, total: exact > 0n ? this.#inCash(exact) : exact }
  }

  /** Lines that sum to less than nothing: their value is credit. */
  giveBack(origin: ModelDocument['origin'], lines: readonly ModelLine[]): ModelDocument {
    const note = this.#add('credit_note', { origin, due: this.today, lines: this.#taxed(lines) })
    this.credit -= note.total
    return note
  }

  /** What lines of a document came to, tax included, and the tax in it. */
  #cameTo(document: ModelDocument, wanted: readonly number[]): { total: bigint; tax: bigint } {
    const lines = wanted.map((n) => document.lines[n]!)
    const tax = sumOf(lines.map((line) => line.tax))
    return { tax, total: sumOf(lines.map(({ amount }) => amount)) + (this.#inclusive ? 0n : tax) }
  }

  /** Takes whole lines of a document back, each with the tax that it bore; pays what is open and leaves the rest as credit. */
  creditLines(document: ModelDocument, wanted: Iterable<number>): boolean {
    const numbers = [...wanted].filter((n) => !document.credited.has(n) && document.lines[n]!.amount !== 0n)
    const lines = numbers.map((n) => {
      const line = document.lines[n]!
      return { ...line, amount: -line.amount, tax: -line.tax, goesWithPeriod: false }
    })
    if (this.#worth(lines) >= 0n) return false
    const before = this.#left(document)
    for (const n of numbers) document.credited.add(n)
    const note = this.#add('credit_note', { origin: document.origin, due: this.today, lines })
    note.corrects = true
    note.total = this.#inCash(this.#left(document)) - this.#inCash(before)
    this.credit -= note.total
    this.useCredit(document)
    return true
  }

  #worth = (lines: readonly ModelLine[]): bigint =>
    sumOf(lines.map(({ amount, tax }) => (this.#inclusive ? amount : amount + tax)))

  /** What is not credited of a document, before it is brought to a sum that can be paid. */
  #left = (document: ModelDocument): bigint =>
    this.#worth(document.lines.filter((_, n) => !document.credited.has(n)))

  /** To the nearest multiple of the step, a half away from zero. */
  #inCash = (sum: bigint): bigint =>
    this.#cashStep === 0n ? sum : this.#cashStep * halfUp(sum, this.#cashStep)

  /** Never valid: credit that was used on it comes back. */
  makeVoid(document: ModelDocument): void {
    document.status = 'void'
    this.credit += document.paidByCredit
    document.paidByCredit = 0n
  }

  useCredit(document: ModelDocument): void {
    if (document.status !== 'issued' || !this.#finalise(document, 0n)) return
    const used = least(this.credit, this.open(document))
    if (used > 0n) {
      this.credit -= used
      document.paidByCredit += used
    }
    this.#settle(document)
  }

  /** Money: as much as is open pays the document, what is over is credit. */
  pay(document: ModelDocument, amount: bigint): void {
    const wasProforma = document.proforma
    const takes = document.status === 'issued' && this.#finalise(document, amount)
    const applied = takes ? least(amount, this.open(document)) : 0n
    document.paidByMoney += applied
    this.credit += amount - applied
    // The credit that helped to cover it is used for it.
    if (takes && wasProforma) this.useCredit(document)
    else this.#settle(document)
  }

  #settle(document: ModelDocument): void {
    if (document.status !== 'issued') return
    const open = this.open(document)
    const isPartPaid = follow(document, open)
    if (open === 0n) document.status = 'paid'
    if (open === 0n || isPartPaid) this.#heard(document)
  }

  #taxed(lines: readonly ModelLine[]): ModelLine[] {
    const stated = lines.map((line) => ({ ...line, amount: line.stated ?? line.amount }))
    const isReduced = this.#inclusive && this.#abroad === 'net'
    const paid = stated.map((line) => (isReduced ? this.#asPaid(line) : null))
    const taxes = taxOf(
      stated.map((line, i) => (paid[i] === null ? line : { ...line, amount: 0n })),
      this.#inclusive,
    )
    return stated.map((line, i) => ({
      ...{ ...line, stated: line.amount, charged: line.charged ?? this.#charged++ },
      amount: paid[i] ?? (isReduced ? line.amount - taxes[i]! : line.amount),
      tax: this.#abroad ? 0n : taxes[i]!,
    }))
  }

  /** What gives back of a reduced price is reduced as that was: with all that was paid for its period at once. */
  #asPaid(line: ModelLine): bigint | null {
    if (line.mirrors !== undefined) return -line.mirrors
    if (line.kind !== 'change' || line.amount >= 0n) return null
    const isPeriod = ({ kind }: ModelLine) => PERIODS.includes(kind)
    const isDone = ({ kind, status }: ModelDocument) => kind === 'credit_note' || status === 'paid'
    const [last] = this.documents
      .filter(({ status, corrects }) => status !== 'void' && !corrects)
      .toSorted((a, b) => a.issued - b.issued)
      .flatMap((document) =>
        document.lines
          .filter(({ kind }, n) => kind !== 'change' || (isDone(document) && !document.credited.has(n)))
          .map((own) => ({ own, lines: document.lines })),
      )
      .filter(({ own }) => own.service === line.service && own.taxClass === line.taxClass)
      .filter(({ own }) => own.amount > 0n && own.mirrors === undefined)
      .filter(({ own }) => isPeriod(own) && own.from <= line.from && own.to !== null && own.to > line.from)
      .reverse()
    if (!last) return null
    const { own, lines } = last
    const among = lines.filter(
      (one) => one.service === own.service && one.from === own.from && one.kind !== 'change' && isPeriod(one),
    )
    const together = own.kind === 'change' ? [own] : among
    const asked = sumOf(together.map(({ stated, amount }) => stated ?? amount))
    return asked === 0n ? null : halfUp(line.amount * sumOf(together.map(({ amount }) => amount)), asked)
  }

  #add(
    kind: ModelDocument['kind'],
    { origin, due, lines }: Pick<ModelDocument, 'origin' | 'due' | 'lines'>,
  ): ModelDocument {
    const tax = sumOf(lines.map((line) => line.tax))
    const amounts = sumOf(lines.map((line) => line.amount))
    const net = this.#inclusive ? amounts - tax : amounts
    const total = kind === 'invoice' && net + tax > 0n ? this.#inCash(net + tax) : net + tax
    const document: ModelDocument = {
      ...{ kind, origin, issued: this.today, due, lines, net, tax, total },
      ...{ status: 'issued', paidByMoney: 0n, paidByCredit: 0n, credited: new Set() },
      ...{ proforma: false, instalments: null, owed: null },
    }
    this.documents.push(document)
    return document
  }
}
