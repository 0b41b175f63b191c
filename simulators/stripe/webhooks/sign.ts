import { createHmac } from 'node:crypto'

/** The value of the Stripe-Signature header. The whole secret text, `whsec_` included, is the key; `t` is unix s. */
export function signPayload(body: string, secret: string, t: number): string {
  const signature = createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')
  return `t=${t},v1=${signature}`
}
