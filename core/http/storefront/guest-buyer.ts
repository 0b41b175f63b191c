import { Type } from '../../../sdk/index.ts'
import { Country } from '../../brands/index.ts'
import { Email } from '../../identity/index.ts'

/** What a guest must have filled in before anything is made of it. */
export const GuestBuyer = Type.Object({
  email: Email,
  name: Type.String({ minLength: 1, maxLength: 120 }),
  country: Country,
})
