import type { Metadata } from '../shapes.ts'

/** The metadata after a change: an empty value takes its key away. */
export function mergeMetadata(old: Metadata, change: Metadata | undefined): Metadata {
  const merged = { ...old, ...change }
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ''))
}
