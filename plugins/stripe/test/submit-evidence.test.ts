import assert from 'node:assert/strict'
import { test } from 'node:test'
import { charge, narrowed, openShop, saveCard } from './open-shop.ts'

test('evidence is sent once under its key, in Stripe’s own fields and the free text', async (t) => {
  const shop = await openShop(t)
  narrowed(await shop.gateway.charge_method(charge(await saveCard(shop))), 'succeeded')
  const [made] = shop.stripe.control.state().charges
  const dispute = shop.stripe.control.dispute({ charge: made!.id })
  const order = {
    ...{ idempotency_key: 'evidence/1', dispute: dispute.id },
    fields: { text: 'Delivered and used.', product_description: 'A game server', plan: 'Small' },
  }
  shop.stripe.control.loseAnswer({ path: `/v1/disputes/${dispute.id}`, times: 1 })
  await shop.gateway.submit_evidence(order).catch(() => undefined)
  assert.deepEqual(await shop.gateway.submit_evidence(order), { outcome: 'done' })
  const [sent] = shop.stripe.control.state().disputes
  assert.deepEqual(
    [sent!.status, sent!.evidence_details.submission_count, sent!.evidence.product_description],
    ['under_review', 1, 'A game server'],
  )
  assert.equal(sent!.evidence.uncategorized_text, 'Delivered and used.\nplan: Small')
  shop.stripe.control.closeDispute({ dispute: dispute.id, status: 'lost' })
  const late = await shop.gateway.submit_evidence({ ...order, idempotency_key: 'evidence/2' })
  assert.equal(late.outcome, 'failed')
})
