/** Colours of a brand as a style sheet, to be given to assets.add; the page then needs no inline style. */
export function brandStylesheet(colours: { accent: string; accentDark?: string }): string {
  const light = checked(colours.accent)
  const dark = checked(colours.accentDark ?? colours.accent)
  return [
    `:root,[data-bs-theme='light']{${rules(light, '#000')}--b-accent-text:${mix(light, '#000', 92)};}`,
    `[data-bs-theme='dark']{${rules(dark, '#fff')}--b-accent-text:${mix(dark, '#fff', 45)};}`,
  ].join('\n')
}

function rules(accent: string, towards: string): string {
  return `--b-accent:${accent};--b-accent-strong:${mix(accent, towards, 85)};--b-accent-ink:${inkOn(accent)};--b-focus:${accent};--b-accent-wash:color-mix(in srgb,${accent} 10%,var(--b-surface));`
}

const mix = (colour: string, other: string, share: number): string =>
  `color-mix(in srgb,${colour} ${share}%,${other})`

function checked(colour: string): string {
  if (!/^#[0-9a-f]{6}$/i.test(colour)) throw new RangeError(`"${colour}" is not a colour such as #3550c8.`)
  return colour
}

/** Black or white, whichever can be read better on the colour (WCAG relative luminance). */
export function inkOn(colour: string): string {
  const luminance = luminanceOf(colour)
  return 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 ? '#ffffff' : '#000000'
}

function luminanceOf(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
