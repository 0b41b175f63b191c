import { join, sql, type Queries, type Sql } from '../../db/index.ts'
import { maxDay, type IsoDate } from '../../kernel/index.ts'
import type { ScopedSettings } from '../../records/index.ts'
import { RETRY_SCOPES } from '../dunning/retry-plan.ts'
import { owedBetween, owedOn } from '../dunning/owed-on.ts'
import { dayOfStep, owedFor, type DunningStep } from '../dunning/step.ts'
import { chargeRetries } from '../settings.ts'
import { chargeSteps, takenByMethods, toCharge } from './charge-due.ts'
import { remindedBy, REMINDERS, toRemind } from './reminders.ts'
import type { DocumentAhead, World } from './world-ahead.ts'

/** The settings by which it is known when a document is asked for. */
export const ASKING = { ...REMINDERS, retries: chargeRetries }
export type AskingRules = ScopedSettings<typeof ASKING>

/** A document that is asked for on a day: by a charge of the saved method, or by a mail. */
export interface AskedAhead {
  on: IsoDate
  /** Null: the document is not issued yet. */
  id: string | null
  number: string | null
  dueOn: IsoDate
  currency: string
  totalMinor: bigint
  clientId: string
  clientName: string
  /** Of the mail; null for a charge. */
  template: string | null
  /** "try_1", "before_3" */
  step: string
}

interface Wanted {
  world: World
  today: IsoDate
  until: IsoDate
  rules: AskingRules
  documents: readonly DocumentAhead[]
}

interface Found {
  id: string
  number: string | null
  client_id: string
  client_name: string
  due_on: IsoDate
  currency: string
  total_minor: bigint
  is_proforma: number | bigint
  step: number
}

type Step = DunningStep & { template: string | null; proforma: string | null }

/** Charges and reminders of the next days while nothing is paid: one statement for all steps, and those that the rules of gateways ask for. Debits that a bank returns are not foreseen. */
export async function dunningAhead(queries: Queries, wanted: Wanted): Promise<AskedAhead[]> {
  const { world, today, until, rules } = wanted
  const steps: Step[] = []
  const statements: Sql[] = []
  const add = (step: Step, condition: Sql) => statements.push(foundBy(steps.push(step) - 1, condition))
  for (const plan of rules.retries.values)
    for (const [i, step] of chargeSteps(plan).entries()) {
      const { owedFrom, owedTo } = owedFor(step, today, until)
      const of = { among: rules.retries.has(plan, RETRY_SCOPES), when: owedBetween(owedFrom, owedTo) }
      add({ ...step, template: null, proforma: null }, toCharge({ ...of, attempt: i + 1 }))
    }
  for (const { step, rows } of remindedBy(rules))
    add(step, toRemind({ step, window: owedFor(step, today, until), among: rows }))
  const found = await queries.all<Found>(world(join(statements, ' union all ')))
  const isCharge = ({ step }: Found) => steps[step]!.template === null
  const charged = new Set(await takenByMethods(queries, found.filter(isCharge), world))
  const rows = found.filter((row) => !isCharge(row) || charged.has(row))
  const ahead = new Map(wanted.documents.map((document) => [document.id, document]))
  return rows.flatMap((row) => {
    const document = ahead.get(row.id)
    const { name, template, proforma, ...days } = steps[row.step]!
    const on = dayOfStep({ name, ...days }, row.due_on, maxDay(today, document?.known_on ?? today))
    const of = { template: row.is_proforma ? proforma : template, step: name, isAhead: !!document }
    return on !== null && on <= until ? [askedOf(row, { on, ...of })] : []
  })
}

/** Of a document that is paid in parts the one that is owed next, else what is open. */
const asked = sql`coalesce((select t.amount_minor from instalments t join instalment_plans n on n.id = t.plan_id and n.status = 'active'
  where t.invoice_id = i.id and t.due_on = i.owed_on), i.total_minor - coalesce((select sum(x.amount_minor) from allocations x where x.invoice_id = i.id), 0))`

const foundBy = (step: number, condition: Sql): Sql => sql`
  select i.id, i.number, i.client_id, coalesce(c.company, c.name) as client_name, ${owedOn} as due_on, i.currency, i.proforma as is_proforma,
    cast(${asked} as bigint) as total_minor, cast(${step} as bigint) as step
  from invoices i join clients c on c.id = i.client_id where ${condition}`

function askedOf(
  row: Found,
  { isAhead, ...of }: { on: IsoDate; template: string | null; step: string; isAhead: boolean },
): AskedAhead {
  const {
    client_id: clientId,
    client_name: clientName,
    due_on: dueOn,
    currency,
    total_minor: totalMinor,
  } = row
  const document = { id: isAhead ? null : row.id, number: row.number }
  return { ...of, ...document, clientId, clientName, dueOn, currency, totalMinor }
}
