import type { Desk } from '../desk.ts'

export const serverState = (desk: Desk, status: string) => ({
  state: status,
  label: desk.t(`admin.server.${status}`),
  tone: status === 'active' ? ('good' as const) : ('warn' as const),
})
