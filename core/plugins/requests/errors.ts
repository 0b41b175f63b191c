import { defineError } from '../../kernel/index.ts'

export const RequestDecided = defineError(
  'plugin_request.decided',
  409,
  (p: { id: string; status: string }) => `The request ${p.id} is ${p.status} already. Nothing was changed.`,
)
