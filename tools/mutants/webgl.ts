// Data table: bugs planted in the WebGL2 runtime. Tests that need a device run in the browser.
import type { Mutant } from './mutant.ts'

const kernels = [
  'packages/runtime-webgl/src/kernels.webgl.test.ts',
  'packages/runtime-webgl/src/values.webgl.test.ts',
  'packages/runtime-webgl/src/random.webgl.test.ts',
]
const conformance = ['packages/runtime-webgl/src/conformance.webgl.test.ts']
const device = [
  'packages/runtime-webgl/src/backend.webgl.test.ts',
  'packages/runtime-webgl/src/training.webgl.test.ts',
]

export const webglMutants: readonly Mutant[] = [
  {
    name: 'glsl-negative-zero',
    about: 'the literal of -0 loses its sign',
    file: 'packages/runtime-webgl/src/glsl-literal.ts',
    find: 'const isPlain = Object.is(value, 0) ||',
    replace: 'const isPlain = value === 0 ||',
    tests: ['packages/runtime-webgl/src/glsl-literal.test.ts'],
  },
  {
    name: 'glsl-literal-sign',
    about: 'negative literals are not put in parentheses: a - -1 becomes a--1',
    file: 'packages/runtime-webgl/src/glsl-literal.ts',
    find: ')` : spelled',
    replace: ')`.slice(1, -1) : spelled',
    tests: ['packages/runtime-webgl/src/glsl-literal.test.ts'],
  },
  {
    name: 'glsl-shift-count',
    about: 'shift counts are cut to four bits',
    file: 'packages/runtime-webgl/src/emit-scalar.ts',
    find: "from === 'u32' ? '31u' : '31'",
    replace: "from === 'u32' ? '15u' : '15'",
    tests: kernels,
  },
  {
    name: 'glsl-tail-mask',
    about: 'positions beyond the end of a last step join the reduction: a missing mask',
    file: 'packages/runtime-webgl/src/emit-combine.ts',
    find: 'tail === undefined ? laned : maskTail(',
    replace: 'tail === undefined || laned !== undefined ? laned : maskTail(',
    tests: [...kernels, ...conformance],
  },
  {
    name: 'glsl-arg-tie',
    about: 'of ties in different lanes the last position wins',
    file: 'packages/runtime-webgl/src/emit-combine.ts',
    find: '{lane} < $',
    replace: '{lane} > $',
    tests: [...kernels, ...conformance],
  },
  {
    name: 'webgl-stale-binding',
    about: 'a unit that has a texture keeps it: a stale binding',
    file: 'packages/runtime-webgl/src/bindings.ts',
    find: 'if (textures[unit] === texture.id) return',
    replace: 'if (textures[unit] !== undefined && unit > 0) return',
    tests: kernels,
  },
  {
    name: 'webgl-stale-viewport',
    about: 'the viewport is set for another width only',
    file: 'packages/runtime-webgl/src/bindings.ts',
    find: 'if (width === currentWidth && height === currentHeight) return',
    replace: 'if (width === currentWidth) return',
    tests: kernels,
  },
  {
    name: 'webgl-stale-framebuffer',
    about: 'a framebuffer is found by its first target only: a stale cache key',
    file: 'packages/runtime-webgl/src/textures.ts',
    find: "const key = targets.map(({ id }) => id).join(' ')",
    replace: 'const key = String(targets[0]?.id)',
    tests: [...device, ...kernels],
  },
  {
    name: 'webgl-scratch-reuse',
    about: 'a scratch texture is free as soon as it is written',
    file: 'packages/runtime-webgl/src/schedule.ts',
    find: 'dying.set(lastRead, [...(dying.get(lastRead) ?? []), id])',
    replace: 'dying.set(versions[id]!.born, [...(dying.get(versions[id]!.born) ?? []), id])',
    tests: ['packages/runtime-webgl/src/schedule.test.ts'],
  },
  {
    name: 'webgl-inside-scratch',
    about: 'a plan inside another one takes scratch textures that are in use around it',
    file: 'packages/runtime-webgl/src/ordinals.ts',
    find: 'fork: () => createOrdinals(counts, idle)',
    replace: 'fork: () => createOrdinals()',
    tests: ['packages/runtime-webgl/src/schedule.test.ts'],
  },
  {
    name: 'webgl-row-lanes',
    about: 'a row that is stored takes the texels it begins and ends in with it',
    file: 'packages/runtime-webgl/src/copier.ts',
    find: 'lane >= lanes.from && lane < lanes.to',
    replace: 'lane >= 0 && lanes.to > 0',
    tests: conformance,
  },
  {
    name: 'webgl-split-stride',
    about: 'the blocks of a long reduction overlap: a wrong stride',
    file: 'packages/runtime-webgl/src/split-reductions.ts',
    find: 'scaleIndex(indexAxis(first), length)',
    replace: 'scaleIndex(indexAxis(first), parts)',
    tests: ['packages/runtime-webgl/src/split-reductions.test.ts'],
  },
  {
    name: 'webgl-sampler-unit',
    about: 'all samplers read the first texture: a wrong uniform',
    file: 'packages/runtime-webgl/src/programs.ts',
    find: '`), unit)',
    replace: '`), 0)',
    tests: kernels,
  },
]
