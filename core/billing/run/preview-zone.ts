import type { Means, ScopedSettings } from '../../records/index.ts'
import { addDays, maxDay, type IsoDate } from '../../kernel/index.ts'
import { expiryNotice } from '../dunning/remind-expiring.ts'
import type { PlannedInvoice } from '../plan-invoice.ts'
import type { ServiceAhead } from '../ports.ts'
import { useCreditAlways } from '../settings.ts'
import type { BillingDeps } from './bill.ts'
import { clientsWithActs } from './clients-ahead.ts'
import { documentsAhead, feesAhead } from './documents-ahead.ts'
import { LEAD } from './due-window.ts'
import { ASKING, dunningAhead, type AskedAhead } from './dunning-ahead.ts'
import { mailsAhead, type MailAhead } from './mails-ahead.ts'
import { OWING } from './owing-rules.ts'
import type { ChunkPlan } from './plan-chunk.ts'
import { planAhead, type Ahead } from './plan-ahead.ts'
import { previewLateFees } from './preview-late-fees.ts'
import { endings, sanctionsAhead, type SanctionsAhead, type ServiceAct } from './sanctions-ahead.ts'
import { standingAhead } from './standing-ahead.ts'
import { worldAhead } from './world-ahead.ts'

/** All settings by which it is known what runs will do. */
export const AHEAD = {
  ...{ ...LEAD, ...OWING, ...ASKING },
  ...{ expiry: expiryNotice, byItself: useCreditAlways },
}

export interface ZoneAhead {
  today: IsoDate
  days: number
  brandIds: readonly string[] | null
  rules: ScopedSettings<typeof AHEAD>
  clientId?: string | undefined
}

/** What was found for the clients of a chunk. */
export interface Found {
  invoices: readonly PlannedInvoice[]
  lateFees: readonly PlannedInvoice[]
  charges: readonly AskedAhead[]
  suspensions: readonly ServiceAct[]
  terminations: readonly ServiceAct[]
  endings: readonly ServiceAct[]
  mails: readonly MailAhead[]
  problems: readonly { clientId: string; reason: string }[]
}

type Deps = Pick<BillingDeps, 'sources' | 'services'>

const CHUNK = 200

/** Goes through the clients for whom anything is ahead, a fixed number of statements for each chunk of them. */
export async function* previewZone(means: Means, deps: Deps, zone: ZoneAhead): AsyncGenerator<Found> {
  const { today, rules, clientId, brandIds } = zone
  const ahead = planAhead(means, zone)
  const until = addDays(today, zone.days)
  const walk = { means, deps, zone, ahead, until }
  const acts = clientsWithActs(deps.services, { today, on: until, brandIds, expiry: rules.expiry.values[0]! })
  const next = (among: Parameters<typeof standingAhead>[2]['among']) =>
    standingAhead(means.db, { today, until, rules }, { sources: [...deps.sources, acts], among })
  if (clientId !== undefined) return yield previewChunk(walk, await next({ clientId }))
  for (let after = ''; ;) {
    const standing = await next({ window: ahead.window, after, limit: CHUNK })
    if (standing.clientIds.length === 0) return
    yield await previewChunk(walk, standing)
    if (standing.clientIds.length < CHUNK) return
    after = standing.clientIds.at(-1)!
  }
}

type Chunk = Awaited<ReturnType<typeof standingAhead>>

interface Walk {
  means: Means
  deps: Deps
  zone: ZoneAhead
  ahead: Ahead
  until: IsoDate
}

async function previewChunk(walk: Walk, chunk: Chunk): Promise<Found> {
  const { clientIds, expiring } = chunk
  const { means, zone, until } = walk
  const { today, rules } = zone
  const { plan, ownAhead, documents, sanctions } = await planUnpaid(walk, chunk)
  const issued = new Map(documents.map(({ id, known_on }) => [id, known_on]))
  const lateFees = await previewLateFees(means, {
    ...{ today, until, rules: rules.lateFee, issuedOn: (id: string) => issued.get(id) },
    world: worldAhead(means.db.dialect, { clientIds, documents }),
  })
  const all = [...documents, ...feesAhead(lateFees)]
  const world = worldAhead(means.db.dialect, { clientIds, documents: all })
  const asked = await dunningAhead(means.db, { world, today, until, rules, documents: all })
  const { suspensions, terminations } = sanctions
  const ending = endings(ownAhead)
  return {
    ...{
      invoices: plan.invoices,
      lateFees,
      suspensions,
      terminations,
      endings: ending,
      problems: plan.problems,
    },
    charges: asked.filter(({ template }) => template === null),
    mails: mailsAhead({
      ...{ papers: [...plan.invoices, ...lateFees], asked, expiring, services: ownAhead, suspensions },
      gone: [...terminations, ...ending],
    }),
  }
}

/** What is issued and what becomes of services that nobody pays for: what is ended is invoiced no more. */
async function planUnpaid(walk: Walk, { clientIds, sources, billable, credit }: Chunk) {
  const { means, deps, zone, ahead, until } = walk
  const { today, brandIds, rules } = zone
  const planOf = await ahead.read(sources, billable)
  const day = { on: until, brandIds, rules }
  const sanctionsOf = ({ invoices }: ChunkPlan) => {
    const world = worldAhead(means.db.dialect, { clientIds, documents: documentsAhead(invoices, credit) })
    const query = { world, today, until: day, clientIds, lastInvoicedOn: lastDays(invoices) }
    return sanctionsAhead(means.db, deps.services, query)
  }
  let plan = await planOf()
  let sanctions = await sanctionsOf(plan)
  if (isCut(plan.invoices, sanctions)) {
    plan = await planOf(sanctions.lastIssue)
    // Documents of a month fall due with the first thing on them, which may be what is not invoiced now.
    if (rules.monthly.values.includes(true)) sanctions = await sanctionsOf(plan)
  }
  const isThere = ({ on, service_id: id }: ServiceAhead) => on <= (sanctions.goneOn.get(id) ?? on)
  const ownAhead = sanctions.ownOf(lastDays(plan.invoices)).filter(isThere)
  return { plan, ownAhead, documents: documentsAhead(plan.invoices, credit), sanctions }
}

const isCut = (invoices: readonly PlannedInvoice[], { lastIssue }: SanctionsAhead): boolean =>
  invoices.some(({ issuedOn, lines }) =>
    lines.some(({ sourceId }) => {
      const last = sourceId ? lastIssue.get(sourceId) : undefined
      return last !== undefined && issuedOn > last
    }),
  )

function lastDays(invoices: readonly PlannedInvoice[]): Map<string, IsoDate> {
  const days = new Map<string, IsoDate>()
  for (const { issuedOn, lines } of invoices)
    for (const { sourceId } of lines)
      if (sourceId) days.set(sourceId, maxDay(issuedOn, days.get(sourceId) ?? issuedOn))
  return days
}
