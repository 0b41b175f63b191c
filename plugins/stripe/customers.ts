import type { ClientSnapshot } from '../../sdk/index.ts'
import type { Shop } from './connect.ts'
import { isMissing } from './refusals.ts'

interface Owner {
  client: ClientSnapshot
  customer?: string | undefined
  idempotency_key: string
}

/**
 * The client's customer at Stripe: the known one while it exists, else one of an earlier attempt whose answer was lost,
 * else a new one.
 */
export async function customerOf(shop: Shop, owner: Owner): Promise<string> {
  const known = owner.customer
  if (known !== undefined && (await exists(shop, known))) return known
  return (await foundByMail(shop, owner.client)) ?? (await made(shop, owner))
}

async function exists({ stripe }: Shop, id: string): Promise<boolean> {
  try {
    return (await stripe.customers.retrieve(id)).deleted !== true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

/** Stripe lets several customers have one address; only our own mark says whose it is. */
async function foundByMail({ stripe }: Shop, client: ClientSnapshot): Promise<string | undefined> {
  const { data } = await stripe.customers.list({ email: client.email, limit: 100 })
  return data.find(({ metadata }) => metadata['client_id'] === client.id)?.id
}

async function made({ stripe }: Shop, { client, idempotency_key: key }: Owner): Promise<string> {
  const { id } = await stripe.customers.create(
    {
      email: client.email,
      name: client.company ?? client.name,
      preferred_locales: [client.locale],
      metadata: { client_id: client.id },
    },
    { idempotencyKey: `${key}:customer` },
  )
  return id
}
