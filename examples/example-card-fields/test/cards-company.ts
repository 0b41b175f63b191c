import type { Company, CompanyAnswer } from '../../../sdk/test-kit/index.ts'

interface Payment {
  id: string
  status: string
  amount?: unknown
  page: string
}

/** Draws one field and changes a full number for a token: what a provider's script does, in little. */
const SCRIPT = `
const base = new URL(document.currentScript.src).origin
window.CardFields = { mount(place, { key, onToken }) {
  const label = document.createElement('label')
  const input = document.createElement('input')
  label.textContent = 'Card number'
  label.style.cssText = 'display: block; font: 16px sans-serif; padding: 4px'
  input.style.cssText = 'display: block; font: 16px sans-serif; width: 95%; padding: 8px; margin-top: 4px'
  input.inputMode = 'numeric'
  label.append(input)
  place.append(label)
  input.addEventListener('input', async () => {
    const number = input.value.replaceAll(' ', '')
    if (number.length < 16) return onToken('')
    const answer = await fetch(base + '/v1/tokens', { method: 'POST', body: JSON.stringify({ key, number }) })
    onToken((await answer.json()).token)
  })
} }`

/** A provider of card payments: tokens are used once, and the same key again is the same act. */
export function cardsCompany(): Company & { made(): number; numbers: string[] } {
  const acts = new Map<string, object>()
  const payments = new Map<string, Payment>()
  const tokens = new Map<string, string>()
  const numbers: string[] = []
  const once = (key: string, act: () => object): object => {
    if (!acts.has(key)) acts.set(key, act())
    return acts.get(key)!
  }
  const open = (amount?: unknown): Payment => {
    const id = `p_${payments.size + 1}`
    const payment = { id, status: 'open', amount, page: 'https://cards.example.com/pay' }
    payments.set(id, payment)
    return payment
  }
  const cardOf = (token: string): string | undefined => {
    const number = tokens.get(token)
    tokens.delete(token)
    return number
  }
  const charge = (payment: Payment, token: string): object => {
    const number = cardOf(token)
    if (payment.status === 'open') payment.status = number?.startsWith('4') ? 'paid' : 'declined'
    return { ...payment }
  }
  const save = (token: string): object => {
    const number = cardOf(token)
    return number?.startsWith('4') ? { id: `card_${number}`, last4: number.slice(-4) } : { error: 'declined' }
  }
  return {
    numbers,
    made: () => acts.size,
    answer({ method, path, headers, body }): CompanyAnswer {
      if (path === '/v1/fields.js') return { headers: { 'content-type': 'text/javascript' }, body: SCRIPT }
      const given = JSON.parse(body || '{}') as { number?: string; token?: string; amount?: unknown }
      if (path === '/v1/tokens') {
        const token = `tok_${numbers.push(given.number ?? '')}`
        tokens.set(token, given.number ?? '')
        return { headers: { 'access-control-allow-origin': '*' }, json: { token } }
      }
      const payment = payments.get(path.split('/')[3] ?? '')
      if (method === 'GET') return payment ? { json: payment } : { status: 404 }
      const key = headers['idempotency-key'] ?? ''
      if (path === '/v1/payments') return { json: once(key, () => open(given.amount)) }
      if (path === '/v1/setups') return { json: once(key, () => open()) }
      if (!payment) return { status: 404 }
      if (path.startsWith('/v1/setups/')) return { json: once(key, () => save(given.token ?? '')) }
      return { json: once(key, () => charge(payment, given.token ?? '')) }
    },
  }
}
