import { setImmediate as othersTurn } from 'node:timers/promises'
import { addDays, maxDay, type IsoDate } from '../../kernel/index.ts'
import { dayOfPeriod, type BillableSource, type DueItem, type DueWindow } from '../billable-source.ts'
import type { AskMeans } from '../ask-remote-taxes.ts'
import { dueWindow, issueDay, usualLead, type LeadRules } from './due-window.ts'
import type { IssueDay } from './group-lines.ts'
import { planChunk, type ChunkPlan } from './plan-chunk.ts'
import { takenOn } from './taken-on.ts'

export interface Ahead {
  /** What sources are asked for. */
  window: DueWindow
  plan(sources: readonly BillableSource[], clientIds: readonly string[]): Promise<ChunkPlan>
}

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
  return {
    window,
    plan: async (sources, clientIds) => {
      // On SQLite nothing below waits for the system: pages, and the collector of garbage, would wait for the whole preview.
      await othersTurn()
      const leadDays = usualLead(window, lastOn)
      const issuedOn = async (items: readonly DueItem[]): Promise<IssueDay> => {
        // What nobody owes yet was not taken today either.
        const isBehind = items.some((item) => issueDay(item, item.dueOn, leadDays) <= today)
        const taken = isBehind ? await takenOn(queries, { on: today, clientIds }) : undefined
        return ({ item, dueOn, nth }) =>
          maxDay(issueDay(item, dueOn, leadDays), addDays(today, dayOfPeriod(taken, item.sourceId, nth)))
      }
      const plan = await planChunk(queries, {
        sources,
        clientIds,
        window,
        issuedOn,
        means,
      })
      return {
        ...plan,
        invoices: plan.invoices.filter((invoice) => invoice.issuedOn <= lastOn),
        problems: [...plan.problems, ...plan.postponed],
      }
    },
  }
}
