/** What a spreadsheet would take for a formula is led by an apostrophe; a number below zero is none. */
export const safeCell = (text: string): string => (/^[=+@\t\r]|^-(?![\d.]+$)/.test(text) ? `'${text}` : text)

/** A cell that is quoted in any case. */
export const quotedCell = (text: string): string => `"${safeCell(text).replaceAll('"', '""')}"`
