import { addDays, type IsoDate } from '../../core/kernel/index.ts'
import type { GatewayMovement, Payouts } from '../../sdk/index.ts'
import type { Dice } from './dice.ts'

export interface MoneyText {
  minor: string
  currency: string
}

export interface Days {
  from: string
  until: string
}

/** What a gateway holds of ours, moved by payments, refunds and disputes and emptied by payouts. */
export interface Till {
  move(kind: string, what: { of?: string; amount: MoneyText; fee?: MoneyText }): void
  /** Now and then what is there goes to our bank; now and then the bank sends it back. */
  payOut(): void
  feeReport(days: Days): { fees: GatewayMovement[] }
  listPayouts(days: Days): Payouts
  balances(): { balances: { kind: 'available'; amount: MoneyText }[] }
}

export const minus = ({ minor, currency }: MoneyText): MoneyText => ({
  minor: String(-BigInt(minor)),
  currency,
})

type Payout = Payouts['payouts'][number] & { on: IsoDate }

const TRANSIT_DAYS = 3

export function openTill(dice: Dice, today: () => IsoDate): Till {
  const movements: GatewayMovement[] = []
  const payouts: Payout[] = []
  const balance = new Map<string, bigint>()
  let unpaid: GatewayMovement[] = []
  let count = 0
  const add = (currency: string, minor: bigint) =>
    balance.set(currency, (balance.get(currency) ?? 0n) + minor)
  const move: Till['move'] = (kind, { of, amount, fee = { ...amount, minor: '0' } }) => {
    const movement = { reference: `txn_${++count}`, kind, amount, fee, on: today(), ...(of ? { of } : {}) }
    movements.push(movement)
    unpaid.push(movement)
    add(amount.currency, BigInt(amount.minor) - BigInt(fee.minor))
  }
  const settle = () => {
    for (const payout of payouts) {
      if (payout.status !== 'in_transit' || payout.arrives_on > today()) continue
      payout.status = dice.chance(0.9) ? 'paid' : 'failed'
      payout.on = today()
      if (payout.status === 'failed') add(payout.amount.currency, netOf(payout.amount, payout.fee))
    }
  }
  const send = (currency: string, minor: bigint) => {
    const fee = { minor: dice.chance(0.3) ? '25' : '0', currency }
    const amount = { minor: String(minor - BigInt(fee.minor)), currency }
    if (BigInt(amount.minor) <= 0n) return
    const items = unpaid.filter((one) => one.amount!.currency === currency)
    unpaid = unpaid.filter((one) => one.amount!.currency !== currency)
    const told = { reference: `po_${++count}`, amount, fee, status: 'in_transit' as const }
    payouts.push({ ...told, arrives_on: addDays(today(), TRANSIT_DAYS), items, on: today() })
    add(currency, -minor)
  }
  return {
    move,
    payOut: () => {
      settle()
      const [currency] = balance.keys()
      if (currency && dice.chance(0.02))
        move('fee', { amount: { minor: '0', currency }, fee: { minor: '30', currency } })
      for (const [of, minor] of balance) if (minor > 0n && dice.chance(0.1)) send(of, minor)
    },
    feeReport: ({ from, until }) => ({ fees: movements.filter(({ on }) => from <= on && on < until) }),
    listPayouts: ({ from, until }) => ({
      payouts: payouts.filter(({ on }) => from <= on && on < until).map(({ on: _, ...told }) => told),
    }),
    balances: () => ({
      balances: [...balance].map(([currency, minor]) => ({
        kind: 'available',
        amount: { minor: String(minor), currency },
      })),
    }),
  }
}

const netOf = (amount: MoneyText, fee: MoneyText): bigint => BigInt(amount.minor) + BigInt(fee.minor)
