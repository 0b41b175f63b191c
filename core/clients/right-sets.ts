/** Rights as people speak of them; forms offer these, and a membership holds their patterns. */
export const RIGHT_SETS = {
  all: ['*'],
  look: ['*.read', '*.list'],
  pay: ['invoice.*', 'payment.*', 'method.*', 'credit.*', 'gift_card.*', 'instalment_plan.*'],
  services: ['service.*'],
  order: ['order.*'],
  account: ['client.change', 'client.choose_post', 'tax_id.check'],
  people: ['membership.*', 'invitation.*', 'contact.*'],
} as const satisfies Record<string, readonly string[]>

export type RightSet = keyof typeof RIGHT_SETS
export const rightSetNames = Object.keys(RIGHT_SETS) as RightSet[]

/** The sets that the rights hold whole, and the patterns that stand in none of these. */
export function splitRights(rights: readonly string[]): { sets: RightSet[]; others: string[] } {
  const sets = rightSetNames.filter((name) => RIGHT_SETS[name].every((right) => rights.includes(right)))
  const named = new Set<string>(sets.flatMap((name) => RIGHT_SETS[name]))
  return { sets, others: rights.filter((right) => !named.has(right)) }
}

/** The patterns of the sets named, with others, each once. Names of no set are passed over. */
export function joinRights(names: readonly string[], others: readonly string[]): string[] {
  const sets = rightSetNames.filter((name) => names.includes(name))
  return [...new Set([...sets.flatMap((name) => RIGHT_SETS[name]), ...others])]
}
