import { definePlugin } from '../../sdk/index.ts'

/** What the service says of one document: rates in percent by line, or why it has none. */
interface Quoted {
  error?: string
  lines?: { id: string; taxable: boolean; rates: { name: string; percent: string }[] }[]
}

export default definePlugin({
  tax: ({ secret }) => ({
    async determine_remote({ questions }) {
      const response = await fetch('https://tax.example.com/v1/quotes', {
        method: 'POST',
        headers: {
          authorization: `Bearer ${secret.header('api_key')}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({
          documents: questions.map(({ seller, buyer, supplied_on: on, currency, lines }) => ({
            ...{ from: seller.place, to: buyer.place, on, currency },
            lines: lines.map((line) => ({ id: line.key, class: line.tax_class, amount: line.net_minor })),
          })),
        }),
      })
      if (!response.ok) throw new Error(`The service answered ${response.status}.`)
      const { documents } = (await response.json()) as { documents: Quoted[] }
      return { answers: documents.map(answerOf) }
    },
  }),
})

/** A problem of one document is told apart from a service that is away: only that document waits for it. */
function answerOf({ error, lines }: Quoted) {
  if (error !== undefined || !lines) return { problem: error ?? 'the service said nothing about it' }
  return {
    lines: lines.map(({ id, taxable, rates }) => ({
      key: id,
      taxes: rates.map(({ name, percent }) => ({ name, rate_ppm: ppmOf(percent), compound: false })),
      treatment: taxable ? ('standard' as const) : ('exempt' as const),
    })),
    notes: [],
  }
}

/** "8.25" is 82500, without a float in between; more than four decimals are no rate that anybody charges. */
function ppmOf(percent: string): number {
  const [, whole, part = ''] = /^(\d{1,3})(?:\.(\d{1,4}))?$/.exec(percent) ?? []
  if (whole === undefined) throw new Error(`"${percent}" is not a rate.`)
  return Number(whole) * 10_000 + Number(part.padEnd(4, '0'))
}
