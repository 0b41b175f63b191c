import { Type, type TSchema } from '../../../sdk/index.ts'
import { instant, nullable, text, yes } from './describe.ts'

/** Shapes of who buys. */

const Client = Type.Object({
  id: text('cli_…'),
  brand_id: text('brd_…'),
  name: text('The person.'),
  company: nullable('The company, when it is one.'),
  email: text('Where documents go.'),
  country: text('ISO 3166 code.'),
  currency: text('Of every document of this client.'),
  status: text('active, suspended or closed.'),
  created_at: instant('When it was made.'),
})

const ClientDetail = Type.Object({
  ...Client.properties,
  kind: text('person or company.'),
  phone: nullable('As it was typed.'),
  address_1: text('Street and number.'),
  address_2: nullable('The second line.'),
  city: text('The place.'),
  region: nullable('State or province, by its code.'),
  postcode: text('As it was typed.'),
  tax_id: nullable('VAT id and the like.'),
  locale: text('Language of mails and documents.'),
  zone: text('Time zone, such as Europe/Berlin.'),
  tax_exempt: yes('Whether staff have freed it from tax.'),
  auto_charge: yes('Whether saved methods are charged by themselves.'),
  separate_invoices: yes('Whether each service has its own invoice.'),
  late_fees: yes('Whether late fees are charged.'),
  overdue_notices: yes('Whether what is overdue is written to them.'),
  auto_close: yes('Whether it is closed by itself after long without anything.'),
  version: Type.Integer({ description: 'Grows with each change.' }),
})

export const clientComponents = { Client, ClientDetail } satisfies Record<string, TSchema>
