// Data table: bugs planted in host steps, the ops that run in them, and the functions made of these.
import type { Mutant } from './mutant.ts'

const expansions = ['packages/compiler/src/host-steps.test.ts']
const records = ['packages/testkit/src/op-tests.test.ts']
const golden = ['tests/golden/golden.test.ts']

export const hostMutants: readonly Mutant[] = [
  {
    name: 'sort-not-stable',
    about: 'of equal elements the later one comes first',
    file: 'packages/core/src/ops/arg-sort.ts',
    find: '(keys[right] ?? 0) < (keys[left] ?? 0)',
    replace: '(keys[right] ?? 0) <= (keys[left] ?? 0)',
    tests: expansions,
  },
  {
    name: 'sort-nan-place',
    about: 'NaN comes first in ascending order',
    file: 'packages/core/src/ops/arg-sort.ts',
    find: 'const firstNan = descending ? 0 : numberCount',
    replace: 'const firstNan = 0',
    tests: expansions,
  },
  {
    name: 'running-extreme-tie',
    about: 'of equal running maxima the first is returned',
    file: 'packages/core/src/ops/cumulate.ts',
    find: '(isMax ? value >= most : value <= most)',
    replace: '(isMax ? value > most : value <= most)',
    tests: expansions,
  },
  {
    name: 'cumulate-gradient-direction',
    about: 'the derivative of a running sum runs in the same direction',
    file: 'packages/core/src/ops/cumulate.ts',
    find: 'return b.cumulate(dy, { axis, combine, reverse: !reverse })',
    replace: 'return b.cumulate(dy, { axis, combine, reverse })',
    tests: records,
  },
  {
    name: 'recurrence-gradient-shift',
    about: 'the derivative of a recurrence uses its own factor instead of the next one',
    file: 'packages/core/src/ops/recurrence.ts',
    find: 'const next = shift(b, a, { ...move, reverse: !reverse }, 0)',
    replace: 'const next = a',
    tests: records,
  },
  {
    name: 'doubling-distance',
    about: 'a running sum by doubling stops one distance early',
    file: 'packages/core/src/ops/rows.ts',
    find: 'for (let by = 1; by < length; by *= 2)',
    replace: 'for (let by = 1; by * 2 < length; by *= 2)',
    tests: expansions,
  },
  {
    name: 'host-step-replaced',
    about: 'a host step may store over what it still reads',
    file: 'packages/core/src/plan/step-replace.ts',
    find: "if (step.kind !== 'kernel') return false",
    replace: "if (step.kind !== 'kernel') return true",
    tests: expansions,
  },
  {
    name: 'host-step-arena',
    about: 'intermediates of a host step are read at the start of the arena',
    file: 'packages/runtime-cpu/src/wasm/executable.ts',
    find: 'return base(table.arena) + place.offset',
    replace: 'return base(table.arena)',
    tests: ['packages/runtime-cpu/src/host-steps.test.ts'],
  },
  {
    name: 'webgl-host-upload',
    about: 'the result of a host step is not uploaded',
    file: 'packages/runtime-webgl/src/record-plan.ts',
    find: 'if (texture !== undefined && size > 0) device.textures.upload(texture, type.dtype, output)',
    replace: '',
    tests: ['packages/runtime-webgl/src/host-steps.webgl.test.ts'],
  },
  {
    name: 'search-side',
    about: 'searching to the right of equal elements finds their left',
    file: 'packages/core/src/front/search.ts',
    find: 'right ? lt(values, element) : le(values, element)',
    replace: 'le(values, element)',
    tests: golden,
  },
  {
    name: 'quantile-nan',
    about: 'a quantile of a row with NaN passes over it',
    file: 'packages/core/src/composites/order-statistics.ts',
    find: 'return select(ne(nans, 0), length - 1, mul(each, length - 1))',
    replace: 'return mul(each, length - 1)',
    tests: golden,
  },
  {
    name: 'norm-gradient-zero',
    about: 'the derivative of a norm that is 0 is not 0',
    file: 'packages/core/src/composites/statistics.ts',
    find: 'return select(isZero, 0, root(select(isZero, 1, x)))',
    replace: 'return root(x)',
    tests: golden,
  },
]
