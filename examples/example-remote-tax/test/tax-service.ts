import type { Company } from '../../../sdk/test-kit/index.ts'

interface Asked {
  to: { country: string; state?: string; postcode?: string }
  lines: { id: string; class: string; amount: string }[]
}

export interface TaxService extends Company {
  /** Documents of each request that was understood. */
  requests: number[]
  /** Percent in a state; change it to see who still goes by the old one. */
  percent: Record<string, string>
}

/** An imagined service: rates by state, nothing on hosting, an error where it finds no place. */
export function taxService(): TaxService {
  const service: TaxService = {
    requests: [],
    percent: { CA: '6', TX: '8.25' },
    answer({ method, path, headers, body }) {
      if (headers['authorization'] !== 'Bearer key') return { status: 401 }
      if (method !== 'POST' || path !== '/v1/quotes') return { status: 404 }
      const { documents } = JSON.parse(body) as { documents: Asked[] }
      service.requests.push(documents.length)
      return { json: { documents: documents.map((one) => quoted(service, one)) } }
    },
  }
  return service
}

function quoted({ percent }: TaxService, { to, lines }: Asked): object {
  if (to.country !== 'US') return { lines: lines.map(({ id }) => ({ id, taxable: false, rates: [] })) }
  const rate = percent[to.state ?? '']
  if (rate === undefined) return { error: `no place ${to.state ?? ''} ${to.postcode ?? ''}`.trim() }
  return {
    lines: lines.map(({ id, class: of }) =>
      of === 'hosting'
        ? { id, taxable: false, rates: [] }
        : { id, taxable: true, rates: [{ name: `${to.state} sales tax`, percent: rate }] },
    ),
  }
}
