// `torch.random`: the default generator.
export { forkRng, getRngState, initialSeed, manualSeed, seed, setRngState } from './default-generator.ts'
