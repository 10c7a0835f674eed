// The one way in which a malformed plan is reported.
import { HeddleError } from '../errors.ts'
import type { Plan } from './plan.ts'

/** `where` says which step, buffer, input or output; `constraint` is the number of the invariant in `verify.ts`. */
export function planInvalid(plan: Plan, constraint: string, where: string, what: string): HeddleError {
  const place = where === '' ? '' : `${where}: `
  return new HeddleError('PLAN_INVALID', `plan ${plan.name}: ${place}${what} (${constraint})`, {
    details: { plan: plan.name, constraint, where },
  })
}
