// Everyday programs, as users of PyTorch know them, held against what they print there (`tools/golden/torch/everyday_programs.py`).

import recorded from '../golden/torch/everyday.json' with { type: 'json' }
import { autoencoder } from './everyday/autoencoder.ts'
import { blitz } from './everyday/blitz.ts'
import { embeddings } from './everyday/embeddings.ts'
import { equations } from './everyday/equations.ts'
import { generators } from './everyday/generators.ts'
import { habits } from './everyday/habits.ts'
import { hooks } from './everyday/hooks.ts'
import { learningToLearn } from './everyday/learning-to-learn.ts'
import { life } from './everyday/life.ts'
import { likeness } from './everyday/likeness.ts'
import { loading } from './everyday/loading.ts'
import { mistakes } from './everyday/mistakes.ts'
import { names } from './everyday/names.ts'
import { optimisers } from './everyday/optimisers.ts'
import { polynomial } from './everyday/polynomial.ts'
import { puzzles } from './everyday/puzzles.ts'
import { rewards } from './everyday/rewards.ts'
import { tagger } from './everyday/tagger.ts'
import { transfer } from './everyday/transfer.ts'
import { transformer } from './everyday/transformer.ts'
import { translation } from './everyday/translation.ts'
import { comparePrograms } from './programs.ts'

comparePrograms(recorded, {
  autoencoder,
  blitz,
  embeddings,
  equations,
  generators,
  'learning to learn': learningToLearn,
  life,
  rewards,
  puzzles,
  mistakes,
  loading,
  likeness,
  hooks,
  habits,
  names,
  optimisers,
  polynomial,
  tagger,
  transfer,
  transformer,
  translation,
})
