import type Stripe from 'stripe'
import type { GatewayFact } from '../../sdk/index.ts'
import type { Shop } from './connect.ts'
import { methodOf } from './outcomes.ts'
import { savedMethod } from './saved-method.ts'

/** A method is saved when its setup has succeeded, not before. */
export function setupFact(setup: Stripe.SetupIntent): GatewayFact {
  const method = setup.status === 'succeeded' ? methodOf(setup) : undefined
  const client = setup.metadata?.['client_id']
  if (method === undefined)
    return { fact: 'ignored', reason: `Nothing is saved: the setup is ${setup.status}.` }
  return { fact: 'method_saved', method, ...(client === undefined ? {} : { client_id: client }) }
}

/** The customer carries the id of our client; a method of anybody else is none of ours. */
export async function methodSaved({ stripe }: Shop, id: string): Promise<GatewayFact> {
  const method = savedMethod(await stripe.paymentMethods.retrieve(id))
  if (method?.customer === undefined) return { fact: 'ignored', reason: 'The method belongs to no customer.' }
  const customer = await stripe.customers.retrieve(method.customer)
  const client = customer.deleted === true ? undefined : customer.metadata['client_id']
  if (client === undefined) return { fact: 'ignored', reason: 'The customer is none of ours.' }
  return { fact: 'method_saved', method, client_id: client }
}
