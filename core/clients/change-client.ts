import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { findBrand } from '../brands/index.ts'
import { sql, type Trx } from '../db/index.ts'
import { recordEvent } from '../events/index.ts'
import { invalidInput, type Actor } from '../kernel/index.ts'
import { defineVerb, demandCheck, readSetting, updateVersioned, type Means } from '../records/index.ts'
import { changeAsking } from './change-asking.ts'
import { lockedFields, profileFields } from './client-settings.ts'
import { CurrencyFixed, FieldLocked } from './errors.ts'
import { findClient } from './find-client.ts'
import { Profile, profileColumns, searchText } from './profile.ts'
import type { Client } from './rows.ts'

/** Clients change their own profile but the locked fields. Documents issued before keep what they say. */
export const changeClient = defineVerb(
  {
    permission: 'client.change',
    asks: ['client.change:check'],
    audience: ['staff', 'client'],
    input: Type.Object({ client_id: Type.String(), profile: Type.Partial(Profile) }),
  },
  async (means: Means, { client_id, profile }, actor): Promise<Client> =>
    means.db.transaction(async (trx) => {
      const client = await findClient(trx, actor, client_id, 'client.change')
      const columns = profileColumns(profile, client)
      if (actor.kind === 'client') await refuseLocked(trx, client, columns)
      const set = { ...columns, search_text: searchText({ id: client.id, ...columns }) }
      return saveClient(means, trx, { client, set, actor, action: 'client.change' })
    }),
)

export const changeClientCurrency = defineVerb(
  {
    permission: 'client.change_currency',
    asks: ['client.change:check'],
    audience: ['staff', 'client'],
    input: Type.Object({ client_id: Type.String(), currency: Type.String() }),
  },
  async (means: Means, { client_id, currency }, actor): Promise<Client> =>
    means.db.transaction(async (trx) => {
      const client = await findClient(trx, actor, client_id, 'client.change_currency')
      const { currencies } = await findBrand(trx, client.brand_id)
      if (!currencies.includes(currency))
        throw invalidInput({ currency: `must be one of ${currencies.join(', ')}` })
      if (client.currency === currency) return client
      await refuseFixed(trx, client)
      return saveClient(means, trx, { client, set: { currency }, actor, action: 'client.change_currency' })
    }),
)

/** The switches of one client; an absent one stays. */
export const changeClientSwitches = defineVerb(
  {
    permission: 'client.change_switches',
    asks: ['client.change:check'],
    audience: ['staff'],
    input: Type.Object({
      client_id: Type.String(),
      tax_exempt: Type.Optional(Type.Boolean()),
      auto_charge: Type.Optional(Type.Boolean()),
      separate_invoices: Type.Optional(Type.Boolean()),
      late_fees: Type.Optional(Type.Boolean()),
      overdue_notices: Type.Optional(Type.Boolean()),
      auto_close: Type.Optional(Type.Boolean()),
    }),
  },
  async (means: Means, input, actor): Promise<Client> =>
    means.db.transaction(async (trx) => {
      const client = await findClient(trx, actor, input.client_id, 'client.change_switches')
      const flag = (wanted: boolean | undefined, before: number) =>
        wanted === undefined ? before : wanted ? 1 : 0
      const set = {
        tax_exempt: flag(input.tax_exempt, client.tax_exempt),
        auto_charge: flag(input.auto_charge, client.auto_charge),
        separate_invoices: flag(input.separate_invoices, client.separate_invoices),
        late_fees: flag(input.late_fees, client.late_fees),
        overdue_notices: flag(input.overdue_notices, client.overdue_notices),
        auto_close: flag(input.auto_close, client.auto_close),
      }
      return saveClient(means, trx, { client, set, actor, action: 'client.change_switches' })
    }),
)

async function refuseLocked(
  trx: Trx,
  client: Client,
  columns: ReturnType<typeof profileColumns>,
): Promise<void> {
  const locked: readonly string[] = await readSetting(trx, lockedFields, { brand: client.brand_id })
  const field = profileFields.find((name) => locked.includes(name) && columns[name] !== client[name])
  if (field !== undefined) throw FieldLocked({ field })
}

/** Issuing sets the flag in its own transaction, so it is read again under a write lock of the row. */
async function refuseFixed(trx: Trx, client: Client): Promise<void> {
  const open = await trx.run(
    sql`update clients set currency_fixed = 0 where id = ${client.id} and currency_fixed = 0`,
  )
  if (open === 0) throw CurrencyFixed({ currency: client.currency })
}

interface Saving {
  client: Client
  set: Record<string, string | number | null>
  actor: Actor
  action: string
}

async function saveClient(means: Means, trx: Trx, { client, set, actor, action }: Saving): Promise<Client> {
  const before: Record<string, unknown> = { ...client }
  const changed = Object.keys(set).filter((column) => before[column] !== set[column])
  if (changed.length === 0) return client
  demandCheck(means, trx, actor, changeAsking({ ...client, ...set }, changed))
  await updateVersioned(means, trx, { table: 'clients', what: 'client', row: client, set })
  const scope = { subject: client.id, brandId: client.brand_id, clientId: client.id }
  const pick = (from: Record<string, unknown>) =>
    Object.fromEntries(changed.map((column) => [column, from[column]]))
  await recordAudit(means, trx, actor, [{ ...scope, action, before: pick(before), after: pick(set) }])
  const body = { id: client.id, changed: changed.filter((column) => column !== 'search_text') }
  await recordEvent(means, trx, actor, { ...scope, type: 'client.changed', body })
  return findClient(trx, actor, client.id, action)
}
