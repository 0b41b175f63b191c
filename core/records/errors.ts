import { defineError } from '../kernel/index.ts'

export const RequestRunning = defineError(
  'request.running',
  409,
  () => 'The same request is still being worked on. Wait a moment and look at the result.',
)
export const KeyReused = defineError(
  'request.key_reused',
  409,
  () => 'This idempotency key was used for another request. Make a new key for each request.',
)
