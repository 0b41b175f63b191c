import type { ModelBooks } from './books.ts'
import type { Day } from './calendar.ts'
import { through, type ModelService } from './service.ts'

/** The first day that is not paid: a renewal that is not paid is no part of the term. */
export function endOfTerm(books: ModelBooks, service: ModelService, number: number): Day {
  const unpaid = books
    .periodsOf(number, 'issued')
    .filter((line) => line.kind === 'recurring' && line.from > books.today && !line.returned)
  return Math.min(through(service), ...unpaid.map(({ from }) => from))
}

/** Nothing is owed for periods that begin after the end: their unpaid renewals are taken back. */
export function takeRenewals(
  books: ModelBooks,
  service: ModelService,
  of: { number: number; end: Day },
): void {
  const { number, end } = of
  const taken: ModelService['taken'] = []
  for (const document of [...books.documents]) {
    const isRenewal = document.origin === 'renewal' || document.origin === 'split'
    if (document.kind !== 'invoice' || document.status !== 'issued' || !isRenewal) continue
    const unused = [...document.lines.entries()].filter(
      ([, line]) => line.service === number && line.from >= end && !line.returned,
    )
    if (unused.length === 0) continue
    for (const [, { kind, from, to }] of unused) if (kind === 'recurring') taken.push({ from, to: to! })
    if (unused.length === document.lines.length && document.paidByMoney === 0n) books.makeVoid(document)
    else if (document.proforma)
      books.split(
        document,
        document.lines.filter((_, i) => !unused.some(([gone]) => gone === i)),
      )
    else
      books.creditLines(
        document,
        unused.map(([i]) => i),
      )
  }
  service.taken.push(...taken)
  books.takeMoved(number, taken)
}

/** The periods that were taken back are to be charged again, with the discounts that they had. */
export function restore(service: ModelService): void {
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
