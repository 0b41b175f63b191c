import type { MoneyJson, RegisterDomain, Static } from '../../sdk/index.ts'
import { saysNo } from './refusals.ts'
import { fieldsOf, type Problem } from './rules.ts'
import { withBench, type Run } from './run.ts'

type Registered = Static<typeof RegisterDomain>

/**
 * Premium names among those that the author asks about: bought at the price that was agreed, and at no other one, be it
 * higher, lower or none.
 */
export async function judgePremiums(run: Run, wanted: Registered): Promise<void> {
  for (const { domain, price } of await premiums(run)) {
    const minor = BigInt(price.minor)
    const others = [
      undefined,
      { ...price, minor: String(minor - 1n) },
      { ...price, minor: String(minor + 1n) },
    ]
    for (const [i, other] of others.entries())
      await buy(run, { ...wanted, domain, idempotency_key: `premium-${i}`, ...agreed(other) }, price)
    await buy(run, { ...wanted, domain, idempotency_key: 'premium', ...agreed(price) }, price)
  }
}

const agreed = (price: MoneyJson | undefined): Pick<Registered, 'premium_price'> =>
  price === undefined ? {} : { premium_price: price }

/** Another name, so that the one of `register` is not among them. */
async function premiums(run: Run): Promise<{ domain: string; price: MoneyJson }[]> {
  const asked = run.subject.about.inputs?.['check_availability'] ?? []
  const found: { domain: string; price: MoneyJson }[] = []
  await withBench(run, 'well', async (bench) => {
    for (const input of asked) {
      const told = await bench.call('registrar', 'check_availability', input)
      const results = ('answer' in told ? fieldsOf(told.answer)['results'] : []) as Result[]
      for (const { domain, status, register } of results)
        if (status === 'premium' && register !== undefined) found.push({ domain, price: register })
    }
  })
  return found
}

interface Result {
  domain: string
  status: string
  register?: MoneyJson
}

async function buy(run: Run, input: Registered, price: MoneyJson): Promise<void> {
  await withBench(run, 'well', async (bench) => {
    const made = bench.made()
    const told = await bench.call('registrar', 'register', input)
    const bought = 'answer' in told && !saysNo(told.answer)
    const { premium_price: offered } = input
    const fits = offered?.minor === price.minor
    const name = `registrar.register of a premium name for ${offered?.minor ?? 'no price'} instead of ${price.minor}`
    const problem: Problem = bought === fits ? undefined : bought ? 'it was bought' : 'it was not bought'
    run.note('price_agreed', fits ? 'registrar.register of a premium name at its price' : name, problem)
    if (!fits) run.note('buys_nothing', name, bench.made() > made ? 'it was bought' : undefined)
  })
}
