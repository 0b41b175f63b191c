import type { Agreement as ToldAgreement } from '../../../sdk/index.ts'
import { forUpdate, sql, type Trx } from '../../db/index.ts'
import { recordEvent } from '../../events/index.ts'
import { defineLifecycle, type Actor, type Instant, type IsoDate } from '../../kernel/index.ts'
import { applyTransition, updateVersioned, type Means, type StatefulRow } from '../../records/index.ts'

/** What a gateway charges by itself. It is found and ended, never made: core decides when to charge. */
export const agreementLifecycle = defineLifecycle('agreement', {
  initial: 'live',
  transitions: {
    end: { from: ['live'], to: 'ended' },
    resume: { from: ['ended'], to: 'live', fact: 'the gateway charges it again', event: 'agreement.resumed' },
  },
})

export interface AgreementRow extends StatefulRow {
  instance_id: string
  brand_id: string
  reference: string
  status: 'live' | 'ended'
  customer: string | null
  email: string | null
  name: string | null
  label: string | null
  currency: string
  amount_minor: bigint
  cycle: string | null
  next_on: IsoDate | null
  client_id: string | null
  /** What it pays for, once staff have said so. */
  service_id: string | null
  created_at: Instant
  updated_at: Instant
}

export function lockAgreement(
  trx: Trx,
  instanceId: string,
  reference: string,
): Promise<AgreementRow | undefined> {
  return trx.get<AgreementRow>(
    sql`select * from agreements where instance_id = ${instanceId} and reference = ${reference} ${forUpdate(trx.dialect)}`,
  )
}

interface Told {
  instanceId: string
  brandId: string
  told: ToldAgreement
}

/** Keeps what the gateway says of an agreement. One that had ended before it was ever seen is of no use. */
export async function keepAgreement(
  means: Means,
  trx: Trx,
  { instanceId, brandId, told }: Told,
  actor: Actor,
): Promise<AgreementRow | null> {
  const facts = factsOf(told)
  const row = await lockAgreement(trx, instanceId, told.reference)
  if (!row) return told.status === 'ended' ? null : insert(means, trx, { instanceId, brandId, told }, actor)
  const isSame = Object.entries(facts).every(([key, value]) => row[key as keyof typeof facts] === value)
  if (row.status !== told.status) {
    const name = told.status === 'ended' ? ('end' as const) : ('resume' as const)
    const change = { set: facts, body: bodyOf(row) }
    const unasked = 'the gateway says so'
    return applyTransition(means, trx, { lifecycle: agreementLifecycle, row, name, actor, change, unasked })
  }
  if (isSame) return row
  await updateVersioned(means, trx, { table: 'agreements', what: 'agreement', row, set: facts })
  return { ...row, ...facts, version: row.version + 1 }
}

const bodyOf = ({ client_id, service_id }: AgreementRow) => ({ client_id, service_id })

const factsOf = (told: ToldAgreement) => ({
  ...{ customer: told.customer ?? null, email: told.email?.toLowerCase() ?? null, name: told.name ?? null },
  ...{ label: told.label ?? null, currency: told.amount.currency, amount_minor: BigInt(told.amount.minor) },
  ...{ cycle: told.cycle ?? null, next_on: (told.next_on as IsoDate | undefined) ?? null },
})

async function insert(
  means: Means,
  trx: Trx,
  { instanceId, brandId, told }: Told,
  actor: Actor,
): Promise<AgreementRow> {
  const now = means.business.now()
  const row: AgreementRow = {
    ...{ id: means.newId('agr'), instance_id: instanceId, brand_id: brandId, reference: told.reference },
    ...{ status: 'live', ...factsOf(told), client_id: null, service_id: null },
    ...{ version: 1, created_at: now, updated_at: now },
  }
  await trx.insert('agreements', [row])
  const body = { id: row.id, label: row.label }
  await recordEvent(means, trx, actor, { type: 'agreement.found', subject: row.id, brandId, body })
  return row
}
