// What the pack test runs from the packed packages, in Node and, bundled, in the browser: both must give the same text.
import * as compiler from '@heddle/compiler'
import * as core from '@heddle/core'
import * as cpu from '@heddle/runtime-cpu'
import * as webgl from '@heddle/runtime-webgl'
import * as testkit from '@heddle/testkit'
import * as torch from '@heddle/torch'

const packages = { compiler, core, cpu, testkit, torch, webgl }
const lines = Object.entries(packages).map(([name, exports]) => `${name}: ${Object.keys(exports).join(' ')}`)
globalThis.result = lines.join('\n')
console.log(globalThis.result)
