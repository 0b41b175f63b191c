import { list, sql, type Queries } from '../../db/index.ts'

/** Days from one up to another. */
export interface Stretch {
  from_on: string
  to_on: string
}

/** What was done with the billing days of a service. */
export interface Resettings {
  /** Days that were charged and that a change gave back. */
  givenBack: readonly Stretch[]
}

interface Row {
  service_id: string
  before_state: string
  after_state: string
}

const BATCH = 500

/** A statement for each five hundred services. */
export async function resettingsOf(
  queries: Queries,
  ids: readonly string[],
): Promise<(id: string) => Resettings> {
  const rows: Row[] = []
  for (let i = 0; i < ids.length; i += BATCH)
    rows.push(
      ...(await queries.all<Row>(sql`
        select service_id, before_state, after_state from service_changes
        where service_id in (${list(ids.slice(i, i + BATCH))}) and status = 'applied'`)),
    )
  const ofService = Map.groupBy(rows, (row) => row.service_id)
  return (id) => ({ givenBack: (ofService.get(id) ?? []).flatMap(returned) })
}

interface Days {
  anchorOn: string
  beginsOn?: string
}

/** A moved renewal keeps its days, any other change its days within the rest; none where it left them as they were. */
function returned({ before_state, after_state }: Row): Stretch[] {
  const { chargedThrough: through } = JSON.parse(before_state) as { chargedThrough: string | null }
  const after = JSON.parse(after_state) as Days | { days: Days | null }
  const days = 'days' in after ? after.days : after
  if (days === null || through === null) return []
  return [{ from_on: days.beginsOn ?? days.anchorOn, to_on: through }]
}
