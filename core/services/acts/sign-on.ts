import { Type, type ProvisionInput } from '../../../sdk/index.ts'
import { recordAudit } from '../../audit/index.ts'
import { defineVerb, type Means } from '../../records/index.ts'
import { maskedText } from '../call-provider.ts'
import { NotOffered, ProviderRefused, ServiceNotLive } from '../errors.ts'
import { findService } from '../load.ts'
import type { ProviderMeans } from '../ports.ts'
import { askThere } from './ask-there.ts'
import { offers } from './offered.ts'
import { askedBy } from './refusal.ts'

type SignOn = { outcome: 'ready'; url: string } | { outcome: 'failed'; code: string; message: string }

/**
 * A one-time address that signs in at the provider: the client to its own thing, staff as who runs it. It is handed to
 * whoever asked and stands nowhere else, neither in a row nor in a log line.
 */
export const signOn = defineVerb(
  {
    permission: 'service.sign_on',
    asksNobody: 'it opens a page of the provider, and what is done there is the client’s',
    audience: ['client', 'staff'],
    input: Type.Object({ service_id: Type.String() }),
  },
  async (means: ProviderMeans, { service_id: id }, actor): Promise<{ url: string }> => {
    const service = await findService(means.db, actor, { id, right: 'service.sign_on' })
    if (!offers(means, service, 'sign_on')) throw NotOffered({ id, operation: 'sign_on' })
    if (service.delivery_status !== 'live') throw ServiceNotLive({ id, state: service.delivery_status })
    const as = actor.kind === 'client' ? 'client' : 'staff'
    const extra = { as } satisfies Record<Exclude<'as', keyof ProvisionInput>, string>
    const question = { operation: 'sign_on', deadline: 'act', extra } as const
    const told = await askedBy(actor, 'sign_on', () => askThere<SignOn>(means, service, question))
    await note(means, { as, outcome: told.outcome }, service, actor)
    if (told.outcome === 'failed')
      throw ProviderRefused({ operation: 'sign_on', code: told.code, message: maskedText(told.message) })
    return { url: told.url }
  },
)

async function note(
  means: Means,
  after: { as: string; outcome: string },
  service: { id: string; brand_id: string; client_id: string },
  actor: Parameters<typeof recordAudit>[2],
): Promise<void> {
  const scope = { subject: service.id, brandId: service.brand_id, clientId: service.client_id }
  await means.db.transaction((trx) =>
    recordAudit(means, trx, actor, [{ ...scope, action: 'service.sign_on', after }]),
  )
}
