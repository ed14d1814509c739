"""Writes test/golden/schedulers/runs.json: whole runs of schedulers of diffusers whose runs are in no other reference.

The start is arange(48)/48 as [2, 2, 3, 4] in the size the scheduler starts with; the network says 0.3 x + 0.1 t/(1 + |t|),
a score network -x/(1 + t^2), and the second output of a network with a learned variance is cos(5 x). Noise is drawn
from torch's CPU generator, seeded 0.

    python -m venv venv && venv/bin/pip install torch diffusers scipy && venv/bin/python test/golden/make/schedulers.py
"""

import json
import math
import pathlib

import diffusers
import torch

OUT = pathlib.Path(__file__).parent.parent / "schedulers" / "runs.json"
START = (torch.arange(48) / 48 - 0.4).reshape(2, 2, 3, 4)


def network(x, t):
    t = float(t)
    return 0.3 * x + 0.1 * t / (1 + abs(t))


def doubled(x, t):
    return torch.cat([network(x, t), torch.cos(5 * x)], dim=1)


def run(name, config, steps, step_options={}, timestep_options={}, model=network):
    torch.manual_seed(0)
    generator = torch.manual_seed(0)
    scheduler = getattr(diffusers, name).from_config(config)
    scheduler.set_timesteps(steps, **timestep_options)
    takes_generator = "generator" in scheduler.step.__code__.co_varnames and name not in ("DDIMInverseScheduler",)
    x = START * getattr(scheduler, "init_noise_sigma", 1.0)
    told = []
    for i, t in enumerate(scheduler.timesteps):
        told.append(float(t))
        scaled = scheduler.scale_model_input(x, t) if hasattr(scheduler, "scale_model_input") else x
        options = dict(step_options)
        if takes_generator:
            options["generator"] = generator
        if name == "UnCLIPScheduler" and i + 1 < len(scheduler.timesteps):
            options["prev_timestep"] = scheduler.timesteps[i + 1]
        x = scheduler.step(model(scaled, t), t, x, **options).prev_sample
    return {"class": name, "config": config, "steps": steps, "told": told, "end": x.flatten().tolist()}


def score(config, steps):
    generator = torch.manual_seed(0)
    scheduler = diffusers.ScoreSdeVeScheduler.from_config(config)
    scheduler.set_timesteps(steps)
    scheduler.set_sigmas(steps)
    say = lambda x, t: -x / (1 + float(t) ** 2)
    x = START * scheduler.init_noise_sigma
    told = []
    for i, t in enumerate(scheduler.timesteps):
        sigma = scheduler.sigmas[i]
        for _ in range(scheduler.config.correct_steps):
            told.append(float(sigma))
            x = scheduler.step_correct(say(x, sigma), x, generator=generator).prev_sample
        told.append(float(sigma))
        step = scheduler.step_pred(say(x, sigma), t, x, generator=generator)
        x = step.prev_sample
    end = step.prev_sample_mean.flatten().tolist()
    return {"class": "ScoreSdeVeScheduler", "config": config, "steps": steps, "told": told, "end": end}


flow = "FlowMatchEulerDiscreteScheduler"
dynamic = {"use_dynamic_shifting": True, "shift": 3.0}
runs = [
    *(
        run(flow, config, steps, timestep_options=options)
        for config, steps, options in [
            ({}, 5, {}),
            ({"shift": 3.0}, 4, {}),
            ({"shift": 3.0}, 1, {}),
            (dynamic, 4, {"mu": 1.15}),
            ({**dynamic, "time_shift_type": "linear"}, 4, {"mu": 1.15}),
            ({**dynamic, "shift_terminal": 0.1}, 6, {"mu": 1.15}),
            ({"shift": 2.0, "use_karras_sigmas": True}, 6, {}),
            ({"shift": 2.0, "use_exponential_sigmas": True}, 6, {}),
            ({"shift": 2.0, "use_beta_sigmas": True}, 6, {}),
            ({"invert_sigmas": True}, 5, {}),
            ({"shift": 1.5, "stochastic_sampling": True}, 4, {}),
        ]
    ),
    run("FlowMatchHeunDiscreteScheduler", {}, 5),
    run("FlowMatchHeunDiscreteScheduler", {"shift": 3.0}, 4),
    run("LCMScheduler", {}, 4),
    run("LCMScheduler", {"prediction_type": "v_prediction", "clip_sample": True}, 7),
    run("LCMScheduler", {"thresholding": True, "sample_max_value": 1.5, "rescale_betas_zero_snr": True,
                         "prediction_type": "v_prediction", "original_inference_steps": 100}, 3),
    run("TCDScheduler", {}, 4),
    run("TCDScheduler", {"prediction_type": "v_prediction", "beta_schedule": "squaredcos_cap_v2"}, 6),
    run("TCDScheduler", {"prediction_type": "sample"}, 3),
    run("CMStochasticIterativeScheduler", {}, 1),
    run("CMStochasticIterativeScheduler", {"num_train_timesteps": 201}, 6),
    run("CMStochasticIterativeScheduler", {"clip_denoised": False, "sigma_data": 0.4, "rho": 5.0, "s_noise": 0.9}, 4),
    run("EDMEulerScheduler", {}, 6),
    run("EDMEulerScheduler", {"prediction_type": "v_prediction", "sigma_schedule": "exponential", "sigma_max": 20.0,
                              "final_sigmas_type": "sigma_min"}, 5),
    run("DDIMInverseScheduler", {"clip_sample": False, "timestep_spacing": "trailing"}, 7),
    run("DDIMInverseScheduler", {"prediction_type": "v_prediction", "steps_offset": 1, "set_alpha_to_one": False}, 6),
    run("DDIMInverseScheduler", {"prediction_type": "sample", "set_alpha_to_one": False}, 6),
    run("DDPMScheduler", {"variance_type": "learned_range"}, 6, model=doubled),
    run("DDPMScheduler", {"variance_type": "learned", "clip_sample": False}, 4,
        model=lambda x, t: torch.cat([network(x, t), 0.01 + 0.1 * torch.cos(5 * x) ** 2], dim=1)),
    run("UnCLIPScheduler", {"variance_type": "learned_range"}, 6, model=doubled),
    run("UnCLIPScheduler", {"prediction_type": "sample", "clip_sample_range": 2.0}, 9),
    score({}, 6),
    score({"snr": 0.3, "correct_steps": 2, "sigma_max": 50.0}, 5),
]
OUT.parent.mkdir(exist_ok=True)
OUT.write_text(json.dumps({"diffusers": diffusers.__version__, "torch": torch.__version__, "runs": runs}, indent=1) + "\n")
