import { Type } from '../type.ts'
import { ConnectionReport } from '../shapes.ts'
import type { KindOf, Operation } from './operation.ts'

/** Signs people in with an account elsewhere. Core makes state, nonce and PKCE values, and keeps the sessions. */
export const signInProviderOperations = {
  /** The address to which the browser goes. */
  start: {
    input: Type.Object({
      state: Type.String({ minLength: 16 }),
      nonce: Type.String({ minLength: 16 }),
      /** S256 of the verifier that `finish` gets. */
      code_challenge: Type.String({ minLength: 43 }),
      redirect_url: Type.String({ format: 'uri' }),
      locale: Type.String(),
      login_hint: Type.Optional(Type.String()),
    }),
    output: Type.Object({ url: Type.String({ pattern: '^https://' }) }),
  },
  /** `email_verified` only when the provider says so itself: otherwise an account could be taken over. */
  finish: {
    input: Type.Object({
      /** Query of the return address, state already checked by core. */
      query: Type.Record(Type.String(), Type.String()),
      nonce: Type.String(),
      code_verifier: Type.String(),
      redirect_url: Type.String({ format: 'uri' }),
    }),
    output: Type.Union([
      Type.Object({
        outcome: Type.Literal('signed_in'),
        /** Stable id of the person at the provider; never an address, which may change hands. */
        subject: Type.String({ minLength: 1, maxLength: 255 }),
        email: Type.Optional(Type.String({ format: 'email' })),
        email_verified: Type.Boolean(),
        name: Type.Optional(Type.String()),
        locale: Type.Optional(Type.String()),
        groups: Type.Optional(Type.Array(Type.String(), { maxItems: 200 })),
      }),
      Type.Object({ outcome: Type.Literal('refused'), reason: Type.String() }),
    ]),
  },
  /** Where to go to sign out there, too. */
  sign_out_url: {
    input: Type.Object({ return_url: Type.String({ format: 'uri' }) }),
    output: Type.Object({ url: Type.Union([Type.String({ pattern: '^https://' }), Type.Null()]) }),
  },
  test_connection: { input: Type.Object({}), output: ConnectionReport },
} as const satisfies Record<string, Operation>

export type SignInProvider = KindOf<typeof signInProviderOperations, 'start' | 'finish'>
