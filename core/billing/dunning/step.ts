import { addDays, maxDay, type IsoDate } from '../../kernel/index.ts'

/**
 * A step of dunning, by the days on which it may be taken, counted from the one on which a document is owed: -3 and -1
 * are the three days before it. A step that was missed is taken later within them, then never.
 */
export interface DunningStep {
  /** "before_3", "try_2": unique with the document, so that a step is taken once however often a day is run. */
  name: string
  firstDay: number
  lastDay: number
}

/** Pure: between which days documents were owed that may take the step on a day, or on one of several. */
export const owedFor = ({ firstDay, lastDay }: DunningStep, on: IsoDate, until = on) => ({
  owedFrom: addDays(on, -lastDay),
  owedTo: addDays(until, -firstDay),
})

/** Pure: the day on which daily runs take the step of a document that they know from a day on; null when it is too late by then. */
export function dayOfStep(
  { firstDay, lastDay }: DunningStep,
  owedOn: IsoDate,
  knownOn: IsoDate,
): IsoDate | null {
  const on = maxDay(addDays(owedOn, firstDay), knownOn)
  return on <= addDays(owedOn, lastDay) ? on : null
}
