import { list, sql, type Queries } from '../../db/index.ts'
import type { IsoDate } from '../../kernel/index.ts'

/** Days from one up to another. */
export interface Stretch {
  from_on: string
  to_on: string
}

/** What was done with the billing days of a service. */
export interface Resettings {
  /** Days that a pause, a moved renewal or a new cycle left out. */
  leftOut: readonly Stretch[]
  /** Days that were charged and that a change gave back. */
  givenBack: readonly Stretch[]
  /** Days on which it was released: periods may have been left out up to them. */
  releasedOn: readonly IsoDate[]
}

interface Row {
  service_id: string
  what: 'change' | 'pause' | 'release'
  day: IsoDate
  before_state: string
  after_state: string
}

const BATCH = 500

/** Two statements for each five hundred services. */
export async function resettingsOf(
  queries: Queries,
  ids: readonly string[],
): Promise<(id: string) => Resettings> {
  const rows: Row[] = []
  for (let i = 0; i < ids.length; i += BATCH) {
    const some = list(ids.slice(i, i + BATCH))
    rows.push(
      ...(await queries.all<Row>(sql`
        select h.service_id, 'change' as what, h.effective_on as day, h.before_state, h.after_state
        from service_changes h where h.service_id in (${some}) and h.status = 'applied'`)),
      ...(await queries.all<Row>(sql`
        select a.subject as service_id, case a.action when 'service.start_charging' then 'pause' else 'release' end as what,
          substr(a.occurred_at, 1, 10) as day, a.before_state, a.after_state
        from audit a where a.subject in (${some}) and a.action in ('service.start_charging', 'service.lift_hold')`)),
    )
  }
  const ofService = Map.groupBy(rows, (row) => row.service_id)
  return (id) => told(ofService.get(id) ?? [])
}

function told(rows: readonly Row[]): Resettings {
  const changes = rows.filter(({ what }) => what === 'change').map(changed)
  return {
    leftOut: [
      ...changes.flatMap(({ moved }) => moved),
      ...rows.filter(({ what }) => what === 'pause').map(paused),
    ],
    givenBack: changes.flatMap(({ returned }) => returned),
    releasedOn: rows.filter(({ what }) => what === 'release').map(({ day }) => day),
  }
}

interface Days {
  anchorOn: string
  beginsOn?: string
  chargedThrough: string
}

/** A moved renewal keeps its days, any other change its days within the rest; null where it left them as they were. */
function changed({ day, before_state, after_state }: Row): { moved: Stretch[]; returned: Stretch[] } {
  const { chargedThrough: through } = JSON.parse(before_state) as { chargedThrough: string | null }
  const after = JSON.parse(after_state) as Days | { days: Days | null }
  const days = 'days' in after ? after.days : after
  if (days === null) return { moved: [], returned: [] }
  const from = through !== null && through < day ? through : day
  const { beginsOn = days.anchorOn, chargedThrough } = days
  return {
    moved: [{ from_on: from, to_on: chargedThrough }],
    returned: through === null ? [] : [{ from_on: beginsOn, to_on: through }],
  }
}

function paused({ before_state, after_state }: Row): Stretch {
  const { charged_through: from } = JSON.parse(before_state) as { charged_through: string }
  const { next_period_on: to } = JSON.parse(after_state) as { next_period_on: string }
  return { from_on: from, to_on: to }
}
