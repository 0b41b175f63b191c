/** What a kind of product means wherever it is sold: this table is the one place that says so. */
interface KindFacts {
  icon: string
  /** What the order form asks for unless the product says otherwise; its answer names the service. Null: nothing. */
  asks: NameKind | null
}

/** Kinds of questions whose answers name a service beside its plan. */
export const nameKinds = ['domain', 'hostname', 'common_name'] as const
export type NameKind = (typeof nameKinds)[number]

export const kinds = {
  shared_hosting: { icon: 'world', asks: 'domain' },
  reseller_hosting: { icon: 'users', asks: 'domain' },
  vps: { icon: 'cloud', asks: 'hostname' },
  dedicated_server: { icon: 'server-2', asks: 'hostname' },
  game_server: { icon: 'device-gamepad-2', asks: null },
  saas: { icon: 'sparkles', asks: null },
  domain: { icon: 'world-www', asks: 'domain' },
  certificate: { icon: 'certificate', asks: 'common_name' },
  addon: { icon: 'puzzle', asks: null },
  gift_card: { icon: 'gift', asks: null },
  other: { icon: 'package', asks: null },
} as const satisfies Record<string, KindFacts>

export type ProductKind = keyof typeof kinds
export const productKinds = Object.keys(kinds) as ProductKind[]

export const isNameKind = (kind: string): kind is NameKind => nameKinds.some((one) => one === kind)
