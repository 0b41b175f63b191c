/**
 * Why a form of a plugin cannot be drawn, as "path is not …"; undefined when it can. What a page reads of a form are
 * texts, numbers and lists at known places: anything else there would end the page, not the form.
 */
export function undrawable(form: unknown): string | undefined {
  return isRecord(form) ? undrawnOf(form, '') : 'the whole is not an object'
}

type Part = Record<string, unknown>

const isRecord = (value: unknown): value is Part =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isText = (value: unknown) => typeof value === 'string'
const isNumber = (value: unknown) => typeof value === 'number'
const isFlag = (value: unknown) => typeof value === 'boolean'
const isTexts = (value: unknown) => Array.isArray(value) && value.every(isText)
const isChoice = (value: unknown) => isText(value) || isNumber(value) || isFlag(value) || value === null

const WANTED: Readonly<Record<string, [fits: (value: unknown) => boolean, says: string]>> = {
  ...Object.fromEntries(
    ['title', 'description', 'format', 'pattern'].map((key) => [key, [isText, 'a text'] as const]),
  ),
  ...Object.fromEntries(
    ['minimum', 'maximum', 'minLength', 'maxLength'].map((key) => [key, [isNumber, 'a number'] as const]),
  ),
  secret: [isFlag, 'true or false'],
  type: [(value) => isText(value) || isTexts(value), 'a text'],
  required: [isTexts, 'a list of texts'],
  enumNames: [isTexts, 'a list of texts'],
  enum: [(value) => Array.isArray(value) && value.every(isChoice), 'a list of texts and numbers'],
  anyOf: [(value) => Array.isArray(value) && value.every(isRecord), 'a list of objects'],
  properties: [(value) => isRecord(value) && Object.values(value).every(isRecord), 'an object of objects'],
  items: [isRecord, 'an object'],
  additionalProperties: [(value) => isFlag(value) || isRecord(value), 'true, false or an object'],
}

function undrawnOf(part: Part, path: string): string | undefined {
  for (const [key, [fits, says]] of Object.entries(WANTED))
    if (part[key] !== undefined && !fits(part[key])) return `${path}${key} is not ${says}`
  const { properties = {}, items, additionalProperties } = part
  const inner = [
    ...Object.entries(properties as Record<string, Part>).map(
      ([name, one]) => [`properties.${name}`, one] as const,
    ),
    ...(items === undefined ? [] : [['items', items as Part] as const]),
    ...(isRecord(additionalProperties) ? [['additionalProperties', additionalProperties] as const] : []),
  ]
  for (const [name, one] of inner) {
    const found = undrawnOf(one, `${path}${name}.`)
    if (found !== undefined) return found
  }
  return undefined
}
