/** Events that no lifecycle gives, each with what it says. */
const declared = new Map<string, string>()
export const declaredEvents: ReadonlyMap<string, string> = declared

/** Declares an event beside its area: consumers, webhooks and plugins know it by this name. */
export function declareEvent(type: string, says: string): void {
  if (declared.has(type)) throw new Error(`The event "${type}" is declared twice.`)
  declared.set(type, says)
}
