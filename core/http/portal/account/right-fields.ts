import { RIGHT_SETS, rightSetNames, splitRights } from '../../../clients/index.ts'
import { serviceTitle } from '../../../catalog/index.ts'
import { sql } from '../../../db/index.ts'
import type { Translate } from '../../../i18n/index.ts'
import {
  addDays,
  covers,
  invalidInput,
  isoDate,
  startOfDay,
  type Actor,
  type Instant,
} from '../../../kernel/index.ts'
import { scoped } from '../../../records/index.ts'
import type { RouteCtx } from '../../context.ts'
import { field, type FormProblem } from '../../page/index.ts'

/** What the rights allow, in words; patterns that no set names stand as they are. */
export function rightsText(t: Translate, rights: readonly string[]): string {
  const { sets, others } = splitRights(rights)
  if (sets.includes('all')) return t('common.rights.all')
  return [...sets.map((name) => t(`common.rights.${name}`)), ...others].join(', ')
}

/** The sets that whoever asks holds, ticked where the rights have them or where they were ticked before a refusal. */
export function rightChoices(
  t: Translate,
  actor: Actor,
  { clientId, rights, problem }: { clientId: string; rights: readonly string[]; problem: FormProblem },
) {
  const own = actor.grants.filter((grant) => grant.clientId === clientId && grant.serviceId === null)
  const isHeld = (right: string) => own.some((grant) => covers(grant.rights, right))
  const typed = Object.keys(problem.values).length > 0 ? [problem.values.sets ?? []].flat().map(String) : null
  const ticked: readonly string[] = typed ?? splitRights(rights).sets
  return rightSetNames
    .filter((name) => RIGHT_SETS[name].every(isHeld))
    .map((name) => ({
      ...{ name: 'sets', id: `set-${name}`, value: name, checked: ticked.includes(name) },
      ...{ label: t(`common.rights.${name}`), hint: t(`common.rights.${name}_hint`) },
    }))
}

/** Newest first; a hundred are more than anybody picks from. */
export async function servicesToChoose(ctx: RouteCtx, clientId: string) {
  const { deps, actor } = ctx.state
  const rows = await deps.db.all<{ id: string; product: string; label: string }>(sql`
    select s.id, s.label, p.name as product from services s join products p on p.id = s.product_id
    where s.client_id = ${clientId} and s.billing_status <> 'ended'
      and ${scoped(actor, { table: 's', service: 'id', right: 'service.read' })} order by s.id desc limit 100`)
  return rows.map(({ id, product, label }) => ({ value: id, label: serviceTitle(product, label) }))
}

/** The rights last through the day typed; null for none. */
export function endOfField(ctx: RouteCtx): Instant | null {
  const day = field(ctx, 'ends_on')
  if (day === '') return null
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) throw invalidInput({ ends_on: 'is not a day' })
  return startOfDay(ctx.state.zone, addDays(isoDate(day), 1))
}
