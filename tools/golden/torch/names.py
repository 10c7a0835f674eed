"""The public names of PyTorch, by namespace: tools/golden/torch/names.json. `docs/reference/pytorch-names.md` tells which of them are
here, and of the others why not.

    python3 tools/golden/torch/names.py

Every name without an underscore in front counts; which of them PyTorch has no documentation for is told apart.
"""

import inspect
import json
import os

import torch
import torch.utils.data


def public(owner):
    return [name for name in dir(owner) if not name.startswith("_")]


def functions(module):
    return [name for name in public(module) if callable(getattr(module, name)) and not inspect.isclass(getattr(module, name))
            and not inspect.ismodule(getattr(module, name))]


def classes(module, base=object):
    return [name for name in public(module) if inspect.isclass(getattr(module, name)) and issubclass(getattr(module, name), base)]


def own(module):
    """Functions that are the module's own, not what it imports from others."""
    return [name for name in functions(module) if getattr(getattr(module, name), "__module__", None) in (module.__name__, None)
            or inspect.isbuiltin(getattr(module, name))]


# Of what 1.13 does not have yet, or has elsewhere: as the documentation of 2.x lists it.
FUNC = ["functional_call", "functionalize", "grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp", "linearize", "stack_module_state", "vjp", "vmap"]

names = {
    "torch": functions(torch),
    "torch.Tensor": public(torch.Tensor),
    "torch.nn": classes(torch.nn, torch.nn.Module),
    "torch.nn.functional": [name for name in functions(torch.nn.functional) if not name.startswith(("has_", "handle_", "boolean_", "assert_"))],
    "torch.nn.init": functions(torch.nn.init),
    "torch.nn.utils": functions(torch.nn.utils),
    "torch.optim": classes(torch.optim, torch.optim.Optimizer),
    "torch.optim.lr_scheduler": [name for name in classes(torch.optim.lr_scheduler) if name.endswith(("LR", "Restarts", "Plateau", "Scheduler"))],
    "torch.autograd": own(torch.autograd) + ["Function", "backward", "detect_anomaly", "enable_grad", "grad", "gradcheck", "gradgradcheck", "inference_mode",
                                             "no_grad", "set_detect_anomaly", "set_grad_enabled"],
    "torch.autograd.functional": ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"],
    "torch.func": FUNC,
    "torch.special": functions(torch.special),
    "torch.linalg": functions(torch.linalg),
    "torch.random": own(torch.random),
    "torch.utils.data": [name for name in classes(torch.utils.data) if name.endswith(("Dataset", "Sampler", "Loader", "Subset"))]
                        + ["default_collate", "random_split"],
}

owners = {"torch": torch, "torch.Tensor": torch.Tensor, "torch.nn.functional": torch.nn.functional}
undocumented = {namespace: sorted(name for name in names[namespace] if not inspect.getdoc(getattr(owner, name))) for namespace, owner in owners.items()}

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "names.json")
with open(path, "w") as file:
    names = {namespace: sorted(set(of)) for namespace, of in names.items()}
    json.dump({"source": f"PyTorch {torch.__version__}", "names": names, "undocumented": undocumented}, file, indent=0)
    file.write("\n")
print({key: len(value) for key, value in names.items()}, {key: len(value) for key, value in undocumented.items()})
