// What the pack test runs from the packed packages, in Node and, bundled, in the browser: both must print the same.
import * as compiler from '@heddle/compiler'
import * as core from '@heddle/core'
import * as cpu from '@heddle/runtime-cpu'
import * as webgl from '@heddle/runtime-webgl'
import * as testkit from '@heddle/testkit'
import * as torch from '@heddle/torch'

const packages = { compiler, core, cpu, testkit, torch, webgl }
for (const [name, exports] of Object.entries(packages)) {
  console.log(`${name}: ${Object.keys(exports).sort().join(' ')}`)
}
console.log('done')
