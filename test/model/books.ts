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
  giveBack(origin: ModelDocument['origin'], lines: readonly ModelLine[]): void {
    this.credit -= this.#add('credit_note', { origin, due: this.today, lines: this.#taxed(lines) }).total
  }

  /** Takes whole lines of a document back, each with the tax that it bore; pays what is open and leaves the rest as credit. */
  creditLines(document: ModelDocument, wanted: Iterable<number>): boolean {
    const numbers = [...wanted].filter((n) => !document.credited.has(n) && document.lines[n]!.amount !== 0n)
    const lines = numbers.map((n) => {
      const line = document.lines[n]!
      return { ...line, amount: -line.amount, tax: -line.tax }
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
