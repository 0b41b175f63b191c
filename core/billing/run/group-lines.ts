import { minDay, type IsoDate } from '../../kernel/index.ts'
import type { DueItem } from '../billable-source.ts'
import type { DraftLine } from '../draft.ts'
import type { BillTo } from '../plan-invoice.ts'

/** What goes on one document. */
export interface Group {
  item: DueItem
  /** Client, brand and currency: what may stand on one document. */
  head: string
  dueOn: IsoDate
  issuedOn: IsoDate
  lines: DraftLine[]
  /** Issued whatever its sum: a document of its own, or one with sums that have waited long enough. */
  forced: boolean
}

export type IssueDay = (period: { item: DueItem; dueOn: IsoDate; nth: number }) => IsoDate

/**
 * What falls due on the same day, or in the same month, goes on one document, unless the client wants services apart. Of an item with several
 * periods each goes to its own day. Items that join others wait while their client gets no document: they are left out.
 */
export function groupLines(
  items: readonly DueItem[],
  buyers: ReadonlyMap<string, BillTo>,
  day: IssueDay,
): { groups: Group[]; waiting: ReadonlySet<DueItem> } {
  const groups = new Map<string, Group>()
  items.forEach((item, i) => {
    if (!item.joins) addItem(groups, item, { apart: apartOf(item, buyers, i), day })
  })
  const waiting = new Set<DueItem>()
  for (const item of items.filter(({ joins }) => joins)) {
    const host = firstOf(groups.values(), headOf(item))
    if (host) {
      host.lines.push(...item.lines)
      if (item.forced) host.forced = true
    } else if (item.forced) addWhole(groups, item, day)
    else waiting.add(item)
  }
  return { groups: [...groups.values()], waiting }
}

const headOf = (item: DueItem): string => `${item.clientId} ${item.brandId} ${item.currency}`

const apartOf = (item: DueItem, buyers: ReadonlyMap<string, BillTo>, i: number): string =>
  item.apart?.key ?? (buyers.get(item.clientId)?.separate_invoices === 1 ? String(i) : '')

function addItem(
  groups: Map<string, Group>,
  item: DueItem,
  { apart, day }: { apart: string; day: IssueDay },
): void {
  const head = headOf(item)
  let nth = -1
  let last = ''
  for (const line of item.lines) {
    const dueOn = item.inArrears ? item.dueOn : (line.periodStart ?? item.dueOn)
    if (dueOn !== last) nth++
    last = dueOn
    const issuedOn = day({ item, dueOn, nth })
    const key = `${head} ${apart} ${issuedOn} ${item.monthly ? dueOn.slice(0, 7) : dueOn}`
    const group = groups.get(key)
    if (!group) {
      groups.set(key, { item, head, dueOn, issuedOn, lines: [line], forced: item.apart !== undefined })
      continue
    }
    group.lines.push(line)
    group.dueOn = minDay(group.dueOn, dueOn)
  }
}

/** All lines of an item on one document, whatever their periods. */
function addWhole(groups: Map<string, Group>, item: DueItem, day: IssueDay): void {
  const head = headOf(item)
  const { dueOn } = item
  const issuedOn = day({ item, dueOn, nth: 0 })
  const due = dueOn < issuedOn ? issuedOn : dueOn
  groups.set(`${head} whole`, { item, head, dueOn: due, issuedOn, lines: [...item.lines], forced: true })
}

/** The earliest document of the head that others may join. */
function firstOf(groups: Iterable<Group>, head: string): Group | undefined {
  let first: Group | undefined
  for (const group of groups) {
    if (group.head !== head || group.item.apart) continue
    if (!first || byDay(group, first) < 0) first = group
  }
  return first
}

/** In the order in which they are issued. */
export const byDay = (a: Group, b: Group): number =>
  a.issuedOn < b.issuedOn
    ? -1
    : a.issuedOn > b.issuedOn
      ? 1
      : a.dueOn < b.dueOn
        ? -1
        : a.dueOn > b.dueOn
          ? 1
          : 0
