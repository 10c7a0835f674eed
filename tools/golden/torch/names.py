"""The public names of PyTorch, by namespace: tools/golden/torch/names.json. `docs/reference/pytorch-names.md` tells which of them are here.

    python3 tools/golden/torch/names.py
"""

import inspect
import json
import os

import torch
import torch.utils.data

# What stays out: other kinds of tensors and hosts, and machinery that is Python's.
LEFT_OUT = ("quantiz", "sparse", "cuda", "xpu", "hpu", "ipu", "mkldnn", "vulkan", "jit", "named", "onnx", "_like_", "cudnn", "miopen",
            "fbgemm", "complex", "csr", "csc", "bsr", "bsc", "coalesce", "conj", "imag", "real", "angle", "polar", "fake_", "autocast", "compiled_with",
            "parallel", "thread", "deterministic", "dlpack", "storage", "script", "share_memory", "is_shared", "pin", "module_load", "rename", "align",
            "refine", "reinforce", "sym_", "Sym", "typename", "vitals", "read_vital", "set_vital", "init_num", "import_ir", "parse_", "merge_type",
            "fork", "wait", "unify_type", "default_generators", "classes", "compiled", "profiler", "aminmax_", "record_stream", "as_subclass",
            "has_names", "map_", "map2_", "apply_", "reindex", "is_mps", "is_meta", "is_ort", "is_mtia", "view_as_", "resolve_", "qscheme", "q_",
            "dequantize", "int_repr", "stft", "istft", "window", "fft", "svd", "eig", "qr", "lu", "cholesky", "inverse", "pinverse", "det", "solve",
            "lstsq", "householder", "orgqr", "ormqr", "geqrf", "lobpcg", "pca_lowrank", "matrix_exp", "slogdet", "logdet", "triangular", "symeig")


def kept(name):
    return not name.startswith("_") and not any(part in name for part in LEFT_OUT)


def functions(module):
    return sorted(name for name in dir(module) if kept(name) and callable(getattr(module, name)) and not inspect.isclass(getattr(module, name))
                  and not inspect.ismodule(getattr(module, name)))


def classes(module, base=object):
    return sorted(name for name in dir(module) if kept(name) and inspect.isclass(getattr(module, name)) and issubclass(getattr(module, name), base))


names = {
    "torch": functions(torch),
    "torch.Tensor": sorted(name for name in dir(torch.Tensor) if kept(name)),
    "torch.nn": classes(torch.nn, torch.nn.Module),
    "torch.nn.functional": [name for name in functions(torch.nn.functional) if not name.startswith(("has_", "handle_", "boolean_", "assert_"))],
    "torch.nn.init": functions(torch.nn.init),
    "torch.nn.utils": functions(torch.nn.utils),
    "torch.optim": classes(torch.optim, torch.optim.Optimizer),
    "torch.optim.lr_scheduler": [name for name in classes(torch.optim.lr_scheduler) if name.endswith(("LR", "Restarts", "Plateau", "Scheduler"))],
    "torch.autograd": functions(torch.autograd),
    "torch.autograd.functional": ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"],
    "torch.utils.data": [name for name in classes(torch.utils.data) if name.endswith(("Dataset", "Sampler", "Loader", "Subset"))]
                        + ["default_collate", "random_split"],
}

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "names.json")
with open(path, "w") as file:
    json.dump({"source": f"PyTorch {torch.__version__}", "names": names}, file, indent=0)
    file.write("\n")
print({key: len(value) for key, value in names.items()})
