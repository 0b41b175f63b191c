import type { reportOperations } from '../../../sdk/index.ts'
import { fromJson, type MoneyJson, type Money, type Static } from '../../../sdk/index.ts'
import { sql } from '../../db/index.ts'
import { defineError, isoDate, type IsoDate } from '../../kernel/index.ts'
import { PluginInvalidResult } from '../../plugins/index.ts'
import { permit } from '../../records/index.ts'
import type { ReportQuery } from '../report.ts'
import type { PluginReport, ReportMeans } from './list-plugin-reports.ts'

export const TooManyRecords = defineError(
  'report.too_many_records',
  422,
  (p: { max: number }) =>
    `More than ${p.max} records, or more than the plugin may be handed, lie in these days; choose fewer days.`,
  'to',
)

/** Reads the records of some days that a data scope grants, and none of another brand than the reader's. */
export type ScopeRecords = (
  scope: string,
  query: ReportQuery,
  limit: number,
) => Promise<Record<string, unknown>[]>

type Answer = Static<typeof reportOperations.run.output>
export type PluginColumn = Answer['columns'][number]
export type PluginCell = string | number | null | { money: Money } | { day: IsoDate }

export interface PluginTable {
  columns: readonly PluginColumn[]
  rows: readonly (readonly PluginCell[])[]
}

interface Run {
  report: PluginReport
  query: ReportQuery
  values: Record<string, unknown>
  locale: string
}

const RECORDS_MAX = 5_000
const RECORD_BYTES_MAX = 1024 * 1024
const STAFF = ['staff'] as const

/**
 * Hands the records of the days to the plugin and answers its table. Whoever runs it must be allowed to read what the
 * plugin reads, or a report would show what its reader may not see.
 */
export async function runPluginReport(
  means: ReportMeans & { scopeRecords: ScopeRecords },
  { report, query, values, locale }: Run,
): Promise<PluginTable> {
  const scopes = await scopesOf(means, report.instance)
  for (const scope of scopes) permit({ permission: scope.split(':')[0]!, audience: STAFF }, query.actor)
  const rows = await recordsOf(means, scopes, { ...query, brandId: report.brand ?? query.brandId })
  const { from, until } = query
  const input = { key: report.key, from, until, values, locale, rows }
  const options = { deadline: 'act' } as const
  return tableOf(report, await means.plugins.call<Answer>(report.instance, 'report', 'run', input, options))
}

/** Only what was granted for all records: a report is about none in particular. */
async function scopesOf({ db }: ReportMeans, instance: string): Promise<string[]> {
  const row = await db.get<{ manifest: string }>(sql`
    select p.manifest from plugin_instances i join plugins p on p.id = i.plugin_id where i.id = ${instance}`)
  const { permissions } = JSON.parse(row?.manifest ?? '{}') as { permissions?: { data?: string[] } }
  return (permissions?.data ?? []).flatMap((scope) =>
    scope.endsWith(':all') ? [scope.slice(0, -':all'.length)] : [],
  )
}

async function recordsOf(
  { scopeRecords }: { scopeRecords: ScopeRecords },
  scopes: readonly string[],
  query: ReportQuery,
): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = []
  for (const scope of scopes) {
    const found = await scopeRecords(scope, query, RECORDS_MAX + 1 - rows.length)
    rows.push(...found.map((row) => ({ scope, ...row })))
    if (rows.length > RECORDS_MAX) throw TooManyRecords({ max: RECORDS_MAX })
  }
  if (Buffer.byteLength(JSON.stringify(rows)) > RECORD_BYTES_MAX) throw TooManyRecords({ max: RECORDS_MAX })
  return rows
}

function tableOf(report: PluginReport, { columns, rows }: Answer): PluginTable {
  const misfit = (column: PluginColumn) =>
    PluginInvalidResult({
      ...{
        plugin: report.plugin,
        instance: report.instance,
        operation: 'report.run',
        outcome_unknown: false,
      },
      reason: `column "${column.key}" holds what is no ${column.type}`,
    })
  const cell = (column: PluginColumn, value: unknown): PluginCell => {
    try {
      return cellOf(column.type, value)
    } catch {
      throw misfit(column)
    }
  }
  return { columns, rows: rows.map((row) => columns.map((column) => cell(column, row[column.key]))) }
}

/** Throws for a value that is not of the column's type. */
function cellOf(type: PluginColumn['type'], value: unknown): PluginCell {
  if (value === undefined || value === null) return null
  if (type === 'money') return { money: fromJson(value as MoneyJson) }
  if (type === 'day') return { day: isoDate(value as string) }
  if (type === 'number' ? typeof value === 'number' : typeof value !== 'object') return value as string
  throw new TypeError(type)
}
