import { Type } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { sql, type Queries } from '../../db/index.ts'
import { addDays, BerthError, type Actor, type IsoDate } from '../../kernel/index.ts'
import { defineVerb, findRow, readSetting, type Means } from '../../records/index.ts'
import type { PluginCalls } from '../ports.ts'
import { taxIdKeepDays } from '../settings.ts'
import { taxIdForm, taxIdKey, type TaxIdFault } from './forms.ts'

/** What asking a register needs besides the means. */
export interface TaxMeans extends Means {
  readonly plugins: PluginCalls
}

export interface TaxIdAnswer {
  outcome: 'valid' | 'invalid' | 'unknown'
  name?: string | undefined
  address?: string | undefined
  /** The register's proof of the question. */
  reference?: string | undefined
  reason?: string | undefined
  source: 'register' | 'form' | 'staff'
}

interface Asked {
  id: string
  brand_id: string
  country: string
  tax_id: string | null
  tax_id_valid_for: string | null
}

/**
 * Asks about the tax id of a client: its form first, then the register, outside of any transaction. "Unknown" leaves
 * what was known: the last good answer counts until its days are over, and nobody is called invalid for an outage.
 */
export const checkTaxId = defineVerb(
  {
    permission: 'tax_id.check',
    asksNobody: 'it asks a register of the state',
    audience: ['staff', 'client'],
    input: Type.Object({ client_id: Type.String() }),
  },
  async (means: TaxMeans, { client_id }, actor): Promise<TaxIdAnswer | null> => {
    const client = await findRow<Asked>(means.db, actor, {
      ...{ table: 'clients', what: 'client', id: client_id, scope: { client: 'id', right: 'client.read' } },
    })
    return client.tax_id === null ? null : checkTaxIdOf(means, client, actor)
  },
)

/** The same for whoever stands in the shop already; the client has a tax id. */
export async function checkTaxIdOf(means: TaxMeans, client: Asked, actor: Actor): Promise<TaxIdAnswer> {
  const answer = await answerFor(means, client, client.tax_id!)
  await keepAnswer(means, { client, answer }, actor)
  return answer
}

async function answerFor(means: TaxMeans, client: Asked, taxId: string): Promise<TaxIdAnswer> {
  const form = taxIdForm(client.country, taxId)
  if (!form.fits) return { outcome: 'invalid', source: 'form', reason: form.reason satisfies TaxIdFault }
  const register = await findRegister(means.db, client.brand_id)
  if (!register) return { outcome: 'unknown', source: 'form', reason: 'no_register' }
  try {
    const input = { country: client.country, tax_id: form.normal }
    const answer = await means.plugins.call<Omit<TaxIdAnswer, 'source'>>(
      ...([register, 'tax', 'validate_tax_id', input, { deadline: 'act' }] as const),
    )
    return { ...answer, source: 'register' }
  } catch (error) {
    const reason = error instanceof BerthError ? error.code : 'no_answer'
    means.log.warn({ client: client.id, reason }, 'no answer about a tax id')
    return { outcome: 'unknown', source: 'register', reason }
  }
}

/** The first tax plugin of the brand that asks a register. */
async function findRegister(queries: Queries, brandId: string): Promise<string | undefined> {
  const rows = await queries.all<{ id: string; manifest: string }>(sql`
    select i.id, p.manifest from plugin_instances i join plugins p on p.id = i.plugin_id
    where i.status = 'active' and p.status = 'enabled' and (i.brand_id is null or i.brand_id = ${brandId}) order by i.position, i.id`)
  return rows.find(({ manifest }) => {
    const { kinds } = JSON.parse(manifest) as { kinds?: Record<string, readonly string[]> }
    return kinds?.tax?.includes('validate_tax_id')
  })?.id
}

/** The answer as evidence, and on the client for as long as it counts. */
export async function keepAnswer(
  means: Means,
  { client, answer }: { client: Asked; answer: TaxIdAnswer },
  actor: Actor,
): Promise<void> {
  const { outcome, name, address, reference, reason, source } = answer
  const [now, taxId] = [means.business.now(), client.tax_id!]
  const through = await keptThrough(means, client.brand_id)
  const check = {
    ...{ id: means.newId('tic'), client_id: client.id, country: client.country, tax_id: taxId },
    ...{ outcome, source, name: name ?? null, address: address ?? null },
    ...{ reference: reference ?? null, reason: reason ?? null, checked_by: actor.id, checked_at: now },
  }
  const key = taxIdKey(client.country, taxId)
  await means.db.transaction(async (trx) => {
    await trx.insert('tax_id_checks', [check])
    // Whoever has changed the id meanwhile is asked about the new one.
    const same = sql`id = ${client.id} and country = ${client.country} and tax_id = ${taxId}`
    if (outcome === 'valid')
      await trx.run(sql`
        update clients set tax_id_valid_for = ${key}, tax_id_valid_through = ${through}, tax_id_checked_at = ${now} where ${same}`)
    if (outcome === 'invalid')
      await trx.run(sql`update clients set tax_id_valid_for = null, tax_id_checked_at = ${now} where ${same}`)
    const scope = { subject: client.id, brandId: client.brand_id, clientId: client.id }
    const before = { valid_for: client.tax_id_valid_for }
    const after = { tax_id: taxId, outcome, source, reference: check.reference }
    await recordAudit(means, trx, actor, [{ ...scope, action: 'tax_id.check', before, after }])
  })
}

async function keptThrough(means: Means, brandId: string): Promise<IsoDate> {
  const days = await readSetting(means.db, taxIdKeepDays, { brand: brandId })
  const brand = await means.db.get<{ zone: string }>(sql`select zone from brands where id = ${brandId}`)
  return addDays(means.business.today(brand!.zone), days)
}
