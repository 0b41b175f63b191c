import { halfUp, least, sumOf, taxOf } from './arithmetic.ts'
import type { Day } from './calendar.ts'
import type { ModelShop } from './history.ts'

export interface ModelLine {
  service: number
  kind: 'recurring' | 'option' | 'setup' | 'discount' | 'change'
  amount: bigint
  tax: bigint
  ppm: bigint
  from: Day
  to: Day | null
  /** A change of the cycle has given it back as credit: its document is owed as before, and nothing more comes back. */
  returned?: boolean
  /** Of a change that was made and stayed in the cycle: it goes with the period, once. */
  goesWithPeriod?: boolean
}

export interface ModelDocument {
  kind: 'invoice' | 'credit_note'
  origin: 'order' | 'renewal' | 'change'
  issued: Day
  due: Day
  lines: ModelLine[]
  net: bigint
  tax: bigint
  total: bigint
  status: 'issued' | 'paid' | 'void'
  paidByMoney: bigint
  paidByCredit: bigint
  /** Lines that a credit note has taken back. */
  credited: Set<number>
}

/** The documents of one client, what is paid on them, and the credit that the client holds. */
export class ModelBooks {
  readonly documents: ModelDocument[] = []
  credit = 0n
  today: Day
  readonly #inclusive: boolean
  readonly #cashStep: bigint
  readonly #heardPaid: (document: ModelDocument) => void

  constructor(
    { inclusive, cashStep }: ModelShop,
    startsOn: Day,
    heardPaid: (document: ModelDocument) => void,
  ) {
    this.#inclusive = inclusive
    this.#cashStep = BigInt(cashStep)
    this.today = startsOn
    this.#heardPaid = heardPaid
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

  /** The same lines the other way round, each with the tax of today. */
  #mirror(document: ModelDocument, wanted: readonly number[]): void {
    const lines = wanted.map((n) => ({ ...document.lines[n]!, amount: -document.lines[n]!.amount }))
    if (this.sumsOf(lines).total < 0n) this.giveBack('change', lines)
    else this.issue('change', this.today, lines)
  }

  write(origin: ModelDocument['origin'], due: Day, lines: readonly ModelLine[]): ModelDocument {
    return this.#add('invoice', { origin, due, lines: this.#taxed(lines) })
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
    if (document.status !== 'issued') return
    const used = least(this.credit, this.open(document))
    if (used > 0n) {
      this.credit -= used
      document.paidByCredit += used
    }
    this.#settle(document)
  }

  /** Money: as much as is open pays the document, what is over is credit. */
  pay(document: ModelDocument, amount: bigint): void {
    const applied = document.status === 'issued' ? least(amount, this.open(document)) : 0n
    document.paidByMoney += applied
    this.credit += amount - applied
    this.#settle(document)
  }

  #settle(document: ModelDocument): void {
    if (document.status !== 'issued' || this.open(document) !== 0n) return
    document.status = 'paid'
    this.#heardPaid(document)
  }

  #taxed(lines: readonly ModelLine[]): ModelLine[] {
    const taxes = taxOf(lines, this.#inclusive)
    return lines.map((line, i) => ({ ...line, tax: taxes[i]! }))
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
    }
    this.documents.push(document)
    return document
  }
}
