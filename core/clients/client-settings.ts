import { Type } from '../../sdk/index.ts'
import { defineSetting } from '../records/index.ts'

export const profileFields = [
  'kind',
  'name',
  'company',
  'email',
  'phone',
  'address_1',
  'address_2',
  'city',
  'region',
  'postcode',
  'country',
  'tax_id',
  'locale',
  'zone',
] as const
export type ProfileField = (typeof profileFields)[number]

export const lockedFields = defineSetting({
  key: 'client.locked_fields',
  schema: Type.Array(Type.Union(profileFields.map((field) => Type.Literal(field))), { uniqueItems: true }),
  preset: [],
  scopes: ['installation', 'brand'],
})
