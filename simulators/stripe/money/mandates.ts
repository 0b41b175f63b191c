import type { Mandate, PaymentMethod } from '../shapes.ts'
import type { World } from '../world.ts'
import { secretOf } from './payment-methods.ts'

/** The leave to debit an account: the one that holds, or a new one that its holder has just given. */
export function mandateOf(world: World, method: PaymentMethod): Mandate {
  const known = heldBy(world, method)
  if (known) return known
  const id = world.nextId('mandate')
  const reference = id.slice(-8).toUpperCase()
  const url = `${world.url}/mandates/${id}`
  const details = {
    sepa_debit: { sepa_debit: { reference, url } },
    us_bank_account: { us_bank_account: {} },
    bacs_debit: {
      bacs_debit: { network_status: 'accepted', reference, revocation_reason: null, url },
    },
    card: { card: {} },
  }[method.type]
  const mandate: Mandate = {
    id,
    object: 'mandate',
    customer_acceptance: { accepted_at: world.now(), type: 'online' },
    livemode: false,
    multi_use: {},
    payment_method: method.id,
    payment_method_details: { type: method.type, ...details },
    status: 'active',
    type: 'multi_use',
  }
  world.mandates.set(id, mandate)
  return mandate
}

export function heldBy(world: World, method: PaymentMethod): Mandate | undefined {
  return [...world.mandates.values()].find(({ payment_method: of }) => of === method.id)
}

/** Its holder or the bank took it back: nothing is debited by it any more. */
export function revokeMandate(world: World, method: PaymentMethod): Mandate {
  if (!secretOf(world, method).account) throw new Error(`revokeMandate: ${method.id} is no bank account.`)
  const mandate = mandateOf(world, method)
  if (mandate.status === 'inactive') return mandate
  mandate.status = 'inactive'
  world.emit('mandate.updated', mandate, { status: 'active' })
  return mandate
}
