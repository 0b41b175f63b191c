import type { Panel } from './panel.ts'
import { SettingsProblem, type Product } from './product.ts'
import type { Egg, Item, Variable } from './records.ts'

export async function readEgg(panel: Panel, { nest, egg }: Product): Promise<Egg> {
  return (await panel.call<Item<Egg>>('GET', `/nests/${nest}/eggs/${egg}?include=variables`)).attributes
}

/**
 * The complete variables of an egg, as the panel wants them: the product's value, else what the server has now, else
 * a generated one where the product says so, else the egg's default. Throws SettingsProblem for a missing one.
 */
export function environmentFor(
  egg: Egg,
  product: Product,
  current: Readonly<Record<string, unknown>> = {},
): Record<string, string> {
  const variables = (egg.relationships?.variables?.data ?? []).map(({ attributes }) => attributes)
  const entries = variables.map((variable) => [variable.env_variable, valueOf(variable, product, current)])
  return Object.fromEntries(entries) as Record<string, string>
}

function valueOf(
  { env_variable: name, default_value: fallback, rules }: Variable,
  product: Product,
  current: Readonly<Record<string, unknown>>,
): string {
  const held = current[name]
  const value =
    product.variable(name) ??
    (typeof held === 'string' && held !== '' ? held : undefined) ??
    (product.generated.includes(name) ? password() : undefined) ??
    fallback ??
    ''
  if (value === '' && rules.split('|').includes('required'))
    throw new SettingsProblem(`environment.${name}`, 'set, because the egg requires it and has no default')
  return value
}

/** Without letters and digits that look alike. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'
const PASSWORD_LENGTH = 20

/** Bytes beyond the last whole multiple of the alphabet are left out, so that every letter is as likely. */
function password(): string {
  const limit = 256 - (256 % LETTERS.length)
  let text = ''
  while (text.length < PASSWORD_LENGTH) {
    const bytes = crypto.getRandomValues(new Uint8Array(PASSWORD_LENGTH))
    for (const byte of bytes) if (byte < limit) text += LETTERS[byte % LETTERS.length] ?? ''
  }
  return text.slice(0, PASSWORD_LENGTH)
}
