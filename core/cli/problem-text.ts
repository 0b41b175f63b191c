import { inspect } from 'node:util'
import { BerthError } from '../kernel/index.ts'

interface SystemError extends Error {
  code: string
  path?: string
  port?: number
  address?: string
  hostname?: string
}

/** What the system refuses and a person can mend; anything else is a bug, and needs its stack. */
const SYSTEM: Readonly<Record<string, (error: SystemError) => string | undefined>> = {
  EADDRINUSE: ({ port, address }) =>
    port === undefined
      ? undefined
      : `Port ${port} of ${address} is taken by another program. End it, or take another one with PORT.`,
  ENOENT: ({ path }) => path && `There is no ${path}.`,
  EACCES: ({ path, port }) =>
    path
      ? `This user may not use ${path}.`
      : `This user may not listen on port ${port}. Take one above 1023.`,
  EPERM: ({ path }) => path && `This user may not use ${path}.`,
  EROFS: ({ path }) => path && `${path} stands where nothing can be written.`,
  ENOSPC: () => 'The disk is full.',
  EEXIST: ({ path }) => path && `${path} is there already, and is no folder.`,
  ENOTDIR: ({ path = '', address = path }) => address && `A part of ${address} is no folder.`,
  EISDIR: () => 'A file was expected, and a folder was given.',
  ENOTFOUND: ({ hostname }) => hostname && `There is no host "${hostname}". Look at DATABASE_URL.`,
}

/** What a person reads when a command fails. */
export function problemText(error: unknown): string {
  // A refusal says what to do.
  if (error instanceof BerthError) return error.message
  const told = error instanceof Error && 'code' in error ? SYSTEM[String(error.code)] : undefined
  return told?.(error as SystemError) || inspect(error)
}
