// Functions and methods whose arguments are checked before they run.
import { ArgumentCheck } from './check.ts'
import { camelCase, type Form, functionForm, methodForm } from './signatures.ts'

/** A check that is made when it is first needed; none where PyTorch has nothing of that name. */
function lazily(find: () => Form | undefined, isMethod: boolean): () => ArgumentCheck | undefined {
  let check: ArgumentCheck | undefined
  let isKnown = false
  return () => {
    if (!isKnown) {
      const form = find()
      check = form && new ArgumentCheck(form, isMethod)
      isKnown = true
    }
    return check
  }
}

/** A function that throws PyTorch's TypeErrors; `F.` before the name is for `nn.functional`. */
export function checked<A extends readonly unknown[], R>(
  name: string,
  call: (...args: A) => R,
): (...args: A) => R {
  const find = lazily(() => functionForm(camelCase(name)), false)
  return (...args) => {
    find()?.check(args)
    return call(...args)
  }
}

/** The same of a method, by its name here. */
export function checkedMethod<S, A extends readonly unknown[], R>(
  name: string,
  call: (self: S, ...args: A) => R,
): (this: S, ...args: A) => R {
  const find = lazily(() => methodForm(name), true)
  return function (this: S, ...args): R {
    find()?.check(args, this)
    return call(this, ...args)
  }
}
