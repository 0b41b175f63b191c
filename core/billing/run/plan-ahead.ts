import { setImmediate as othersTurn } from 'node:timers/promises'
import { addDays, isoDate, maxDay, type IsoDate } from '../../kernel/index.ts'
import { dayOfPeriod, type BillableSource, type DueItem, type DueWindow } from '../billable-source.ts'
import type { AskMeans } from '../ask-remote-taxes.ts'
import { dueWindow, issueDay, usualLead, type LeadRules } from './due-window.ts'
import type { IssueDay } from './group-lines.ts'
import { readChunk, type ChunkPlan } from './plan-chunk.ts'
import { takenOn } from './taken-on.ts'

/** After the last day of any preview. */
const NEVER = isoDate('9999-12-31')

export interface Ahead {
  /** What sources are asked for. */
  window: DueWindow
  plan(sources: readonly BillableSource[], clientIds: readonly string[]): Promise<ChunkPlan>
  /** Reads once for plans that differ in what is ended meanwhile. */
  read(sources: readonly BillableSource[], clientIds: readonly string[]): Promise<PlanUntil>
}

/** The last day on which a run invoices what will be ended by then; whatever has no day goes on. */
export type LastIssue = ReadonlyMap<string, IsoDate>

export type PlanUntil = (lastIssue?: LastIssue) => Promise<ChunkPlan>

/**
 * What the runs of today and of the days after it will issue: every period within the lead days of the last one, each
 * on the day on which a run will take it. A day takes a few periods of an item, so an item that is behind needs several.
 */
export function planAhead(
  means: AskMeans,
  query: { today: IsoDate; days: number; brandIds: readonly string[] | null; rules: LeadRules },
): Ahead {
  const { today, days, brandIds, rules } = query
  const queries = means.db
  const lastOn = addDays(today, days)
  const window = { ...dueWindow(rules, { on: lastOn, brandIds }), everyPeriod: true }
  const leadDays = usualLead(window, lastOn)
  const read: Ahead['read'] = async (sources, clientIds) => {
    // On SQLite nothing below waits for the system: pages, and the collector of garbage, would wait for the whole preview.
    await othersTurn()
    let taken: Awaited<ReturnType<typeof takenOn>> | undefined
    const issuedOn =
      (lastIssue?: LastIssue) =>
      async (items: readonly DueItem[]): Promise<IssueDay> => {
        // What nobody owes yet was not taken today either.
        const isBehind = items.some((item) => issueDay(item, item.dueOn, leadDays) <= today)
        if (isBehind) taken ??= await takenOn(queries, { on: today, clientIds })
        return ({ item, dueOn, nth }) => {
          const behind = addDays(today, dayOfPeriod(taken, item.sourceId, nth))
          const day = maxDay(issueDay(item, dueOn, leadDays), behind)
          const last = lastIssue?.get(item.sourceId)
          return last !== undefined && day > last ? NEVER : day
        }
      }
    const planOf = await readChunk(queries, { sources, clientIds, window, means })
    return async (lastIssue) => {
      const plan = await planOf(issuedOn(lastIssue))
      return {
        ...plan,
        invoices: plan.invoices.filter((invoice) => invoice.issuedOn <= lastOn),
        problems: [...plan.problems, ...plan.postponed],
      }
    }
  }
  return { window, read, plan: async (sources, clientIds) => (await read(sources, clientIds))() }
}
