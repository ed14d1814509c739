"""Writes test/golden/optimizers/adamw.json: ten steps of torch.optim.AdamW, some behind clip_grad_norm_.

Two parameters, a [3] and b [2, 2]. The gradient at step s (from 0) of element i of the k-th one is
sin(0.9·s + 1.7·i + 2.3·k)·scale, so that only results are stored.

    python -m venv venv && venv/bin/pip install torch numpy && venv/bin/python test/golden/make/adamw.py
"""

import json
import pathlib

import numpy as np
import torch

OUT = pathlib.Path(__file__).parent.parent / "optimizers" / "adamw.json"
STEPS = 10
INITIAL = {"a": [0.5, -1.25, 2.0], "b": [[0.1, -0.2], [3.0, -0.004]]}
CASES = {
    "defaults": dict(),
    "no decay": dict(weightDecay=0.0),
    "short memory": dict(beta1=0.5, beta2=0.9, weightDecay=0.3),
    "no momentum": dict(beta1=0.0, beta2=0.95, weightDecay=0.05),
    "no second moment memory": dict(beta1=0.9, beta2=0.0),
    "large eps": dict(eps=0.1, weightDecay=0.1),
    "tiny gradients": dict(scale=1e-7),
    "huge gradients": dict(scale=1e6, weightDecay=0.0),
    "changing rate": dict(rates=[0.001, 0.01, 0.1, 0.1, 0.05, 0.02, 0.01, 0.0, 0.003, 0.001]),
    "clipped": dict(clip=0.75),
    "clipped sometimes": dict(clip=1.9),
}


def gradient(shape, step, k, scale):
    i = np.arange(int(np.prod(shape)), dtype=np.float64)
    return torch.from_numpy((np.sin(0.9 * step + 1.7 * i + 2.3 * k) * scale).reshape(shape).astype(np.float32))


def short(v):
    return float(f"{float(v):.9g}")  # enough for every float32


def flat(p):
    return [short(v) for v in p.detach().flatten()]


cases = []
for name, case in CASES.items():
    options = dict(beta1=0.9, beta2=0.999, eps=1e-8, weightDecay=0.01) | {
        k: v for k, v in case.items() if k in ("beta1", "beta2", "eps", "weightDecay")
    }
    rates, scale, clip = case.get("rates", [0.02] * STEPS), case.get("scale", 1.0), case.get("clip")
    params = {key: torch.nn.Parameter(torch.tensor(value)) for key, value in INITIAL.items()}
    optimizer = torch.optim.AdamW(
        params.values(),
        betas=(options["beta1"], options["beta2"]),
        eps=options["eps"],
        weight_decay=options["weightDecay"],
    )
    steps = []
    for step in range(STEPS):
        for k, p in enumerate(params.values()):
            p.grad = gradient(p.shape, step, k, scale)
        norm = torch.nn.utils.clip_grad_norm_(params.values(), float("inf") if clip is None else clip)
        optimizer.param_groups[0]["lr"] = rates[step]
        optimizer.step()
        steps.append({"norm": short(norm), **{key: flat(p) for key, p in params.items()}})
    cases.append({"name": name, "options": options, "rates": rates, "scale": scale, "clip": clip, "steps": steps})

OUT.parent.mkdir(exist_ok=True)
head = json.dumps({"torch": torch.__version__, "initial": INITIAL})
OUT.write_text(head[:-1] + ', "cases": [\n' + ",\n".join(json.dumps(case) for case in cases) + "\n]}\n")
