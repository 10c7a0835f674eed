import type { Plan } from '@heddle/core'
import { plural } from './plural.ts'

/** `3 steps`, with how many of them the host takes if any. */
export function stepCount({ steps }: Plan): string {
  const hosted = steps.filter(({ kind }) => kind === 'host').length
  return `${plural(steps.length, 'step')}${hosted === 0 ? '' : ` (${hosted} on the host)`}`
}
