"""Writes test/golden/unet/*.json: what diffusers' UNet2DModel computes for variants the other references leave out.

Weights and inputs follow a formula instead of being stored, so that the fixtures stay small:
element i of the k-th parameter in order of name is 0.15·sin(1 + 0.7·i + 1.3·k), plus 1 for the scale of a norm.

    python -m venv venv && venv/bin/pip install torch diffusers && venv/bin/python test/golden/make/unet_variants.py
"""

import json
import pathlib

import diffusers
import numpy as np
import torch
from diffusers import UNet2DModel

OUT = pathlib.Path(__file__).parent.parent / "unet"
SMALL = dict(
    sample_size=8,
    block_out_channels=(8, 16),
    down_block_types=("DownBlock2D", "AttnDownBlock2D"),
    up_block_types=("AttnUpBlock2D", "UpBlock2D"),
    layers_per_block=1,
    norm_num_groups=4,
    attention_head_dim=8,
)
VARIANTS = {
    "ncsnpp": dict(
        SMALL,
        block_out_channels=(32, 64),
        down_block_types=("SkipDownBlock2D", "AttnSkipDownBlock2D"),
        up_block_types=("AttnSkipUpBlock2D", "SkipUpBlock2D"),
        norm_num_groups=None,
        time_embedding_type="fourier",
        mid_block_scale_factor=2**0.5,
        attention_head_dim=None,
        center_input_sample=True,
    ),
    "scale-shift-resnet": dict(
        SMALL,
        down_block_types=("ResnetDownsampleBlock2D", "AttnDownBlock2D"),
        up_block_types=("AttnUpBlock2D", "ResnetUpsampleBlock2D"),
        downsample_type="resnet",
        upsample_type="resnet",
        resnet_time_scale_shift="scale_shift",
        num_class_embeds=5,
        act_fn="gelu",
    ),
    "attention-resnet": dict(
        SMALL,
        block_out_channels=(8, 16, 16),
        down_block_types=("AttnDownBlock2D", "AttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "AttnUpBlock2D", "AttnUpBlock2D"),
        downsample_type="resnet",
        upsample_type="resnet",
        resnet_time_scale_shift="scale_shift",
        attn_norm_num_groups=2,
        class_embed_type="timestep",
        act_fn="mish",
    ),
    "learned-time": dict(
        SMALL, time_embedding_type="learned", num_train_timesteps=10, add_attention=False, act_fn="relu"
    ),
    "identity-class": dict(
        SMALL,
        block_out_channels=(6, 12),
        attention_head_dim=8,
        norm_num_groups=3,
        time_embedding_dim=10,
        class_embed_type="identity",
        in_channels=2,
        out_channels=4,
        downsample_padding=0,
        freq_shift=1,
        flip_sin_to_cos=False,
    ),
}


def wave(shape, k):
    i = np.arange(int(np.prod(shape)), dtype=np.float64)
    return torch.from_numpy(np.sin(1 + 0.7 * i + 1.3 * k).reshape(shape).astype(np.float32))


def digest(g):
    return [float(g.double().abs().sum()), float(g.flatten()[0])]


for name, config in VARIANTS.items():
    model = UNet2DModel(**config)
    with torch.no_grad():
        for k, (key, p) in enumerate(sorted(model.named_parameters())):
            norm = key.endswith("weight") and ("norm" in key.split(".")[-2])
            p.copy_(0.15 * wave(p.shape, k) + (1 if norm else 0))
    model.requires_grad_(True)
    x = wave((2, model.config.in_channels, 8, 8), 100)
    y = wave((2, model.config.out_channels, 8, 8), 101)
    t = torch.tensor([0.5, 3.0]) if config.get("time_embedding_type") == "fourier" else torch.tensor([1.0, 7.0])
    labels = None
    if config.get("num_class_embeds"):
        labels = torch.tensor([4, 1])
    elif config.get("class_embed_type") == "timestep":
        labels = torch.tensor([2.0, 9.0])
    elif config.get("class_embed_type") == "identity":
        labels = wave((2, 10), 102)
    time = t.long() if config.get("time_embedding_type") == "learned" else t
    out = model(x, time, class_labels=labels).sample
    loss = torch.nn.functional.mse_loss(out, y)
    loss.backward()
    record = {
        "made by": "test/golden/make/unet_variants.py",
        "reference": f"diffusers {diffusers.__version__}, torch {torch.__version__}",
        "config": {k: v for k, v in model.config.items() if not k.startswith("_")},
        "timestep": t.tolist(),
        "labels": None if labels is None else labels.tolist(),
        "out": out.flatten().tolist()[:16] + digest(out),
        "loss": loss.item(),
        "grads": {k: digest(p.grad) for k, p in sorted(model.named_parameters()) if p.grad is not None},
    }
    (OUT / f"{name}.json").write_text(json.dumps(record, indent=1, sort_keys=True) + "\n")
    print(name, sum(p.numel() for p in model.parameters()), record["loss"], record["out"][-2])
