import { Type, type Static } from '../../sdk/index.ts'
import { Country, Locale, requireCountry, requireZone } from '../brands/index.ts'
import { Email } from '../identity/index.ts'

const optionalText = (maxLength: number) =>
  Type.Optional(Type.Union([Type.String({ maxLength }), Type.Null()]))

/** What a person types about who is billed. */
export const Profile = Type.Object({
  kind: Type.Optional(Type.Union([Type.Literal('person'), Type.Literal('company')])),
  name: Type.String({ minLength: 1, maxLength: 120 }),
  company: optionalText(120),
  email: Email,
  phone: optionalText(40),
  address_1: Type.Optional(Type.String({ maxLength: 120 })),
  address_2: optionalText(120),
  city: Type.Optional(Type.String({ maxLength: 80 })),
  region: optionalText(40),
  postcode: Type.Optional(Type.String({ maxLength: 20 })),
  country: Country,
  tax_id: optionalText(40),
  locale: Type.Optional(Locale),
  zone: Type.Optional(Type.String({ maxLength: 64 })),
})
export type Profile = Static<typeof Profile>

/** The columns of a profile; what is absent is taken from `before`. Empty texts of optional fields become null. */
export function profileColumns(profile: Partial<Profile>, before: ProfileColumns): ProfileColumns {
  const optional = (field: OptionalField): string | null =>
    profile[field] === undefined ? before[field] : profile[field]?.trim() || null
  const columns = {
    kind: profile.kind ?? before.kind,
    name: (profile.name ?? before.name).trim(),
    company: optional('company'),
    email: (profile.email ?? before.email).trim(),
    phone: optional('phone'),
    address_1: (profile.address_1 ?? before.address_1).trim(),
    address_2: optional('address_2'),
    city: (profile.city ?? before.city).trim(),
    region: optional('region'),
    postcode: (profile.postcode ?? before.postcode).trim(),
    country: profile.country ?? before.country,
    tax_id: optional('tax_id'),
    locale: profile.locale ?? before.locale,
    zone: profile.zone ?? before.zone,
  }
  requireCountry(columns.country)
  requireZone(columns.zone)
  return columns
}

type OptionalField = 'company' | 'phone' | 'address_2' | 'region' | 'tax_id'

export interface ProfileColumns {
  kind: 'person' | 'company'
  name: string
  company: string | null
  email: string
  phone: string | null
  address_1: string
  address_2: string | null
  city: string
  region: string | null
  postcode: string
  country: string
  tax_id: string | null
  locale: string
  zone: string
}

/** What a search looks through, in lower case on both engines alike. */
export function searchText(client: { id: string; name: string; company: string | null; email: string }) {
  return [client.name, client.company ?? '', client.email, client.id].join(' ').toLowerCase()
}
