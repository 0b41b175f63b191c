import type { reportOperations } from '../../../sdk/index.ts'
import { type Static } from '../../../sdk/index.ts'
import { NotFound, type Actor } from '../../kernel/index.ts'
import type { PluginCalls } from '../../plugins/index.ts'
import type { Means, Offering } from '../../records/index.ts'

type Listed = Static<typeof reportOperations.list_reports.output>['reports'][number]

/** A report that a plugin offers, and the instance that runs it. */
export interface PluginReport extends Listed, Offering {}

export type ReportMeans = Means & { plugins: PluginCalls }

/** What the instances within an actor's reach offer, and what was thrown by those that do not answer. */
export async function listPluginReports(
  means: ReportMeans,
  locale: string,
  actor: Actor,
): Promise<{ reports: PluginReport[]; failures: unknown[] }> {
  const told = await Promise.allSettled(
    offeringTo(means, actor).map((offering) => reportsOf(means, offering, locale)),
  )
  return {
    reports: told.flatMap((one) => (one.status === 'fulfilled' ? one.value : [])),
    failures: told.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : [])),
  }
}

/** Another brand's instance is as one that there is not. */
export async function findPluginReport(
  means: ReportMeans,
  { instance, key, locale }: { instance: string; key: string; locale: string },
  actor: Actor,
): Promise<PluginReport> {
  const offering = offeringTo(means, actor).find((one) => one.instance === instance)
  if (!offering) throw NotFound({ what: 'plugin instance', id: instance })
  const found = (await reportsOf(means, offering, locale)).find((report) => report.key === key)
  if (!found) throw NotFound({ what: 'report', id: key })
  return found
}

const offeringTo = ({ hooks }: Means, { brandIds }: Actor): Offering[] =>
  hooks
    .offering('report.list_reports')
    .filter(({ brand }) => brand === null || brandIds === 'all' || brandIds.includes(brand))

async function reportsOf(
  { plugins }: ReportMeans,
  offering: Offering,
  locale: string,
): Promise<PluginReport[]> {
  const { instance } = offering
  const options = { deadline: 'page' } as const
  const call = plugins.call<{ reports: Listed[] }>(instance, 'report', 'list_reports', { locale }, options)
  return (await call).reports.map((report) => ({ ...report, ...offering }))
}
