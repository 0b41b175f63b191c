import { sql, type Queries, type Sql } from '../../db/index.ts'
import { notGivenBack } from '../charge-cause.ts'
import type { Finding } from './check.ts'
import { resettingsOf, type Resettings, type Stretch } from './resettings.ts'

/** Days that charges of a service have twice, or that it does not know of. */
interface Seam extends Stretch {
  id: string
}

interface Rule {
  check: string
  seams: Sql
  /** Whether what was done with the service accounts for it. */
  isMeant: (seam: Seam, resettings: Resettings) => boolean
  problem: (seam: Seam) => string
}

/** Hours are charged when there were any, so their periods need not touch. */
const charged = sql`charges c join services s on s.id = c.source_id and s.metered_until is null
  where c.cause not like 'dropped/%' and ${notGivenBack}`

const rules: readonly Rule[] = [
  {
    check: 'charged periods of a service do not overlap',
    seams: sql`
      select x.source_id as id, x.period_start as from_on, x.before_on as to_on
      from (select c.source_id, c.period_start, c.period_end, lag(c.period_end) over (
        partition by c.source_id order by c.period_start, c.period_end) as before_on
        from ${charged} and c.kind = 'recurring') x where x.before_on > x.period_start order by 1, 2`,
    isMeant: (seam, { givenBack }) => isCovered(seam, givenBack),
    problem: ({ from_on, to_on }) => `period of ${from_on} begins before the one before it ends on ${to_on}`,
  },
  {
    check: 'service is charged through its last charge',
    seams: sql`
      select s.id, s.charged_through as from_on, max(c.period_end) as to_on
      from ${charged} and c.kind = 'recurring' and s.billing_status in ('active', 'ending') and s.charged_through is not null
      group by s.id, s.charged_through having s.charged_through < max(c.period_end) order by 1`,
    isMeant: (seam, { givenBack }) => isCovered(seam, givenBack),
    problem: ({ from_on, to_on }) => `charged until ${to_on}, the service says ${from_on}`,
  },
]

/** No day of a service is charged twice, but for what changes have given back. */
export async function verifyPeriods(queries: Queries): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const { check, seams, isMeant, problem } of rules) {
    const found = await queries.all<Seam>(seams)
    const resettings = await resettingsOf(queries, [...new Set(found.map(({ id }) => id))])
    for (const seam of found)
      if (!isMeant(seam, resettings(seam.id))) findings.push({ check, id: seam.id, problem: problem(seam) })
  }
  return findings
}

/** Whether the stretches together leave no day of it out. */
function isCovered({ from_on, to_on }: Stretch, by: readonly Stretch[]): boolean {
  let reached = from_on
  for (const stretch of by.toSorted((a, b) => (a.from_on < b.from_on ? -1 : 1)))
    if (stretch.from_on <= reached && stretch.to_on > reached) reached = stretch.to_on
  return reached >= to_on
}
