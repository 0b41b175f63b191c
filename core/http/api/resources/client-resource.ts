import type { Client, ListedClient } from '../../../clients/index.ts'

export function clientResource(client: Client | ListedClient) {
  const { id, brand_id, name, company, email, country, currency, status, created_at } = client
  return { id, brand_id, name, company, email, country, currency, status, created_at }
}

/** With its address and what happens to it by itself. */
export function clientDetail(client: Client) {
  const { kind, phone, address_1, address_2, city, region, postcode, tax_id, locale, zone, version } = client
  return {
    ...clientResource(client),
    ...{ kind, phone, address_1, address_2, city, region, postcode, tax_id, locale, zone },
    ...{ tax_exempt: client.tax_exempt === 1, auto_charge: client.auto_charge === 1 },
    ...{ separate_invoices: client.separate_invoices === 1, late_fees: client.late_fees === 1 },
    ...{ overdue_notices: client.overdue_notices === 1, auto_close: client.auto_close === 1 },
    version,
  }
}
