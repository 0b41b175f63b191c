import { join, jsonText, name, sql, type Queries, type Sql } from '../db/index.ts'
import { allLifecycles, type Lifecycle } from '../kernel/index.ts'
import { tableOf } from './apply.ts'

export interface StateFinding {
  check: string
  id: string
  problem: string
}

/**
 * Each record is in the state that its last event tells: a state moves in one transaction with its event. One statement
 * for each column of states. A record of whose state no event has told yet is as it was made.
 */
export async function verifyStates(queries: Queries): Promise<StateFinding[]> {
  const findings: StateFinding[] = []
  for (const [column, lifecycles] of Map.groupBy(allLifecycles, (one) => one.column)) {
    const rows = await queries.all<{ id: string; noun: string; state: string; told: string }>(sql`
      with told as (${lastTold(queries, column)})
      ${join(
        lifecycles.map((lifecycle) => differing(lifecycle)),
        ' union all ',
      )} order by 1`)
    for (const { id, noun, state, told } of rows)
      findings.push({
        ...{ check: 'each change of state was told', id },
        problem: `${noun} is ${state}, its last event says ${told}`,
      })
  }
  return findings
}

/** Of each subject the state in the last of its events that has one. */
const lastTold = (queries: Queries, column: string): Sql => sql`
  select x.subject, x.state from (
    select e.subject, e.state, row_number() over (partition by e.subject order by e.id desc) as nth from (
      select v.subject, v.id, ${jsonText(queries.dialect, sql`v.body`, column)} as state
      from events v where v.body like ${`%"${column}":"%`}) e where e.state <> '') x
  where x.nth = 1`

function differing({ noun, column }: Lifecycle): Sql {
  const state = sql`r.${name(column)}`
  return sql`
    select r.id, cast(${noun} as text) as noun, ${state} as state, told.state as told
    from ${name(tableOf(noun))} r join told on told.subject = r.id where ${state} <> told.state`
}
