// Why names of PyTorch are not here, by what they are about. The first reason that fits counts; what none fits is missing.

export interface Reason {
  readonly title: string
  /** Whether a name is about it; the namespace stands before it: `torch.linalg.qr`. */
  readonly fits: RegExp
}

const word = (...words: readonly string[]): RegExp => new RegExp(`\\.(${words.join('|')})$`)

export const reasons: readonly Reason[] = [
  {
    title: 'Python’s own names, and what its modules import',
    fits: word(
      'Callable|List|Optional|Sequence|Set|Tuple|Union|cast|obj|candidate|classproperty|typename|unify_type_list',
      'handle_torch_function|has_torch_function|is_tensor_like|kineto_available|variable|as_subclass|is_storage|get_file_path',
    ),
  },
  {
    title: 'Python’s scripts and graphs (`torch.compile` is here)',
    fits: /\.(fork|wait|import_ir.*|parse_.*|merge_type.*|jit.*|functionalize|.*vitals?.*)$/,
  },
  {
    title: 'processes, threads and storages of a host',
    fits: /\.(.*num_(interop_)?threads|.*shared?(_memory_)?|prepare_multi.*|.*distributed|DataParallel|DistributedSampler|SyncBatchNorm|.*pin(ned)?(_memory)?|record_stream|storage|storage_type|from_file|.*dlpack|set_flush_denormal)$/,
  },
  {
    title: 'other devices, and kernels of their libraries',
    fits: /\.(compiled_with.*|.*(cudnn|miopen|mkldnn|fbgemm|vulkan|autocast|xpu|ipu|hpu).*|convert_conv2d.*)$/,
  },
  {
    title: 'complex numbers, and transforms to them',
    fits: /\.(.*complex.*|polar|view_as_real.*|cdouble|cfloat|chalf|i?stft|conj_physical_)$/,
  },
  {
    title: 'sparse tensors',
    fits: /\.(.*sparse.*|.*Sparse.*|.*smm|hspmm|dsmm|spmm|sspaddmm|saddmm|.*(ccol|crow|col|row)_indices.*|indices(_copy)?|values(_copy)?|.*coalesced?|dense_dim|to_dense)$/,
  },
  {
    title: 'quantised tensors',
    fits: /\.(.*quant.*|q_.*|qscheme|int_repr|.*qparams.*)$/,
  },
  {
    title: 'nested tensors, and tensors whose dimensions have names',
    fits: /\.(to_padded_tensor|align_.*|refine_names|rename_?|has_names|names)$/,
  },
  {
    title: 'what PyTorch keeps for old programs, and refuses or removes',
    fits: /^torch(\.Tensor|\.nn(\.utils)?)?\.(volatile|reinforce|resize|resize_as|solve|symeig|eig|lstsq|name|matrix_rank|clip_grad_norm|Container)$/,
  },
  {
    title: 'decompositions of matrices, and what needs them: not here yet',
    fits: word(
      'cholesky.*|det|eig.*|geqrf|householder_product|inv(_ex)?|inverse|ldl_.*|lobpcg|logdet|lstsq|lu.*|matrix_exp|matrix_rank|nuclear_norm',
      'orgqr|ormqr|pca_lowrank|pinv|pinverse|qr|slogdet|solve.*|svd.*|triangular_solve|cond|tensorinv|tensorsolve|spectral_norm|remove_spectral_norm',
    ),
  },
  {
    title: 'kernels that functions of `nn.functional` call, which PyTorch does not document',
    fits: word(
      'native_.*|batch_norm_.*|convolution|embedding_bag|embedding_renorm_|gru|lstm|rnn_tanh|rnn_relu|conv_tbc',
      'fuse_conv_bn_.*|skip_init|segment_reduce',
    ),
  },
]
