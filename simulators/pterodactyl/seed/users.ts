import type { Stamped, User } from '../panel/records.ts'

/** The administrator who owns both keys. */
export function seedUsers(stamps: Omit<Stamped, 'id'>): [User] {
  return [
    {
      ...stamps,
      id: 1,
      external_id: null,
      uuid: 'b7f2c0a4-5a0e-4d53-9d1c-0e5b6f3a1c01',
      username: 'admin',
      email: 'admin@panel.example',
      first_name: 'Panel',
      last_name: 'Administrator',
      language: 'en',
      root_admin: true,
      two_factor: false,
    },
  ]
}
